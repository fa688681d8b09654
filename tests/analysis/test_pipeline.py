import json
import os
import random
import subprocess
import sys
from ast import literal_eval
from collections import Counter
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveyapp.analysis.pipeline import STEPS, Analysis, Answer, Settings, analyse
from surveyapp.analysis.words import says_nothing

WISHES = {
    "trees": [
        "Plant more {} trees along {}", "We need shade from {} trees on {}", "The {} trees at {} should be watered",
        "More {} oaks and maples near {} please", "Stop cutting down {} trees around {}",
    ],
    "buses": [
        "The {} bus to {} should run later", "We want a {} bus stop at {}", "More {} buses on Sundays from {}",
        "The {} bus from {} is always late and too full", "Please let the {} night bus serve {}",
    ],
    "library": [
        "Open the {} library near {} in the evening", "The {} library at {} needs more books for children",
        "Our {} reading room on {} should stay open", "Give the {} library by {} new computers and books",
        "A quiet {} library with good books close to {}",
    ],
    "crime": [
        "Police should patrol {} streets around {} at night", "We feel unsafe from {} burglars near {}",
        "Stop the {} thefts and vandalism at {}", "More {} police officers on {} against crime",
        "Safety: the {} crime around {} must be punished",
    ],
}  # fmt: skip
HOW = ("old", "small", "new", "northern", "busy")
WHERE = ("Mill Lane", "the harbour", "the market")


def survey() -> tuple[list[Answer], list[str]]:
    """Answers about four wishes, mixed, and which wish each is about."""
    said = [
        (wish, form.format(how, where))
        for wish, forms in WISHES.items()
        for form, how, where in product(forms, HOW, WHERE)
    ]
    random.Random(4).shuffle(said)
    return [Answer(i, "idea", f"p{i}", text) for i, (_, text) in enumerate(said)], [wish for wish, _ in said]


def test_a_weak_fit_is_told_of_in_the_json_and_keeps_its_theme() -> None:
    answers, _ = survey()
    stray = "My grandmother's violin teacher recommends Portuguese sardines"
    answers.append(Answer(len(answers), "idea", "stray", stray))

    told = analyse(answers).as_json()["statements"]

    weak = {statement["text"] for statement in told if statement["weak"]}
    assert stray in weak
    assert len(weak) <= 0.02 * len(told)
    assert all(statement["theme"] is not None for statement in told if statement["weak"])


def test_what_says_nothing_fits_nowhere_and_is_no_weak_fit() -> None:
    answers, _ = survey()

    told = analyse([*answers, Answer(len(answers), "idea", "late", "n/a")]).as_json()["statements"]

    assert [(s["theme"], s["weak"]) for s in told if s["text"] == "n/a"] == [(None, False)]


def check(found: Analysis, answers: list[Answer]) -> None:
    """What holds for every analysis of any answers."""
    texts = {(answer.row, answer.column): answer.text for answer in answers}
    assert {(s.row, s.column) for s in found.statements} == set(texts)
    assert [(s.row, s.column, s.start) for s in found.statements] == sorted(
        (s.row, s.column, s.start) for s in found.statements
    )
    for statement in found.statements:
        assert texts[statement.row, statement.column][statement.start : statement.end] == statement.text
        assert statement.theme is not None or says_nothing(statement.text) or statement.kind == "other_language"
    outer = [theme for theme in found.themes if theme.parent is None]
    assert [theme.id for theme in found.themes] == list(range(len(found.themes)))
    assert [theme.people for theme in outer] == sorted((theme.people for theme in outer), reverse=True)
    for theme in found.themes:
        members = [s for s in found.statements if theme.id in (s.theme, s.subtheme)]
        tones = Counter(s.tone for s in members)
        assert members
        assert theme.people == len({s.person for s in members})
        assert (theme.positive, theme.neutral, theme.negative) == tuple(
            tones[t] for t in ("positive", "neutral", "negative")
        )
        assert (theme.mixed, theme.unscored) == (tones["mixed"], tones["unscored"])
        assert 0 <= theme.low <= theme.share == theme.people / found.people <= theme.high <= 1
        assert any(theme.title in s.text for s in members)
        assert theme.quotes
        assert all(
            (q.row, q.column, q.person, q.text) in {(s.row, s.column, s.person, s.text) for s in members}
            for q in theme.quotes
        )
        assert theme.parent is None or {s.theme for s in members} == {theme.parent}
    json.dumps(found.as_json(), allow_nan=False)


