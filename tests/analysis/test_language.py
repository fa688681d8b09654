import pytest

from surveyapp.analysis.language import function_word_language, is_other_language, is_other_script
from surveyapp.analysis.tone_scan import tokens_of


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("es", "Queremos más bancos en el parque porque hay muchos mayores"),
        ("de", "Wir brauchen mehr Bänke im Park, weil es viele Ältere gibt"),
        ("fr", "Il faudrait plus de bancs dans le parc pour les anciens"),
        ("pt", "Precisamos de mais bancos no parque para os idosos"),
        ("it", "Vorremmo più panchine nel parco per gli anziani"),
        ("nl", "We willen meer banken in het park voor de ouderen"),
        ("en", "We want more benches in the park for the elderly"),
    ],
)
def test_function_words_tell_the_language(language: str, text: str) -> None:
    assert function_word_language(tokens_of(text)) == language
    assert is_other_language(text) is (language != "en")


@pytest.mark.parametrize(
    "text",
    [
        "Нужно больше деревьев",
        "更多公园",
        "نريد حدائق أكثر",
        "Θέλουμε περισσότερα δέντρα",
        "Potrzebujemy więcej ławek",
        "Vi vill ha fler bänkar",
        "Muchas gracias",
        "Keine Ahnung",
        "Mehr Bänke",
    ],
)
def test_other_scripts_unlisted_languages_and_short_answers_are_other_languages(text: str) -> None:
    assert is_other_language(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12",
        "👍👍",
        "more parks",
        "Internet",
        "I want a playground in Los Angeles",
        "The café on Jose Street is naïve about noise",
        "moar benchs plz, teh old onez r brokn and wet",
        "Skating rink on Gordon ave.",
        "Minimum wage needs to go o $15 per hour",
        "no no no",
        "me too",
        "As in an A or an O",
    ],
)
def test_english_stays_english(text: str) -> None:
    assert not is_other_language(text)


def test_a_foreign_name_in_an_english_answer_is_no_other_script() -> None:
    assert not is_other_script("Our friends from Київ feel at home here")
    assert is_other_script("Київ ok")
