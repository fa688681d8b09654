"""The real statements of two towns, through the browser's forms: taken in, grouped, on the board, on paper."""

import csv
import io
import re
from pathlib import Path

import pypdf
import pytest
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from surveyapp.accounts.models import User
from surveyapp.analysis.words import says_nothing
from surveyapp.communities.models import Community
from surveyapp.jobs import Worker
from surveyapp.reports.models import PdfReport
from surveyapp.responses.map_columns import mapping_of
from surveyapp.responses.models import Answer
from surveyapp.review.models import Candidate
from surveyapp.surveys.models import Survey
from surveyapp.themes.discover import latest_run
from surveyapp.themes.models import AnalysisRun, Finding, Statement
from tests.conftest import POSTGRES, SignInAs, token_of
from tests.factories import make_survey

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
pytestmark = [
    pytest.mark.real_data,
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason="the folder shared/data with the real statements is not there"),
]


def words(page: str) -> str:
    """What the page says, without its markup."""
    (main,) = html.document_fromstring(page).xpath("//main")
    return " ".join(" ".join(main.itertext()).split())


def take_in(client: FlaskClient, survey: Survey, path: str, file: Path) -> None:
    """Send a file, say that its column *text* holds ideas, look, and take it in."""
    sent = client.post(
        f"{path}/take-in",
        data={"csrf_token": token_of(client, f"{path}/take-in"), "file": (io.BytesIO(file.read_bytes()), file.name)},
    )
    assert sent.status_code == 303, words(sent.text)
    columns = {next(iter(mapping_of(survey, ["text=3.idea1"]))): "0"}
    form = {"csrf_token": token_of(client, sent.location), "may_quote": "yes", **columns}
    looked = client.post(sent.location, data={**form, "do": "look"})
    (digest,) = html.document_fromstring(looked.text).xpath("//input[@name='looked_at']/@value")
    done = client.post(sent.location, data={**form, "looked_at": str(digest), "do": "take_in"})
    assert done.status_code == 303, words(done.text)


@pytest.mark.parametrize(
    ("backend", "name", "rows"),
    [
        ("sqlite", "bowling_green_polis_unlabelled.csv", 892),
        ("sqlite", "march_on_polis_unlabelled.csv", 2138),
        pytest.param(
            "postgresql",
            "bowling_green_polis_unlabelled.csv",
            892,
            marks=[pytest.mark.postgres, pytest.mark.skipif(not POSTGRES, reason="no server is named")],
        ),
    ],
    indirect=["backend"],
)
def test_real_statements_go_from_a_file_to_the_board_and_onto_paper(
    session: Session,
    sessions: sessionmaker[Session],
    community: Community,
    manager: User,
    sign_in: SignInAs,
    name: str,
    rows: int,
) -> None:
    survey = make_survey(session, community)
    home, path = f"/c/{community.slug}", f"/c/{community.slug}/surveys/{survey.id}"
    client = sign_in(manager)
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        written = [row["text"].strip() for row in csv.DictReader(file)]
    assert len(written) == rows

    take_in(client, survey, path, DATA / name)
    assert f"{rows:,} people have answered" in words(client.get(f"{path}/results").text)
    assert client.post(f"{path}/analyse", data={"csrf_token": token_of(client, f"{path}/results")}).status_code == 303
    Worker(sessions).run_all()

    run = latest_run(session, survey.id)
    assert run is not None
    found = is_accounted_for(session, run, written)
    session.commit()
    results, board = words(client.get(f"{path}/results").text), client.get(f"{home}/review").text
    assert f"From {rows:,} answers" in results
    assert f"{run.people_with_ideas:,} people wrote {run.ideas:,} ideas. " in results
    on_board = {
        " ".join(str(title).split()) for title in html.document_fromstring(board).xpath("//main//h3//bdi/text()")
    }
    assert {" ".join(finding.title.split()) for finding in found} <= on_board

    ask = {"csrf_token": token_of(client, f"{home}/reports"), "survey": survey.id}
    assert client.post(f"{home}/reports", data=ask).status_code == 303
    Worker(sessions).run_all()
    report = session.scalars(select(PdfReport)).one()
    session.commit()
    answer = client.get(f"{home}/reports/{report.id}.pdf")
    assert answer.status_code == 200, words(client.get(f"{home}/reports").text)
    figures_are_on_paper(answer.data, run, found)


def is_accounted_for(session: Session, run: AnalysisRun, written: list[str]) -> list[Finding]:
    """Each answer is in the run, each idea is a piece of it and in a theme, alone, or says nothing; the themes."""
    answers = {
        answer.response_id: answer.content[0]["idea"]
        for answer in session.scalars(select(Answer).join(Statement, Statement.response_id == Answer.response_id))
    }
    assert sorted(answers.values()) == sorted(written)
    statements = session.scalars(select(Statement).where(Statement.run_id == run.id)).all()
    assert all(s.text == answers[s.response_id][s.begin : s.end] for s in statements)
    assert {s.response_id for s in statements} == set(answers)
    of_run = session.scalars(select(Finding).where(Finding.run_id == run.id).order_by(Finding.people.desc())).all()
    found = [finding for finding in of_run if finding.parent_id is None]
    for finding in found:
        parts = [part.people for part in of_run if part.parent_id == finding.theme_id]
        assert all(people >= 5 for people in parts)
        assert not parts or (rest := finding.people - sum(parts)) == 0 or rest >= 5
    told = [s for s in statements if not says_nothing(s.text)]
    assert (run.people, run.ideas) == (len(written), len(told))
    assert sum(finding.ideas for finding in found) == sum(s.theme_id is not None for s in statements)
    assert sum(s.theme_id is None for s in told) < 0.02 * len(told)
    assert len(found) == session.scalar(select(func.count()).select_from(Candidate))
    assert 15 < len(found) < 80
    for finding in found:
        said = [s.text for s in statements if s.theme_id == finding.theme_id]
        assert any(finding.title in text for text in said)
        assert len({s.response_id for s in statements if s.theme_id == finding.theme_id}) == finding.people >= 5
    return found


def figures_are_on_paper(pdf: bytes, run: AnalysisRun, found: list[Finding]) -> None:
    """The PDF can be read, and says of the first forty candidates what the run found."""
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]
    text = re.sub(r"\s+", " ", re.sub("[\u2066-\u2069]", "", " ".join(pages)))
    assert 8 < len(pages) < 30
    assert f"{run.people_with_ideas:,} people wrote {run.ideas:,} ideas." in text
    for finding in found[:40]:
        share, low, high = (round(100 * part) for part in (finding.share, finding.low, finding.high))
        assert f"{finding.people} people, {share}% ({low} to {high}%)" in text
