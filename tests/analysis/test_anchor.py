import random
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from surveyapp.analysis import anchor
from surveyapp.analysis.anchor import Memory, Settled, Update, go_on
from surveyapp.analysis.cluster import Labels
from surveyapp.analysis.embed import GRID, FloatMatrix, learn_space
from surveyapp.analysis.results import Statement
from surveyapp.analysis.sentiment import shared_analyser
from surveyapp.analysis.texts import Texts, different
from tests.analysis.arriving import wishes


def planted(*sizes: int, dims: int = 40) -> tuple[Texts, FloatMatrix, Labels]:
    """Texts of groups of these sizes, mixed, with vectors around middles that do not depend on the sizes."""
    numbers = np.random.default_rng(5)
    middles = numbers.normal(size=(12, dims)) / np.sqrt(dims)
    noise = numbers.normal(size=(12, 200, dims)) * 0.08
    members = [(group, i) for group, size in enumerate(sizes) for i in range(size)]
    random.Random(3).shuffle(members)
    rows = np.array([middles[group] + noise[group, i] for group, i in members]).reshape(-1, dims)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    names = [f"{group} {i}" for group, i in members]
    none = np.zeros(len(names), dtype=np.bool_)
    texts = Texts(names, names, none, ~none, np.arange(len(names)))
    return texts, np.rint(rows * GRID).astype(np.float32), np.array([group for group, _ in members])


def ids_of(update: Update, truth: Labels) -> dict[int, set[int]]:
    """Ids of the themes in which each planted group is found."""
    return {group: set(update.theme_of_text[truth == group].tolist()) for group in np.unique(truth).tolist()}


def remembered(texts: Texts, themes: Labels, **what: object) -> Memory:
    """The memory of a run that found these themes; a text with theme -1 has arrived since."""
    theme_of = {text: theme for text, theme in zip(texts.folded, themes.tolist(), strict=True) if theme >= 0}
    memory = Memory(theme_of, (1.0, 0.0), len(theme_of), int(themes.max()) + 1)
    return replace(memory, **what)  # type: ignore[arg-type]  # what is given are fields of Memory


def test_a_first_run_gives_every_group_an_id_of_its_own_larger_ones_first() -> None:
    texts, vectors, truth = planted(40, 60, 50)

    update = go_on(texts, vectors, Memory(next_id=7))

    assert ids_of(update, truth) == {0: {9}, 1: {7}, 2: {8}}
    assert update.ids == update.born == (7, 8, 9)
    assert update.memory.next_id == 10
    assert {change.trend for change in update.changes} == {"new"}
    assert update.advice.reason is None


def test_r12_themes_stay_themselves_when_more_of_the_same_arrives() -> None:
    texts, vectors, _ = planted(40, 60, 50)
    first = go_on(texts, vectors, Memory())
    texts, vectors, truth = planted(80, 120, 100)

    update = go_on(texts, vectors, first.memory)

    assert ids_of(update, truth) == {0: {2}, 1: {0}, 2: {1}}
    assert update.born == ()
    assert [(c.trend, c.before, c.after, c.arrived) for c in update.changes] == [
        ("steady", 60, 120, 60),
        ("steady", 50, 100, 50),
        ("steady", 40, 80, 40),
    ]
    assert update.found.fit.min() > 0.5
    assert all(steady is not None and steady > 0.9 for steady in update.found.stability)


def test_a_subject_that_nobody_had_before_becomes_a_new_theme() -> None:
    texts, vectors, truth = planted(40, 60, 50, 30)

    update = go_on(texts, vectors, remembered(texts, np.where(truth == 3, -1, truth)))

    assert ids_of(update, truth) == {0: {0}, 1: {1}, 2: {2}, 3: {3}}
    assert update.born == (3,)
    (change,) = (change for change in update.changes if change.theme == 3)
    assert (change.trend, change.before, change.arrived) == ("new", 0, 30)


def test_a_theme_of_two_things_parts_and_the_larger_keeps_the_id() -> None:
    texts, vectors, truth = planted(40, 60, 50)
    before = np.where(truth == 0, 1, truth)

    update = go_on(texts, vectors, remembered(texts, before, next_id=90))

    assert ids_of(update, truth) == {0: {90}, 1: {1}, 2: {2}}
    changes = {change.theme: change for change in update.changes}
    assert (changes[90].parent, changes[90].trend, changes[90].moved_in) == (1, "new", 40)
    assert (changes[1].parts, changes[1].trend, changes[1].before, changes[1].moved_out) == ((90,), "shrunk", 100, 40)


def test_a_theme_parts_into_no_part_that_is_too_small(monkeypatch: pytest.MonkeyPatch) -> None:
    texts, vectors, truth = planted(40, 60, 50)
    before = np.where(truth == 0, 1, truth)
    monkeypatch.setattr(anchor, "FEWEST_IN_PART", 45)

    assert go_on(texts, vectors, remembered(texts, before)).born == ()

    monkeypatch.setattr(anchor, "FEWEST_IN_PART", 8)
    monkeypatch.setattr(anchor, "SHARE_IN_PART", 0.3)
    assert go_on(texts, vectors, remembered(texts, before)).born == ()


