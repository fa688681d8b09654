"""From answers to themes: one function to read from top to bottom, and the records it returns."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import version
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from surveyapp.analysis.cluster import closest_middle, group, middles
from surveyapp.analysis.describe import Description, count_phrases, describe
from surveyapp.analysis.embed import GRID, FloatMatrix, Space, learn_space
from surveyapp.analysis.measure import stability
from surveyapp.analysis.results import Analysis, Answer, Quote, Settings, Statement, Theme
from surveyapp.analysis.sentiment import shared_analyser
from surveyapp.analysis.split import split, whole
from surveyapp.analysis.tally import Membership, tally
from surveyapp.analysis.texts import Texts, different
from surveyapp.analysis.words import says_nothing

__all__ = ["Analysis", "Answer", "Quote", "Settings", "Statement", "Theme", "analyse"]

DEFAULTS = Settings()

METHOD = "1"
"""Grows by one whenever the same answers would give another result."""
STEPS = (
    "Splitting answers into ideas",
    "Reading the tone of each idea",
    "Comparing ideas with each other",
    "Finding groups of ideas",
    "Finding words for each group",
    "Working out how sure the figures are",
)
FEWEST_OF_OTHER_LANGUAGES = 30
"""So many different statements in other languages are grouped among themselves; fewer join the theme they resemble."""
LEAST_RESEMBLANCE = 0.3
"""Cosine from which a statement in another language is placed in a theme: below it they share no words."""

Progress = Callable[[str, int, int], None]
"""Told the step in plain words, how many steps are done, and how many there are."""


def analyse(answers: Sequence[Answer], settings: Settings = DEFAULTS, *, progress: Progress | None = None) -> Analysis:
    """Find the themes of free-text answers, with titles, tone, support and quotes.

    The result depends on nothing but the set of answers: not on their order, the clock or the number of threads.

    Args:
        answers: Every answer gives at least one statement; a blank one gives one that is empty.
        settings: What may be chosen.
        progress: Told before each step and at the end.

    Raises:
        ValueError: The settings name vectors that are not there.
    """
    if settings.vectors != "static":
        raise ValueError(f"There are no vectors called {settings.vectors!r}: choose static.")
    watch = _Watch(progress)
    with watch.step("split"):
        statements = _statements(answers, settings)
    with watch.step("tone"):
        statements = _with_tone(statements)
    with watch.step("vectors"):
        texts = different(statements)
        space = learn_space(texts.shown, question=settings.question)
        vectors = space.vectors(texts.shown)
    with watch.step("themes"):
        found = _grouped(texts, vectors)
    with watch.step("names"):
        descriptions = _described(texts, vectors, found, space)
    with watch.step("figures"):
        people = len({answer.person for answer in answers if answer.text.strip()})
        statements, themes = tally(statements, texts.of, found, descriptions, people)
    return Analysis(
        settings=settings,
        rows=len({answer.row for answer in answers}),
        people=people,
        statements=tuple(statements),
        themes=tuple(themes),
        no_answer=sum(says_nothing(statement.text) for statement in statements),
        seconds=watch.finish(),
        versions=_versions(space),
    )


def _statements(answers: Sequence[Answer], settings: Settings) -> list[Statement]:
    """The statements of all answers by row, column and start, still without tone and theme."""
    cut = whole if settings.whole_rows else split
    statements = []
    for answer in sorted(answers, key=lambda a: (a.row, a.column, a.person, a.text)):
        for start, end in cut(answer.text) or [(0, 0)]:
            statements.append(
                Statement(
                    row=answer.row,
                    column=answer.column,
                    person=answer.person,
                    start=start,
                    end=end,
                    text=answer.text[start:end],
                    theme=None,
                    fit=None,
                    polarity=0.0,
                    subjectivity=0.0,
                    tone="unscored",
                    kind="unscorable",
                    may_quote=answer.may_quote,
                )
            )
    return statements


def _with_tone(statements: Sequence[Statement]) -> list[Statement]:
    """The statements with their tone; a text that comes again is read once."""
    analyser = shared_analyser()
    read = {text: analyser.analyze(text) for text in {statement.text for statement in statements}}
    return [
        replace(
            statement,
            polarity=read[statement.text].polarity,
            subjectivity=read[statement.text].subjectivity,
            tone=read[statement.text].label,
            kind=read[statement.text].kind,
        )
        for statement in statements
    ]


def _grouped(texts: Texts, vectors: FloatMatrix) -> Membership:
    """Themes of the texts; those in other languages among themselves where they are many, else where they fit."""
    labels, parts = np.full(len(vectors), -1), np.full(len(vectors), -1)
    steady: list[float | None] = []
    pools = [np.flatnonzero(~texts.other_language), np.flatnonzero(texts.other_language)]
    for pool, least in zip(pools, (1, FEWEST_OF_OTHER_LANGUAGES), strict=True):
        if len(pool) < least:
            continue
        found = group(vectors[pool])
        labels[pool] = found.labels + len(steady)
        parts[pool] = np.where(found.parts < 0, -1, found.parts + parts.max() + 1)
        steady += stability(found.labels, found.resamples)
    placed = np.flatnonzero(labels >= 0)
    if not len(placed):
        return Membership(labels, parts, np.zeros(len(vectors)), steady)
    centres = middles(vectors[placed], labels[placed])
    left = np.flatnonzero(labels < 0)
    nearest = closest_middle(vectors[left], centres)
    alike = _cosines(vectors[left], centres[nearest])
    labels[left] = np.where(alike >= LEAST_RESEMBLANCE, nearest, -1)
    return Membership(labels, parts, _cosines(vectors, centres[labels]), steady)


def _cosines(first: FloatMatrix, second: FloatMatrix) -> NDArray[np.float64]:
    """Cosine of each row to the row of the other; shape (n,)."""
    products: NDArray[np.float64] = (first.astype(np.float64) * second).sum(axis=1)
    return products / GRID**2


def _described(texts: Texts, vectors: FloatMatrix, themes: Membership, space: Space) -> list[Description]:
    """Title, keywords and quotes of the themes, then of the sub-themes."""
    phrases = count_phrases(texts.shown, space.frame)
    described = []
    for labels in (themes.labels, themes.parts):
        inside = np.flatnonzero(labels >= 0)
        if len(inside):
            centres = middles(vectors[inside], labels[inside])
            described += describe(
                texts.shown,
                vectors,
                labels,
                quotable=texts.quotable,
                centres=centres,
                phrases=phrases,
                place=space.vectors,
            )
    return described


def _versions(space: Space) -> dict[str, str]:
    """What the result was made with."""
    packages = ("numpy", "scipy", "scikit-network", "tokenizers", "wordllama", "textblob")
    return {"analysis": METHOD, "vectors": space.table.name} | {name: version(name) for name in packages}


class _Watch:
    """Takes the time of each step and tells who waits."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Take the time of the next of STEPS under a short name."""
        done = len(self._seconds)
        if self._progress:
            self._progress(STEPS[done], done, len(STEPS))
        began = perf_counter()
        yield
        self._seconds[name] = perf_counter() - began

    def finish(self) -> dict[str, float]:
        """Seconds of each step."""
        if self._progress:
            self._progress("Done", len(STEPS), len(STEPS))
        return self._seconds
