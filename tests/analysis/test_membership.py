import random
from collections import Counter

import numpy as np
import pytest

from surveyapp.analysis import cluster, embed, membership, pipeline
from surveyapp.analysis.cluster import closest_middle, middles
from surveyapp.analysis.embed import GRID, Vectors, learn_space
from surveyapp.analysis.ideas import read_answers
from surveyapp.analysis.membership import grouped, vectors_of
from surveyapp.analysis.pipeline import analyse
from surveyapp.analysis.results import Answer
from surveyapp.analysis.texts import Texts, once
from surveyapp.analysis.words import words

THINGS = {
    "trees": ["oak trees", "maple trees", "linden trees", "apple trees", "a forest of trees"],
    "buses": ["night buses", "school buses", "late buses", "express buses", "buses on Sundays"],
    "books": ["library books", "history books", "picture books", "old books", "books in the library"],
    "doctors": ["family doctors", "eye doctors", "heart doctors", "village doctors", "doctors in the hospital"],
}
PLACES = [f"{side} {place}" for side in ("north", "south", "east", "west") for place in ("hill", "harbour", "mill")]
FRAMES = ("We need {} by the {}", "Please bring more {} to the {}", "{} at the {} must be cared for")


def answers() -> list[Answer]:
    texts = [
        frame.format(thing, place) for kind in THINGS.values() for thing in kind for place in PLACES for frame in FRAMES
    ]
    random.Random(3).shuffle(texts)
    return [Answer(row, "a", str(row), text) for row, text in enumerate(texts)]


def texts_of(said: list[Answer]) -> Texts:
    ideas = read_answers(said)
    return once(ideas.texts, ideas.said, set_apart=ideas.set_apart, may_quote=ideas.may_quote())


def test_vectors_of_many_texts_are_those_of_each(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = texts_of(
        [*answers(), Answer(-1, "a", "x", "see www.example.com/trees"), Answer(-2, "a", "x", "été à la mer")]
    )
    space = learn_space(texts.shown)
    at_once = space.vectors(texts.shown)
    monkeypatch.setattr(membership, "BLOCK", 37)

    assert np.array_equal(vectors_of(texts, space, space.vectors(texts.shown[:7]))[:], at_once)
    assert texts.words(0, len(texts.shown)) == [words(text) for text in texts.shown]


def test_vectors_take_half_the_room_and_lose_nothing() -> None:
    numbers = np.arange(-GRID, GRID, 7, dtype=np.float32).reshape(-1, 1)
    kept = Vectors(numbers.astype(np.int16))

    assert kept.numbers.nbytes * 2 == numbers.nbytes
    assert np.array_equal(kept[:], numbers)
    assert kept[np.array([3, 1])].dtype == np.float32


def test_texts_beyond_the_graph_join_a_theme_and_its_sub_theme(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = texts_of(answers())
    space = learn_space(texts.shown)
    vectors = vectors_of(texts, space, space.vectors(texts.shown[:50]))
    monkeypatch.setattr(membership, "MOST_IN_GRAPH", 300)
    monkeypatch.setattr(cluster, "FEWEST_TO_PART", 8)
    monkeypatch.setattr(cluster, "FEWEST_IN_PART", 3)
    monkeypatch.setattr(membership, "BLOCK", 41)

    found = grouped(texts, vectors)

    truth = [next(kind for kind in THINGS if kind in text) for text in texts.shown]
    pairs = Counter(zip(found.labels.tolist(), truth, strict=True))
    assert sum(max(n for (theme, _), n in pairs.items() if theme == one) for one in range(found.n_themes)) > 650
    core = cluster.group(vectors[:300])
    centres = middles(vectors[:300], core.labels)
    assert np.array_equal(found.labels[300:], closest_middle(vectors[300:], centres))
    assert found.n_parts > 1
    owner = {part: Counter(found.labels[found.parts == part].tolist()) for part in range(found.n_parts)}
    assert all(len(themes) == 1 for themes in owner.values())
    with_parts = {next(iter(themes)) for themes in owner.values()}
    assert set(found.labels[found.parts >= 0].tolist()) == with_parts
    assert not (np.isin(found.labels, list(with_parts)) & (found.parts < 0)).any()


def test_names_come_from_some_of_many_texts_and_every_theme_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    said = answers()
    of_all = analyse(said)
    monkeypatch.setattr(pipeline, "MOST_DESCRIBED", 200)
    monkeypatch.setattr(pipeline, "MOST_TYPICAL", 20)
    found = analyse(said)

    assert [(s.theme, s.subtheme) for s in found.statements] == [(s.theme, s.subtheme) for s in of_all.statements]
    texts = {s.row: s.text for s in found.statements}
    for theme in found.themes:
        members = [s.text for s in found.statements if theme.id in (s.theme, s.subtheme)]
        assert any(theme.title in text for text in members)
        assert all(quote.text == texts[quote.row] and quote.text in members for quote in theme.quotes)
        assert theme.quotes


def test_a_space_is_learnt_from_the_first_texts_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = texts_of(answers()).shown
    monkeypatch.setattr(embed, "MOST_LEARNT", 100)
    few, many = learn_space(texts[:100]), learn_space(texts)

    assert np.array_equal(few.vectors(texts), many.vectors(texts))
