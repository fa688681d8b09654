import csv
import random
from pathlib import Path

import pytest
from sklearn.metrics import adjusted_mutual_info_score

from surveyapp.analysis.pipeline import Analysis, Answer, Settings, analyse
from surveyapp.analysis.words import words

DATA = Path(__file__).parents[3] / "shared" / "data"
pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not DATA.is_dir(), reason="the folder shared/data with the real statements is not there"),
]


def read(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def analysed(texts: list[str], settings: Settings | None = None) -> Analysis:
    return analyse([Answer(i, "text", str(i), text) for i, text in enumerate(texts)], settings or Settings())


@pytest.mark.parametrize("name", ["bowling_green_polis_unlabelled.csv", "march_on_polis_unlabelled.csv"])
def test_of_the_real_statements_none_is_lost(name: str) -> None:
    texts = [row["text"] for row in read(name)]

    found = analysed(texts)

    assert {s.row for s in found.statements} == set(range(len(texts)))
    assert all(s.text == texts[s.row][s.start : s.end] for s in found.statements)
    assert sum(s.theme is None for s in found.statements) <= found.no_answer + sum(
        s.kind == "other_language" for s in found.statements
    )
    outer = [theme for theme in found.themes if theme.parent is None]
    assert 12 <= len(outer) <= 60
    assert sum(4 <= len(words(theme.title)) <= 16 for theme in outer) >= 0.9 * len(outer)


def test_the_order_of_real_rows_changes_nothing() -> None:
    texts = [row["text"] for row in read("bowling_green_polis_unlabelled.csv")]
    order = list(range(len(texts)))
    random.Random(2).shuffle(order)

    straight, mixed = analysed(texts), analysed([texts[old] for old in order])

    first = {(s.row, s.start, s.theme, s.subtheme, s.fit) for s in straight.statements}
    assert first == {(order[s.row], s.start, s.theme, s.subtheme, s.fit) for s in mixed.statements}
    assert [(t.title, t.keywords, t.people, t.polarity_low, t.stability) for t in straight.themes] == [
        (t.title, t.keywords, t.people, t.polarity_low, t.stability) for t in mixed.themes
    ]


def test_themes_agree_with_given_topics() -> None:
    rows = [row for row in read("bowling_green_topics.csv") if row["n_topics"] == "1"]

    found = analysed([row["text"] for row in rows], Settings(whole_rows=True))

    themes = [s.theme for s in found.statements]
    assert adjusted_mutual_info_score([row["topic"] for row in rows], themes) > 0.34


def test_a_few_real_statements_more_do_not_change_how_many_themes_there_are() -> None:
    texts = [row["text"] for row in read("bowling_green_polis_unlabelled.csv")]

    counts = [
        sum(theme.parent is None for theme in analysed(texts[:n], Settings(whole_rows=True)).themes)
        for n in (728, 731, 734, 737)
    ]

    assert max(counts) - min(counts) <= 5  # it was 12 and 27 while the resolution was chosen anew each time


def test_real_statements_that_are_like_few_others_are_marked_and_stay_in_a_theme() -> None:
    texts = [row["text"] for row in read("bowling_green_polis_unlabelled.csv")]

    weak = [s for s in analysed(texts).statements if s.weak]

    assert 10 <= len(weak) <= 40
    assert all(s.theme is not None for s in weak)
