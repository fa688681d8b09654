"""What a theme is called, which words tell it from the others, who says it best."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from surveyapp.analysis.cluster import Labels
from surveyapp.analysis.embed import GRID, FloatMatrix
from surveyapp.analysis.goal_sentence import propose
from surveyapp.analysis.phrases import Inside, Phrases, keywords, look_inside, only_a_place, scores
from surveyapp.analysis.reader import Piece, Reader
from surveyapp.analysis.sides import Side, are_opposite, denied
from surveyapp.analysis.titles import MOST_EASE

MOST_QUOTES = 3
TITLES_LOOKED_AT = 60
"""Statements of a theme that are considered for its title and quotes: those nearest its middle."""
CORE = 0.6
"""The share of a theme's texts, those nearest its middle, whose own middle a title should be near: the rest is what
nobody else said."""
WHAT_TELLS = 0.16
"""What a title gains that has the word that tells most, as cosine; others as much less as they tell less."""
MOST_THAT_TELLS = 1.5
"""Words of a title that count so, in units of the one that tells most: one more is no gain."""
WHAT_IS_SPOKEN_OF = 0.25
"""What a title gains whose telling words are in all texts of the theme, one or another of them; else in proportion."""
ABOUT_THE_POLL = 0.2
"""A theme is about the survey itself when so large a share of its texts are."""
WHAT_NOBODY_SHARES = 0.20
"""What a title loses when its words are in no other text of the theme: it is about something of its own."""
WELL_SHARED = 0.12
"""A word that so large a share of the theme's texts have is shared in full, with fewer in proportion."""
A_PLACE = 0.04
"""What a title loses for naming a place, and once more for a second: its theme is seldom about that place alone."""
MINORITY_SIDE = 0.15
"""What a title loses when it is against something most of the theme is not against, as cosine; or the other way."""
UNQUOTED = "Ideas that may not be quoted"
"""What a theme is called that has neither a text that may be quoted nor keywords."""
MIXED = (0.15, 0.6)
"""A theme is of many kinds when it is among so large a share of themes whose texts are least alike, and these are less
alike than so large a share of what is usual: its title speaks for its largest part."""
SAME_THING = 0.5
"""Cosine from which a text is like the title as a whole."""
OTHER_SIDE = 0.05
"""From this share on of those who speak of it, what the other side says is shown beside the title."""
SAME_WORDS = 0.7
"""A text speaks of the same thing as the title when it has so much of what the title's words carry."""
LEAST_CARRIED = 0.2
"""What a word carries that tells nothing about its theme; the one that tells most carries one more."""
SAME_BEGINNING = 5
"""Letters that two forms of one word begin with alike."""
QUOTE_UNLIKE_OTHERS = 0.5
"""How much a quote loses for being like one already chosen, per cosine."""


@dataclass(frozen=True)
class Description:
    """How a theme is shown."""

    title: str
    """A statement of the theme, or a piece of one, verbatim but for marks at its ends."""
    keywords: tuple[str, ...]
    quotes: tuple[int, ...]
    """Row numbers of texts, the most telling first."""
    goal: str | None = None
    """The title as a goal sentence, where grammar is sure."""
    opposite: tuple[int, float] | None = None
    """Row number of the text that says the opposite best, and the share of the theme's texts on its side."""
    is_mixed: bool = False
    """Whether its texts are of many kinds, so that no title could speak for all."""


class _Worth(NamedTuple):
    """What a word stem is worth in a title of one theme."""

    tells: float
    """How well it tells the theme from the others, 1 being the best; 0 for one that does not."""
    shared: float
    """1 for one that enough of its texts have, with fewer in proportion; 0 for one that no two have."""
    texts_with: int
    """If it tells, the texts of the theme that have it: one bit for each text that was read."""


_NOTHING = _Worth(0.0, 0.0, 0)


@dataclass(frozen=True)
class _Telling:
    """What the words of one theme are worth in its title."""

    stems: dict[str, _Worth]
    n_read: int
    of_the_poll: bool
    """Whether much of the theme is about the survey itself, so that its title may be so, too."""
    against: bool
    """Whether most of its texts are against something."""
    on_side: Labels
    """Rows of the texts on that side, of those that were read."""

    def tells(self, stems: str) -> float:
        """How well a word stem tells the theme from the others, from 0 to 1."""
        return self.stems.get(stems, _NOTHING).tells


