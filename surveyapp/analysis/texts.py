"""What is said, each thing once: the different texts among statements, in an order that arrival does not change."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surveyapp.analysis.language import function_word_language
from surveyapp.analysis.results import Statement
from surveyapp.analysis.tone_scan import tokens_of
from surveyapp.analysis.words import fingerprint, fold, says_nothing


@dataclass(frozen=True)
class Texts:
    """The different texts among the statements that say something, in an order that arrival does not change."""

    folded: list[str]
    """The form in which each is the same text in every run."""
    shown: list[str]
    """One written form of each."""
    other_language: NDArray[np.bool_]
    """Whether each is in another language than the analysis knows, shape (n_texts,)."""
    quotable: NDArray[np.bool_]
    """Whether somebody who wrote it may be quoted, shape (n_texts,)."""
    of: NDArray[np.int64]
    """Which of them each statement is, shape (n_statements,); -1 for one that says nothing."""


def different(statements: Sequence[Statement]) -> Texts:
    """What is said, each thing once: texts with the same words are the same."""
    folded = {text: "" if says_nothing(text) else fold(text) for text in {s.text for s in statements}}
    forms: defaultdict[str, Counter[str]] = defaultdict(Counter)
    quotable: defaultdict[str, Counter[str]] = defaultdict(Counter)
    is_other: dict[str, bool] = {}
    for statement in statements:
        if key := folded[statement.text]:
            forms[key][statement.text] += 1
            quotable[key].update([statement.text] * statement.may_quote)
            is_other[key] = is_other.get(key, True) and is_set_apart(statement.text, statement.kind)
    order = sorted(forms, key=lambda key: (fingerprint(key), key))
    number = {key: i for i, key in enumerate(order)}
    return Texts(
        folded=order,
        shown=[_usual(quotable[key] or forms[key]) for key in order],
        other_language=np.array([is_other[key] for key in order], dtype=np.bool_),
        quotable=np.array([bool(quotable[key]) for key in order], dtype=np.bool_),
        of=np.array([number.get(folded[s.text], -1) for s in statements], dtype=np.int64),
    )


def is_set_apart(text: str, kind: str) -> bool:
    """Whether a text is in another language by its letters or little words, not only for having rare words.

    Args:
        text: A statement.
        kind: What the reading of its tone found it to be.
    """
    if kind != "other_language":
        return False
    foreign_words = function_word_language(tokens_of(text)) != "en"
    return foreign_words or any(c.isalpha() and not c.isascii() for c in text)


def _usual(forms: Counter[str]) -> str:
    """The most frequent of several ways to write the same."""
    return min(forms, key=lambda form: (-forms[form], fingerprint(form), form))
