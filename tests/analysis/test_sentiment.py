import csv
import math
import subprocess
import sys
import time
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textblob import TextBlob
from textblob.base import CONTINUOUS, BaseSentimentAnalyzer
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from surveyapp.analysis.identity_terms import IDENTITY_TERMS
from surveyapp.analysis.sentiment import A_PROPOSAL, ANY_TEXT, Sentiment, SurveyAnalyzer, shared_analyser
from surveyapp.analysis.tone_table import shared_table
from surveyapp.analysis.train_sentiment import CLEAR, CONFIDENCE

LABELLED = Path(__file__).resolve().parents[3] / "shared" / "data" / "sentiment"
needs_labelled = pytest.mark.skipif(
    not LABELLED.is_dir(), reason="the labelled texts of ../shared/data/sentiment are not there"
)
SIGNS = {"positive": 1, "negative": -1}


def tone(text: str) -> Sentiment:
    return shared_analyser().analyze(text)


def direction(sentiment: Sentiment) -> float:
    """The score behind a polarity."""
    halved = 2 if sentiment.label == "mixed" else 1
    good = (halved * sentiment.polarity / sentiment.subjectivity + 1) / 2
    return math.log(good / (1 - good))


def test_one_analyser_serves_the_whole_process() -> None:
    assert shared_analyser() is shared_analyser()


def test_only_who_plugs_the_analyser_into_textblob_waits_for_textblob_to_load() -> None:
    program = """
import sys
from surveyapp.analysis.sentiment import shared_analyser
alone = shared_analyser().analyze("The staff are kind.")
assert not {"textblob", "nltk", "scipy", "numpy"} & set(sys.modules), sorted(sys.modules)
from textblob import TextBlob
from textblob.base import CONTINUOUS, BaseSentimentAnalyzer
assert TextBlob("The staff are kind.", analyzer=shared_analyser()).sentiment == alone
"""
    subprocess.run([sys.executable, "-W", "error::UserWarning", "-c", program], check=True)


def test_the_analyser_is_one_of_textblobs() -> None:
    assert isinstance(shared_analyser(), BaseSentimentAnalyzer)
    assert isinstance(SurveyAnalyzer(), BaseSentimentAnalyzer)
    assert shared_analyser().kind == CONTINUOUS


def test_textblob_asks_the_analyser_for_sentiment_but_never_for_polarity() -> None:
    blob = TextBlob("The stairwell is filthy and smells.", analyzer=shared_analyser())
    assert blob.sentiment == tone("The stairwell is filthy and smells.")
    assert blob.polarity == TextBlob("The stairwell is filthy and smells.").sentiment.polarity
    assert blob.polarity != blob.sentiment.polarity


def test_textblob_passes_on_the_words_behind_a_score() -> None:
    found = TextBlob("The library staff are kind.", analyzer=shared_analyser()).sentiment_assessments
    assert found.assessments[0][0] == "kind"
    assert tone("The library staff are kind.").assessments is None


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("positive", "The allotments are lovely and the people there are friendly."),
        ("positive", "no problem at all, always helpful"),
        ("positive", "Although the room is small, the choir is wonderful."),
        ("negative", "The lifts are broken and nobody cares."),
        ("negative", "The minutes are not clear."),
        ("negative", "The hall was nice, but the sound was terrible."),
        ("neutral", "The choir meets on Thursday."),
        ("neutral", "Put a bin next to the bus stop."),
        ("mixed", "Lovely garden, awful toilets."),
    ],
)
def test_the_label_says_how_a_statement_sounds(label: str, text: str) -> None:
    assert tone(text).label == label


def test_a_mixed_statement_lies_between_its_halves() -> None:
    assert tone("Awful toilets.").polarity < tone("Lovely garden, awful toilets.").polarity
    assert tone("Lovely garden, awful toilets.").polarity < tone("Lovely garden.").polarity


def test_a_wish_by_itself_is_neither_good_nor_bad_and_sounds_a_little_like_something_missed() -> None:
    for wish in ("Please put a bin there.", "We need a bin there.", "Install a bin there."):
        assert tone(wish).label == "neutral", wish
        assert -0.15 < tone(wish).polarity < 0, wish


