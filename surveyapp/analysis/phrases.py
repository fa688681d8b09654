"""Words and short phrases of texts, and those that tell one theme from the others."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import log, sqrt
from typing import NamedTuple

import numpy as np

from surveyapp.analysis.cluster import Labels
from surveyapp.analysis.lexicon import tag
from surveyapp.analysis.places import KINDS_OF_PLACE, place_names
from surveyapp.analysis.tone_scan import word_set
from surveyapp.analysis.words import STOP_WORDS, stem, words_and_marks, written_large

MOST_READ = 400
"""Texts of a theme, and of a sub-theme, whose phrases are counted: the first in their order, which nobody chose. A
keyword stands in COVERAGE of them, 28 texts, so that the chance of missing one is small."""
MOST_KEYWORDS = 4
COVERAGE = 0.07
"""A keyword stands in at least this share of the theme's texts, and in FEWEST_WITH_KEYWORD of them."""
FEWEST_WITH_KEYWORD = 3
FEWEST_IN_SMALL = 2
"""The same in a theme of fewer than SMALL texts."""
SMALL = 30
MOST_COMMON = 0.15
"""What stands in more than this share of all texts tells no theme from another."""
USUAL = 0.02
"""The name of a place in more than this share of all texts is that of the place that all are about."""
FEWEST_TO_BE_COMMON = 20
"""With fewer texts than this nothing is called common."""
LONGER_PHRASE = 0.35
"""A phrase says more than a word: what each word beyond the first adds to its score."""
INSIDE_PHRASE = frozenset({"of", "and"})
"""The stop words that a phrase of three words may have in its middle: "quality of life"."""
WEIGHT_OF_KIND = {"N": 1.0, "": 1.0, "J": 0.7, "V": 0.6, "R": 0.3, "F": 1.0}
"""What a keyword's score is worth by the kind of its last word: things name a theme, "higher" and "done" hardly do."""
WEIGHT_OF_OTHER_KINDS = 0.2
WEAK = word_set(
    """
    people person time year day week work idea help use change issue problem part number kind everyone anyone today
    need want country world place area fact point lack attention priority option options level term matter
    """
)
"""Words that stand in wishes of any kind: they count half."""
SAME_TEXT = 0.6
"""Two texts that have so much of the shorter one's words in common are counted once for a keyword."""
MOST_COMPARED = 12
"""Texts with a keyword that are compared for being the same: where more have it, some differ."""
SAME_BEGINNING = (5, 0.6)
"""Two words are one for a reader when they begin with so many letters alike, and so large a share of the longer:
"homeless" and "homelessness"."""

_ROOT = re.compile(r"(?<=[a-z]{3})(?:e|er|ers|ing|ed|ion|ions)$")


@dataclass(frozen=True)
class Phrases:
    """Words and short phrases of the texts that were read, counted by their stems."""

    of_text: dict[int, frozenset[str]]
    """Row of each text that was read, and its phrases."""
    words_of: dict[int, frozenset[str]]
    """Those of them that are single words."""
    stands_for: dict[int, float]
    """How many texts of its theme each text that was read stands for."""
    in_texts: dict[str, float]
    """About how many of all texts have a phrase."""
    n_texts: int
    empty: frozenset[str]
    """Words that say nothing: stop words and those of the frame."""
    shown_as: dict[str, str]
    """Most frequent written form of a stem phrase."""
    places: frozenset[str]
    """Words that name a place."""
    written_small: frozenset[str]
    """Words that are no names."""
    often: frozenset[str]
    """Words that several texts have, so that they are no slip of the pen."""

    def is_usual(self, word: str) -> bool:
        """Whether a word, in small letters, is of the frame or in so many texts that it marks none of them."""
        return word in self.empty or self.in_texts.get(stem(word), 0.0) > USUAL * self.n_texts


def read_first(groups: Labels) -> Labels:
    """The first MOST_READ rows of each group, in order; shape (n_read,).

    Args:
        groups: Group of each text, shape (n_texts,); -1 for none.
    """
    order = np.argsort(groups, kind="stable")
    ranked = groups[order]
    place = np.arange(len(order)) - np.searchsorted(ranked, ranked, side="left")
    rows: Labels = np.sort(order[(place < MOST_READ) & (ranked >= 0)]).astype(np.int64)
    return rows


