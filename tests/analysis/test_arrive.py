from dataclasses import replace

import numpy as np
import pytest

from surveyapp.analysis.arrive import Model, learn_model, place
from surveyapp.analysis.embed import learn_space
from surveyapp.analysis.pipeline import Analysis, Answer, Settings, analyse
from surveyapp.analysis.words import words
from tests.analysis.arriving import wishes


def run_over(texts: list[str], settings: Settings | None = None) -> Analysis:
    return analyse([Answer(i, "", str(i), text) for i, text in enumerate(texts)], settings or Settings())


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return run_over(wishes(range(12)))


@pytest.fixture(scope="module")
def model(analysis: Analysis) -> Model:
    return learn_model(analysis)


def test_a_new_answer_joins_the_theme_of_what_it_resembles(analysis: Analysis, model: Model) -> None:
    theme_of = {statement.text: statement.theme for statement in analysis.statements}

    for subject in range(5):
        (old, new) = wishes([3, 13], [subject])
        assert [placed.theme for placed in place(model, new)] == [theme_of[old]]


def test_old_texts_are_placed_as_the_run_placed_them(analysis: Analysis, model: Model) -> None:
    again = [place(model, statement.text)[0] for statement in analysis.statements]

    assert [placed.theme for placed in again] == [statement.theme for statement in analysis.statements]
    for placed, statement in zip(again, analysis.statements, strict=True):
        assert placed.fit == pytest.approx(statement.fit, abs=0.005)
        assert (placed.polarity, placed.tone, placed.kind) == (statement.polarity, statement.tone, statement.kind)


def test_each_idea_of_an_answer_is_placed_by_itself_and_verbatim(model: Model) -> None:
    answer = f"We {wishes([13], [0])[0]}. We {wishes([13], [1])[0]}."

    placed = place(model, answer)

    assert all(answer[idea.start : idea.end] == idea.text for idea in placed)
    assert len({idea.theme for idea in placed}) == 2


def test_whole_rows_stay_whole() -> None:
    model = learn_model(run_over(wishes(range(12)), Settings(whole_rows=True)))

    assert len(place(model, "Plant more oak trees. Repair the broken road.")) == 1


@pytest.mark.parametrize("text", ["", "  ", "no", "n/a", "Nothing", "?!", "\x00"])
def test_what_says_nothing_has_no_theme(model: Model, text: str) -> None:
    (placed,) = place(model, text)

    assert placed.theme is None
    assert placed.fit is None


def test_another_language_joins_no_theme_that_it_does_not_resemble(model: Model) -> None:
    (placed,) = place(model, "Мы хотим больше автобусов вечером")

    assert placed.kind == "other_language"
    assert placed.theme is None


def test_another_language_that_many_wrote_in_has_themes_of_its_own() -> None:
    needed = ("parques", "escuelas", "autobuses")
    spanish = [f"necesitamos más {what} para los niños de la calle {n}" for what in needed for n in range(12)]
    model = learn_model(run_over(wishes(range(12)) + spanish))

    assert model.set_apart.any()
    (placed,) = place(model, "necesitamos más parques para los niños de la plaza")
    assert placed.theme in model.ids[model.set_apart]
    (english,) = place(model, wishes([13], [0])[0])
    assert english.theme in model.ids[~model.set_apart]


def test_english_joins_no_theme_of_another_language_however_much_it_resembles(model: Model) -> None:
    (text,) = wishes([13], [1])
    (usual,) = place(model, text)

    (placed,) = place(replace(model, set_apart=model.ids == usual.theme), text)

    assert placed.theme not in (usual.theme, None)


def test_a_theme_that_is_not_shown_takes_its_answers_but_no_id_is_told(analysis: Analysis) -> None:
    (text,) = wishes([13], [2])
    (usual,) = place(learn_model(analysis), text)
    shown = {theme.id: theme.id + 700 for theme in analysis.themes if theme.id != usual.theme}

    assert place(learn_model(analysis, shown), text)[0].theme is None
    (other,) = place(learn_model(analysis, shown), wishes([13], [0])[0])
    assert other.theme is not None
    assert other.theme >= 700


def test_the_model_is_the_same_after_bytes_and_for_rows_in_any_order(model: Model) -> None:
    mixed = learn_model(run_over(wishes(range(12))[::-1]))

    assert mixed.to_bytes() == model.to_bytes() == Model.from_bytes(model.to_bytes()).to_bytes()
    assert len(model.to_bytes()) < 1_000_000
    text = wishes([13], [1])[0]
    assert place(Model.from_bytes(model.to_bytes()), text) == place(model, text)


def test_bytes_of_another_kind_or_with_another_table_are_refused(model: Model) -> None:
    with pytest.raises(ValueError, match="no model"):
        Model.from_bytes(b"something else")
    with pytest.raises(ValueError, match="not installed"):
        Model.from_bytes(replace(model, table="another").to_bytes())


def test_the_model_holds_words_and_no_answers(model: Model) -> None:
    data = model.to_bytes()

    assert all(len(words(kept)) == 1 for kept in [*model.terms, *model.frame])
    assert not any(text.encode() in data for text in wishes(range(12)))


def test_a_vector_is_that_of_the_space_but_for_rounding(analysis: Analysis, model: Model) -> None:
    texts = sorted(wishes(range(12)))
    space = learn_space(texts)
    model = replace(
        model,
        terms=tuple(space.terms),
        basis=space.basis.astype(np.float16),
        rarity=space.rarity.astype(np.float32),
        mean=space.mean.astype(np.float32),
        pieces=np.arange(len(space.weights), dtype=np.int32),
        weights=space.weights.astype(np.float32),
        frame=tuple(sorted(space.frame)),
    )

    for text in ["plant trees and trees again", "zebra", "", *texts[:5]]:
        assert np.abs(model.vector(text) - space.vectors([text])[0]).max() <= 3


def test_without_a_theme_there_is_none_to_join() -> None:
    assert place(learn_model(run_over([])), "Plant more trees")[0].theme is None
