"""From answers to themes: one function to read from top to bottom, and the records it returns."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from importlib.metadata import version
from time import perf_counter

import numpy as np

from surveyapp.analysis.cluster import Labels, middles
from surveyapp.analysis.describe import Description, describe
from surveyapp.analysis.embed import MOST_LEARNT, Space, Vectors, learn_and_place
from surveyapp.analysis.ideas import read_answers
from surveyapp.analysis.membership import Membership, grouped, vectors_of
from surveyapp.analysis.phrases import count_phrases
from surveyapp.analysis.reader import Reader
from surveyapp.analysis.results import Analysis, Answer, Quote, Settings, Statement, Theme
from surveyapp.analysis.side_processes import without_collector
from surveyapp.analysis.tally import tally
from surveyapp.analysis.texts import Texts, all_set_apart, once
from surveyapp.analysis.vector_kinds import HYBRID, PACKAGE, check_vectors
from surveyapp.analysis.words import written_large

__all__ = ["Analysis", "Answer", "Quote", "Settings", "Statement", "Theme", "analyse"]

DEFAULTS = Settings()

METHOD = "4"
"""Grows by one whenever the same answers would give another result."""
STEPS = (
    "Splitting answers into ideas, and reading their tone",
    "Comparing ideas with each other",
    "Finding groups of ideas",
    "Finding words for each group",
    "Working out how sure the figures are",
)
MOST_DESCRIBED = 10_000
"""Texts that words are counted in for names, and that titles and quotes are chosen from: names hardly change with more.
"""
MOST_TYPICAL = 100
"""Of texts beyond those, so many of each theme that may be quoted, and so many that may not, so that none goes without.
"""

Progress = Callable[[str, int, int], None]
"""Told the step in plain words, how many steps are done, and how many there are."""

Find = Callable[[Texts, Vectors, Vectors, Space], Membership]
"""Finds the themes of texts: given the vectors that tell how alike they are, their static vectors (the same ones but
where a sentence model has listened), and the space in which these were placed."""


@without_collector()
def analyse(
    answers: Sequence[Answer],
    settings: Settings = DEFAULTS,
    *,
    progress: Progress | None = None,
    find: Find | None = None,
) -> Analysis:
    """Find the themes of free-text answers, with titles, tone, support and quotes.

    The result depends on nothing but the set of answers: not on their order, the clock or the number of threads.

    Args:
        answers: Every answer gives at least one statement; a blank one gives one that is empty.
        settings: What may be chosen.
        progress: Told before each step and at the end.
        find: Finds the themes; if not given they are found anew. `rounds` gives one that goes on from the last run.

    Raises:
        VectorsMissing: The settings name vectors that are unknown or not installed.
    """
    check_vectors(settings.vectors)
    watch = _Watch(progress)
    with watch.step("split", "tone") as shares:
        ideas = read_answers(answers, whole_rows=settings.whole_rows)
        shares.extend(ideas.seconds)
    with watch.step("vectors"):
        set_apart = all_set_apart(ideas.set_apart, ideas.kinds)
        texts = once(ideas.texts, ideas.said, set_apart=set_apart, may_quote=ideas.may_quote())
        names = written_large(texts.shown[:MOST_LEARNT])
        said = texts.words(0, MOST_LEARNT)
        space, learnt = learn_and_place(
            said,
            names,
            question=settings.question,
            foreign=texts.other_language,
        )
        static = vectors_of(texts, space, learnt)
        vectors = _with_sentences(texts, static) if settings.vectors == HYBRID else static
    with watch.step("themes"):
        found = find(texts, vectors, static, space) if find else grouped(texts, vectors)
    with watch.step("names"):
        descriptions = _described(texts, static, found, space, dict(zip(texts.shown, said, strict=False)), names)
    with watch.step("figures"):
        people = len({answer.person for answer in answers if answer.text.strip()})
        statements, themes = tally(ideas, texts.of, found, descriptions, people)
    return Analysis(
        settings=settings,
        rows=len({answer.row for answer in answers}),
        people=people,
        statements=statements,
        themes=tuple(themes),
        no_answer=ideas.said.count(""),
        seconds=watch.finish(),
        versions=_versions(space, settings.vectors),
    )


def _with_sentences(texts: Texts, static: Vectors) -> Vectors:
    """The vectors with the part of the sentence model."""
    from surveyapp.analysis.hybrid import hybrid_vectors  # only who chose it waits for it

    return hybrid_vectors(texts.shown, static, ~texts.other_language)


def _described(
    texts: Texts,
    vectors: Vectors,
    themes: Membership,
    space: Space,
    said: Mapping[str, list[str]],
    names: frozenset[str],
) -> list[Description]:
    """Title, keywords and quotes of the themes, then of the sub-themes: of many texts some speak for all."""
    rows = _to_describe(texts, themes)
    shown = [texts.shown[row] for row in rows.tolist()]
    near = vectors[rows]
    phrases = count_phrases(shown, space.frame, themes.labels[rows], themes.parts[rows], names=names)
    reader = Reader(phrases, said)
    described = []
    for labels in (themes.labels, themes.parts):
        if labels.max(initial=-1) < 0:
            continue
        in_english = np.bincount(labels[(labels >= 0) & ~texts.other_language], minlength=labels.max() + 1) > 0
        described += [
            _in_all_texts(description if knows else replace(description, goal=None, opposite=None), rows)
            for knows, description in zip(
                in_english.tolist(),
                describe(
                    shown,
                    near,
                    labels[rows],
                    quotable=texts.quotable[rows],
                    centres=middles(vectors, labels),
                    phrases=phrases,
                    place=space.place,
                    reader=reader,
                ),
                strict=True,
            )
        ]
    return described


def _to_describe(texts: Texts, themes: Membership) -> Labels:
    """The texts that names and quotes are taken from, in their order: the first ones, and some of each small theme."""
    n = len(texts.folded)
    chosen = np.arange(n) < MOST_DESCRIBED
    if n > MOST_DESCRIBED:
        for labels in (themes.labels, themes.parts):
            for kind in (texts.quotable, ~texts.quotable):
                rows = np.flatnonzero(kind & (labels >= 0))
                order = rows[np.argsort(labels[rows], kind="stable")]
                first = np.searchsorted(labels[order], labels[order])
                chosen[order[np.arange(len(order)) - first < MOST_TYPICAL]] = True
    return np.flatnonzero(chosen)


def _in_all_texts(description: Description, rows: Labels) -> Description:
    """The description with its texts by their numbers among all texts."""
    opposite = description.opposite
    return replace(
        description,
        quotes=tuple(int(rows[text]) for text in description.quotes),
        opposite=(int(rows[opposite[0]]), opposite[1]) if opposite else None,
    )


def _versions(space: Space, vectors: str) -> dict[str, str]:
    """What the result was made with."""
    packages = ["numpy", "scipy", "scikit-network", "tokenizers", "wordllama", "textblob"]
    packages += [PACKAGE] if vectors == HYBRID else []
    return {"analysis": METHOD, "vectors": space.table.name} | {name: _installed(name) for name in packages}


_installed = cache(version)  # it reads a file each time


class _Watch:
    """Takes the time of each step and tells who waits."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._seconds: dict[str, float] = {}
        self._done = 0

    @contextmanager
    def step(self, *names: str) -> Iterator[list[float]]:
        """Take the time of the next of STEPS under a short name; under several in the shares that it finds."""
        if self._progress:
            self._progress(STEPS[self._done], self._done, len(STEPS))
        self._done += 1
        began = perf_counter()
        shares: list[float] = []
        yield shares
        took = perf_counter() - began
        shares = shares or [1.0]
        for name, share in zip(names, shares, strict=True):
            self._seconds[name] = took * share / max(sum(shares), 1e-9)

    def finish(self) -> dict[str, float]:
        """Seconds of each step."""
        if self._progress:
            self._progress("Done", len(STEPS), len(STEPS))
        return self._seconds
