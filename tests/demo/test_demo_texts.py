"""The demo community speaks as people do: its texts are many, uneven, and not made from a template."""

import csv
import io
import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from importlib.resources import files
from itertools import pairwise

import pytest

DEMO = files("surveyapp.demo")
COLUMNS = [
    *(f"important_{n}" for n in range(1, 7)),
    *(f"lived_{n}" for n in range(1, 7)),
    "guide",
    *(f"{column}_{n}" for n in (1, 2, 3) for column in ("idea", "value", "help")),
    "in_the_way",
    "worth",
    "how_long",
    "anything_else",
    "may_quote",
]
RATINGS = frozenset("12345")
TENURES = {"Less than a year", "1 to 5 years", "More than 5 years"}
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
LONG = 30  # words

Answer = dict[str, str]


def raw(name: str) -> bytes:
    return DEMO.joinpath(name).read_bytes()


def read_answers(name: str) -> list[Answer]:
    text = io.StringIO(raw(name).decode("utf-8"), newline="")
    return list(csv.DictReader(text, strict=True))


def value_names() -> list[str]:
    community = tomllib.loads(raw("community.toml").decode("utf-8"))
    return [value["name"] for value in community["values"]]


def ideas(answers: list[Answer]) -> list[str]:
    return [answer[f"idea_{n}"] for answer in answers for n in (1, 2, 3) if answer[f"idea_{n}"]]


def words(text: str) -> list[str]:
    return WORD.findall(text.lower())


def openers(texts: list[str], length: int) -> Counter[tuple[str, ...]]:
    """Count the first *length* words of each text that has more words than that."""
    return Counter(tuple(words(text)[:length]) for text in texts if len(words(text)) > length)


def mean(answers: list[Answer], column: str) -> float:
    given = [int(answer[column]) for answer in answers if answer[column]]
    return sum(given) / len(given)


def correlation(pairs: Sequence[tuple[int, int]]) -> float:
    middle_x, middle_y = (sum(side) / len(pairs) for side in zip(*pairs, strict=True))
    together = sum((x - middle_x) * (y - middle_y) for x, y in pairs)
    spread_x, spread_y = sum((x - middle_x) ** 2 for x, _ in pairs), sum((y - middle_y) ** 2 for _, y in pairs)
    return float(together / (spread_x * spread_y) ** 0.5)


@pytest.fixture(scope="module")
def answers() -> list[Answer]:
    return read_answers("answers.csv")


def test_the_community_has_a_mission_a_reason_to_ask_and_six_values_to_act_on() -> None:
    community = tomllib.loads(raw("community.toml").decode("utf-8"))

    assert set(community) == {"name", "mission", "contact", "purpose", "values"}
    assert all(community[key].strip() for key in ("name", "mission", "purpose"))
    assert re.fullmatch(r"[^@\s]+@([a-z-]+\.)?example\.org", community["contact"])
    assert len(set(value_names())) == 6
    for value in community["values"]:
        assert set(value) == {"name", "meaning", "practice"}
        assert value["practice"].startswith("I "), "a practice is what one does"
        assert value["meaning"].strip()


@pytest.mark.parametrize(("name", "size"), [("answers.csv", 412), ("new_answers.csv", 24)])
def test_a_file_of_answers_is_well_formed_and_holds_only_allowed_values(name: str, size: int) -> None:
    content = raw(name)
    rows = list(csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True))
    values = {*value_names(), ""}

    assert b"\r" not in content
    assert not content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\n")
    assert rows[0] == COLUMNS
    assert {len(row) for row in rows} == {len(COLUMNS)}
    assert len(rows) - 1 == size
    for answer in read_answers(name):
        for n in range(1, 7):
            assert {answer[f"important_{n}"], answer[f"lived_{n}"]} <= RATINGS | {""}
        assert {answer["guide"], answer["value_1"], answer["value_2"], answer["value_3"]} <= values
        assert {answer["help_1"], answer["help_2"], answer["help_3"]} <= {"yes", "maybe", "no", ""}
        assert answer["worth"] in RATINGS
        assert answer["how_long"] in TENURES
        assert answer["may_quote"] in {"yes", "no"}


@pytest.mark.parametrize("name", ["answers.csv", "new_answers.csv"])
def test_an_idea_box_is_filled_from_the_first_on_and_nothing_hangs_on_an_empty_one(name: str) -> None:
    for answer in read_answers(name):
        filled = [bool(answer[f"idea_{n}"]) for n in (1, 2, 3)]
        assert filled == sorted(filled, reverse=True)
        for n in (1, 2, 3):
            text = answer[f"idea_{n}"]
            assert text == text.strip()
            assert text or not (answer[f"value_{n}"] or answer[f"help_{n}"])


