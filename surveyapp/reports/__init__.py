"""Reports: the figures of a survey as data, drawn on paper."""
