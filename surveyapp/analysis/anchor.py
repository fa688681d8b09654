"""A new run that goes on from the last one: themes stay themselves as answers arrive (R12), and people's word stands.

A run that groups everything anew moves a third of the old members, and whoever follows a theme loses it. Here each old
text begins where it was and each new one with the nearest theme. Then members move, themes part and join, where that
raises modularity (`moves`), at the resolution of the last run: how fine themes are is a part of what they are.

`rounds` makes a whole run of it. `memory` is `update.memory` of the last run, `settled` what managers have decided
since: themes that are candidates with a decision, renamed, merged or split by hand are pinned, statements that were
moved by hand are placed. In a transaction the caller then makes rows for `update.born`, keeps `update.memory.aliases`
so that old links lead on, and shows `update.changes`. `update.advice` says when grouping everything anew is worth
proposing to a manager: `anew` does that.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from surveyapp.analysis.changes import Advice, Change, advise, changes_between
from surveyapp.analysis.cluster import (
    FEWEST_TO_GROUP,
    MOST_IN_GRAPH,
    Grouping,
    Labels,
    closest_middle,
    group,
    middles,
    numbered,
    spread_sub_themes,
    sub_themes,
)
from surveyapp.analysis.embed import GRID, FloatMatrix
from surveyapp.analysis.measure import agreement, stability
from surveyapp.analysis.membership import LEAST_RESEMBLANCE, Membership, have_own_themes
from surveyapp.analysis.moves import Mask, Situation, join_groups, move_members, part_groups
from surveyapp.analysis.neighbours import NEIGHBOURS, nearest, neighbour_graph
from surveyapp.analysis.texts import Texts

HOLD = 0.4
"""An old member leaves its theme only for a gain of more than two fifths of its ties. With half of that four in a
hundred more moved, for themes as good (on the sets of tests/benchmarks)."""
FEWEST_IN_PART = 8
SHARE_IN_PART = 0.01
"""A theme parts only into parts with so many texts, and with so large a share of all texts."""
ROUNDS = (6, 2)
"""Passes over all texts before themes part and join, and after."""


@dataclass(frozen=True)
class Memory:
    """What a run leaves to the next one; an empty one is that of a survey without a run."""

    theme_of: Mapping[str, int] = field(default_factory=dict)
    """Theme of each text, by its folded form."""
    resolutions: tuple[float, float] = (0.0, 0.0)
    """How fine the themes are: of texts in English, of those in other languages; 0 is not chosen yet."""
    texts_when_fresh: int = 0
    """How many different texts there were when all were grouped anew."""
    next_id: int = 0
    """Ids from here on were never given: an id says nothing but which theme it is, and none comes twice."""
    aliases: Mapping[int, int] = field(default_factory=dict)
    """Of each theme that joined another, that one (or one that has joined a further one since)."""

    def current(self, theme: int) -> int:
        """The theme in which *theme* goes on: itself, unless it joined another."""
        while theme in self.aliases:
            theme = self.aliases[theme]
        return theme


@dataclass(frozen=True)
class Settled:
    """What people have decided about themes: the machine does not undo it (R11)."""

    pinned: frozenset[int] = frozenset()
    """Themes with a decision or an edit: they take in new members, lose none, and never end."""
    placed: Mapping[str, int] = field(default_factory=dict)
    """Theme of each text that was put there by hand, by its folded form."""


@dataclass(frozen=True)
class Update:
    """The themes of a new run, and what became of those of the last one."""

    found: Membership
    """Where each text belongs; themes are numbered from 0."""
    ids: tuple[int, ...]
    """Id of the theme with each number."""
    born: tuple[int, ...]
    """Ids that are new: their themes need rows."""
    changes: tuple[Change, ...]
    """Per theme of this run, what is different since the last one; by id."""
    memory: Memory
    advice: Advice

    @property
    def theme_of_text(self) -> Labels:
        """Id of the theme of each text, shape (n_texts,); -1 for one that cannot be placed."""
        return np.append(np.array(self.ids, dtype=np.int64), -1)[self.found.labels]


@dataclass(frozen=True)
class _Pool:
    """Themes of some texts: those in English, or those in other languages."""

    labels: Labels
    """Theme of each text, shape (n_texts,): an old id, or for a new theme any number from `first_new` on."""
    parts: Labels
    """Sub-theme of each text, numbered from 0; -1 for none."""
    weak: Mask
    """Texts that are like few others, shape (n_texts,)."""
    resolution: float = 0.0
    steady: Mapping[int, float | None] = field(default_factory=dict)
    """How well each theme comes back."""
    agreed: tuple[float, float] | None = None
    """How well all of them together do, and how well themes found anew do; None for too few texts."""
    parents: Mapping[int, int] = field(default_factory=dict)
    into: Mapping[int, int] = field(default_factory=dict)


def go_on(texts: Texts, vectors: FloatMatrix, memory: Memory, settled: Settled | None = None) -> Update:
    """Find the themes of old and new texts so that old themes stay themselves.

    The result depends on the set of texts, the memory and what is settled: not on the order of rows or of arrival.

    Args:
        texts: All texts there are now; old ones that are gone count for nothing.
        vectors: Their vectors on the grid, shape (n_texts, n_dims), in a space learnt from all of them.
        memory: Of the last run.
        settled: What people have decided since.
    """
    settled = settled or Settled()
    before = looked_up(texts, memory.theme_of, memory)
    placed = looked_up(texts, settled.placed, memory)
    start = np.where(placed >= 0, placed, before)
    pinned = frozenset(memory.current(theme) for theme in settled.pinned)
    stays = (placed >= 0) | np.isin(start, sorted(pinned))
    given = {*memory.theme_of.values(), *settled.placed.values(), *settled.pinned, memory.next_id - 1}
    first_new = 1 + max(given)

    labels, parts = start.copy(), np.full(len(start), -1)
    weak = np.zeros(len(start), dtype=np.bool_)
    pools: list[_Pool] = []
    for rows, begin, resolution in zip(*_by_language(texts, start, stays), memory.resolutions, strict=True):
        pool = _go_on_with(
            vectors[rows], begin, stays[rows], pinned, resolution, max(first_new, labels.max(initial=-1) + 1)
        )
        labels[rows] = pool.labels
        parts[rows] = np.where(pool.parts < 0, -1, pool.parts + parts.max(initial=-1) + 1)
        weak[rows] = pool.weak
        pools.append(pool)
    labels = _with_left(vectors, labels)

    ids = _final_ids(labels, first_new)
    labels = np.array([ids[theme] for theme in labels.tolist()], dtype=np.int64)
    parents = {ids[part]: parent for pool in pools for part, parent in pool.parents.items() if part in ids}
    into = {old: ids.get(survivor, survivor) for pool in pools for old, survivor in pool.into.items()}
    present = set(texts.folded)
    gone = Counter(memory.current(theme) for text, theme in memory.theme_of.items() if text not in present)
    fresh = memory.texts_when_fresh if (before >= 0).any() else len(start)
    agreed = pools[0].agreed or (None, None)
    numbers = np.unique(labels[labels >= 0])
    steady = {ids[theme]: value for pool in pools for theme, value in pool.steady.items() if theme in ids}
    found = np.where(labels >= 0, np.searchsorted(numbers, labels), -1)
    return Update(
        found=Membership(
            found, parts, fit_to_middles(vectors, found), [steady.get(theme) for theme in numbers.tolist()], weak
        ),
        ids=tuple(numbers.tolist()),
        born=tuple(sorted(new for old, new in ids.items() if old >= first_new)),
        changes=changes_between(before.tolist(), labels.tolist(), gone=gone, parents=parents, into=into),
        memory=Memory(
            theme_of={text: theme for text, theme in zip(texts.folded, labels.tolist(), strict=True) if theme >= 0},
            resolutions=(pools[0].resolution, pools[1].resolution),
            texts_when_fresh=fresh,
            next_id=max(first_new, labels.max(initial=-1) + 1),
            aliases={**memory.aliases, **into},
        ),
        advice=advise(len(start), fresh, *agreed),
    )


def looked_up(texts: Texts, theme_of: Mapping[str, int], memory: Memory) -> Labels:
    """The theme that each text has there, followed to where it goes on; -1 for none; shape (n_texts,)."""
    found = (memory.current(theme_of[text]) if text in theme_of else -1 for text in texts.folded)
    return np.fromiter(found, dtype=np.int64, count=len(texts.folded))


def _by_language(texts: Texts, start: Labels, stays: Mask) -> tuple[tuple[Labels, Labels], tuple[Labels, Labels]]:
    """Which texts are grouped together, and the theme that each begins with.

    Texts in other languages are grouped among themselves where they are enough or have been before, but for those that
    people put to English ones; where they are few, none is in the second group.
    """
    english = np.flatnonzero(~texts.other_language)
    themes, number, sizes = np.unique(start, return_inverse=True, return_counts=True)
    n_english = np.bincount(number, weights=~texts.other_language, minlength=len(themes))
    is_among_english = (start >= 0) & (2 * n_english >= sizes)[number]
    others = np.flatnonzero(texts.other_language & ~(is_among_english & stays))
    begin = np.where(is_among_english[others], -1, start[others])
    if not have_own_themes(len(others), len(english)) and not (begin >= 0).any():
        others, begin = others[:0], begin[:0]
    return (english, others), (start[english], begin)


def _go_on_with(
    vectors: FloatMatrix, start: Labels, stays: Mask, pinned: frozenset[int], resolution: float, first_new: int
) -> _Pool:
    """Themes of texts that are grouped together.

    Args:
        vectors: Shape (n_texts, n_dims).
        start: Theme that each text begins with, shape (n_texts,); -1 for a new one.
        stays: Texts that keep their theme, shape (n_texts,).
        pinned: Themes that do not end.
        resolution: How fine themes are; 0 is not chosen yet.
        first_new: Number of the first new theme.
    """
    n = len(vectors)
    if n < FEWEST_TO_GROUP:
        alone = np.arange(n) + first_new
        return _Pool(np.where(start >= 0, start, alone), np.full(n, -1), np.zeros(n, dtype=np.bool_))
    fresh = group(vectors)
    if not (start >= 0).any():
        steady = dict(enumerate(stability(fresh.labels, fresh.resamples), start=first_new))
        score = _agreement(fresh, fresh.labels)
        return _Pool(fresh.labels + first_new, fresh.parts, fresh.weak, fresh.resolution, steady, (score, score))

    resolution = resolution or fresh.resolution
    known = np.unique(start[start >= 0])
    is_old = start >= 0
    labels = np.searchsorted(known, start)
    labels[~is_old] = closest_middle(vectors[~is_old], middles(vectors[is_old], labels[is_old]))
    core = slice(0, MOST_IN_GRAPH)
    near = nearest(vectors[core], 2 * NEIGHBOURS[1])
    given = Situation(
        graph=neighbour_graph(near, np.arange(len(near))),
        vectors=vectors[core],
        resolution=resolution,
        is_old=is_old[core],
        stays=stays[core],
    )
    kept = frozenset(np.flatnonzero(np.isin(known, sorted(pinned))).tolist()) | frozenset(labels[stays].tolist())
    labels, parents, into = _stepped(given, vectors, labels, is_old, stays, kept)

    def name(number: int) -> int:
        return int(known[number]) if number < len(known) else first_new + number - len(known)

    _, numbers = np.unique(labels, return_inverse=True)
    core_parts = sub_themes(vectors[core], given.graph, numbered(labels[core]))
    comes_back = stability(numbers, fresh.resamples)
    return _Pool(
        labels=np.array([name(i) for i in labels.tolist()], dtype=np.int64),
        parts=spread_sub_themes(vectors, labels, core_parts),
        weak=fresh.weak,
        resolution=resolution,
        steady={name(i): value for i, value in zip(np.unique(labels).tolist(), comes_back, strict=True)},
        agreed=(_agreement(fresh, numbers), _agreement(fresh, fresh.labels)),
        parents={name(part): name(parent) for part, parent in parents.items()},
        into={name(old): name(survivor) for old, survivor in into.items()},
    )


def _stepped(
    given: Situation, vectors: FloatMatrix, start: Labels, is_old: Mask, stays: Mask, kept: frozenset[int]
) -> tuple[Labels, dict[int, int], dict[int, int]]:
    """Move, part and join; then the texts beyond the graph follow their themes.

    Args:
        given: The graph of the first texts.
        vectors: Of all texts, as the next three are.
        start: Old themes are numbered from 0 without gaps.
        is_old: Which texts had a theme before.
        stays: Which texts keep it.
        kept: Themes that do not end.

    Returns:
        Theme of each text; of each new theme the one it parted from; of each old theme that is gone the one it joined.
    """
    n_core, n_known = len(given.stays), int(start.max()) + 1
    moved = move_members(given, start[:n_core], hold=HOLD, rounds=ROUNDS[0])
    fewest = max(FEWEST_IN_PART, int(np.ceil(SHARE_IN_PART * n_core)))
    parted = part_groups(given, moved, fewest=fewest, first_new=n_known)
    joined = join_groups(given, parted.labels, pinned=kept, first_new=n_known)
    core = move_members(given, joined.labels, hold=HOLD, rounds=ROUNDS[1])
    into = joined.into.copy()
    begun = np.where(is_old[:n_core], start[:n_core], -1)
    for theme in sorted({*begun.tolist()} - {*core.tolist(), *into, -1}):  # its members have all moved, one by one
        into[theme] = int(np.bincount(core[begun == theme]).argmax())
    labels = np.concatenate([core, start[n_core:]])
    if len(labels) > n_core:
        heirs = {theme: {_end_of(theme, into)} for theme in range(n_known)}
        for part, parent in parted.parents.items():
            heirs[parent].add(_end_of(part, into))
        labels = _with_rest(vectors, labels, heirs, is_old, stays, n_core)
    present = set(np.unique(labels).tolist())
    return (
        labels,
        {part: parent for part, parent in parted.parents.items() if part in present},
        {theme: _end_of(theme, into) for theme in into if theme < n_known},
    )


def _end_of(theme: int, into: Mapping[int, int]) -> int:
    while theme in into:
        theme = into[theme]
    return theme


def _with_rest(
    vectors: FloatMatrix, labels: Labels, heirs: Mapping[int, set[int]], is_old: Mask, stays: Mask, n_core: int
) -> Labels:
    """The labels, with old texts beyond the graph in what became of their theme, and new ones at the nearest middle."""
    labels = labels.copy()
    rest = np.arange(len(labels)) >= n_core
    before = labels.copy()
    for theme, followers in heirs.items():
        rows = np.flatnonzero(rest & is_old & ~stays & (before == theme))
        choice = np.array(sorted(followers))
        inside = np.flatnonzero(~rest & np.isin(labels, choice))
        is_told_apart = len(choice) > 1 and len(np.unique(labels[inside])) == len(choice)
        if len(rows) and is_told_apart:
            centres = middles(vectors[inside], np.searchsorted(choice, labels[inside]))
            labels[rows] = choice[closest_middle(vectors[rows], centres)]
        elif theme not in followers:
            labels[rows] = choice[0]
    settled = ~rest | is_old
    numbers = np.unique(labels[settled])
    centres = middles(vectors[settled], np.searchsorted(numbers, labels[settled]))
    labels[~settled] = numbers[closest_middle(vectors[~settled], centres)]
    return labels


def _agreement(fresh: Grouping, labels: Labels) -> float:
    """How far themes, numbered from 0, agree with groupings of parts of the texts: mean over them."""
    return float(np.mean([agreement(labels[part.rows], part.labels) for part in fresh.resamples]))


def _with_left(vectors: FloatMatrix, labels: Labels) -> Labels:
    """The labels, with texts that have no theme yet put to the one they are most like; what is like none stays -1."""
    left, placed = np.flatnonzero(labels < 0), labels >= 0
    if not len(left) or not placed.any():
        return labels
    numbers = np.unique(labels[placed])
    centres = middles(vectors[placed], np.searchsorted(numbers, labels[placed]))
    closest = closest_middle(vectors[left], centres)
    alike = (vectors[left].astype(np.float64) * centres[closest]).sum(axis=1) / GRID**2
    labels = labels.copy()
    labels[left] = np.where(alike >= LEAST_RESEMBLANCE, numbers[closest], -1)
    return labels


def _final_ids(labels: Labels, first_new: int) -> dict[int, int]:
    """The id of each theme that has texts: old ones keep theirs, new ones are numbered by size, then by first text."""
    themes, first, sizes = np.unique(labels, return_index=True, return_counts=True)
    new = sorted(
        (-size, place, theme)
        for theme, place, size in zip(themes.tolist(), first.tolist(), sizes.tolist(), strict=True)
        if theme >= first_new
    )
    return {theme: theme for theme in themes.tolist() if theme < first_new} | {
        theme: first_new + i for i, (_, _, theme) in enumerate(new)
    }


def fit_to_middles(vectors: FloatMatrix, labels: Labels) -> NDArray[np.float64]:
    """Cosine of each text to the middle of its theme, shape (n_texts,); 0 for one without."""
    placed = labels >= 0
    if not placed.any():
        return np.zeros(len(labels))
    centres = middles(vectors[placed], labels[placed])
    fit: NDArray[np.float64] = (vectors.astype(np.float64) * centres[labels]).sum(axis=1) / GRID**2
    return np.where(placed, fit, 0.0)
