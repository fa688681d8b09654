"""An answer that is withdrawn takes its words out of the runs that had read them, and every page still opens."""

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from surveyapp.accounts.models import User
from surveyapp.communities.models import Community
from surveyapp.responses import collect
from surveyapp.review.models import Candidate
from surveyapp.tables import Base
from surveyapp.themes.models import BATCH, Statement
from tests.conftest import SignInAs
from tests.factories import make_response, make_survey
from tests.reports.test_survey_report import made, text_of
from tests.themes.village import FIRST, findings, grouped


def everything(session: Session) -> str:
    """All that the database holds, PDFs and the like apart."""
    texts = []
    for table in Base.metadata.sorted_tables:
        columns = [column for column in table.c if not isinstance(column.type, sa.LargeBinary)]
        texts += [str(tuple(row)) for row in session.execute(select(*columns))]
    session.commit()
    return "\n".join(texts)


def test_p23_a_withdrawn_answer_leaves_no_word_in_a_run_and_all_pages_still_open(
    session: Session, sessions: sessionmaker[Session], community: Community, manager: User, sign_in: SignInAs
) -> None:
    survey = make_survey(session, community)
    codes = {wish: make_response(session, survey, ideas=[wish]) for wish in FIRST}
    run = grouped(session, sessions, survey)
    named = {finding.title for finding in findings(session, run)}
    words = [wish for wish in FIRST if any(title.rstrip(".") in wish for title in named)]
    assert words  # the titles are somebody's words
    quoted = {number for finding in findings(session, run) for number in finding.quotes[:1]}
    for statement in session.scalars(select(Statement).where(Statement.run_id == run.id)):
        if statement.number in quoted and statement.text not in words:
            words.append(statement.text)
    session.commit()
    before = everything(session)

    for wish in words:
        assert wish.rstrip(".") in before
        collect.withdraw(session, survey, codes[wish])
        session.commit()

    after = everything(session)
    assert [wish for wish in words if wish.rstrip(".") in after] == []
    client = sign_in(manager)
    candidates = session.scalars(select(Candidate.id).where(Candidate.community_id == community.id)).all()
    session.commit()
    base = f"/c/{community.slug}"
    pages = [f"{base}/review", f"{base}/surveys/{survey.id}/results", *(f"{base}/review/{one}" for one in candidates)]
    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 200, page
        assert [wish for wish in words if wish.rstrip(".") in answer.text] == []
    text = text_of(made(session, sessions, run, manager))
    assert [wish for wish in words if wish.rstrip(".") in text] == []
    new = [f"A bench at stop {number}, please" for number in range(BATCH)]  # fewer would tell who withdrew (R7)
    for wish in new:
        make_response(session, survey, ideas=[wish])
    again = grouped(session, sessions, survey)
    assert again.people == len(FIRST) - len(words) + len(new)


def test_words_that_somebody_else_said_too_go_on_naming_their_theme(
    session: Session, sessions: sessionmaker[Session], community: Community
) -> None:
    survey = make_survey(session, community)
    codes = [make_response(session, survey, ideas=[wish]) for wish in FIRST for _ in range(2)]
    run = grouped(session, sessions, survey)
    before = [finding.title for finding in findings(session, run)]
    session.commit()
    for code in codes[::2]:
        collect.withdraw(session, survey, code)
    session.commit()
    session.expire_all()
    assert [finding.title for finding in findings(session, run)] == before