def test_there_are_some_five_hundred_ideas_and_few_say_the_same_words(answers: list[Answer]) -> None:
    texts = ideas(answers)
    per_answer = Counter(sum(bool(answer[f"idea_{n}"]) for n in (1, 2, 3)) for answer in answers)
    repeated = {text: count for text, count in Counter(text.casefold() for text in texts).items() if count > 1}

    assert 470 <= len(texts) <= 560
    assert len({" ".join(words(text)) for text in texts}) >= 480
    assert len({text for text in texts if len(words(text)) >= 5}) >= 380, "different sentences, not just words"
    assert all(len(words(text)) <= 3 for text in repeated), "people repeat only what is very short"
    assert 5 <= sum(repeated.values()) <= 25
    assert min(per_answer[n] for n in (0, 1, 2, 3)) >= 15, "some answers hold none, some two or three"


@pytest.mark.parametrize("column", ["in_the_way", "anything_else"])
def test_most_leave_the_last_boxes_empty_and_no_two_write_the_same(answers: list[Answer], column: str) -> None:
    texts = [answer[column] for answer in answers if answer[column]]

    assert 30 <= len(texts) <= len(answers) // 3
    assert len(set(texts)) == len(texts)


def test_what_is_in_the_way_is_now_a_word_and_now_a_story(answers: list[Answer]) -> None:
    lengths = [len(words(answer["in_the_way"])) for answer in answers if answer["in_the_way"]]

    assert sum(length <= 3 for length in lengths) >= 20
    assert sum(length >= LONG for length in lengths) >= 10


def test_the_ideas_are_not_made_from_a_template(answers: list[Answer]) -> None:
    texts = ideas(answers)
    first_words, first_three, first_four = (openers(texts, length) for length in (1, 3, 4))

    assert max(first_four.values()) <= 0.02 * len(texts)
    assert max(first_three.values()) <= 0.02 * len(texts)
    assert len(first_three) >= 0.95 * first_three.total()
    assert len(first_words) >= 200
    assert max(first_words.values()) <= 0.1 * len(texts)


def test_no_two_longer_ideas_share_a_frame_with_words_swapped(answers: list[Answer]) -> None:
    """Two texts with most of their word pairs in common would be one sentence, filled in twice."""
    pairs = []
    for text in ideas(answers):
        tokens = words(text)
        if len(tokens) >= 6:
            pairs.append((text, set(pairwise(tokens))))

    alike = [
        (one, other)
        for n, (one, first) in enumerate(pairs)
        for other, second in pairs[n + 1 :]
        if len(first & second) >= 0.5 * min(len(first), len(second))
    ]

    assert len(pairs) >= 350
    assert alike == []


def test_ideas_are_short_and_long_careless_and_careful(answers: list[Answer]) -> None:
    texts = ideas(answers)
    lengths = [len(words(text)) for text in texts]

    assert sum(length <= 3 for length in lengths) >= 40
    assert sum(length >= LONG for length in lengths) >= 20
    assert max(len(text) for text in texts) <= 600
    assert sum(text[0].islower() for text in texts) >= 100
    assert sum(text[0].isupper() for text in texts) >= 100
    assert sum(text[-1] not in ".!?)" for text in texts) >= 100
    assert any("\n" in text for text in texts), "somebody writes a list"


def test_some_say_nothing_in_words(answers: list[Answer]) -> None:
    said = Counter(text.casefold() for text in ideas(answers))

    assert all(said[nothing] >= 1 for nothing in ("no", "nothing", "n/a", "none", "see above", "?"))


def test_a_dozen_or_more_write_in_another_language(answers: list[Answer]) -> None:
    texts = ideas(answers)
    marks = {
        "Ukrainian": "[а-яіїєґ]{3}",
        "Polish": "[ąćęłńśźż]",
        "German": "[äöüß]",
        "Spanish": r"\b(tocar y|para quienes|mi madre|del invierno)\b",
        "French": r"\b(une toilette|un repas)\b",
    }
    found = {language: sum(bool(re.search(mark, text.lower())) for text in texts) for language, mark in marks.items()}

    assert all(found.values()), found
    assert sum(found.values()) >= 20


def test_one_value_matters_much_and_is_lived_poorly(answers: list[Answer]) -> None:
    gaps = {
        value: mean(answers, f"important_{n}") - mean(answers, f"lived_{n}") for n, value in enumerate(value_names(), 1)
    }

    widest, second = sorted(gaps.values(), reverse=True)[:2]
    assert max(gaps, key=lambda value: gaps[value]) == "Fair say"
    assert mean(answers, "important_5") > 4
    assert widest > second + 0.5


def test_those_who_find_the_values_lived_find_taking_part_worth_their_time(answers: list[Answer]) -> None:
    pairs = []
    for answer in answers:
        lived = [int(answer[f"lived_{n}"]) for n in range(1, 7) if answer[f"lived_{n}"]]
        if len(lived) == 6:
            pairs.append((sum(lived), int(answer["worth"])))

    assert len(pairs) > 100
    assert correlation(pairs) > 0.3


def test_the_answers_still_to_come_repeat_none_of_those_given(answers: list[Answer]) -> None:
    given = {text for text in ideas(answers) if len(words(text)) > 3}

    assert given.isdisjoint(ideas(read_answers("new_answers.csv")))
