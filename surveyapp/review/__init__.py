"""What could be done: candidate goals, judged and decided."""