def halved(truth: Labels) -> Labels:
    """The groups, but with a third of group 0 under number 5."""
    rows = np.flatnonzero(truth == 0)
    before = truth.copy()
    before[rows[::3]] = 5
    return before


def test_two_themes_of_one_thing_join_and_the_lost_id_leads_on() -> None:
    texts, vectors, truth = planted(45, 60, 50)

    update = go_on(texts, vectors, remembered(texts, halved(truth), aliases={4: 5}))

    assert ids_of(update, truth) == {0: {0}, 1: {1}, 2: {2}}
    assert update.memory.current(5) == update.memory.current(4) == 0
    assert update.memory.next_id == 6
    (change,) = (change for change in update.changes if change.theme == 0)
    assert change.joined == (5,)
    assert (change.before, change.moved_in, change.after) == (30, 15, 45)


def test_a_lost_id_is_never_given_again() -> None:
    texts, vectors, truth = planted(45, 60, 50)
    memory = go_on(texts, vectors, remembered(texts, halved(truth))).memory
    texts, vectors, truth = planted(45, 60, 50, 40)

    update = go_on(texts, vectors, memory)

    assert update.born == (6,)
    assert update.memory.current(5) == 0


def test_r11_a_pinned_theme_outlives_a_larger_one() -> None:
    texts, vectors, truth = planted(45, 60, 50)

    update = go_on(texts, vectors, remembered(texts, halved(truth)), Settled(pinned=frozenset({5})))

    assert ids_of(update, truth)[0] == {5}
    assert update.memory.current(0) == 5


def test_r11_two_pinned_themes_never_join_and_lose_nobody() -> None:
    texts, vectors, truth = planted(45, 60, 50)
    before = halved(truth)

    update = go_on(texts, vectors, remembered(texts, before), Settled(pinned=frozenset({0, 5})))

    assert np.array_equal(update.theme_of_text, before)


def test_r11_themes_that_a_manager_merged_stay_merged_and_take_in_more() -> None:
    texts, vectors, truth = planted(40, 60, 50)
    before = np.where(truth == 0, 1, truth)
    arrives = np.arange(len(truth)) % 4 == 0

    update = go_on(texts, vectors, remembered(texts, np.where(arrives, -1, before)), Settled(pinned=frozenset({1})))

    old = ~arrives
    assert np.array_equal(update.theme_of_text[old], before[old])
    assert set(update.theme_of_text[arrives & (truth == 1)].tolist()) == {1}


def test_r11_what_a_manager_moved_stays_where_it_was_put() -> None:
    texts, vectors, truth = planted(40, 60, 50)
    moved = np.flatnonzero(truth == 0)[:3]
    settled = Settled(placed={texts.folded[i]: 2 for i in moved})
    memory = remembered(texts, truth)

    for _ in range(2):
        update = go_on(texts, vectors, memory, settled)
        memory = update.memory
        expected = truth.copy()
        expected[moved] = 2
        assert np.array_equal(update.theme_of_text, expected)


def test_r11_a_theme_that_a_manager_made_by_hand_is_kept_and_its_id_not_given_again() -> None:
    texts, vectors, truth = planted(40, 60, 50, 30)
    by_hand = np.flatnonzero(truth == 0)[:5]
    settled = Settled(pinned=frozenset({40}), placed={texts.folded[i]: 40 for i in by_hand})

    update = go_on(texts, vectors, remembered(texts, np.where(truth == 3, -1, truth)), settled)

    assert set(update.theme_of_text[by_hand].tolist()) == {40}
    assert update.born == (41,)


def test_grown_and_shrunk_are_told_by_the_share() -> None:
    texts, vectors, truth = planted(30, 150, 60)
    arrived = np.array(
        [group == 1 and int(text.split()[1]) >= 50 for group, text in zip(truth, texts.folded, strict=True)]
    )

    update = go_on(texts, vectors, remembered(texts, np.where(arrived, -1, truth)))

    assert {change.theme: change.trend for change in update.changes} == {0: "steady", 1: "grown", 2: "shrunk"}


def test_answers_that_are_gone_count_as_before_and_no_more() -> None:
    texts, vectors, truth = planted(40, 60, 50)
    memory = remembered(texts, truth)
    memory = replace(memory, theme_of={**memory.theme_of, "gone": 2, "too": 3})

    update = go_on(texts, vectors, memory)

    assert [(change.theme, change.before, change.after) for change in update.changes] == [
        (0, 40, 40),
        (1, 60, 60),
        (2, 51, 50),
    ]
    assert update.memory.next_id == 4


def test_grouping_anew_is_proposed_when_texts_are_four_times_as_many_but_not_done() -> None:
    texts, vectors, truth = planted(40, 60, 50)
    memory = remembered(texts, truth, texts_when_fresh=38)

    assert go_on(texts, vectors, memory).advice.reason is None
    much = go_on(texts, vectors, replace(memory, texts_when_fresh=37))
    assert much.advice.reason == "much_grown"
    assert much.born == ()
    assert much.memory.texts_when_fresh == 37


