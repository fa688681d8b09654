import numpy as np

from surveyapp.analysis.cluster import middles
from surveyapp.analysis.describe import Description, describe
from surveyapp.analysis.embed import learn_space
from surveyapp.analysis.phrases import count_phrases, keywords, look_inside
from surveyapp.analysis.titles import is_wish
from surveyapp.analysis.words import words

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
        place=space.place,
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

    found = [phrases.shown_as[stems] for stems in keywords(phrases, look_inside(phrases, np.arange(len(TREES))))]

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


def test_a_denial_of_something_else_is_not_the_other_side() -> None:
    _, (_, pool) = described(
        BUSES,
        [
            "Open the pool on Sundays",
            "The pool should open on Sundays",
            "Please open the pool on Sundays too",
            "Sundays at the pool, open it for families",
            "The pool should not sell sweets on Sundays",
        ],
    )

    assert pool.opposite is None


def test_without_another_side_there_is_no_opposite() -> None:
    _, found = described(TREES, BUSES)

    assert [description.opposite for description in found] == [None, None]


def test_a_title_that_can_be_said_as_a_goal_is() -> None:
    _, (trees, _) = described(TREES, BUSES)

    assert trees.goal is not None
    assert trees.goal.split()[0] in {"Plant", "Provide"}


NAMED = {
    ("bus", "buses"): [
        "The last bus should leave after the late shift",
        "we need later busses to the staton",
        "I took the bus on Monday and waited for an hour",
        "Later buses for those who work at night",
        "A bus to the hospital on Sundays would help",
        "Run the night bus on weekends",
        "Why is there no bus after nine?",
    ],
    ("bike", "bicycle", "cycling", "lanes"): [
        "Build more bike lanes along the river",
        "bike lanes, bike racks, bike signs, bike pumps",
        "I was nearly hit on my bike last week",
        "Bike lanes should be apart from the cars",
        "Protect bicycles from lorries with real bike lanes",
        "Safe bike lanes to every school",
        "More bike lanes!!!",
    ],
    ("rent", "rents", "landlords", "tenants", "renters"): [
        "Landlords should keep their flats warm",
        "Rents are too high for young tenants",
        "We need stronger rules for landlords and fair rents",
        "my landlord never mends anyhting",
        "Limit how fast rents may rise for tenants",
        "Tenants need a place to complain about landlords",
        "This survey should ask tenants about rents",
    ],
    ("library", "books"): [
        "Open the library on Sundays",
        "The library should be open on Sundays",
        "The library should not be open on Sundays, its people need rest",
        "Open the library on Sundays for families",
        "books and quiet rooms in the libary please",
        "The library needs newer books for children",
        "I love the library",
    ],
    ("trees", "tree", "shade"): [
        "Plant more trees along the streets",
        "Trees give shade where old people walk",
        "PLANT TREES NOW PEOPLE",
        "We should plant trees at every school",
        "and more trees on the square as well",
        "Water the young trees in summer",
        "Shade trees on the market square",
    ],
    ("police", "crime", "patrols"): [
        "Police should patrol on foot at night",
        "More police on foot in the centre",
        "The police were rude to my cousin",
        "We need police patrols near the station at night",
        "Crime goes down when police walk the streets",
        "If police patrol at night I feel safer",
        "police",
    ],
    ("pool", "swimming", "swim"): [
        "The town needs an indoor swimming pool",
        "An indoor pool for winter swimming",
        "We drive an hour to swim in a pool, which is absurd, and others do too, and nobody in the council cares",
        "Build an indoor pool that seniors can use",
        "indoor pool plz",
        "Swimming lessons for all children in a warm pool",
        "It should have a pool",
    ],
    ("litter", "rubbish", "bins"): [
        "Put more litter bins in the park",
        "Litter is everywhere after the market",
        "We need more bins and less litter in the park",
        "Fine those who drop litter",
        "The bins are never emptied, so litter piles up",
        "Litter in the park should be picked up daily",
        "litter",
    ],
    ("dogs", "dog", "leash"): [
        "Dogs should be kept on a leash in the park",
        "No dogs without a leash in the park",
        "Enforce the leash law for dogs",
        "Dogs without a leash scare my children",
        "Fence off a dog meadow where dogs may run",
        "dogs r fine",
        "Better leash rules for dogs",
    ],
    ("wages", "wage", "jobs", "job", "pay"): [
        "We need jobs with better wages",
        "Bring jobs with fair wages to the valley",
        "Jobs here pay low wages, so the young leave",
        "Raise the minimum wage for all jobs",
        "I lost my job in spring",
        "Train people for jobs with good pay",
        "jobs jobs jobs",
    ],
}


def test_at_least_nine_of_ten_titles_name_their_theme_and_read_as_wishes() -> None:
    texts, found = described(*NAMED.values())

    named = [set(words(d.title)) & set(subject) != set() for subject, d in zip(NAMED, found, strict=True)]
    telling = [bool(set(" ".join(d.keywords).split()) & set(s)) for s, d in zip(NAMED, found, strict=True)]
    wishes = [is_wish(d.title) and d.title[:1].isupper() and "?" not in d.title for d in found]
    assert sum(named) >= 9, [d.title for d in found]
    assert sum(telling) >= 9, [d.keywords for d in found]
    assert sum(wishes) >= 9, [d.title for d in found]
    assert sum(d.goal is not None for d in found) >= 7, [(d.title, d.goal) for d in found]
    assert all(any(d.title in text for text in texts) for d in found)


def test_a_title_has_no_slip_of_the_pen_where_another_says_the_same() -> None:
    _, found = described(*NAMED.values())

    assert not {"busses", "staton", "anyhting", "libary", "plz", "r"} & {w for d in found for w in words(d.title)}


def test_names_do_not_hang_on_the_order_of_themes() -> None:
    _, there = described(*NAMED.values())
    _, back = described(*list(NAMED.values())[::-1])

    assert [d.title for d in there] == [d.title for d in back][::-1]
    assert [d.keywords for d in there] == [d.keywords for d in back][::-1]


def test_the_share_of_the_other_side_is_of_those_who_speak_of_the_same_thing() -> None:
    texts, found = described(*NAMED.values())
    library = found[list(NAMED).index(("library", "books"))]

    assert library.title in {"Open the library on Sundays", "The library should be open on Sundays"}
    assert library.opposite is not None
    assert texts[library.opposite[0]].startswith("The library should not be open")
    assert 0.15 < library.opposite[1] < 0.35


def test_only_a_theme_of_many_kinds_is_marked() -> None:
    of_all_kinds = [
        "I feel safe here",
        "Trickle down never works",
        "The skunks are back",
        "First things first",
        "Bring a casino to the valley",
        "My cousin moved away",
        "A favourite song of mine",
    ]
    _, found = described(*NAMED.values(), of_all_kinds)
    _, without = described(*NAMED.values())

    assert [d.is_mixed for d in found] == [False] * len(NAMED) + [True]
    assert not any(d.is_mixed for d in without)
