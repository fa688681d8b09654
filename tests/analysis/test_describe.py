import numpy as np

from surveyapp.analysis.cluster import middles
from surveyapp.analysis.describe import Description, describe
from surveyapp.analysis.embed import learn_space
from surveyapp.analysis.phrases import count_phrases, keywords

TREES = [
    "Plant more trees along the street",
    "More trees in the old town please",
    "The trees on Mill Lane need care",
    "We need more trees and shade",
    "Trees should be planted at the school",
]
BUSES = [
    "The last bus runs far too early",
    "We need a later bus to the station",
    "A bus to the hospital on Sundays",
    "Buses should come every ten minutes",
    "Please let the bus run at night",
]
QUARRY = ["The quarry should not be opened", "No quarry in our hills", "Never open the quarry", "Open the quarry"]


def described(*groups: list[str]) -> tuple[list[str], list[Description]]:
    texts = [text for group in groups for text in group]
    labels = np.repeat(np.arange(len(groups)), list(map(len, groups)))
    space = learn_space(texts)
    vectors = space.vectors(texts)
    found = describe(
        texts,
        vectors,
        labels,
        quotable=np.ones(len(texts), dtype=np.bool_),
        centres=middles(vectors, labels),
        phrases=count_phrases(texts, frozenset()),
        place=space.vectors,
    )
    return texts, found


def test_the_title_and_the_quotes_are_verbatim_statements_of_the_theme() -> None:
    texts, found = described(TREES, BUSES)

    for description, members in zip(found, (TREES, BUSES), strict=True):
        assert any(description.title in member for member in members)
        assert {texts[row] for row in description.quotes} <= set(members)
        assert len(set(description.quotes)) == 3
        assert description.title not in {texts[row] for row in description.quotes}


def test_the_keywords_tell_a_theme_from_the_others() -> None:
    _, (trees, buses) = described(TREES, BUSES)

    assert trees.keywords[0] == "trees"
    assert buses.keywords[0] == "bus"


def test_a_title_speaks_for_the_majority_side() -> None:
    _, (quarry, _) = described(QUARRY, BUSES)

    assert quarry.title != "Open the quarry"


def test_no_keyword_is_a_stop_word_or_a_word_of_the_question() -> None:
    phrases = count_phrases(TREES, frozenset({"trees", "tree"}))

    found = [phrases.shown_as[stems] for stems in keywords(phrases, np.arange(len(TREES)))]

    assert not {"trees", "the", "more", "we"} & {word for phrase in found for word in phrase.split()}


def test_a_theme_of_one_text_is_described_by_it() -> None:
    _, found = described(["Plant oaks"], BUSES)

    assert found[0].title == "Plant oaks"
    assert found[0].quotes == (0,)


def test_nothing_has_no_description() -> None:
    assert described() == ([], [])


def test_what_the_other_side_says_stands_beside_the_title() -> None:
    texts, (_, pool) = described(
        BUSES,
        [
            "Open the pool on Sundays",
            "The pool should open on Sundays",
            "Please open the pool on Sundays too",
            "Sundays at the pool, open it for families",
            "The pool should not open on Sundays",
        ],
    )

    assert pool.opposite is not None
    row, share = pool.opposite
    assert texts[row] == "The pool should not open on Sundays"
    assert share == 0.2


def test_without_another_side_there_is_no_opposite() -> None:
    _, found = described(TREES, BUSES)

    assert [description.opposite for description in found] == [None, None]


def test_a_title_that_can_be_said_as_a_goal_is() -> None:
    _, (trees, _) = described(TREES, BUSES)

    assert trees.goal is not None
    assert trees.goal.split()[0] in {"Plant", "Provide"}