def without_times(found: Analysis) -> dict[str, object]:
    result = found.as_json()
    del result["run"]["seconds"]
    return result


def test_planted_wishes_become_themes() -> None:
    answers, wishes = survey()

    found = analyse(answers)

    check(found, answers)
    groups = [[wishes[s.row] for s in found.statements if s.theme == t.id] for t in found.themes if t.parent is None]
    most = sum(max(Counter(group).values()) for group in groups)
    assert most / len(answers) > 0.9
    assert len(groups) <= 25


def test_r9_the_order_of_rows_changes_nothing() -> None:
    answers, _ = survey()
    order = list(range(len(answers)))
    random.Random(9).shuffle(order)
    mixed = [Answer(new, answers[old].column, answers[old].person, answers[old].text) for new, old in enumerate(order)]

    first, second = without_times(analyse(answers)), without_times(analyse(mixed))
    for theme in second["themes"]:  # type: ignore[attr-defined]  # plain JSON
        for quote in theme["quotes"]:
            quote["row"] = order[quote["row"]]
    for statement in second["statements"]:  # type: ignore[attr-defined]  # plain JSON
        statement["row"] = order[statement["row"]]
    second["statements"].sort(key=lambda s: (s["row"], s["start"]))  # type: ignore[attr-defined]  # plain JSON

    assert first == second


ONE_RUN = """
import json, sys
from surveyapp.analysis.pipeline import Answer, analyse
result = analyse([Answer(*answer) for answer in json.load(sys.stdin)]).as_json()
del result["run"]["seconds"]
print(json.dumps(result))
"""


def test_r9_another_process_with_other_threads_and_hashes_gives_the_same() -> None:
    answers, _ = survey()
    told = json.dumps([(a.row, a.column, a.person, a.text) for a in answers])
    outputs = set()
    for threads in ("1", "2"):
        environment = os.environ | {"OPENBLAS_NUM_THREADS": threads, "PYTHONHASHSEED": threads}
        run = subprocess.run(
            [sys.executable, "-c", ONE_RUN], input=told, env=environment, capture_output=True, text=True, check=True
        )
        outputs.add(run.stdout)

    assert outputs == {json.dumps(without_times(analyse(answers))) + "\n"}


def test_answers_are_left_alone_and_not_split_when_whole_rows_are_asked_for() -> None:
    answers = [Answer(0, "a", "x", "More parks. Better roads."), Answer(1, "a", "y", " one line ")]

    assert [s.text for s in analyse(answers, Settings(whole_rows=True)).statements] == [
        "More parks. Better roads.",
        "one line",
    ]
    assert len(analyse(answers).statements) == 3


def test_people_count_once_however_much_they_say() -> None:
    answers = [Answer(i, "a", "the same", f"Plant tree number {i}") for i in range(20)]
    answers += [Answer(20, "a", "another", ""), Answer(21, "a", "a third", "none")]

    found = analyse(answers)

    assert found.people == 2  # the one who left it blank gave no answer
    assert found.rows == 22
    assert found.no_answer == 2
    assert {theme.people for theme in found.themes} == {1}