def describe(
    texts: Sequence[str],
    vectors: FloatMatrix,
    labels: Labels,
    *,
    quotable: NDArray[np.bool_],
    centres: FloatMatrix,
    phrases: Phrases,
    place: Callable[[Sequence[Sequence[str]]], FloatMatrix],
    reader: Reader | None = None,
) -> list[Description]:
    """Title, keywords and quotes of each theme.

    Args:
        texts: Distinct texts.
        vectors: Where they are, on the grid, shape (n_texts, n_dims).
        labels: Theme of each text, shape (n_texts,); -1 belongs to none.
        quotable: Whether the text may be a title or a quote, shape (n_texts,). A theme without such a text is called
            by its keywords.
        centres: Middle of each theme, shape (n_themes, n_dims).
        phrases: Phrases of the texts, these themes' among them.
        place: Gives vectors of texts that are given as their words.
        reader: Has read texts with these phrases, where it has done so.
    """
    reader = reader or Reader(phrases)
    members = [np.flatnonzero(labels == theme) for theme in range(len(centres))]
    typical = [_typical(vectors, rows[quotable[rows]], centre) for rows, centre in zip(members, centres, strict=True)]
    pieces = [[piece for row in rows.tolist() for piece in reader.pieces(texts[row], row)] for rows in typical]
    vectors_of = [vectors[[piece.row for piece in group]] for group in pieces]
    placed = reader.placed([piece.text for group in pieces for piece in group if piece.is_cut], place)
    for group, vectors_here in zip(pieces, vectors_of, strict=True):
        for i, piece in enumerate(group):
            if piece.is_cut:
                vectors_here[i] = placed[piece.text]
    described = []
    mixed = _of_many_kinds(vectors, members)
    for theme, (rows, centre) in enumerate(zip(members, centres, strict=True)):
        of_pieces = vectors_of[theme].astype(np.float64)
        inside = look_inside(phrases, rows)
        found = scores(phrases, inside)
        shown = tuple(phrases.shown_as[stems] for stems in keywords(phrases, inside, found))
        if not len(typical[theme]):
            described.append(Description(", ".join(shown) or UNQUOTED, shown, (), is_mixed=theme in mixed))
            continue
        telling = _telling(texts, reader, inside, found)
        alike = of_pieces @ _core(vectors, telling.on_side, centre) / GRID
        nearest = int(typical[theme][0])
        best = _title(pieces[theme], alike, telling, reader)
        title, source, _ = pieces[theme][best] if best is not None else Piece(texts[nearest], nearest, False)
        goal = propose(title, phrases.written_small)
        like_title = (vectors[typical[theme]] @ vectors_of[theme][best or 0]).astype(np.float64) / GRID**2
        described.append(
            Description(
                title,
                shown,
                _quotes(texts, reader, vectors, typical[theme], centre, source),
                goal.words if goal else None,
                _opposite(texts, reader, typical[theme], title, telling, like_title) if best is not None else None,
                theme in mixed,
            )
        )
    return described


def _of_many_kinds(vectors: FloatMatrix, members: Sequence[Labels]) -> set[int]:
    """The few themes whose texts are much less alike, two by two, than is usual."""
    closeness = []
    for rows in members:
        total = vectors[rows].astype(np.float64).sum(axis=0) / GRID
        closeness.append((float(total @ total) - len(rows)) / max(1, len(rows) * (len(rows) - 1)))
    usual = [close for close, rows in zip(closeness, members, strict=True) if len(rows) > 1]
    share, least = MIXED
    lowest = sorted(usual)[: round(share * len(usual))]
    return {theme for theme, close in enumerate(closeness) if close in lowest and close < least * np.median(usual)}


def _telling(texts: Sequence[str], reader: Reader, inside: Inside, found: dict[str, float]) -> _Telling:
    """What the words of a theme are worth: a place tells nothing."""
    phrases = reader.phrases
    single = {
        stems: score
        for stems, score in found.items()
        if " " not in stems and not only_a_place([phrases.shown_as[stems]], phrases.places)
    }
    most = max(single.values(), default=1.0)
    n_read = len(inside.read)
    enough = max(2.0, WELL_SHARED * n_read)
    texts_with = dict.fromkeys(single, 0)
    telling = frozenset(single)
    for bit, row in enumerate(inside.read):
        for stems in telling & phrases.words_of[row]:
            texts_with[stems] |= 1 << bit
    says_no = np.array([reader.is_against(texts[row]) for row in inside.read])
    against = bool(says_no.mean() > 0.5)
    return _Telling(
        {
            stems: _Worth(
                single.get(stems, 0.0) / most, min(1.0, n / enough) if n > 1 else 0.0, texts_with.get(stems, 0)
            )
            for stems, n in inside.counts.items()
            if n > 1 or stems in single
        },
        n_read,
        sum(reader.is_about_the_poll(texts[row]) for row in inside.read) / n_read >= ABOUT_THE_POLL,
        against,
        np.array(inside.read, dtype=np.int64)[says_no == against],
    )


def _core(vectors: FloatMatrix, on_side: Labels, centre: FloatMatrix) -> NDArray[np.float64]:
    """The mean direction of the CORE nearest texts of the majority side of a theme; shape (n_dims,)."""
    alike = vectors[on_side] @ centre  # whole numbers: exact in any order
    nearest = np.sort(on_side[np.argsort(-alike, kind="stable")[: max(1, round(CORE * len(on_side)))]])
    total: NDArray[np.float64] = vectors[nearest].sum(axis=0, dtype=np.float64)
    return total / max(float(np.sqrt((total * total).sum())), 1e-9)


