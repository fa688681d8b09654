"""How well answers are cut; tests/benchmarks/split.py says how they were labelled and prints the whole table."""

from itertools import pairwise

import pytest

from surveyapp.analysis.split import split
from tests.benchmarks.split import (
    SHARED_DATA,
    Labelled,
    held_out_answers,
    naive,
    own_answers,
    polis_answers,
    said_from,
    score,
)

needs_polis = pytest.mark.skipif(
    not SHARED_DATA.is_dir(), reason="the folder shared/data with the Polis statements is not there"
)


def held_out(answers: list[Labelled]) -> list[Labelled]:
    """The half whose errors nobody looked at."""
    return [answer for answer in answers if not answer.is_for_tuning]


@pytest.mark.parametrize(("answers", "fewest"), [(own_answers(), 260), (held_out_answers(), 220)])
def test_enough_answers_are_labelled_each_once(answers: list[Labelled], fewest: int) -> None:
    assert len({answer.text for answer in answers}) == len(answers) >= fewest
    for answer in answers:
        assert list(answer.cuts) == sorted(set(answer.cuts))
        assert len(said_from(answer.text, answer.cuts)) == len(answer.cuts)  # each cut has words after it


def test_cuts_of_own_answers_are_found() -> None:
    everything, unseen = score(own_answers()), score(held_out(own_answers()))
    assert everything.precision >= 0.92
    assert everything.recall >= 0.90
    assert unseen.precision >= 0.85
    assert unseen.recall >= 0.87


def test_cuts_of_answers_of_other_kinds_are_found() -> None:
    everything, unseen = score(held_out_answers()), score(held_out(held_out_answers()))
    assert everything.precision >= 0.93
    assert everything.recall >= 0.87
    assert unseen.precision >= 0.92
    assert unseen.recall >= 0.82


def test_cutting_after_every_mark_is_much_worse_on_own_answers() -> None:
    answers = held_out(own_answers())
    assert score(answers).f1 >= score(answers, naive).f1 + 0.2


def test_a_splitter_that_never_cuts_finds_nothing() -> None:
    found = score(own_answers(), lambda text: [(0, len(text))])
    assert (found.made, found.recall, found.f1) == (0, 0.0, 0.0)


def test_cuts_are_compared_by_the_words_after_them() -> None:
    text = "more trees, and fewer cars"
    assert said_from(text, [10]) == said_from(text, [12]) == said_from(text, [16]) == {16}


@needs_polis
@pytest.mark.real_data
def test_at_least_220_polis_statements_are_labelled_and_half_have_several_clauses() -> None:
    answers = polis_answers()
    assert len(answers) >= 220
    several = [a for a in answers if a.cuts or len(naive(a.text)) > 1]
    assert 2 * len(several) >= len(answers)
    assert all(0 < cut < len(answer.text) for answer in answers for cut in answer.cuts)


@needs_polis
@pytest.mark.real_data
def test_cuts_of_polis_statements_are_found() -> None:
    everything, unseen = score(polis_answers()), score(held_out(polis_answers()))
    assert everything.precision >= 0.79
    assert everything.recall >= 0.85
    assert unseen.precision >= 0.74
    assert unseen.recall >= 0.81
    assert everything.f1 >= score(polis_answers(), naive).f1 + 0.1


@needs_polis
@pytest.mark.real_data
def test_statements_of_real_answers_are_pieces_of_them_in_order() -> None:
    for answer in polis_answers():
        spans = split(answer.text)
        assert spans == sorted(spans)
        assert all(end <= start for (_, end), (start, _) in pairwise(spans))
