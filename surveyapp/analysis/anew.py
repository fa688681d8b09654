"""Group everything anew, when a manager asks for it: the same theme keeps its id, and what people decided stands."""

from collections import Counter, defaultdict

import numpy as np

from surveyapp.analysis.anchor import Memory, Settled, Update, fit_to_middles, go_on, looked_up
from surveyapp.analysis.changes import changes_between
from surveyapp.analysis.cluster import Labels
from surveyapp.analysis.embed import FloatMatrix
from surveyapp.analysis.match import match
from surveyapp.analysis.membership import Membership
from surveyapp.analysis.texts import Texts


def start_anew(texts: Texts, vectors: FloatMatrix, memory: Memory, settled: Settled) -> Update:
    """Find the themes as if there had been no run, then tell which of them are themes of the last one (`match`).

    Pinned themes keep their texts and take in those of the new theme that is most like them (R11).

    Args:
        texts: All texts there are now.
        vectors: Their vectors on the grid, shape (n_texts, n_dims).
        memory: Of the last run.
        settled: What people have decided since.
    """
    fresh = go_on(texts, vectors, Memory(next_id=memory.next_id))
    before, placed = looked_up(texts, memory.theme_of, memory), looked_up(texts, settled.placed, memory)
    pinned = {memory.current(theme) for theme in settled.pinned}
    stays = np.where(placed >= 0, placed, np.where(np.isin(before, sorted(pinned)), before, -1))
    same = _same_themes(before, fresh.theme_of_text)
    kept = np.array([same.get(theme, theme) for theme in fresh.theme_of_text.tolist()], dtype=np.int64)
    labels = np.where(stays >= 0, stays, kept)
    parts = np.where((labels >= 0) & (labels == kept), fresh.found.parts, -1)
    numbers = np.unique(labels[labels >= 0])
    found = np.where(labels >= 0, np.searchsorted(numbers, labels), -1)
    steady = {same.get(theme, theme): how for theme, how in zip(fresh.ids, fresh.found.stability, strict=True)}
    present = set(texts.folded)
    gone = Counter(memory.current(theme) for text, theme in memory.theme_of.items() if text not in present)
    return Update(
        found=Membership(
            found,
            _without_gaps(parts),
            fit_to_middles(vectors, found),
            [steady.get(theme) for theme in numbers.tolist()],
            fresh.found.weak,
        ),
        ids=tuple(numbers.tolist()),
        born=tuple(theme for theme in numbers.tolist() if theme >= memory.next_id),
        changes=changes_between(before.tolist(), labels.tolist(), gone=gone, parents={}, into={}),
        memory=Memory(
            theme_of={text: theme for text, theme in zip(texts.folded, labels.tolist(), strict=True) if theme >= 0},
            resolutions=fresh.memory.resolutions,
            texts_when_fresh=fresh.memory.texts_when_fresh,
            next_id=fresh.memory.next_id,
            aliases=memory.aliases,
        ),
        advice=fresh.advice,
    )


def _same_themes(before: Labels, after: Labels) -> dict[int, int]:
    """Of each theme found anew that is a theme of the last run, that one's id."""
    old, new = _members(before), _members(after)
    old_ids, new_ids = sorted(old), sorted(new)
    pairs = match([old[theme] for theme in old_ids], [new[theme] for theme in new_ids]) if old and new else {}
    return {new_ids[number]: old_ids[earlier] for number, (earlier, _) in pairs.items()}


def _members(labels: Labels) -> dict[int, set[int]]:
    members: dict[int, set[int]] = defaultdict(set)
    for text, theme in enumerate(labels.tolist()):
        if theme >= 0:
            members[theme].add(text)
    return dict(members)


def _without_gaps(parts: Labels) -> Labels:
    """The parts numbered from 0; -1 stays."""
    numbers = np.unique(parts[parts >= 0])
    return np.where(parts >= 0, np.searchsorted(numbers, parts), -1)
