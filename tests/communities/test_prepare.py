"""Before founding (R1): a community in preparation has no mission, asks those who care, and is founded once."""

from datetime import date

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from surveyapp import audit
from surveyapp.accounts.models import User
from surveyapp.communities.found import (
    BEGUN,
    FOUNDED,
    ValueWords,
    altered_missions,
    current_values,
    found,
    mission_is_intact,
    prepare,
)
from surveyapp.communities.models import Community, Mission, Role, RoleKind, Round
from surveyapp.errors import BadInput, Conflict
from surveyapp.goals.adopt import adopt
from surveyapp.reports.render import render_html
from surveyapp.reports.survey_report import build
from surveyapp.responses import collect
from surveyapp.review.rank import ensure_candidates, ranked
from surveyapp.surveys.design import open_survey
from surveyapp.surveys.models import Survey
from surveyapp.surveys.ready_made import READY_MADE
from tests.communities.test_mission import as_owner, attack, attacks, missions
from tests.conftest import SignInAs, token_of
from tests.factories import make_user
from tests.planted import FINISH, judge_all
from tests.test_hostile_forms import hostile, shows_raw
from tests.themes.village import FIRST, grouped

PROBLEM = "The old ferry is gone, and nobody reaches the island in winter."
CARE = ValueWords("Care", "We look after each other.")
MISSION = "Everybody reaches the island, in every season."


@pytest.fixture
def prepared(session: Session) -> Community:
    community = prepare(session, name="Ferry", problem=PROBLEM, founder=make_user(session), today=date(2026, 3, 1))
    session.commit()
    return community


def manager_of(session: Session, community: Community) -> User:
    user_id = session.scalars(select(Role.user_id).where(Role.community_id == community.id)).one()
    return session.get_one(User, user_id)


def ask_before_founding(session: Session, community: Community, answers: tuple[str, ...] = FIRST) -> Survey:
    survey = READY_MADE["before_founding"].make(session, community)
    open_survey(session, survey, date(2026, 3, 2))
    for words in answers:
        collect.send(session, survey, collect.new_code(), {survey.questions[0].id: words})
    session.commit()
    return survey


def test_r1_a_community_in_preparation_has_no_mission_and_a_manager(session: Session, prepared: Community) -> None:
    assert prepared.is_in_preparation
    assert (prepared.about, current_values(session, prepared.id)) == (PROBLEM, [])
    assert session.scalars(select(Role.kind)).all() == [RoleKind.MANAGER]
    assert session.scalars(select(Round.number)).all() == [1]
    assert session.scalars(select(audit.AuditEntry.action)).all().count(BEGUN) == 1
    assert mission_is_intact(session, prepared)
    assert altered_missions(session) == []
    for name, problem, complaint in (
        (" ", PROBLEM, "name"),
        ("Ferry", "\n", "problem"),
        ("Ferry", "x" * 1001, "1,000"),
    ):
        with pytest.raises(BadInput, match=complaint):
            prepare(session, name=name, problem=problem)
    with pytest.raises(Conflict, match="in preparation already"):
        prepare(session, name="Ferry", problem=PROBLEM)


def test_r1_founding_writes_the_mission_and_values_once(session: Session, prepared: Community) -> None:
    same = found(session, name="Ferry", mission=MISSION, values=[CARE], prepared=prepared, today=date(2026, 4, 1))
    session.commit()
    assert same is prepared
    assert not prepared.is_in_preparation
    assert [value.reviewed_on for value in current_values(session, prepared.id)] == [date(2026, 4, 1)]
    assert mission_is_intact(session, prepared)
    details = session.scalars(select(audit.AuditEntry.details).where(audit.AuditEntry.action == FOUNDED)).one()
    assert details == {"mission": audit.fingerprint(MISSION)}
    for words in ("Another.", MISSION):
        with pytest.raises(Conflict, match="its mission stands"):
            found(session, name="Ferry", mission=words, values=[CARE], prepared=prepared)
        session.rollback()
    assert session.scalars(select(Mission.words)).all() == [MISSION]
    prepare(session, name="Ferry", problem=PROBLEM)  # a new one may be prepared, once
    with pytest.raises(Conflict, match="in preparation already"):
        prepare(session, name="Ferry", problem=PROBLEM)


