"""What is said, each thing once: the different texts among statements, in an order that arrival does not change."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surveyapp.analysis.language import function_word_language
from surveyapp.analysis.results import Statement
from surveyapp.analysis.tone_scan import tokens_of
from surveyapp.analysis.words import fingerprint, what_it_says, words


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

    def words(self, first: int, end: int) -> list[list[str]]:
        """The words of some of the texts, taken from their folded forms where these tell."""
        return [
            folded.split(" ") if folded.isascii() and folded.translate(_BETWEEN).isalnum() else words(shown)
            for folded, shown in zip(self.folded[first:end], self.shown[first:end], strict=True)
        ]


_BETWEEN = {ord(" "): None, ord("'"): None}
"""What a folded text has besides letters and digits; if it has more, it is an address or markup and has no words."""


def different(statements: Sequence[Statement]) -> Texts:
    """What is said, each thing once: texts with the same words are the same."""
    said = {text: what_it_says(text) for text in {s.text for s in statements}}
    return once(
        [s.text for s in statements],
        [said[s.text] for s in statements],
        set_apart=foreign(statements),
        may_quote=np.array([s.may_quote for s in statements], dtype=np.bool_),
    )


def once(
    texts: Sequence[str], said: Sequence[str], *, set_apart: NDArray[np.bool_], may_quote: NDArray[np.bool_]
) -> Texts:
    """What is said, each thing once.

    Args:
        texts: Of statements, in any order.
        said: Their folded forms; "" for one that says nothing.
        set_apart: Whether each is in another language, shape (n_statements,): a text is where all its forms are.
        may_quote: Whether each may be quoted, shape (n_statements,).
    """
    numbers: dict[str, int] = {}
    arrived = np.array([numbers.setdefault(key, len(numbers)) if key else -1 for key in said], dtype=np.int64)
    keys = list(numbers)
    order = _by_fingerprint(keys)
    place = np.empty(len(keys) + 1, dtype=np.int64)
    place[order] = np.arange(len(keys))
    place[-1] = -1
    of = place[arrived]
    n_keys = len(keys)
    rows = np.flatnonzero(of >= 0)
    in_english = np.bincount(of[rows[~set_apart[rows]]], minlength=n_keys)
    quoted = np.bincount(of[rows[may_quote[rows]]], minlength=n_keys)
    shown = _usual_forms(texts, of, rows, may_quote | np.append(quoted == 0, False)[of], n_keys)
    return Texts([keys[i] for i in order.tolist()], shown, in_english == 0, quoted > 0, of)


def _by_fingerprint(keys: Sequence[str]) -> NDArray[np.int64]:
    """The order of texts by their fingerprints, then by themselves."""
    prints = np.frombuffer(b"".join(map(fingerprint, keys)), dtype=">u8")
    order = np.argsort(prints, kind="stable")
    if (np.diff(prints[order]) == 0).any():  # two in 2**64: it does not happen, but if it does, arrival does not decide
        order = np.array(sorted(range(len(keys)), key=lambda i: (prints[i], keys[i])), dtype=np.int64)
    return order


def _usual_forms(
    texts: Sequence[str], of: NDArray[np.int64], rows: NDArray[np.int64], counts: NDArray[np.bool_], n_keys: int
) -> list[str]:
    """The most frequent written form of each text.

    Args:
        texts: Of statements.
        of: Which text each statement is, shape (n_statements,).
        rows: The statements that say something.
        counts: Whether the form of each statement may be shown, shape (n_statements,); for each text some are.
        n_keys: How many different texts there are.
    """
    able = rows[counts[rows]]
    first = np.zeros(n_keys, dtype=np.int64)
    first[of[able[::-1]]] = able[::-1]
    shown = [texts[row] for row in first.tolist()]
    forms: defaultdict[int, Counter[str]] = defaultdict(Counter)
    repeated = np.bincount(of[able], minlength=n_keys) > 1
    for row in able[repeated[of[able]]].tolist():
        forms[int(of[row])][texts[row]] += 1
    for key, written in forms.items():
        shown[key] = _usual(written)
    return shown


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


def foreign(statements: Sequence[Statement]) -> NDArray[np.bool_]:
    """Which of all statements of a run are in another language, as the run judged it; shape (n_statements,)."""
    surely = np.array([is_set_apart(s.text, s.kind) for s in statements], dtype=np.bool_)
    return all_set_apart(surely, [s.kind for s in statements])


def all_set_apart(surely: NDArray[np.bool_], kinds: Sequence[str]) -> NDArray[np.bool_]:
    """Which statements are in another language; where most surely are, those too that only lack English words.

    Args:
        surely: Which are by their letters or little words, shape (n_statements,).
        kinds: What the reading of its tone found each to be.
    """
    if 2 * int(surely.sum()) <= len(kinds) - kinds.count("unscorable"):
        return surely
    return np.array([kind == "other_language" for kind in kinds], dtype=np.bool_)


def _usual(forms: Counter[str]) -> str:
    """The most frequent of several ways to write the same."""
    return min(forms, key=lambda form: (-forms[form], fingerprint(form), form))
