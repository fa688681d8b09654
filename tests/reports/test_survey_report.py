"""The summary of a survey on paper: its figures are the database's, its words have permission, its bytes repeat."""

import io
import re
from typing import Any

import pypdf
import pytest
from lxml import html
from sqlalchemy import func, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, sessionmaker

from surveyapp.accounts.models import User
from surveyapp.communities.models import Community
from surveyapp.jobs import Running, Worker
from surveyapp.reports.make import ask_for, listed, make_report
from surveyapp.reports.models import PdfReport
from surveyapp.reports.render import make_pdf, render_html
from surveyapp.reports.survey_report import build
from surveyapp.review.judge import decline, rename
from surveyapp.review.rank import ranked
from surveyapp.surveys.models import Kind, Survey
from surveyapp.themes.models import AnalysisRun, Finding, Statement
from tests.factories import make_response, make_survey
from tests.planted import Planted, candidate_of, make_run
from tests.queries import counted
from tests.themes.village import BUS, FIRST, LUNCH, NOTHING, TREES, answer, answered, findings, grouped


def text_of(pdf: bytes) -> str:
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]
    return re.sub(r"\s+", " ", re.sub("[\u2066-\u2069]", "", " ".join(pages)))


def rated(session: Session, survey: Survey, people: int, **scales: int) -> None:
    (question,) = (q for q in survey.questions if q.kind is Kind.VALUE_RATINGS)
    answers: dict[str, Any] = {"Our values": {question.settings["options"][0]["key"]: scales}}
    for _ in range(people):
        make_response(session, survey, **answers)


def made(session: Session, sessions: sessionmaker[Session], run: AnalysisRun, user: User) -> bytes:
    """The PDF as the application makes it."""
    report = ask_for(session, run, user)
    session.commit()
    Worker(sessions).run_all()
    session.refresh(report)
    session.commit()
    assert report.pdf is not None
    return report.pdf


def test_r9_the_figures_in_the_pdf_are_those_of_the_database(
    session: Session, sessions: sessionmaker[Session], community: Community, manager: User
) -> None:
    survey = answered(session, community, (*FIRST, *LUNCH[:4], *NOTHING), quote_group=6)
    rated(session, survey, 12, important=5, lived=1)
    rated(session, survey, 8, important=2, lived=4)
    for worth, people in ((5, 9), (4, 11), (3, 6), (2, 5), (1, 5)):
        for _ in range(people):
            make_response(session, survey, worth=worth)
    run = grouped(session, sessions, survey)

    text = text_of(made(session, sessions, run, manager))

    sent = len(FIRST) + 4 + len(NOTHING) + 56
    assert f"{sent} people answered." in text
    ideas = session.scalar(select(func.count()).where(Statement.run_id == run.id, Statement.kind != "says_nothing"))
    found = findings(session, run)
    assert f"{len(FIRST) + 4} people wrote {ideas} ideas." in text
    assert f"{sum(f.ideas for f in found)} of them form {len(found)} candidate goals" in text
    for finding in found:
        share, low, high = (round(100 * part) for part in (finding.share, finding.low, finding.high))
        assert f"{finding.people} people, {share}% ({low} to {high}%)" in text
        assert f"{finding.people} people with {finding.ideas} ideas." in text
        numbers = select(Statement.number).where(Statement.run_id == run.id, Statement.theme_id == finding.theme_id)
        first, second, *_ = session.scalars(numbers.order_by(Statement.number))
        assert f"Ideas {first}, {second}, " in text
        for number in finding.quotes:
            quoted = session.get_one(Statement, (run.id, number)).text
            assert f"“{quoted}”" in text or quoted == finding.title
    assert "Welcome 60% 40% +20" in text
    assert "5, very much 9 25%" in text
    assert "4 11 31%" in text
    assert "3 texts that say nothing" in text


def test_spec_7_openness_is_where_the_report_says_we_fall_short(
    session: Session, sessions: sessionmaker[Session], community: Community
) -> None:
    survey = answered(session, community)
    rated(session, survey, 12, important=5, lived=1)
    rated(session, survey, 8, important=2, lived=4)
    report = build(session, grouped(session, sessions, survey))

    assert report.values[0].gap == 20
    assert report.findings[0].head == "Welcome is where we fall short."
    assert report.findings[0].text == "60% say it matters, 40% say we live it, and no goal serves it."
    assert any("Find a goal that serves Welcome." in question.text for question in report.to_decide)


def test_r9_the_same_run_gives_the_same_bytes(
    session: Session, sessions: sessionmaker[Session], community: Community, manager: User
) -> None:
    run = grouped(session, sessions, answered(session, community))

    first = made(session, sessions, run, manager)
    second = made(session, sessions, run, manager)

    assert first == second
    assert make_pdf(build(session, run)) == first
    reports = session.scalars(select(PdfReport)).all()
    assert len({report.sha256 for report in reports}) == 1
    assert {report.size for report in reports} == {len(first)}


def test_r7_words_without_permission_never_stand_in_the_pdf(
    session: Session, sessions: sessionmaker[Session], community: Community, manager: User
) -> None:
    survey = make_survey(session, community)
    private = [f"{wish} Zyxan{i} said so." for i, wish in enumerate(TREES)]
    answer(session, survey, private, may_quote=False)
    answer(session, survey, (*LUNCH, *BUS, *LUNCH[:4]))
    make_response(session, survey, way="Zyxan99 is always late.", may_quote=False)
    run = grouped(session, sessions, survey)
    statements = session.scalars(select(Statement).where(Statement.run_id == run.id)).all()
    assert any("Zyxan" in statement.text and statement.theme_id for statement in statements)

    text = text_of(made(session, sessions, run, manager))

    assert "Zyxan" not in text
    for wish in TREES:
        assert wish.rstrip(".?") not in text