def _opposite(
    texts: Sequence[str],
    reader: Reader,
    rows: Labels,
    title: str,
    telling: _Telling,
    like_title: NDArray[np.float64],
) -> tuple[int, float] | None:
    """The text most like the title that says the opposite, if enough of those who speak of the same thing do.

    A text speaks of it when it has the word of the title that tells most, and is either like the title as a whole or
    has most of what its words carry.

    Args:
        texts: Distinct texts.
        reader: Reads them.
        rows: Those of the theme that are looked at.
        title: The title of the theme.
        telling: What words are worth.
        like_title: Cosine of each of the rows to the title, shape (n_rows,).
    """
    own = {stems: LEAST_CARRIED + telling.tells(stems) for stems in sorted(reader.what_it_says(title))}
    if not own or not reader.is_wish(title):
        return None
    main = min(own, key=lambda stems: (-own[stems], stems))
    enough = SAME_WORDS * sum(own.values())
    speaking = {}
    for row, alike in zip(rows.tolist(), like_title.tolist(), strict=True):
        said = reader.what_it_says(texts[row])
        if main in said and (alike >= SAME_THING or sum(own[stems] for stems in own if stems in said) >= enough):
            speaking[row] = alike
    others = [row for row in speaking if reader.is_wish(texts[row]) and _opposes(reader, texts[row], title)]
    share = len(others) / max(1, len(speaking))
    return (min(others, key=lambda row: (-speaking[row], row)), share) if others and share >= OTHER_SIDE else None


def _opposes(reader: Reader, text: str, title: str) -> bool:
    """Whether a text and a title are on opposite sides of one thing: what either denies, the other speaks of."""
    sides = reader.side(text), reader.side(title)
    if not are_opposite(*sides):
        return False
    for taken, one, other in zip(sides, (text, title), (title, text), strict=True):
        first = reader.first_said(denied(one)) if taken is Side.DENIED else ""
        if first and not any(_begin_alike(first, stems) for stems in reader.what_it_says(other)):
            return False
    return True


def _begin_alike(first: str, second: str) -> bool:
    """Whether two stems are forms of one word: "open" and "opened"."""
    return first.startswith(second[:SAME_BEGINNING]) or second.startswith(first[:SAME_BEGINNING])


def _typical(vectors: FloatMatrix, rows: Labels, centre: FloatMatrix) -> Labels:
    """The rows nearest to a middle, nearest first; shape (at most TITLES_LOOKED_AT,)."""
    alike = vectors[rows] @ centre
    return rows[np.argsort(-alike, kind="stable")[:TITLES_LOOKED_AT]]


def _title(pieces: Sequence[Piece], alike: NDArray[np.float64], telling: _Telling, reader: Reader) -> int | None:
    """Which piece is near the middle and says a wish in words that the theme shares; None without pieces.

    Args:
        pieces: What could be the title.
        alike: Cosine of each piece to the middle of the theme's core, shape (n_pieces,).
        telling: What words are worth.
        reader: Reads them.
    """
    worth = alike.copy()
    for number, piece in enumerate(pieces):
        own, n_places = reader.carrying(piece.text)
        tells, alone, spoken_of = 0.0, 0.0, 0
        for stems in own:
            worth_of = telling.stems.get(stems, _NOTHING)
            tells += worth_of.tells
            alone += 1 - worth_of.shared
            spoken_of |= worth_of.texts_with
        worth[number] += WHAT_TELLS * min(MOST_THAT_TELLS, tells) - A_PLACE * min(2, n_places)
        worth[number] += WHAT_IS_SPOKEN_OF * spoken_of.bit_count() / max(1, telling.n_read)
        worth[number] -= WHAT_NOBODY_SHARES * alone / max(1, len(own))
    best, best_score = None, -np.inf
    for number in np.argsort(-worth, kind="stable").tolist():
        if worth[number] + MOST_EASE <= best_score:  # nor will any that follows be better
            break
        piece = pieces[number].text
        score = float(worth[number]) + reader.ease(piece, telling.of_the_poll)
        score -= MINORITY_SIDE * (reader.is_against(piece) != telling.against)
        if score > best_score + 1e-9:
            best, best_score = number, score
    return best


def _quotes(
    texts: Sequence[str], reader: Reader, vectors: FloatMatrix, rows: Labels, centre: FloatMatrix, titled: int
) -> tuple[int, ...]:
    """Texts near the middle and unlike each other; the one that gave the title only where there are too few."""
    left = [int(row) for row in rows if row != titled]
    if len(left) < MOST_QUOTES:
        left.append(titled)
    of_left = vectors[left]
    alike = (of_left @ centre).astype(np.float64) / GRID**2
    score = alike + np.array([reader.quotes_well(texts[row]) for row in left])
    like_chosen = np.zeros(len(left))
    chosen: list[int] = []
    while len(chosen) < min(MOST_QUOTES, len(left)):
        open_score = score - QUOTE_UNLIKE_OTHERS * like_chosen
        open_score[[left.index(row) for row in chosen]] = -np.inf
        chosen.append(left[int(np.argmax(open_score))])
        like = (of_left @ vectors[chosen[-1]]).astype(np.float64) / GRID**2
        like_chosen = np.maximum(like_chosen, like)
    return tuple(chosen)
