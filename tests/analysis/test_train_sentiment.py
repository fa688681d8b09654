from pathlib import Path

import numpy as np
import pytest

from surveyapp.analysis import tone_table, train_sentiment
from surveyapp.analysis.sentiment import ANY_TEXT, Sentiment, SurveyAnalyzer
from surveyapp.analysis.tone_table import TABLE_NAME, table_from
from surveyapp.analysis.train_sentiment import (
    CONFIDENCE,
    Labelled,
    consistency,
    content_of,
    features_of,
    fit,
    packed,
    read_sets,
    train,
)

LABELLED = Path(__file__).resolve().parents[3] / "shared" / "data" / "sentiment"
needs_labelled = pytest.mark.skipif(
    not LABELLED.is_dir(), reason="the labelled texts of ../shared/data/sentiment are not there"
)
DOMAINS = {
    "reddit": ["reddit"],
    "health": ["health"],
    "shopping": ["amazon", "rated amazon"],
    "films": ["imdb"],
    "tweets": ["rated tweets"],
    "town": ["town"],
}


def labelled(*texts: tuple[int, str]) -> Labelled:
    return Labelled(
        [text for _, text in texts], np.array([label for label, _ in texts], dtype=np.int8), np.ones(len(texts))
    )


def small_sets() -> dict[str, Labelled]:
    garden = [
        (sign, f"{frame} {word}")
        for sign, words in (
            (1, ("lovely", "tended", "sunny")),
            (-1, ("muddy", "sad", "awful")),
            (0, ("green", "large")),
        )
        for word in words
        for frame in ("the garden is", "my garden was", "a plot that is", "it looks")
    ]
    hall = [
        (sign, f"{frame} {word}")
        for sign, words in ((1, ("lovely", "heated", "warm")), (-1, ("freezing", "sad", "awful")))
        for word in words
        for frame in ("the hall is", "that room was", "our hall felt", "it is")
    ]
    return {"garden": labelled(*garden), "hall": labelled(*hall)}


def test_the_same_texts_give_the_same_bytes() -> None:
    sets = small_sets()
    backwards = dict(reversed(sets.items()))
    assert packed(train(sets)) == packed(train(backwards))


def test_folded_weights_give_the_score_of_the_fitted_model() -> None:
    sets = small_sets()
    model = fit(sets, {name: [features_of(text) for text in sets[name].texts] for name in sets})
    analyser = SurveyAnalyzer(table_from(content_of(model)))
    for text in (
        "the garden is lovely",
        "our hall felt awful and muddy",
        "my garden was large",
        "it is heated, very warm",
    ):
        fitted = model.bias[0] + sum(value * model.weights(name)[0] for name, value in features_of(text).items())
        sentiment: Sentiment = analyser.analyze(text, keep_assessments=True)
        assert sentiment.assessments is not None
        assert dict(sentiment.assessments)[ANY_TEXT] == pytest.approx(CONFIDENCE * model.bias[0], abs=5e-4)
        assert sum(added for _, added in sentiment.assessments) == pytest.approx(CONFIDENCE * fitted, abs=0.05)


def test_a_word_that_only_one_place_likes_is_trusted_less_than_one_that_two_like_or_a_lexicon_knows() -> None:
    columns = {"tended": 0, "heated": 1, "kerb": 2, "lovely": 3}
    garden = (np.array([0.0, 0.0, 0.0, 0.0]), np.array([5.0, 5.0, 5.0, 5.0]))  # texts that are bad, that are good
    hall = (np.array([0.0, 0.0, 5.0, 0.0]), np.array([0.0, 5.0, 0.0, 0.0]))
    scale = consistency([garden, hall], columns, np.full((2, 2), 20.0))
    assert scale.tolist() == [train_sentiment.INCONSISTENT, 1.0, train_sentiment.INCONSISTENT, 1.0]


def test_identity_terms_are_no_features() -> None:
    assert features_of("a Muslim woman sings") == pytest.approx(features_of("a Norwegian man sings"))
    assert not [name for name in features_of("a Muslim woman sings") if "muslim" in name or "woman" in name]


def test_a_negated_word_backs_off_to_the_word_itself() -> None:
    features = features_of("not tended")
    assert features["tended"] == pytest.approx(-train_sentiment.BACK_OFF * features["!tended"])


def test_the_table_of_the_package_is_small() -> None:
    assert Path(tone_table.__file__).with_name(TABLE_NAME).stat().st_size <= 400_000


@pytest.mark.slow
@pytest.mark.real_data
@needs_labelled
def test_the_table_of_the_package_is_what_training_gives() -> None:
    rebuilt = packed(train(read_sets(LABELLED)))
    assert rebuilt == Path(tone_table.__file__).with_name(TABLE_NAME).read_bytes()


@pytest.mark.slow
@pytest.mark.real_data
@needs_labelled
def test_places_left_out_of_training_are_scored_five_times_in_six() -> None:
    sets = read_sets(LABELLED)
    features = {name: [features_of(text) for text in sets[name].texts] for name in sets}
    accuracies = []
    for left_out in DOMAINS.values():
        kept = {name: sets[name] for name in sets if name not in left_out}
        analyser = SurveyAnalyzer(table_from(content_of(fit(kept, features))))
        right = [
            analyser.analyze(text).polarity * label > 0
            for name in left_out
            for text, label in zip(sets[name].texts, sets[name].labels, strict=True)
            if label
        ]
        accuracies.append(sum(right) / len(right))
    assert sum(accuracies) / len(accuracies) >= 0.83