def count_phrases(
    texts: Sequence[str], frame: frozenset[str], *groupings: Labels, names: frozenset[str] | None = None
) -> Phrases:
    """Find the phrases of one to three words that neither begin nor end with a stop word or a word of the frame.

    Args:
        texts: Distinct texts.
        frame: Words that weigh nothing, such as those of the question.
        groupings: Themes of the texts, then their sub-themes, each of shape (n_texts,); of large ones the first
            texts are read. Without any, of all texts.
        names: Words that are mostly written with a capital; if not given, in the texts that are read.
    """
    themes = groupings[0] if groupings else np.zeros(len(texts), dtype=np.int64)
    rows = np.unique(np.concatenate([read_first(labels) for labels in groupings or (themes,)]))
    sizes, n_read = (np.bincount(labels + 1, minlength=1) for labels in (themes, themes[rows]))
    read = [texts[row] for row in rows.tolist()]
    said = list(map(words_and_marks, read))
    said_by = Counter(chain.from_iterable(map(frozenset, said)))
    ends_phrase = _EndsPhrase(STOP_WORDS | frame)
    written = [_phrases(words, ends_phrase) for words in said]
    forms = Counter(chain.from_iterable(chain.from_iterable(written)))
    stems_of = {form: stem(form) if " " not in form else _stems(form) for form in forms}
    of_text, words_of, stands_for = {}, {}, {}
    of_theme: defaultdict[int, list[frozenset[str]]] = defaultdict(list)
    for row, theme, (single, longer) in zip(rows.tolist(), themes[rows].tolist(), written, strict=True):
        words_of[row] = frozenset(map(stems_of.__getitem__, single))
        of_text[row] = words_of[row].union(map(stems_of.__getitem__, longer))
        stands_for[row] = float(sizes[theme + 1] / n_read[theme + 1])
        of_theme[theme].append(of_text[row])
    in_texts: dict[str, float] = {}
    for theme in sorted(of_theme):
        each = float(sizes[theme + 1] / n_read[theme + 1])
        for stems, n in Counter(chain.from_iterable(of_theme[theme])).items():
            in_texts[stems] = in_texts.get(stems, 0.0) + n * each
    names = written_large(read) if names is None else names
    return Phrases(
        of_text,
        words_of,
        stands_for,
        in_texts,
        len(texts),
        ends_phrase.empty,
        _shown_as(forms, stems_of),
        places=place_names(read, names),
        written_small=frozenset(word for word in said_by if word[0].isalnum()) - names,
        often=frozenset(word for word, n in said_by.items() if n >= FEWEST_WITH_KEYWORD and word[0].isalnum()),
    )


class _EndsPhrase(dict[str, bool]):
    """Whether a phrase may begin or end with a word: looked up once for each different word."""

    def __init__(self, empty: frozenset[str]) -> None:
        self.empty = empty

    def __missing__(self, word: str) -> bool:
        self[word] = word[0].isalnum() and word not in self.empty and not word.isdigit() and len(word) > 1
        return self[word]


def _stems(phrase: str) -> str:
    """The stems of the words of a phrase: only an "s" at a word's end is ever lost."""
    return " ".join(map(stem, phrase.split(" "))) if "s " in phrase or phrase[-1] == "s" else phrase


def _shown_as(forms: Mapping[str, int], stems_of: Mapping[str, str]) -> dict[str, str]:
    """The most frequent written form of each stem phrase; of several the first in the alphabet."""
    shown_as: dict[str, str] = {}
    for form, n in forms.items():
        other = shown_as.setdefault(stems_of[form], form)
        if other is not form and (-n, form) < (-forms[other], other):
            shown_as[stems_of[form]] = form
    return shown_as


def _phrases(said: Sequence[str], ends_phrase: _EndsPhrase) -> tuple[list[str], list[str]]:
    """The words of a text that could be keywords, and its longer phrases, as written; given its words and marks."""
    may_end = [*map(ends_phrase.__getitem__, said), False, False]
    single, longer = [], []
    for i, word in enumerate(said):
        if not may_end[i]:
            continue
        if len(word) > 2:
            single.append(word)
        if may_end[i + 1]:
            two = f"{word} {said[i + 1]}"
            longer.append(two)
            if may_end[i + 2]:
                longer.append(f"{two} {said[i + 2]}")
        elif may_end[i + 2] and said[i + 1] in INSIDE_PHRASE:
            longer.append(f"{word} {said[i + 1]} {said[i + 2]}")
    return single, longer