def test_grouping_anew_is_proposed_when_themes_come_back_less_well_than_fresh_ones() -> None:
    texts, vectors, truth = planted(40, 60, 50)
    wrong = np.where(truth == 0, 1, truth)

    advice = go_on(texts, vectors, remembered(texts, wrong), Settled(pinned=frozenset({1, 2}))).advice

    assert advice.reason == "less_steady"
    assert advice.steady is not None
    assert advice.steady_fresh is not None
    assert advice.steady <= advice.steady_fresh - 0.1


@pytest.mark.parametrize("parted", [False, True])
def test_texts_beyond_the_graph_follow_their_theme(monkeypatch: pytest.MonkeyPatch, parted: bool) -> None:
    texts, vectors, truth = planted(70, 150, 80)
    arrives = np.arange(len(truth)) % 4 == 0
    before = np.where(truth == 0, 1, truth) if parted else halved(truth)
    for module in ("cluster", "anchor"):
        monkeypatch.setattr(f"surveyapp.analysis.{module}.MOST_IN_GRAPH", 120)

    update = go_on(texts, vectors, remembered(texts, np.where(arrives, -1, before)))

    assert ids_of(update, truth) == {0: {3 if parted else 0}, 1: {1}, 2: {2}}


@pytest.mark.parametrize("n", [0, 1, 2, 14])
def test_very_few_texts_are_each_their_own_theme_and_keep_it(n: int) -> None:
    texts, vectors, _ = planted(n)

    first = go_on(texts, vectors, Memory())
    again = go_on(texts, vectors, first.memory)

    assert first.theme_of_text.tolist() == again.theme_of_text.tolist()
    assert sorted(first.theme_of_text.tolist()) == list(range(n))
    assert again.born == ()


def test_themes_of_very_few_texts_join_when_there_are_enough_to_group() -> None:
    texts, vectors, truth = planted(5, 5)
    first = go_on(texts, vectors, Memory())
    texts, vectors, truth = planted(60, 50)

    update = go_on(texts, vectors, first.memory)

    assert [len(ids) for ids in ids_of(update, truth).values()] == [1, 1]
    assert {update.memory.current(theme) for theme in first.ids} == set(update.ids)


def as_texts(said: list[str]) -> Texts:
    return different(
        [
            Statement(i, "", str(i), 0, len(text), text, None, None, 0.0, 0.0, "", shared_analyser().analyze(text).kind)
            for i, text in enumerate(said)
        ]
    )


def gone_on(said: list[str], memory: Memory) -> Update:
    texts = as_texts(said)
    return go_on(texts, learn_space(texts.shown).vectors(texts.shown), memory)


def test_rows_in_any_order_give_the_same() -> None:
    first, everything = wishes(range(9)), wishes(range(16), range(6))
    mixed = random.Random(1).sample(everything, len(everything))

    one = gone_on(everything, gone_on(first, Memory()).memory)
    other = gone_on(mixed, gone_on(first[::-1], Memory()).memory)

    assert (one.ids, one.changes, one.memory, one.advice) == (other.ids, other.changes, other.memory, other.advice)
    assert np.array_equal(one.found.labels, other.found.labels)
    assert np.array_equal(one.found.parts, other.found.parts)


def test_real_words_keep_their_themes() -> None:
    first = gone_on(wishes(range(9)), Memory())
    second = gone_on(wishes(range(16)), first.memory)

    kept = [
        second.memory.theme_of[text] == first.memory.current(theme) for text, theme in first.memory.theme_of.items()
    ]
    assert np.mean(kept) >= 0.9
    assert Counter(second.theme_of_text.tolist())[-1] == 0


def test_few_texts_of_another_language_join_only_what_they_resemble() -> None:
    (russian,) = ["мы хотим больше автобусов вечером"]

    update = gone_on([*wishes(range(9)), russian], gone_on(wishes(range(9)), Memory()).memory)

    assert russian not in update.memory.theme_of
    assert (update.theme_of_text == -1).sum() == 1


def test_many_texts_of_another_language_get_themes_of_their_own_and_keep_them() -> None:
    needed = ("parques", "escuelas", "autobuses")
    spanish = [f"necesitamos más {what} para los niños de la calle {n}" for n in range(14) for what in needed]
    start = gone_on(wishes(range(9)), Memory())
    first = gone_on(wishes(range(9)) + spanish[:36], start.memory)
    second = gone_on(wishes(range(12)) + spanish, first.memory)

    theirs = {first.memory.theme_of[text] for text in as_texts(spanish[:36]).folded}
    assert theirs <= set(first.born)
    assert {second.memory.theme_of[text] for text in as_texts(spanish).folded} <= theirs | set(second.born)
    assert all(second.memory.theme_of[text] not in theirs for text in as_texts(wishes(range(12))).folded)
