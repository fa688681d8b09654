"""Ideas like yours, already said: only themes that may be quoted, and one may be supported instead (R7)."""

import lxml.html
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.communities.models import Community
from surveyapp.responses.models import Answer
from surveyapp.surveys.kinds import RULES
from surveyapp.surveys.models import Kind, Survey
from surveyapp.themes.alike import Alike, most_alike, stems
from surveyapp.themes.gather import texts_of
from tests.factories import make_survey
from tests.responses.member import Member, words_of
from tests.world import make_found_candidate, make_run


@pytest.fixture
def survey(session: Session, community: Community) -> Survey:
    survey = make_survey(session, community)
    run = make_run(session, survey)
    make_found_candidate(session, run, "Plant forty trees along the station road.", people=12)
    make_found_candidate(session, run, "Trees behind the church.", people=9)
    make_found_candidate(session, run, "Open a tool library.", people=11)
    return survey


def test_shared_stems_make_themes_alike_the_most_shared_first() -> None:
    themes = [
        (Alike(n, words), stems(words)) for n, words in enumerate(["Plant trees now", "A garden of plants", "Swim"])
    ]
    assert [one.theme_id for one in most_alike("We should plant more trees", themes)] == [0, 1]
    assert most_alike("the and a", themes) == []
    assert most_alike("", themes) == []


def test_a_member_looks_supports_one_idea_and_the_mark_lasts_while_its_words_do(
    session: Session, survey: Survey, client: FlaskClient
) -> None:
    part = next(n for n, s in enumerate(survey.sections, 1) if any(q.kind is Kind.PROPOSALS for q in s.questions))
    question = next(q for q in survey.questions if q.kind is Kind.PROPOSALS)
    member = Member(client, survey).start().go(part)
    member.press({"like": f"q{question.id}"}, next_1="More trees along our road", next_1_help="yes")
    shown = words_of(member.page)
    assert "Plant forty trees" in shown
    assert "behind the church" not in shown  # nine people: its words are not shown
    assert "tool library" not in shown
    form = lxml.html.document_fromstring(member.page).forms[0]
    data = dict(form.form_values())
    for hostile in ({"place": "7"}, {"theme": "999999"}, {"question": "1"}, {"place": "-1"}, {"theme": "x" * 99}):
        assert client.post(form.action, data=data | hostile).status_code == 303
    client.post(form.action, data=data)

    def stored() -> dict[str, object]:
        with Session(session.get_bind()) as reader:
            (content,) = reader.scalars(select(Answer.content).where(Answer.question_id == question.id))
            found: dict[str, object] = content[0]
            return found

    title = "Plant forty trees along the station road."
    assert stored() == {"idea": title, "value": None, "help": "yes", "supports": True}
    member.go(part).press()
    assert stored()["supports"] is True
    member.go(part).press(next_1="Plant fifty trees")
    assert "supports" not in stored()


def test_r7_words_that_were_supported_are_counted_and_never_quoted_as_somebodys_own(survey: Survey) -> None:
    question = next(q for q in survey.questions if q.kind is Kind.PROPOSALS)
    content = [{"idea": "Trees", "value": None, "help": None, "supports": True}]
    assert RULES[question.kind].check(question, content) == content
    assert RULES[question.kind].read(question, RULES[question.kind].write(question, content)).content == content
    (text,), _ = texts_of([question], {question.id: {"r": content}}, {"r": True})
    assert (text.text, text.may_quote) == ("Trees", False)
