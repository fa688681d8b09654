"""A draft is composed of all kinds of questions; once it is open, words alone change, with a note and a version."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from surveyapp.communities.models import Community
from surveyapp.errors import BadInput, Conflict
from surveyapp.surveys import branching, compose, design, undo
from surveyapp.surveys.advice import advice_on
from surveyapp.surveys.conditions import asked
from surveyapp.surveys.models import Kind, Question, Survey, Translation
from surveyapp.surveys.portable import as_data, from_data
from tests.factories import make_survey

TODAY = date(2026, 3, 2)
WAYS = compose.read_options("By bus\nOn foot", [])


@pytest.fixture
def draft(session: Session, community: Community) -> Survey:
    """An empty survey with two parts."""
    survey = compose.new_survey(session, community, title="Spring", smallest_group=5, quote_group=10)
    compose.add_section(session, survey, "More")
    return survey


def add(session: Session, survey: Survey, kind: Kind, prompt: str, part: int = 0, **settings: object) -> Question:
    question = compose.add_question(session, survey, survey.sections[part], kind, prompt)
    question.settings = {**question.settings, **settings}
    return question


def prompts(survey: Survey) -> list[list[str]]:
    return [[question.prompt for question in section.questions] for section in survey.sections]


def test_a_survey_of_every_kind_can_be_opened(session: Session, draft: Survey) -> None:
    options = compose.read_options("One\nTwo\nThree", [])
    for kind in Kind:
        question = add(session, draft, kind, f"A {kind.value}?")
        if kind in (Kind.SINGLE_CHOICE, Kind.MULTIPLE_CHOICE, Kind.RANKING):
            question.settings = {"options": options}
    add(session, draft, Kind.LONG_TEXT, "Anything else?", part=1)
    assert design.problems(draft) == []
    design.open_survey(session, draft, TODAY)
    assert len(draft.questions) == len(Kind) + 1
    with pytest.raises(design.NotADraft):
        compose.add_question(session, draft, draft.sections[0], Kind.LONG_TEXT, "Late?")


def test_questions_move_up_and_down_and_from_part_to_part(session: Session, draft: Survey) -> None:
    for prompt in "abc":
        add(session, draft, Kind.LONG_TEXT, prompt)
    add(session, draft, Kind.LONG_TEXT, "d", part=1)
    a, b, c = draft.sections[0].questions
    compose.move(session, draft, c, -1)
    assert prompts(draft) == [["a", "c", "b"], ["d"]]
    compose.move(session, draft, b, 1)
    assert prompts(draft) == [["a", "c"], ["b", "d"]]
    compose.move(session, draft, b, -1)
    assert prompts(draft) == [["a", "c", "b"], ["d"]]
    compose.move(session, draft, a, -1)  # it is the first already
    assert prompts(draft) == [["a", "c", "b"], ["d"]]
    session.commit()
    session.expire_all()
    assert prompts(draft) == [["a", "c", "b"], ["d"]]
    assert [question.position for question in draft.sections[0].questions] == [1, 2, 3]


def test_what_was_removed_comes_back_as_it_was(session: Session, draft: Survey) -> None:
    for prompt in "abc":
        add(session, draft, Kind.SINGLE_CHOICE, prompt, options=compose.read_options("x\ny", []), other=True)
    middle = draft.questions[1]
    middle.is_required = True
    before = as_data(middle)
    removed = undo.remove_question(session, draft, middle)
    assert prompts(draft) == [["a", "c"], []]
    undo.restore(session, draft, removed)
    assert prompts(draft) == [["a", "b", "c"], []]
    assert as_data(draft.questions[1]) == before


def test_a_copy_stands_below_and_is_a_question_of_its_own(session: Session, draft: Survey) -> None:
    first = add(session, draft, Kind.SINGLE_CHOICE, "a", options=compose.read_options("x\ny", []))
    add(session, draft, Kind.LONG_TEXT, "b")
    copy = compose.copy_question(session, draft, first)
    copy.settings = copy.settings | {"options": []}
    assert prompts(draft) == [["a", "a", "b"], []]
    assert len(first.settings["options"]) == 2


def test_reworded_options_keep_their_keys_and_new_ones_get_their_own() -> None:
    options = compose.read_options("By bus\nBy bike\n", [])
    assert [option["key"] for option in options] == ["by_bus", "by_bike"]
    reworded = compose.read_options("By bus or tram\nBy bike", options)
    assert [option["key"] for option in reworded] == ["by_bus", "by_bike"]
    more = compose.read_options("By bike\nالحافلة\nOther\nBy bus or tram", reworded)
    assert [option["key"] for option in more] == ["by_bike", "option", "option_2", "by_bus"]
    with pytest.raises(BadInput):
        compose.read_options("Yes\nyes", [])


@given(st.lists(st.text(max_size=20), max_size=12))
def test_any_lines_are_options_with_keys_of_their_own_or_a_sentence(lines: list[str]) -> None:
    try:
        options = compose.read_options("\n".join(lines), [])
    except BadInput:
        return
    keys = [option["key"] for option in options]
    assert len(set(keys)) == len(keys)
    question = Question(id=1, kind=Kind.SINGLE_CHOICE, prompt="?", help="", settings={"options": options})
    again = from_data(as_data(question))
    assert again.settings.get("options") == options


def test_an_open_question_is_reworded_with_a_note_as_a_new_version(session: Session, community: Community) -> None:
    survey = make_survey(session, community)
    question = survey.questions[0]
    old = question.prompt
    words = {"prompt": "Our values today", "help_text": "", "today": TODAY, "user_id": None}
    with pytest.raises(BadInput, match="note why"):
        compose.reword(session, survey, question, note=" ", **words)  # type: ignore[arg-type]
    compose.reword(session, survey, question, note="It was misread.", **words)  # type: ignore[arg-type]
    session.flush()
    (kept,) = compose.wordings(session, survey)[question.id]
    assert (kept.version, kept.prompt, kept.note) == (1, old, "It was misread.")
    assert (question.version, question.prompt) == (2, "Our values today")
    with pytest.raises(BadInput, match="already"):
        compose.reword(session, survey, question, note="Again.", **words)  # type: ignore[arg-type]


def test_a_condition_is_read_said_in_words_and_applied(session: Session, draft: Survey) -> None:
    way = add(session, draft, Kind.SINGLE_CHOICE, "How do you come?", options=WAYS)
    happy = add(session, draft, Kind.RATING, "How happy are you?")
    late = add(session, draft, Kind.LONG_TEXT, "What about the bus?")
    tests = [(str(way.id), "equals", "by bus"), (str(happy.id), "at_least", "3"), ("", "equals", "")]
    late.condition = branching.read_condition("all", tests, [way, happy])
    said = branching.in_words(late.condition, draft.questions)
    assert said == "Only asked if “How do you come?” is “By bus” and “How happy are you?” is at least “3”."
    assert asked(draft.questions, {way.id: "by_bus", happy.id: 4})[-1] is late
    assert asked(draft.questions, {way.id: "by_bus", happy.id: 2})[-1] is happy
    assert branching.problem_of(late, draft.questions) is None


@pytest.mark.parametrize(
    ("tests", "sentence"),
    [
        ([("9999", "equals", "x")], "earlier question"),
        ([("way", "equals", "By train")], "none of the answers"),
        ([("way", "at_least", "By bus")], "the condition can be"),
        ([("happy", "at_least", "very")], "compare it with one"),
        ([("late", "contains", "bus")], "earlier question"),
    ],
)
def test_a_condition_that_cannot_be_meant_is_refused(
    session: Session, draft: Survey, tests: list[tuple[str, str, str]], sentence: str
) -> None:
    way = add(session, draft, Kind.SINGLE_CHOICE, "How do you come?", options=WAYS)
    happy = add(session, draft, Kind.RATING, "How happy are you?")
    late = add(session, draft, Kind.LONG_TEXT, "What about the bus?")
    names = {"way": str(way.id), "happy": str(happy.id), "late": str(late.id)}
    typed = [(names.get(name, name), operator, value) for name, operator, value in tests]
    with pytest.raises(BadInput, match=sentence):
        branching.read_condition("all", typed, [way, happy])


def test_dead_ends_keep_a_survey_from_opening(session: Session, draft: Survey) -> None:
    way = add(session, draft, Kind.SINGLE_CHOICE, "How do you come?", options=WAYS)
    late = add(session, draft, Kind.LONG_TEXT, "What about the bus?", part=1)
    late.condition = branching.read_condition("any", [(str(way.id), "equals", "By bus")], [way])
    assert design.problems(draft) == []
    way.settings = {"options": compose.read_options("On foot\nBy car", [])}  # the answer is gone
    assert any("never be asked" in problem for problem in design.problems(draft))
    way.settings = {"options": WAYS}
    late.condition = {"all": [{"question": way.id, "is": "equals", "value": key} for key in ("by_bus", "on_foot")]}
    assert any("two answers" in problem for problem in design.problems(draft))
    late.condition = {"all": [{"question": late.id, "is": "contains", "value": "x"}]}
    assert any("comes later" in problem for problem in design.problems(draft))


def test_a_copied_survey_asks_the_same_with_conditions_and_languages(session: Session, draft: Survey) -> None:
    way = add(session, draft, Kind.SINGLE_CHOICE, "How do you come?", options=WAYS)
    late = add(session, draft, Kind.LONG_TEXT, "What about the bus?", part=1)
    late.condition = branching.read_condition("all", [(str(way.id), "equals", "By bus")], [way])
    draft.languages = ["ar"]
    for place in ("title", f"question.{way.id}.option.by_bus", f"section.{draft.sections[1].id}.title"):
        draft.translations.append(Translation(language="ar", place=place, text="نص"))
    session.commit()
    copy = compose.copy_survey(session, draft, title="Autumn")
    session.commit()
    session.expire_all()
    assert prompts(copy) == prompts(draft)
    assert copy.link != draft.link
    assert copy.questions[1].condition == {
        "all": [{"question": copy.questions[0].id, "is": "equals", "value": "by_bus"}]
    }
    assert {one.place for one in copy.translations} == {
        "title",
        f"question.{copy.questions[0].id}.option.by_bus",
        f"section.{copy.sections[1].id}.title",
    }


@pytest.mark.parametrize(
    ("kind", "prompt", "number"),
    [
        (Kind.RATING, "Don't you think that our meetings are too long?", 1),
        (Kind.RATING, "Are the meetings short and well prepared?", 1),
        (Kind.LONG_TEXT, "What do you like and what would you change?", 0),
        (Kind.RATING, "How well do we welcome newcomers?", 0),
        (Kind.SINGLE_CHOICE, "Do you come by bus or by bike?", 1),
        (Kind.LONG_TEXT, " ".join(["word"] * 26), 1),
    ],
)
def test_advice_is_given_on_leading_double_and_long_questions(kind: Kind, prompt: str, number: int) -> None:
    assert len(advice_on(Question(kind=kind, prompt=prompt, settings={}))) == number


@pytest.mark.parametrize(
    "prompt",
    [
        "Isn’t the park beautiful?",
        "Wouldn't it be better to move?",
        "We need a bus, don’t we?",
        "Everyone knows that trees matter. Do you want more?",
        "Should we finally mend the road?",
        "How bad is the noise?",
        "Why is the new path so dangerous?",
        "What do you think of the excellent library?",
        "Obviously we need more light. Where?",
    ],
)
def test_what_leads_to_one_answer_is_told(prompt: str) -> None:
    assert [one[:8] for one in advice_on(Question(kind=Kind.LONG_TEXT, prompt=prompt, settings={}))] == ["This may"]


@pytest.mark.parametrize(
    ("kind", "prompt"),
    [
        (Kind.RATING, "How friendly and helpful are they?"),
        (Kind.RATING, "Do you feel safe and welcome?"),
        (Kind.RATING, "How satisfied are you with the food and the music?"),
    ],
)
def test_what_asks_two_things_is_told(kind: Kind, prompt: str) -> None:
    assert ["two things" in one for one in advice_on(Question(kind=kind, prompt=prompt, settings={}))] == [True]


@pytest.mark.parametrize(
    ("kind", "prompt", "answers"),
    [
        (Kind.LONG_TEXT, "What is clearly marked, and what is not?", []),
        (Kind.LONG_TEXT, "What isn’t working well?", []),
        (Kind.RECOMMENDATION, "How likely are you to recommend us to friends and family?", []),
        (Kind.RATING, "How likely are you to bring a friend or colleague?", []),
        (Kind.SINGLE_CHOICE, "How did you hear about the Arts and Crafts fair?", []),
        (Kind.SINGLE_CHOICE, "Do you prefer mornings or evenings?", ["Mornings", "Evenings"]),
        (Kind.RATING, "How well do we look after each other?", []),
    ],
)
def test_a_plain_question_is_left_in_peace(kind: Kind, prompt: str, answers: list[str]) -> None:
    options = {"options": compose.read_options("\n".join(answers), [])} if answers else {}
    assert advice_on(Question(kind=kind, prompt=prompt, settings=options)) == []
    if answers:
        yes = {"options": compose.read_options("Yes\nNo", [])}
        assert advice_on(Question(kind=kind, prompt=prompt, settings=yes)) != []


def test_an_empty_part_can_be_taken_out_and_one_with_questions_cannot(session: Session, draft: Survey) -> None:
    add(session, draft, Kind.LONG_TEXT, "a", part=1)
    with pytest.raises(Conflict):
        undo.remove_section(session, draft, draft.sections[1])
    undo.remove_section(session, draft, draft.sections[0])
    assert [section.position for section in draft.sections] == [1]