class Inside(NamedTuple):
    """What the texts of one theme say."""

    n_texts: int
    read: list[int]
    """Rows of its texts that were read, at most MOST_READ."""
    counts: Counter[str]
    """How many of these have each phrase."""

    @property
    def fewest(self) -> int:
        """How many texts have a keyword at least."""
        return FEWEST_WITH_KEYWORD if self.n_texts >= SMALL else min(FEWEST_IN_SMALL, self.n_texts)


def look_inside(phrases: Phrases, rows: Labels) -> Inside:
    """Count the phrases in some texts.

    Args:
        phrases: Phrases of all texts.
        rows: The texts of a theme.
    """
    read = [row for row in rows.tolist() if row in phrases.of_text][:MOST_READ]
    return Inside(len(rows), read, Counter(chain.from_iterable(map(phrases.of_text.__getitem__, read))))


def scores(phrases: Phrases, inside: Inside) -> dict[str, float]:
    """How well each phrase that stands in much of a theme tells it from the others.

    The score is the root of the share of the theme's texts that have it, times the logarithm of how many times that
    is its share of the other texts; longer phrases and things are favoured.
    """
    n_read, n_inside, n_all = len(inside.read), inside.n_texts, phrases.n_texts
    part = n_inside / max(1, n_read)
    enough = max(inside.fewest, COVERAGE * n_read)
    may_be_common = n_inside < n_all / 2 and n_all >= FEWEST_TO_BE_COMMON
    found = {}
    for stems, n in inside.counts.items():
        if n < enough:
            continue
        everywhere = phrases.in_texts[stems]
        if may_be_common and everywhere > MOST_COMMON * n_all:
            continue
        outside = max(0.0, everywhere - n * part)
        lift = log((n / n_read) / ((outside + 0.5) / (n_all - n_inside + 1)))
        if lift > 0:
            longer = 1 + LONGER_PHRASE * stems.count(" ")
            found[stems] = sqrt(n / n_read) * lift * longer * _weight(phrases.shown_as[stems])
    return found


def keywords(phrases: Phrases, inside: Inside, found: Mapping[str, float] | None = None) -> list[str]:
    """Stem phrases that tell a theme from the others, best first: no word twice, no place alone, no repeated text.

    Args:
        phrases: Phrases of all texts.
        inside: What the theme's texts say.
        found: The scores of its phrases, where they are known already.
    """
    found = scores(phrases, inside) if found is None else found
    chosen: list[str] = []
    for stems in sorted(found, key=lambda s: (-found[s], s)):
        if len(chosen) == MOST_KEYWORDS:
            break
        shown = phrases.shown_as[stems].split()
        if only_a_place(shown, phrases.places) or any(_alike(a, b) for a in shown for c in chosen for b in c.split()):
            continue
        if inside.counts[stems] > MOST_COMPARED or _different(
            stems, [phrases.words_of[row] for row in inside.read if stems in phrases.of_text[row]], inside.fewest
        ):
            chosen.append(stems)
    return chosen


def only_a_place(phrase: Sequence[str], places: frozenset[str]) -> bool:
    """Whether a phrase, in small letters, is the name of a place and nothing else."""
    names = [word.removesuffix("'s") for word in phrase]
    return any(name in places for name in names) and all(name in places or name in KINDS_OF_PLACE for name in names)


def _weight(shown: str) -> float:
    """What a phrase is worth by the kind of its last word."""
    first, *_, last = shown.split() * 2
    kind = tag(last)[:1]
    weight = WEIGHT_OF_KIND.get(kind, WEIGHT_OF_OTHER_KINDS)
    return weight * (0.5 if first == last and stem(last) in WEAK else 1.0)


def _alike(first: str, second: str) -> bool:
    """Whether a reader takes two words for one."""
    if first[0] != second[0]:
        return False
    if first == second or _ROOT.sub("", stem(first)) == _ROOT.sub("", stem(second)):
        return True
    shorter = min(len(first), len(second))
    common = next((i for i in range(shorter) if first[i] != second[i]), shorter)
    fewest, share = SAME_BEGINNING
    return common >= fewest and common >= share * max(len(first), len(second))


def _different(keyword: str, having: Sequence[frozenset[str]], fewest: int) -> bool:
    """Whether enough texts with a keyword are left when those with much the same other words are counted once."""
    own = set(keyword.split())
    kept: list[frozenset[str]] = []
    for found in having:
        others = found - own
        if all(not others or len(others & one) < SAME_TEXT * min(len(others), len(one)) for one in kept):
            kept.append(others)
    return len(kept) >= fewest
