"""Taking in a file in the browser, without a script, and on the command line."""

import re
from collections import Counter
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from surveyapp.accounts.models import User
from surveyapp.cli import main
from surveyapp.communities.models import Community
from surveyapp.csv_file import read_csv
from surveyapp.db import now
from surveyapp.jobs import Job, Worker
from surveyapp.responses.map_columns import mapping_of
from surveyapp.responses.models import Response
from surveyapp.surveys.models import Survey
from tests.conftest import SignInAs
from tests.factories import make_survey, make_user
from tests.responses.taken import FULL, answered, contents, uploads

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


@pytest.fixture
def survey(session: Session, community: Community) -> Survey:
    return make_survey(session, community)


@pytest.fixture
def tab(sign_in: SignInAs, manager: User) -> FlaskClient:
    return sign_in(manager)


def token(page: str) -> str:
    return str(re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page)[-1])


def send(tab: FlaskClient, path: str, content: bytes, name: str = "answers.csv") -> Any:
    """Choose a file and press the button."""
    return tab.post(path, **body(content, name, csrf_token=token(tab.get(path).text)))


def body(content: bytes, name: str = "answers.csv", **fields: str) -> dict[str, Any]:
    """A form with a file, as a browser sends it."""
    parts = [f'name="{field}"\r\n\r\n{value}'.encode() for field, value in fields.items()]
    parts.append(f'name="file"; filename="{name}"\r\nContent-Type: text/csv\r\n\r\n'.encode() + content)
    data = b"".join(b"--part\r\nContent-Disposition: form-data; " + part + b"\r\n" for part in parts)
    return {"data": data + b"--part--\r\n", "content_type": "multipart/form-data; boundary=part"}


