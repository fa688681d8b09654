"""The results of a survey on its page: the run's own figures, who may see and start what, and how long it takes."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy.orm import Session, sessionmaker

from surveyapp.accounts.models import User
from surveyapp.communities.models import Community, RoleKind
from surveyapp.jobs import JobState, Worker
from surveyapp.surveys.models import Kind, Survey
from surveyapp.themes.discover import latest_run, start_run
from tests.conftest import SignInAs, token_of
from tests.factories import make_community, make_response, make_survey, make_user
from tests.planted import Planted, make_run
from tests.queries import counted
from tests.themes.village import FIRST, LUNCH, NOTHING, TREES, answer, answered, findings, grouped


def path_of(community: Community, survey: Survey) -> str:
    return f"/c/{community.slug}/surveys/{survey.id}/results"


def words(page: str) -> str:
    """What the page says, without its markup."""
    (main,) = html.document_fromstring(page).xpath("//main")
    return " ".join(" ".join(main.itertext()).split())


def rated(session: Session, survey: Survey, people: int, **scales: int) -> None:
    """Let people rate the first value alike."""
    (question,) = (q for q in survey.questions if q.kind is Kind.VALUE_RATINGS)
    key = question.settings["options"][0]["key"]
    answers: dict[str, Any] = {"Our values": {key: scales}}
    for _ in range(people):
        make_response(session, survey, **answers)


@pytest.fixture
def leader(session: Session, community: Community) -> User:
    return make_user(session, community=community, kind=RoleKind.LEADER)


def test_r9_the_page_shows_the_figures_of_the_run(
    session: Session, sessions: sessionmaker[Session], community: Community, leader: User, sign_in: SignInAs
) -> None:
    survey = answered(session, community, (*FIRST, *NOTHING))
    rated(session, survey, 12, important=5, lived=1)
    rated(session, survey, 8, important=2, lived=4)
    run = grouped(session, sessions, survey)

    page = words(sign_in(leader).get(path_of(community, survey)).text)

    people = len(FIRST) + len(NOTHING) + 20
    assert f"From {people} answers" in page
    found = findings(session, run)
    grouped_ideas = sum(finding.ideas for finding in found)
    assert f"{len(FIRST)} people wrote {run.ideas} ideas. {grouped_ideas} of them are in {len(found)} groups" in page
    assert "3 more texts say nothing" in page
    for finding in found:
        row = page[page.index(finding.title) :]
        assert re.match(rf"{re.escape(finding.title)} {finding.people} {round(100 * finding.share)}% ", row)
    assert re.search(r"Welcome 60% 40% \+20 ", page)
    assert "Welcome has the widest gap: 60% say it matters, 40% say we live it." in page


def test_r7_what_too_few_people_said_is_not_on_the_page(
    session: Session, sessions: sessionmaker[Session], community: Community, leader: User, sign_in: SignInAs
) -> None:
    survey = answered(session, community)
    rated(session, survey, 4, important=5, lived=1)
    for worth, people in ((5, 9), (1, 2), (3, 6)):
        for _ in range(people):
            make_response(session, survey, worth=worth)
    for text in ("The hall is cold and dark in winter.", "Nobody answers letters, which makes me angry."):
        make_response(session, survey, way=text)
    grouped(session, sessions, survey)

    page = words(sign_in(leader).get(path_of(community, survey)).text)

    assert "Fewer than 5 people answered." in page  # the values
    assert "What gets in the way" not in page
    assert "cold and dark" not in page
    worth_it = page[page.index("Taking part is worth my time") :]
    assert "1, not at all Too few to show" in worth_it
    assert "5, very much 9 53%" in worth_it
    assert worth_it.count("Too few to show") == 4  # 1, 2 and 4, and 3 that would give them away


def test_quotes_on_the_page_have_permission_and_enough_people(
    session: Session, sessions: sessionmaker[Session], community: Community, leader: User, sign_in: SignInAs
) -> None:
    survey = answered(session, community)
    for i in range(12):
        make_response(session, survey, way=f"The hall is cold and dark in winter, said {i}.", may_quote=i == 7)
    for i in range(9):
        make_response(session, survey, Anything=f"I love the choir and its songs, said {i}.")
    grouped(session, sessions, survey)

    page = sign_in(leader).get(path_of(community, survey)).text

    quoted = [item.text_content() for item in html.document_fromstring(page).xpath("//li[@class='quote']")]
    numbers = [int(number) for quote in quoted for number in re.findall(r"winter, said (\d+)", quote)]
    assert set(numbers) == {7}
    assert "9 ideas in free text, from 9 people" in words(page)  # enough for figures, too few for quotes
    assert "choir" not in words(page)


def test_a_manager_starts_the_run_and_a_leader_may_not(
    session: Session,
    sessions: sessionmaker[Session],
    community: Community,
    manager: User,
    leader: User,
    sign_in: SignInAs,
) -> None:
    survey = answered(session, community)
    path, post = path_of(community, survey), path_of(community, survey).replace("results", "analyse")
    reading, deciding = sign_in(leader), sign_in(manager)

    assert "Group the ideas" not in reading.get(path).text
    assert started(reading, post, path) == 403
    assert "Group the ideas" in deciding.get(path).text
    assert started(deciding, post, path) == 303
    assert started(deciding, post, path) == 303  # a second click goes on with the first
    Worker(sessions).run_all()

    run = latest_run(session, survey.id)
    session.commit()
    assert run is not None
    assert f"Analysis run {run.id}." in words(reading.get(path).text)


def started(client: FlaskClient, post: str, page_with_token: str) -> int:
    return client.post(post, data={"csrf_token": token_of(client, page_with_token)}).status_code


def test_without_scripts_a_link_looks_again_and_the_page_tells_the_step(
    session: Session, community: Community, leader: User, sign_in: SignInAs
) -> None:
    survey = answered(session, community)
    _, job = start_run(session, survey)
    session.commit()
    client, path = sign_in(leader), path_of(community, survey)

    waiting = client.get(path).text
    assert "Waiting for its turn" in waiting
    assert f'<a href="{path}">Look again</a>' in waiting
    assert f'data-job="/jobs/{job.id}"' in waiting
    job.state, job.step, job.steps_done, job.steps = JobState.RUNNING, "Finding groups of ideas", 3, 6
    session.commit()
    assert "Finding groups of ideas, step 4 of 6" in words(client.get(path).text)
    job.state, job.error = JobState.FAILED, "This did not work. Mention job 7."
    session.commit()
    failed = words(client.get(path).text)
    assert "Grouping ideas did not work" in failed
    assert "Mention job 7." in failed


def test_p9c_the_button_comes_back_with_the_tenth_new_answer(
    session: Session, sessions: sessionmaker[Session], community: Community, manager: User, sign_in: SignInAs
) -> None:
    survey = answered(session, community)
    grouped(session, sessions, survey)
    client, path = sign_in(manager), path_of(community, survey)
    post = path.replace("results", "analyse")

    answer(session, survey, TREES[:9])
    page = client.get(path).text
    assert "9 came since; from 10 on they can be grouped with the others." in words(page)
    assert "Group again" not in page
    refused = client.post(post, data={"csrf_token": token_of(client, path)})
    assert refused.status_code == 409
    assert "Fewer than 10 answers came since" in refused.text
    answer(session, survey, TREES[9:10])
    assert "Group again" in client.get(path).text


@pytest.mark.parametrize(
    ("people", "sentence"), [(0, "from 5 answers on"), (4, "from 5 answers on"), (5, "5 people have answered")]
)
def test_before_the_first_run_the_page_says_what_comes(
    session: Session, community: Community, leader: User, sign_in: SignInAs, people: int, sentence: str
) -> None:
    survey = answered(session, community, LUNCH[:people])
    assert sentence in words(sign_in(leader).get(path_of(community, survey)).text)


def test_a_draft_says_when_its_results_come(
    session: Session, community: Community, leader: User, sign_in: SignInAs
) -> None:
    draft = make_survey(session, community, is_open=False)
    assert "When the survey is open and members answer" in words(sign_in(leader).get(path_of(community, draft)).text)


def test_p5_another_communitys_results_are_not_there(
    session: Session, community: Community, manager: User, sign_in: SignInAs
) -> None:
    other = make_community(session)
    theirs = make_survey(session, other)
    client = sign_in(manager)

    assert client.get(path_of(other, theirs)).status_code == 404
    assert client.get(path_of(community, theirs)).status_code == 404
    token = token_of(client, path_of(community, make_survey(session, community)))
    assert (
        client.post(path_of(community, theirs).replace("results", "analyse"), data={"csrf_token": token}).status_code
        == 404
    )


def test_what_people_write_is_shown_as_text(
    session: Session, community: Community, leader: User, sign_in: SignInAs
) -> None:
    run = make_run(session, community, themes=[Planted("<script>alert(1)</script> & more", 12)])

    page = sign_in(leader).get(f"/c/{community.slug}/surveys/{run.survey_id}/results").text

    assert "<script>alert(1)" not in page
    assert "<script>alert(1)</script> & more" in words(page)


def test_a_page_of_forty_themes_costs_as_many_queries_as_one_of_two(
    app: Flask, session: Session, community: Community, leader: User, sign_in: SignInAs
) -> None:
    client = sign_in(leader)
    counts = []
    for most in (2, 40):
        run = make_run(session, community, themes=[Planted(f"Wish {i}", 12, positive=5) for i in range(most)])
        with counted(app.extensions["surveyapp"].engine) as queries:
            page = client.get(f"/c/{community.slug}/surveys/{run.survey_id}/results")
        assert page.text.count("Wish ") >= most
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert counts[1] < 25