def test_r1_no_statement_changes_a_mission_that_was_written_after_preparation(
    backend: str, engine: Engine, session: Session, prepared: Community
) -> None:
    prepare(session, name="Other", problem="It stays in preparation.")
    found(session, name="Ferry", mission=MISSION, values=[CARE], prepared=prepared)
    session.commit()
    with engine.connect() as connection:
        before = missions(connection)
    for setting, statement in attacks(backend):
        attack(engine, setting, statement)
        with engine.connect() as connection:
            assert missions(connection) == before, (setting, statement)


def test_r1_a_mission_that_was_written_past_the_founding_is_seen(
    engine: Engine, session: Session, prepared: Community
) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text(f"INSERT INTO mission (community_id, words) VALUES ({prepared.id}, 'Obey.')"))
    session.expire_all()
    assert not mission_is_intact(session, prepared)
    session.rollback()
    with engine.connect() as connection, pytest.raises(DBAPIError):
        connection.exec_driver_sql("UPDATE mission SET words = 'Other'")


def test_r1_a_founded_community_whose_mission_was_taken_away_is_no_longer_intact(
    engine: Engine, session: Session, prepared: Community
) -> None:
    found(session, name="Ferry", mission=MISSION, values=[CARE], prepared=prepared)
    session.commit()
    as_owner(engine, "mission", "DELETE FROM mission")
    session.expire_all()
    assert altered_missions(session) == ["Ferry"]


def test_r2_no_goal_is_adopted_before_founding_and_the_report_does_without_a_mission(
    session: Session, sessions: sessionmaker[Session], prepared: Community
) -> None:
    run = grouped(session, sessions, ask_before_founding(session, prepared))
    ensure_candidates(session, run)
    session.commit()
    report = build(session, run)
    assert report.mission == ""
    assert "Our mission" not in render_html(report)
    candidate = ranked(session, prepared.id)[0].candidate
    user = make_user(session)
    judge_all(session, candidate, user.id)
    with pytest.raises(Conflict, match="Found the community first"):
        adopt(session, candidate, FINISH, user_id=user.id, reason="Now.", today=date(2026, 4, 1))


# pages