def test_praise_of_what_is_only_imagined_weighs_nothing() -> None:
    assert tone("A bench would be lovely.").polarity < 0.1 < tone("The bench is lovely.").polarity
    assert tone("It could have been better.").label != "positive"
    assert tone("A bench would be lovely. The staff are lovely.").label == "positive"


@pytest.mark.parametrize(
    "text",
    [
        "I could not have asked for more.",
        "The team could not have been kinder.",
        "I can't thank the volunteers enough.",
        "Couldn\u2019t wish for better neighbours.",
    ],
)
def test_praise_in_the_form_of_a_denial_is_praise(text: str) -> None:
    assert tone(text).label == "positive"


def test_a_wish_is_a_proposal_and_a_report_is_a_statement() -> None:
    assert tone("We should plant trees along the main road.").kind == "proposal"
    assert tone("The trees along the main road are old.").kind == "statement"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "nothing",
        "No.",
        "n/a",
        "N/A",
        "yes",
        "As above.",
        "none",
        "No comment",
        "12",
        "...",
        "!!!",
        "Internet",
        "\x00",
    ],
)
def test_an_answer_that_only_its_question_explains_is_not_scored(text: str) -> None:
    assert tone(text) == Sentiment(0.0, 0.0, "unscored", 0.0, "unscorable", None)


def test_one_word_of_praise_or_one_emoji_is_enough_to_score() -> None:
    assert tone("Excellent").label == "positive"
    assert tone("👍").label == "positive"
    assert tone("no 👎").label == "negative"


def test_another_language_is_not_scored() -> None:
    assert tone("Die Treffen sind leider viel zu lang") == Sentiment(0.0, 0.0, "unscored", 0.0, "other_language", None)
    assert tone("Нужно больше деревьев").kind == "other_language"


@pytest.mark.parametrize(
    "text",
    [
        "The library staff are kind and helpful.",
        "I am not happy with the decision, and never was!",
        "We should fix the broken bike racks because they are dangerous.",
        "It was very, very good; good in every way.",
        "Please put good benches there, the bus stop is awful!",
        "Poor people live here, and I can't thank them enough.",
        *(" ".join(words) for words in permutations(("not", "good", "but", "too", "noisy"))),
    ],
)
def test_the_words_behind_a_score_sum_to_it_exactly(text: str) -> None:
    sentiment = shared_analyser().analyze(text, keep_assessments=True)
    assert sentiment.assessments is not None
    assert sum(added for _, added in sentiment.assessments) == pytest.approx(direction(sentiment))
    assert (A_PROPOSAL in dict(sentiment.assessments)) == (sentiment.kind == "proposal")
    phrases = [phrase for phrase, _ in sentiment.assessments]
    assert ANY_TEXT in phrases
    assert len(set(phrases)) == len(phrases)
    sizes = [abs(added) for _, added in sentiment.assessments]
    assert sizes == sorted(sizes, reverse=True)


def test_asking_for_the_words_changes_no_figure() -> None:
    text = "Lovely garden, but we need better toilets."
    assert shared_analyser().analyze(text, keep_assessments=True)[:5] == tone(text)[:5]


def test_no_identity_term_has_a_weight() -> None:
    table = shared_table()
    assert not IDENTITY_TERMS & set(table.rows)
    assert not IDENTITY_TERMS & set(table.polar)
    assert not [word for entry in table.rows.values() for word in IDENTITY_TERMS & set(entry.followers or ())]


@pytest.mark.parametrize(
    "frame",
    [
        "I am a {} person.",
        "My neighbour is {}.",
        "{} people live here",
        "I feel ignored as a {} member.",
        "We love our {} friends!",
    ],
)
def test_naming_a_group_moves_no_score(frame: str) -> None:
    groups = (
        "Muslim",
        "Christian",
        "atheist",
        "Black",
        "white",
        "Mexican",
        "Nigerian",
        "Polish",
        "gay",
        "straight",
        "female",
        "male",
        "disabled",
        "old",
    )
    assert len({tone(frame.format(group))[:5] for group in groups}) == 1


