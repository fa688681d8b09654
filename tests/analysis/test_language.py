import csv
from pathlib import Path

import pytest

from surveyapp.analysis.language import function_word_language, is_other_language, is_other_script
from surveyapp.analysis.sentiment import shared_analyser
from surveyapp.analysis.tone_scan import tokens_of

SENTENCES = Path(__file__).with_name("languages.tsv")
DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the texts of ../shared/data are not there")


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


def sentences() -> list[tuple[str, str]]:
    lines = SENTENCES.read_text(encoding="utf-8").splitlines()
    return [(language, text) for language, _, text in (line.partition("\t") for line in lines)]


def test_nine_in_ten_short_answers_in_other_languages_are_found_and_hardly_any_english_one() -> None:
    found = {True: [0, 0], False: [0, 0]}  # English or not: how many were called another language, of how many
    for language, text in sentences():
        found[language == "en"][0] += is_other_language(text)
        found[language == "en"][1] += 1
    foreign, false = found[False], found[True]
    assert foreign[0] / foreign[1] >= 0.85
    assert foreign[0] / (foreign[0] + false[0]) >= 0.95


def test_hardly_any_answer_in_another_language_is_scored() -> None:
    foreign = [text for language, text in sentences() if language != "en"]
    scored = [text for text in foreign if shared_analyser().analyze(text).label != "unscored"]
    assert len(scored) / len(foreign) <= 0.05, scored


@pytest.mark.real_data
@needs_data
def test_no_english_statement_of_a_town_or_movement_is_called_foreign() -> None:
    for name in ("bowling_green_polis_unlabelled.csv", "march_on_polis_unlabelled.csv", "keypoints_24_motions.csv"):
        with (DATA / name).open(encoding="utf-8", newline="") as lines:
            assert [row["text"] for row in csv.DictReader(lines) if is_other_language(row["text"])] == []