def test_r7_quotes_need_the_quote_group_and_figures_the_smallest(session: Session, community: Community) -> None:
    themes = [Planted("Wanted by nine", 9), Planted("Wanted by ten", 10)]
    run = make_run(session, community, themes=themes)
    for finding in session.scalars(select(Finding).where(Finding.run_id == run.id)):
        numbers = select(Statement.number).where(Statement.theme_id == finding.theme_id).order_by(Statement.number)
        finding.quotes = list(session.scalars(numbers))[:3]
    session.commit()

    nine, ten = sorted(build(session, run).candidates, key=lambda candidate: candidate.people or 0)

    assert (nine.people, nine.quotes) == (9, ())
    assert ten.people == 10
    assert [quote.text for quote in ten.quotes] == [
        "Wanted by ten, said by person 1",
        "Wanted by ten, said by person 2",
    ]


def test_the_report_tells_themes_of_many_kinds_and_those_whose_ideas_could_not_be_scored(
    session: Session, community: Community
) -> None:
    themes = [Planted("Of many kinds", 20, is_mixed=True), Planted("Viele Wünsche", 19, unscored=17), Planted("Few", 4)]
    run = make_run(session, community, themes=themes)

    candidates = {candidate.title: candidate for candidate in build(session, run).candidates}

    told = {title: (one.is_mixed, one.is_unscored, one.net is None) for title, one in candidates.items()}
    assert told["Of many kinds"] == (True, False, False)
    assert told["Viele Wünsche"] == (False, True, True)
    page = html.document_fromstring(render_html(build(session, run)))
    (facts,) = page.xpath("//article[h3[contains(., 'Of many kinds')]]//dl")
    assert "ideas of many kinds" in facts.text_content()
    assert page.text_content().count("ideas of many kinds") == 1


def test_r3_r11_the_report_has_the_names_and_decisions_of_the_managers(
    session: Session, community: Community, manager: User
) -> None:
    run = make_run(session, community, themes=[Planted("A bus at night", 30), Planted("More benches", 20)])
    rename(session, candidate_of(session, community, "A bus at night"), "An evening bus", user_id=manager.id)
    decline(session, candidate_of(session, community, "More benches"), "The council builds them.", user_id=manager.id)
    session.commit()

    report = build(session, run)

    titles = {candidate.title: candidate for candidate in report.candidates}
    assert set(titles) == {"An evening bus", "More benches"}
    decision = titles["More benches"].decision
    assert decision is not None
    assert (decision.outcome, decision.reason) == ("Not now", "The council builds them.")
    assert [candidate.title for candidate in report.candidates] == [r.title for r in ranked(session, community.id, run)]


def test_p3d_the_task_run_twice_makes_one_report_and_leaves_it_as_it_is(
    session: Session, sessions: sessionmaker[Session], community: Community, manager: User
) -> None:
    run = make_run(session, community, themes=[Planted("A bus at night", 30)])
    pdf = made(session, sessions, run, manager)
    (report,) = session.scalars(select(PdfReport))
    made_at = report.made_at
    session.commit()
    (one,) = listed(session, community.id)
    assert one.job is not None
    job_id = one.job.id
    session.commit()

    make_report(Running(sessions, job_id), report.id)

    session.refresh(report)
    assert (report.made_at, report.pdf) == (made_at, pdf)


def test_asked_for_twice_a_report_is_made_once(
    session: Session, sessions: sessionmaker[Session], community: Community, manager: User
) -> None:
    run = make_run(session, community, themes=[Planted("A bus at night", 30)])
    first = ask_for(session, run, manager)
    assert ask_for(session, run, manager) is first
    session.commit()
    assert Worker(sessions).run_all() == 1

    assert ask_for(session, run, manager) is not first  # the next one is of what has been decided since
    session.commit()


def test_r1_the_report_says_so_when_the_mission_was_altered(
    session: Session, community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(session, community, themes=[Planted("A bus at night", 30)])
    assert "The mission differs" not in [note.title for note in build(session, run).methods]
    monkeypatch.setattr("surveyapp.reports.survey_report.mission_is_intact", lambda *_: False)
    assert build(session, run).methods[0].title == "The mission differs"


def test_a_report_of_forty_candidates_costs_as_many_queries_as_one_of_two(
    session: Session, sessions: sessionmaker[Session], engine: Engine, community: Community
) -> None:
    counts = []
    for most in (1, 2, 40):  # from the second on there are candidates that are not found again
        run = make_run(session, community, themes=[Planted(f"Wish {i} of {most}", 12) for i in range(most)])
        with sessions() as fresh, counted(engine) as queries:
            report = build(fresh, fresh.get_one(AnalysisRun, run.id))
        assert len(report.candidates) == most
        counts.append(len(queries))

    assert counts[1] == counts[2]


def test_no_page_but_the_last_is_nearly_empty(
    session: Session, sessions: sessionmaker[Session], community: Community, manager: User
) -> None:
    survey = answered(session, community)
    rated(session, survey, 12, important=5, lived=1)
    for i in range(30):
        make_response(
            session, survey, worth=i % 5 + 1, long="1_to_5", guide=survey.questions[1].settings["options"][0]["key"]
        )
    pdf = made(session, sessions, grouped(session, sessions, survey), manager)

    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]

    assert len(pages) > 3
    assert "Participation" in pages[1]
    assert "Values alignment" in pages[1]
    assert min(len(page) for page in pages[:-1]) > 500  # characters; one small table alone has fewer