@pytest.mark.parametrize(
    ("frame", "plain"),
    [
        ("{} people live here", "Norwegian people live here"),
        ("The {} should be heard", "The Norwegian should be heard"),
        ("My neighbour is {}.", "My neighbour is Norwegian."),
        ("There are {} families in our street.", "There are Norwegian families in our street."),
    ],
)
def test_what_people_have_weighs_nothing(frame: str, plain: str) -> None:
    for circumstance in ("poor", "rich", "wealthy"):
        assert tone(frame.format(circumstance)).polarity == pytest.approx(tone(plain).polarity, abs=0.02)


@pytest.mark.parametrize(
    "text",
    ["Communication is poor", "The poor lighting at the gate", "She is a poor teacher", "We are poor at planning"],
)
def test_a_thing_that_is_poor_is_judged(text: str) -> None:
    assert tone(text).label == "negative"


@pytest.mark.parametrize(
    "text",
    [
        "The cancer ward is on the second floor",
        "A grief workshop in spring",
        "Fighting poverty should be a goal",
        "Crime prevention meetings",
        "A group for victims of domestic violence",
        "Help for people with depression",
        "Equality and justice for all",
    ],
)
def test_what_a_community_works_for_or_against_is_no_judgement(text: str) -> None:
    assert tone(text).label == "neutral"


@pytest.mark.parametrize("text", ["The violence gets worse", "Crime is everywhere", "There is so much litter"])
def test_an_evil_that_is_there_is_a_complaint(text: str) -> None:
    assert tone(text).label == "negative"


def test_negation_always_turns_a_clear_word() -> None:
    table = shared_table()
    least = CLEAR * CONFIDENCE + 0.001
    clear = [(word, entry) for word, entry in table.rows.items() if table.polar.get(word, 0) * entry.direction > least]
    assert len(clear) > 1000
    for word, entry in clear:
        assert entry.negated_direction * entry.direction < 0, word


@given(st.text(max_size=200))
def test_any_text_gives_a_valid_tone(text: str) -> None:
    sentiment = tone(text)
    assert -1 <= sentiment.polarity <= 1
    assert 0 <= sentiment.subjectivity <= 1
    assert 0 <= sentiment.confidence <= 1
    assert sentiment.label in {"positive", "neutral", "negative", "mixed", "unscored"}
    assert (sentiment.label == "unscored") == (sentiment.kind in {"unscorable", "other_language"})
    assert sentiment == tone(text)


@pytest.mark.parametrize(
    "piece", ["but ", "not ", "although ", "a", "!", "used to be ", "good, ", "é", ": ", "please\n", "'"]
)
def test_ten_times_the_text_takes_about_ten_times_the_time(piece: str) -> None:
    def seconds(text: str) -> float:
        best = math.inf
        for _ in range(3):
            start = time.process_time()
            tone(text)
            best = min(best, time.process_time() - start)
        return best

    short = (piece * 10_000)[:10_000]
    assert seconds(short * 10) < 30 * seconds(short) + 0.01


@pytest.mark.slow
def test_it_is_faster_than_vader() -> None:
    texts = [
        "The volunteers do a great job every weekend, but nobody thanks them for it.",
        "We should fix the broken bike racks near the school and add a few more.",
        "I don't feel safe walking home at night because half of the lights are out.",
        "The choir meets on Thursday.",
    ] * 100
    vader = SentimentIntensityAnalyzer()
    ours, theirs = math.inf, math.inf
    for _ in range(7):
        start = time.process_time()
        for text in texts:
            tone(text)
        middle = time.process_time()
        for text in texts:
            vader.polarity_scores(text)
        ours, theirs = min(ours, middle - start), min(theirs, time.process_time() - middle)
    assert ours < theirs


@pytest.mark.real_data
@needs_labelled
def test_three_in_four_of_the_probes_get_the_label_that_people_expect() -> None:
    with (LABELLED / "survey_probes.tsv").open(encoding="utf-8", newline="") as lines:
        probes = list(csv.DictReader(lines, delimiter="\t"))
    right = [str(SIGNS.get(tone(probe["text"]).label, 0)) in probe["expected"].split("|") for probe in probes]
    assert sum(right) / len(right) >= 0.74
