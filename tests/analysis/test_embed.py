import numpy as np

from surveyapp.analysis.embed import GRID, learn_and_place, learn_space
from surveyapp.analysis.words import words

SAYINGS = [
    f"{wish} {place}"
    for wish in ("plant more trees in", "mend the broken road at", "open a library in", "run a later bus to")
    for place in ("the old town", "our valley", "the harbour", "the station", "the east side", "the market", "the hill",
                  "the school yard", "the new quarter", "the long lane", "the mill", "the bridge", "the meadow")
]  # fmt: skip


def cosine(first: str, second: str, question: str = "") -> float:
    a, b = learn_space(SAYINGS, question=question).vectors([first, second]).astype(float)
    return float(a @ b) / GRID**2


def test_vectors_are_whole_numbers_of_one_length() -> None:
    vectors = learn_space(SAYINGS).vectors(SAYINGS)

    assert np.array_equal(vectors, np.rint(vectors))
    assert np.allclose(np.linalg.norm(vectors, axis=1), GRID, rtol=0.01)


def test_what_means_the_same_is_nearer_than_what_does_not() -> None:
    assert cosine("plant a tree", "more oaks and maples") > cosine("plant a tree", "a later bus")


def test_words_of_the_question_weigh_nothing() -> None:
    question = "What should our library do?"

    assert cosine("library trees", "library buses", question) == cosine("trees", "buses", question)
    assert cosine("library trees", "library buses") > cosine("trees", "buses")


def test_an_answer_of_nothing_but_the_question_is_still_placed() -> None:
    assert learn_space(SAYINGS, question="Our library?").vectors(["library"]).any()


def test_a_text_without_words_is_nowhere() -> None:
    assert not learn_space(SAYINGS).vectors(["", "!?", "👍"]).any()


def test_no_texts_give_no_vectors() -> None:
    assert learn_space([]).vectors([]).shape[0] == 0


def test_few_texts_are_placed_by_meaning_alone() -> None:
    assert learn_space(SAYINGS[:10]).vectors(SAYINGS[:10]).shape == (10, 256)


def test_the_name_of_the_place_weighs_nothing_but_a_common_word_does() -> None:
    texts = [f"In Milltown we want {thing} number {i}" for i, thing in enumerate(["trees", "a pool", "buses"] * 20)]

    frame = learn_space(texts).frame
    assert "milltown" in frame
    assert not {"trees", "pool", "buses"} & frame


def test_texts_that_a_space_is_learnt_from_are_placed_as_any_others_are() -> None:
    said = [*map(words, SAYINGS), [], ["the"]]

    space, placed = learn_and_place(said, frozenset({"harbour"}), question="Which harbour?")

    assert np.array_equal(placed, space.place(said))
