"""Answers to ideas: each answer split, each piece read for its tone and its words; in columns, as they may be many."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from time import process_time
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from surveyapp.analysis.results import Answer, Statement
from surveyapp.analysis.sentiment import Sentiment, shared_analyser
from surveyapp.analysis.side_processes import map_blocks
from surveyapp.analysis.split import split, whole
from surveyapp.analysis.texts import is_set_apart
from surveyapp.analysis.words import what_it_says

FEWEST_FOR_PROCESSES = 20_000
"""Answers from which other processes help: starting them takes as long as reading some thousands."""
BLOCK = 5_000
"""Answers that are read at a time: some tenths of a second, and little to hold while they travel."""


@dataclass(frozen=True, slots=True)
class Ideas:
    """The statements of all answers by row, column and start, as columns of n_ideas values each."""

    answers: list[Answer]
    """By row, column, person and text."""
    answer_of: NDArray[np.int64]
    """Which answer each is from."""
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    texts: list[str]
    said: list[str]
    """Each in its folded form; "" for one that says nothing."""
    set_apart: NDArray[np.bool_]
    """Whether each is in another language by its letters or little words."""
    polarity: NDArray[np.float64]
    subjectivity: NDArray[np.float64]
    tones: list[str]
    kinds: list[str]
    seconds: tuple[float, float]
    """Of processors, for splitting and for tone."""

    def __len__(self) -> int:
        return len(self.texts)

    def answer(self, idea: int) -> Answer:
        """The answer that an idea is from."""
        return self.answers[int(self.answer_of[idea])]

    def may_quote(self) -> NDArray[np.bool_]:
        """Whether each may be quoted, shape (n_ideas,)."""
        return np.array([answer.may_quote for answer in self.answers], dtype=np.bool_)[self.answer_of]

    def persons(self) -> NDArray[np.int64]:
        """A number for the person who said each, shape (n_ideas,)."""
        numbers: dict[str, int] = {}
        return np.array([numbers.setdefault(answer.person, len(numbers)) for answer in self.answers], dtype=np.int64)[
            self.answer_of
        ]

    def statements(
        self,
        themes: Sequence[int | None],
        fits: Sequence[float | None],
        parts: Sequence[int | None],
        weak: Sequence[bool],
    ) -> tuple[Statement, ...]:
        """The records that the rest of the application knows.

        Args:
            themes: Id of the theme of each idea.
            fits: Cosine of each to the middle of its theme.
            parts: Id of the sub-theme of each.
            weak: Whether each is like few others.
        """
        return tuple(
            Statement(
                row=answer.row,
                column=answer.column,
                person=answer.person,
                start=start,
                end=end,
                text=text,
                theme=theme,
                fit=fit,
                polarity=polarity,
                subjectivity=subjectivity,
                tone=tone,
                kind=kind,
                subtheme=part,
                weak=is_weak,
                may_quote=answer.may_quote,
            )
            for answer, start, end, text, theme, fit, polarity, subjectivity, tone, kind, part, is_weak in zip(
                map(self.answers.__getitem__, self.answer_of.tolist()),
                self.starts.tolist(),
                self.ends.tolist(),
                self.texts,
                themes,
                fits,
                self.polarity.tolist(),
                self.subjectivity.tolist(),
                self.tones,
                self.kinds,
                parts,
                weak,
                strict=True,
            )
        )


class _Block(NamedTuple):
    """What reading some answers gave: a row of numbers per answer, then columns of one value per idea."""

    ideas: NDArray[np.int32]
    """Of each answer, shape (n_answers,)."""
    spans: NDArray[np.int32]
    """Start and end, shape (n_ideas, 2)."""
    said: list[str]
    set_apart: NDArray[np.bool_]
    scores: NDArray[np.float64]
    """Polarity and subjectivity, shape (n_ideas, 2)."""
    tones: list[str]
    kinds: list[str]
    seconds: tuple[float, float]


def read_answers(answers: Sequence[Answer], *, whole_rows: bool = False) -> Ideas:
    """Split answers, and read each idea.

    Args:
        answers: In any order; a blank one gives one idea that is empty.
        whole_rows: Do not split.
    """
    ordered = sorted(answers, key=lambda a: (a.row, a.column, a.person, a.text))
    asked = [
        ([answer.text for answer in ordered[first : first + BLOCK]], whole_rows)
        for first in range(0, len(ordered), BLOCK)
    ]
    reading = map_blocks if len(ordered) >= FEWEST_FOR_PROCESSES else map
    blocks = list(reading(_read_block, asked)) or [_read_block(([], whole_rows))]
    spans = np.concatenate([block.spans for block in blocks]).astype(np.int64)
    scores = np.concatenate([block.scores for block in blocks])
    answer_of = np.repeat(np.arange(len(ordered)), np.concatenate([block.ideas for block in blocks]))
    return Ideas(
        answers=ordered,
        answer_of=answer_of,
        starts=spans[:, 0],
        ends=spans[:, 1],
        texts=[
            ordered[answer].text[start:end]
            for answer, (start, end) in zip(answer_of.tolist(), spans.tolist(), strict=True)
        ],
        said=list(chain.from_iterable(block.said for block in blocks)),
        set_apart=np.concatenate([block.set_apart for block in blocks]),
        polarity=scores[:, 0],
        subjectivity=scores[:, 1],
        tones=list(chain.from_iterable(block.tones for block in blocks)),
        kinds=list(chain.from_iterable(block.kinds for block in blocks)),
        seconds=(sum(block.seconds[0] for block in blocks), sum(block.seconds[1] for block in blocks)),
    )


def _read_block(asked: tuple[list[str], bool]) -> _Block:
    """Read some answers; a text that comes again in them is read once."""
    texts, whole_rows = asked
    began = process_time()
    cut = whole if whole_rows else split
    spans_of = {text: cut(text) or [(0, 0)] for text in dict.fromkeys(texts)}
    spans = [spans_of[text] for text in texts]
    was_split = process_time()
    pieces = [text[start:end] for text, found in zip(texts, spans, strict=True) for start, end in found]
    analyser = shared_analyser()
    tone_of: dict[str, Sentiment] = {piece: analyser.analyze(piece) for piece in dict.fromkeys(pieces)}
    had_tone = process_time()
    said_of = {piece: what_it_says(piece) for piece in tone_of}
    apart = {piece: is_set_apart(piece, tone.kind) for piece, tone in tone_of.items()}
    read = [tone_of[piece] for piece in pieces]
    return _Block(
        ideas=np.array(list(map(len, spans)), dtype=np.int32),
        spans=np.array([span for found in spans for span in found], dtype=np.int32).reshape(-1, 2),
        said=[said_of[piece] for piece in pieces],
        set_apart=np.array([apart[piece] for piece in pieces], dtype=np.bool_),
        scores=np.array([(tone.polarity, tone.subjectivity) for tone in read], dtype=np.float64).reshape(-1, 2),
        tones=[tone.label for tone in read],
        kinds=[tone.kind for tone in read],
        seconds=(was_split - began, had_tone - was_split),
    )
