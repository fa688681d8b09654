"""The page of reports: who makes and downloads them, what it says while one is made, and when that fails."""

import hashlib
from itertools import pairwise

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from surveyapp.accounts.models import User
from surveyapp.communities.models import Community, RoleKind
from surveyapp.jobs import JobState, Worker
from surveyapp.reports import make
from surveyapp.reports.make import ask_for, listed
from surveyapp.reports.models import PdfReport
from surveyapp.reports.render import ReportTooLarge
from surveyapp.themes.models import AnalysisRun
from tests.conftest import SignInAs, token_of
from tests.factories import make_community, make_survey, make_user
from tests.planted import Planted, make_run
from tests.queries import counted

BUS = Planted("A bus at night", 30)


@pytest.fixture
def run(session: Session, community: Community) -> AnalysisRun:
    return make_run(session, community, themes=[BUS])


@pytest.fixture
def leader(session: Session, community: Community) -> User:
    return make_user(session, community=community, kind=RoleKind.LEADER)


def path_of(community: Community) -> str:
    return f"/c/{community.slug}/reports"


def words(page: str) -> str:
    """What the page says, without its markup."""
    (main,) = html.document_fromstring(page).xpath("//main")
    return " ".join(" ".join(main.itertext()).split())


def ask(client: FlaskClient, community: Community, survey: object) -> TestResponse:
    path = path_of(community)
    return client.post(path, data={"csrf_token": token_of(client, path), "survey": survey})


@pytest.mark.parametrize("kind", list(RoleKind))
def test_leaders_and_managers_make_and_download_a_report(
    session: Session,
    sessions: sessionmaker[Session],
    community: Community,
    run: AnalysisRun,
    sign_in: SignInAs,
    kind: RoleKind,
) -> None:
    user = make_user(session, community=community, kind=kind)
    client = sign_in(user)
    assert "Make the first one" in words(client.get(path_of(community)).text)

    assert ask(client, community, run.survey_id).status_code == 303
    assert Worker(sessions).run_all() == 1

    page = client.get(path_of(community)).text
    report = session.scalars(select(PdfReport)).one()
    session.commit()
    assert f"by {user.name}, 60 answers." in words(page)
    (link,) = html.document_fromstring(page).xpath("//a[contains(@href, '.pdf')]/@href")
    answer = client.get(str(link))
    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{community.slug}-survey-{report.id}.pdf"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert hashlib.sha256(answer.data).hexdigest() == report.sha256


def test_p5_nobody_else_gets_it(
    session: Session,
    sessions: sessionmaker[Session],
    community: Community,
    run: AnalysisRun,
    leader: User,
    sign_in: SignInAs,
    client: FlaskClient,
) -> None:
    report = ask_for(session, run, leader)
    session.commit()
    Worker(sessions).run_all()
    other = make_community(session)
    theirs = sign_in(make_user(session, community=other, kind=RoleKind.MANAGER))
    administrator = sign_in(make_user(session, is_administrator=True))
    path = f"{path_of(community)}/{report.id}.pdf"

    assert sign_in(leader).get(path).status_code == 200
    assert theirs.get(path).status_code == 404
    assert theirs.get(f"{path_of(other)}/{report.id}.pdf").status_code == 404
    assert theirs.get(path_of(community)).status_code == 404
    assert administrator.get(path).status_code == 404
    assert client.get(path).status_code == 303
    assert "/login" in client.get(path).location
    assert client.get(path).data[:4] != b"%PDF"


def test_p5_a_report_of_another_communitys_survey_is_not_made(
    session: Session, community: Community, run: AnalysisRun, sign_in: SignInAs
) -> None:
    other = make_community(session)
    theirs = sign_in(make_user(session, community=other, kind=RoleKind.MANAGER))

    path = path_of(other)
    token = token_of(theirs, path)
    assert theirs.post(path, data={"csrf_token": token, "survey": run.survey_id}).status_code == 404
    assert session.scalar(select(func.count()).select_from(PdfReport)) == 0