def test_an_administrator_prepares_a_community_asks_and_founds_it_on_the_pages(
    session: Session, sessions: sessionmaker[Session], sign_in: SignInAs
) -> None:
    administrator = make_user(session, is_administrator=True)
    session.commit()
    browser = sign_in(administrator)
    token = token_of(browser, "/prepare")
    wrong = browser.post("/prepare", data={"csrf_token": token, "name": "Ferry", "contact": "nobody"})
    assert wrong.status_code == 422
    assert "which problem it is about" in wrong.text
    began = browser.post("/prepare", data={"csrf_token": token, "name": "Ferry", "problem": PROBLEM})
    assert (began.status_code, began.headers["Location"]) == (303, "/c/ferry/overview")
    again = browser.post("/prepare", data={"csrf_token": token, "name": "Ferry", "problem": PROBLEM})
    assert "in preparation already" in again.text

    overview = browser.get("/c/ferry/overview").text
    assert "In preparation" in overview
    assert "Any goal is better than none" not in overview
    assert "In preparation" in browser.get("/").text
    public = browser.application.test_client().get("/c/ferry").text
    assert PROBLEM in public
    assert "We are not founded yet" in public
    made = browser.post(
        "/c/ferry/surveys/new",
        data={
            "csrf_token": token_of(browser, "/c/ferry/surveys/new"),
            "ready_made": "before_founding",
            "title": "Before founding",
            "smallest_group": "5",
            "quote_group": "10",
            "anonymity": "anonymous",
            "layout": "section",
        },
    )
    assert made.status_code == 303
    path = made.headers["Location"]
    assert browser.post(f"{path}/open", data={"csrf_token": token_of(browser, f"{path}/open")}).status_code == 303
    with sessions.begin() as writer:
        survey = writer.scalars(select(Survey)).one()
        for words in FIRST:
            collect.send(writer, survey, collect.new_code(), {survey.questions[0].id: words})
        link = survey.link
    welcome = browser.application.test_client().get(f"/s/{link}").text
    assert "shapes its mission and first values" in welcome
    with sessions() as writer:
        run = grouped(writer, sessions, writer.scalars(select(Survey)).one())
        ensure_candidates(writer, run)
        writer.commit()
        titles = [one.title for one in ranked(writer, run.community_id)]
    page = browser.get("/c/ferry/found").text
    assert "What those who care say" in page
    assert titles
    assert all(title.split(",")[0] in page for title in titles[:3])
    assert PROBLEM in page
    data = {
        "csrf_token": token_of(browser, "/c/ferry/found"),
        "name": "Ferry",
        "mission": MISSION,
        "value_1_name": "Care",
        "value_1_meaning": "We look after each other.",
    }
    unsure = browser.post("/c/ferry/found", data=data)
    assert (unsure.status_code, MISSION in unsure.text) == (422, True)
    done = browser.post("/c/ferry/found", data={**data, "understood": "y"})
    assert (done.status_code, done.headers["Location"]) == (303, "/c/ferry/overview")
    assert MISSION in browser.get("/c/ferry/overview").text
    assert MISSION in browser.application.test_client().get(f"/s/{link}").text  # what is kept in memory is new, too
    late = browser.post("/c/ferry/found", data={**data, "understood": "y", "mission": "Another."})
    assert (late.status_code, late.headers["Location"]) == (303, "/c/ferry/overview")
    with sessions() as reader:
        assert reader.scalars(select(Mission.words)).all() == [MISSION]


def test_every_page_of_a_community_in_preparation_is_there(
    session: Session, sessions: sessionmaker[Session], prepared: Community, sign_in: SignInAs
) -> None:
    ask_before_founding(session, prepared)
    manager, slug = manager_of(session, prepared), prepared.slug
    session.commit()
    browser = sign_in(manager)
    assert 'value="before_founding" checked' in browser.get(f"/c/{slug}/surveys/new").text
    for page in ("overview", "surveys", "review", "goals", "reports", "privacy", "accessibility", "members", "found"):
        assert browser.get(f"/c/{slug}/{page}").status_code == 200, page


@pytest.mark.parametrize("path", ["/prepare", "/c/ferry/found"])
def test_hostile_input_prepares_and_founds_nothing_by_halves(
    session: Session, prepared: Community, sign_in: SignInAs, path: str, backend: str
) -> None:
    manager = manager_of(session, prepared)
    manager.is_administrator = True
    session.commit()
    browser: FlaskClient = sign_in(manager)
    token = token_of(browser, path)
    fields = ["name", "problem", "contact"] if path == "/prepare" else ["name", "mission", "about", "value_1_name"]
    good = {"name": "Ferry", "problem": PROBLEM, "mission": MISSION, "value_1_name": "Care"}  # nothing is understood
    for number, value in enumerate(hostile(200 if backend == "sqlite" else 40)):
        answer = browser.post(path, data={**good, fields[number % len(fields)]: value, "csrf_token": token})
        assert answer.status_code < 500, value
        assert not shows_raw(answer), value
    assert session.scalars(select(Mission.words)).all() == []
    assert len(session.scalars(select(audit.AuditEntry.action).where(audit.AuditEntry.action == BEGUN)).all()) == len(
        session.scalars(select(Community.id)).all()
    )