def press(tab: FlaskClient, path: str, page: str, button: str, **changes: str) -> Any:
    """Press a button of the page as it is filled in, but for *changes*."""
    form: dict[str, str] = {}
    for name, options in re.findall(r'<select[^>]* name="(\w+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        form[name] = chosen[1] if chosen else ""
    form["looked_at"] = re.findall(r'name="looked_at" value="(\w+)"', page)[0]
    return tab.post(path, data=form | {"csrf_token": token(page), "do": button} | changes)


def path_of(survey: Survey, community: Community) -> str:
    return f"/c/{community.slug}/surveys/{survey.id}/take-in"


def test_a_file_goes_through_the_browser(
    tab: FlaskClient, survey: Survey, community: Community, session: Session
) -> None:
    sent = send(tab, path_of(survey, community), FULL.encode())
    assert sent.status_code == 303
    page = tab.get(sent.location)
    assert "Take in 2 answers" in page.text
    assert "A bench" in page.text
    assert "Left out, and not stored: Timestamp, E-mail." in page.text

    done = press(tab, sent.location, page.text, "take_in")
    assert done.status_code == 303
    after = tab.get(done.location)
    assert "2 answers were taken in" in after.text
    assert answered(session, survey) == 2
    assert uploads(session) == 0
    assert "ada@example.org" not in str(contents(session, survey))

    again = send(tab, path_of(survey, community), FULL.encode())
    assert again.status_code == 409
    assert "This file was taken in on" in again.text


def test_the_manager_corrects_the_guess_and_sees_what_comes_of_it(
    tab: FlaskClient, survey: Survey, community: Community, session: Session
) -> None:
    sent = send(tab, path_of(survey, community), b"what they said,other\nA bench,4\nA bus,\n")
    page = tab.get(sent.location).text
    assert "No column is chosen" in page
    field = next(iter(mapping_of(survey, ["x=3.idea1"])))

    looked = press(tab, sent.location, page, "look", **{field: "0"})
    assert looked.status_code == 200
    assert "Take in 2 answers" in looked.text
    worth = next(iter(mapping_of(survey, ["x=5"])))
    changed = press(tab, sent.location, looked.text, "take_in", **{worth: "1"})
    assert changed.status_code == 409
    assert "You chose other columns since you looked" in changed.text
    assert answered(session, survey) == 0

    done = press(tab, sent.location, changed.text, "take_in", may_quote="yes")
    assert done.status_code == 303
    assert sorted(map(len, contents(session, survey))) == [1, 2]
    assert set(session.scalars(select(Response.may_quote))) == {True}


def test_refused_lines_are_listed_and_left_out_only_on_request(
    tab: FlaskClient, survey: Survey, community: Community, session: Session
) -> None:
    content = b"idea,Care lived\nA bench,4\n<script>alert(1)</script>,<b>9</b>\nA bus,5\n"
    sent = send(tab, path_of(survey, community), content)
    page = tab.get(sent.location).text

    assert "1 line does not fit" in page
    assert "“Care lived” is “&lt;b&gt;9&lt;/b&gt;”. Choose a number from 1 to 5" in page
    assert "<script>alert" not in page
    assert 'value="take_in"' not in page
    forced = press(tab, sent.location, page, "take_in")
    assert forced.status_code == 422
    assert "Nothing was taken in: 1 line is refused." in forced.text
    assert answered(session, survey) == 0

    assert "Leave out 1 line, take in 2 answers" in page
    assert press(tab, sent.location, page, "leave_out").status_code == 303
    assert answered(session, survey) == 2


def test_p18b_a_bad_file_is_told_at_its_field_and_not_kept(
    tab: FlaskClient, survey: Survey, community: Community, session: Session
) -> None:
    for content, sentence in (
        (b"", "is empty"),
        (b"idea\ncaf\xe9\n", "line 2 holds bytes"),
        (b"idea\x00\n", "not a text file"),
        (b"idea,idea\n1,2\n", "two columns called “idea”"),
        (b"a,b\n1\n", "Line 2 of “answers.csv” has 1 cell"),
        (b",".join(b"c%d" % number for number in range(201)) + b"\n", "more than 200 columns"),
        (b"a\n" + b"b\n" * 50_001, "more than 50,000 rows"),
    ):
        answer = send(tab, path_of(survey, community), content)

        assert answer.status_code == 422
        assert sentence in answer.text
    assert uploads(session) == 0


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(
    tab: FlaskClient, survey: Survey, community: Community
) -> None:
    assert send(tab, path_of(survey, community), b"idea\n" + b"x" * (5 << 20)).status_code == 413


def test_no_file_chosen_is_said(tab: FlaskClient, survey: Survey, community: Community) -> None:
    answer = send(tab, path_of(survey, community), b"", name="")

    assert (answer.status_code, "Choose a file first." in answer.text) == (422, True)


def test_an_upload_is_there_for_whoever_sent_it_alone(
    tab: FlaskClient, sign_in: SignInAs, survey: Survey, community: Community, session: Session
) -> None:
    sent = send(tab, path_of(survey, community), b"idea\nA bench\n")
    colleague = sign_in(make_user(session, community=community))

    assert colleague.get(sent.location).status_code == 404
    assert tab.get(sent.location).status_code == 200


def test_a_file_is_gone_when_it_is_discarded_replaced_or_a_day_old(
    tab: FlaskClient, survey: Survey, community: Community, session: Session, sessions: sessionmaker[Session]
) -> None:
    first = send(tab, path_of(survey, community), b"idea\nA bench\n").location
    second = send(tab, path_of(survey, community), b"idea\nA bus\n").location
    assert tab.get(first).status_code == 404
    assert press(tab, second, tab.get(second).text, "discard").status_code == 303
    assert tab.get(second).status_code == 404

    third = send(tab, path_of(survey, community), b"idea\nA tram\n").location
    Worker(sessions).run_all()
    assert tab.get(third).status_code == 200  # its day is not over
    session.execute(update(Job).values(run_after=now()))
    session.commit()
    Worker(sessions).run_all()
    assert tab.get(third).status_code == 404
    assert uploads(session) == 0


def test_a_sent_file_is_never_laid_down_in_a_temporary_folder(app: Flask) -> None:
    with app.test_request_context("/", method="POST", **body(b"x" * (900 << 10))) as context:
        assert isinstance(context.request.files["file"].stream, BytesIO)


# On the command line


def call(tmp_path: Path, url: str, *arguments: object) -> Any:
    """Call the command on the test's database."""
    environment = {"SURVEYAPP_DATABASE_URL": url, "SURVEYAPP_LOG_LEVEL": "error"}
    command = ["take-in", "--instance", str(tmp_path / "instance"), *map(str, arguments)]
    return CliRunner().invoke(main, command, env=environment)


def test_the_command_line_takes_in_by_the_same_rules(
    survey: Survey, session: Session, database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "answers.csv"
    file.write_text("who,words,care\nAda,A bench,4\nBo,A bus,9\n", "utf-8")
    options = [file, "--survey", survey.link, "--map", "words=3.IDEA1", "--map", "care=1.Care.lived"]

    refused = call(tmp_path, database_url, *options)
    assert refused.exit_code == 2
    assert "Line 3: “care” is “9”. Choose a number from 1 to 5" in refused.stderr
    assert "Nothing was taken in: 1 line is refused." in refused.stderr
    looked = call(tmp_path, database_url, *options, "--leave-out-refused", "--dry-run")
    assert looked.exit_code == 0
    assert "words = 3.idea1 (Idea 1)" in looked.stdout
    assert answered(session, survey) == 0

    done = call(tmp_path, database_url, *options, "--leave-out-refused")
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, "Took in 1 answers.")
    assert answered(session, survey) == 1

    again = call(tmp_path, database_url, file, "--survey", f"http://127.0.0.1:8000/s/{survey.link}/")
    assert again.exit_code == 2
    assert again.stderr.startswith("This file was taken in on")
    unknown = call(tmp_path, database_url, file, "--survey", survey.id, "--map", "words=9")
    assert "This file was taken in" in unknown.stderr or "no place “9”" in unknown.stderr
    assert "no survey" in call(tmp_path, database_url, file, "--survey", "nowhere").stderr


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "rows"), [("bowling_green_polis_unlabelled.csv", 892), ("march_on_polis_unlabelled.csv", 2138)]
)
def test_real_statements_go_through_the_browser(
    name: str, rows: int, tab: FlaskClient, survey: Survey, community: Community, session: Session
) -> None:
    source = DATA / name
    if not source.exists():
        pytest.skip(f"{source} is not there: the real statements are not part of this repository.")
    sent = send(tab, path_of(survey, community), source.read_bytes(), name)
    page = tab.get(sent.location).text
    assert f"Take in {rows:,} answers" in page

    assert press(tab, sent.location, page, "take_in").status_code == 303

    assert answered(session, survey) == rows
    stored = Counter(found["What should we do next?"][0]["idea"] for found in contents(session, survey))
    assert sum(stored.values()) == rows
    table = read_csv(source.read_bytes(), name)
    assert {" ".join(text.split()) for text in stored} == {" ".join(text.split()) for (text,) in table.rows}