@pytest.mark.parametrize(
    "texts",
    [
        [],
        [""],
        ["None"],
        ["We need a library"],
        ["We need a library", "Mend the roads"],
        ["the same wish for a library"] * 80,
        ["None", "N/A", "", "no", "-"],
        ["AH", "AI"],  # alone in their themes: rounded vectors are a little longer than 1
        ["\x00", "a\x00b wish for trees", "\x00\x00"],
        ["tree " * 20_000],
        ["x" * 100_000, "!" * 100_000],
        ["🌳🌳🌳", "👍", "we need 🌳 trees"],
        [f"نحتاج إلى المزيد من الحدائق رقم {i}" for i in range(40)],
        [f"Necesitamos más árboles en la calle número {i}" for i in range(40)] + ["We need trees"] * 3,
        ["?", "!", "42", "<b></b>"] * 20,
        ["\ud800 lone surrogate trees"],
    ],
)
def test_any_texts_give_a_result_that_accounts_for_each_row(texts: list[str]) -> None:
    answers = [Answer(i, "a", str(i), text) for i, text in enumerate(texts)]

    check(analyse(answers), answers)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.text(max_size=60), st.sampled_from([w for f in WISHES.values() for w in f])), max_size=70))
def test_any_list_of_texts_gives_a_valid_result(texts: list[str]) -> None:
    answers = [Answer(i, "a", str(i % 9), text) for i, text in enumerate(texts)]

    check(analyse(answers), answers)


def test_many_answers_in_another_language_are_grouped_and_few_join_or_stand_aside() -> None:
    answers, _ = survey()
    spanish = [f"Necesitamos más árboles y más parques en la calle {place}" for place in "abcdefghijklmnopqrstuvwxyz"]
    spanish += [f"El autobús de la línea {i} debe llegar más tarde por la noche" for i in range(20)]
    more = [Answer(1000 + i, "idea", f"s{i}", text) for i, text in enumerate(spanish)]

    found = analyse(answers + more)

    check(found, answers + more)
    placed = {s.theme for s in found.statements if s.row >= 1000}
    assert None not in placed
    assert placed.isdisjoint({s.theme for s in found.statements if s.row < 1000})


def test_who_waits_is_told_each_step() -> None:
    told: list[tuple[str, int, int]] = []

    analyse([Answer(0, "a", "x", "More parks")], progress=lambda step, done, of: told.append((step, done, of)))

    assert [step for step, _, _ in told] == [*STEPS, "Done"]
    assert [done for _, done, _ in told] == list(range(len(STEPS) + 1))


def test_unknown_vectors_are_refused() -> None:
    with pytest.raises(ValueError, match="choose static or hybrid"):
        analyse([], Settings(vectors="magic"))


def test_the_analysis_loads_numpy_scipy_and_little_else() -> None:
    code = (
        "import sys, surveyapp.analysis, surveyapp.analysis.pipeline\n"
        "tops = {name.partition('.')[0] for name in sys.modules} - set(sys.stdlib_module_names)\n"
        "print(sorted(name for name in tops if not name.startswith('_')))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    allowed = {"numpy", "scipy", "sknetwork", "surveyapp", "tokenizers"}
    compiled = {"charset_normalizer", "cython_runtime"}  # what compiled modules of these bring along
    assert set(literal_eval(run.stdout)) <= allowed | compiled


def test_words_that_may_not_be_quoted_count_but_are_never_shown() -> None:
    answers, _ = survey()
    silent = [replace(answer, may_quote=answer.row % 3 == 0) for answer in answers]
    allowed = {answer.text for answer in silent if answer.may_quote}
    found = analyse(silent)

    assert [theme.people for theme in found.themes] == [theme.people for theme in analyse(answers).themes]
    assert all(quote.text in allowed for theme in found.themes for quote in theme.quotes)
    assert all(any(theme.title in text for text in allowed) for theme in found.themes)


def test_a_theme_of_which_nothing_may_be_quoted_is_called_by_its_keywords() -> None:
    answers, _ = survey()
    found = analyse([replace(answer, may_quote=False) for answer in answers])

    assert all(theme.quotes == () for theme in found.themes)
    assert all(theme.title == ", ".join(theme.keywords) for theme in found.themes)