def test_a_report_that_is_not_ready_cannot_be_downloaded(
    session: Session, community: Community, run: AnalysisRun, leader: User, sign_in: SignInAs
) -> None:
    report = ask_for(session, run, leader)
    session.commit()
    client = sign_in(leader)

    assert client.get(f"{path_of(community)}/{report.id}.pdf").status_code == 404
    assert client.get(f"{path_of(community)}/{report.id + 1}.pdf").status_code == 404


def test_without_scripts_the_page_tells_the_step_and_a_link_looks_again(
    session: Session, community: Community, run: AnalysisRun, leader: User, sign_in: SignInAs
) -> None:
    ask_for(session, run, leader)
    session.commit()
    (one,) = listed(session, community.id)
    session.commit()
    assert one.job is not None
    client = sign_in(leader)

    waiting = client.get(path_of(community)).text
    assert "Waiting for its turn" in waiting
    assert "Look again" in waiting
    assert f'data-job="/jobs/{one.job.id}"' in waiting
    assert "wait.js" in waiting
    one.job.state, one.job.step, one.job.steps_done, one.job.steps = JobState.RUNNING, "Drawing the pages", 1, 3
    session.commit()
    assert "Drawing the pages, step 2 of 3" in words(client.get(path_of(community)).text)
    assert client.get(f"/jobs/{one.job.id}").get_json()["step"] == "Drawing the pages"


def test_a_report_that_could_not_be_made_says_why_and_can_be_tried_again(
    session: Session,
    sessions: sessionmaker[Session],
    community: Community,
    run: AnalysisRun,
    leader: User,
    sign_in: SignInAs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = sign_in(leader)
    ask(client, community, run.survey_id)

    def too_large(report: object) -> bytes:
        raise ReportTooLarge("The PDF needs more memory or time than one report may take.")

    with monkeypatch.context() as broken:
        broken.setattr(make, "make_pdf", too_large)
        Worker(sessions).run_all()
    page = client.get(path_of(community)).text
    assert "This PDF could not be made. The PDF needs more memory or time than one report may take." in words(page)
    assert "Download" not in words(page)
    assert "wait.js" not in page

    (form,) = html.document_fromstring(page).xpath("//main//li//form")
    assert "Try again" in form.text_content()
    assert client.post(form.action, data=dict(form.form_values())).status_code == 303
    Worker(sessions).run_all()
    assert "Download" in words(client.get(path_of(community)).text)


@pytest.mark.parametrize("survey", ["", "x", "-1", "0", "1.5", "9" * 40, "٣", "1 OR 1=1"])
def test_a_form_that_names_no_survey_makes_nothing(
    session: Session, community: Community, run: AnalysisRun, leader: User, sign_in: SignInAs, survey: str
) -> None:
    assert ask(sign_in(leader), community, survey).status_code in (400, 404, 422)
    assert session.scalar(select(func.count()).select_from(PdfReport)) == 0


def test_a_survey_without_results_is_not_offered(
    session: Session, community: Community, leader: User, sign_in: SignInAs
) -> None:
    survey = make_survey(session, community)
    client = sign_in(leader)

    assert "When a survey has results, its summary can be made here." in words(client.get(path_of(community)).text)
    refused = ask(client, community, survey.id)
    assert refused.status_code in (400, 422)
    assert "has no results yet" in refused.text


def test_thirty_reports_cost_as_many_queries_as_two(
    app: Flask, session: Session, community: Community, leader: User, sign_in: SignInAs
) -> None:
    client = sign_in(leader)
    counts = []
    for most in (2, 30):
        for _ in range(most):
            ask_for(session, make_run(session, community, themes=[BUS], people=30), leader)
        session.commit()
        with counted(app.extensions["surveyapp"].engine) as queries:
            page = client.get(path_of(community)).text
        assert page.count("full summary</h3>") >= most
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert counts[1] < 20


def test_the_newest_report_stands_first(
    session: Session, sessions: sessionmaker[Session], community: Community, leader: User, sign_in: SignInAs
) -> None:
    for _ in range(3):
        ask_for(session, make_run(session, community, themes=[BUS]), leader)
    session.commit()

    numbers = [one.report.id for one in listed(session, community.id)]
    session.commit()

    assert all(newer > older for newer, older in pairwise(numbers))
