"""A run that goes on from the last one: the whole pipeline, with themes that stay themselves (R12)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from surveyapp.analysis.anchor import Memory, Settled, Update, go_on
from surveyapp.analysis.anew import start_anew
from surveyapp.analysis.arrive import Model, build_model
from surveyapp.analysis.embed import Space, Vectors
from surveyapp.analysis.membership import Membership
from surveyapp.analysis.pipeline import Progress, analyse
from surveyapp.analysis.results import Analysis, Answer, Settings
from surveyapp.analysis.texts import Texts


@dataclass(frozen=True)
class Round:
    """What a run found, how its themes go on from the last one, and what it leaves to the answers in between."""

    analysis: Analysis
    ids: Mapping[int, int]
    """Of each theme of the analysis without a parent, the id under which it goes on."""
    update: Update
    model: Model
    """With these ids."""

    def model_for(self, shown: Mapping[int, int]) -> Model:
        """The model that knows its themes by other ids; those that are missing there are not shown."""
        ids = [shown.get(theme, -1) for theme in self.model.ids.tolist()]
        return replace(self.model, ids=np.array(ids, dtype=np.int64))


def next_round(
    answers: Sequence[Answer],
    settings: Settings,
    memory: Memory,
    settled: Settled,
    *,
    is_anew: bool = False,
    progress: Progress | None = None,
) -> Round:
    """Analyse all answers there are now, old and new.

    Args:
        answers: As for `pipeline.analyse`.
        settings: What may be chosen.
        memory: Of the last run; an empty one for the first.
        settled: What people have decided since.
        is_anew: Group everything anew, because a manager asked for it.
        progress: Told before each step and at the end.
    """
    done: list[tuple[Update, Model, Texts]] = []

    def find(texts: Texts, vectors: Vectors, static: Vectors, space: Space) -> Membership:
        update = (start_anew if is_anew else go_on)(texts, vectors[:], memory, settled)
        themes = update.theme_of_text
        model = build_model(
            space, static[:], themes, other_language=texts.other_language, whole_rows=settings.whole_rows
        )
        done.append((update, model, texts))
        return update.found

    analysis = analyse(answers, settings, progress=progress, find=find)
    ((update, model, texts),) = done
    themes = update.theme_of_text
    ids = {
        statement.theme: int(themes[text])
        for statement, text in zip(analysis.statements, texts.of.tolist(), strict=True)
        if statement.theme is not None
    }
    return Round(analysis, ids, update, model)
