"""Surveys that are answered in another language than English: counted, grouped by words, never scored."""

import random

import numpy as np
import pytest

from surveyapp.analysis.arrive import learn_model
from surveyapp.analysis.cluster import FEWEST_TO_GROUP
from surveyapp.analysis.language import FUNCTION_WORDS
from surveyapp.analysis.membership import have_own_themes
from surveyapp.analysis.pipeline import Analysis, Answer, analyse

SPANISH = [
    "Más árboles en la plaza del pueblo",
    "Necesitamos un parque nuevo para los niños",
    "El autobús llega siempre tarde",
    "Arreglar los baches de la calle mayor",
    "Hace falta una biblioteca abierta por la tarde",
    "Más actividades para la gente mayor",
    "Quitar los coches de la plaza",
    "Limpiar el río",
]
GERMAN = {
    "Bibliothek": [
        "Die Bibliothek sollte abends offen sein",
        "Längere Öffnungszeiten der Bibliothek",
        "Die Bibliothek braucht mehr Bücher",
        "Mehr Bücher für die Bibliothek",
    ],
    "Spielplatz": [
        "Ein neuer Spielplatz für die Kinder",
        "Der Spielplatz ist kaputt",
        "Den Spielplatz im Süden reparieren",
        "Spielplatz für kleine Kinder",
    ],
    "Radwege": [
        "Radwege ausbauen",
        "Sichere Radwege zur Schule",
        "Die Radwege sind zu schmal",
        "Radwege an der Schule ausbauen",
    ],
    "Mieten": [
        "Die Mieten sind zu hoch",
        "Bezahlbare Mieten für Familien",
        "Mehr Wohnungen mit günstigen Mieten",
        "Günstigen Wohnungen gehören niedrige Mieten",
    ],
    "Stadtpark": [
        "Mehr Bäume im Stadtpark",
        "Mehr Bänke im Stadtpark",
        "Den Stadtpark besser beleuchten",
        "Licht und Bäume für den Stadtpark",
    ],
}
ENGLISH = ["More trees please", "The bus is always late", "Open the library in the evening", "Fix the potholes"]


def answered(texts: list[str]) -> Analysis:
    return analyse([Answer(i, "idea", str(i), text) for i, text in enumerate(texts)])


def test_of_few_answers_in_another_language_each_is_a_candidate() -> None:
    found = answered([*SPANISH, SPANISH[0].upper()])

    assert len(found.themes) == len(SPANISH)
    assert found.themes[0].people == 2
    assert all(statement.theme is not None for statement in found.statements)


def test_a_few_answers_in_two_languages_are_all_candidates() -> None:
    found = answered([*SPANISH, *ENGLISH])

    assert sorted(theme.title for theme in found.themes) == sorted(SPANISH + ENGLISH)


def test_enough_answers_in_another_language_are_grouped_by_the_words_they_share() -> None:
    said = [(word, text) for word, texts in GERMAN.items() for text in texts]
    random.Random(3).shuffle(said)
    found = answered([text for _, text in said])

    themes = np.array([statement.theme for statement in found.statements])
    words = np.array([word for word, _ in said])
    together = themes[:, None] == themes[None]
    alike = words[:, None] == words[None]
    assert 3 <= len(found.themes) <= 8
    assert together[alike].mean() > 4 * together[~alike].mean()


def test_what_is_in_another_language_is_neither_scored_nor_turned_into_a_goal() -> None:
    found = answered([text for texts in GERMAN.values() for text in texts] + ENGLISH)

    german = [theme for theme in found.themes if theme.title not in ENGLISH]
    assert [theme.goal for theme in german] == [None] * len(german)
    assert [theme.polarity for theme in german] == [None] * len(german)
    assert FUNCTION_WORDS.isdisjoint(keyword for theme in german for keyword in theme.keywords)
    assert any(theme.polarity is not None for theme in found.themes)


def test_in_a_survey_in_another_language_short_answers_without_little_words_belong_to_it() -> None:
    found = answered([text for texts in GERMAN.values() for text in texts] + ENGLISH)

    theme_of = {statement.text: statement.theme for statement in found.statements}
    english = {theme_of[text] for text in ENGLISH}
    assert theme_of["Radwege ausbauen"] not in english
    assert len({theme_of[text] for text in GERMAN["Radwege"]}) < 4


def test_a_later_answer_in_that_language_joins_its_theme() -> None:
    found = answered([text for texts in GERMAN.values() for text in texts])

    model = learn_model(found)

    of_library = {s.theme for s in found.statements if "Bibliothek" in s.text}
    theme, _ = model.nearest("Bibliothek länger offen", "other_language")
    assert theme in of_library
    assert type(model).from_bytes(model.to_bytes()).counts_weight == model.counts_weight > 1


@pytest.mark.parametrize(
    ("n_others", "n_english", "they_have"),
    [(1, 0, True), (3, FEWEST_TO_GROUP - 1, True), (3, 400, False), (FEWEST_TO_GROUP, 400, True)],
)
def test_few_among_many_english_ones_have_no_themes_of_their_own(
    n_others: int, n_english: int, they_have: bool
) -> None:
    assert have_own_themes(n_others, n_english) is they_have
