"""Analysis runs for tests, planted: what would be found is written straight into the tables, without an analysis."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.analysis.figures import wilson
from surveyapp.communities.models import Community, Value
from surveyapp.goals.adopt import FinishLine
from surveyapp.responses.models import Response, Source
from surveyapp.review.judge import judge
from surveyapp.review.models import Candidate, Criterion, Verdict
from surveyapp.review.rank import Ranked, ensure_candidates, ranked
from surveyapp.surveys.models import Kind, Survey
from surveyapp.themes.models import AnalysisRun, Finding, Statement, Theme
from tests.factories import make_survey

TODAY = date(2026, 4, 1)
FINISH = FinishLine(
    sentence="Hold a weekly lunch where nobody eats alone",
    measure="lunches with twenty guests or more",
    unit="lunches",
    baseline=0,
    target=12,
    due_on=date(2026, 9, 30),
    serves_mission="Nobody at the table is alone.",
)
BEGAN = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Planted:
    """A theme to be found: each of its people has one idea; the first ideas are positive, the next ones negative."""

    title: str
    people: int
    positive: int = 0
    negative: int = 0
    helpers_yes: int = 0
    helpers_maybe: int = 0
    value: str = ""
    stability: float | None = 0.9
    theme: Theme | None = None  # found again: the theme of an earlier run (R12)
    may_quote: bool = True
    goal: str | None = None
    parts: tuple[tuple[str, int], ...] = ()  # each with its people
    other_side: float | None = None  # the share of those who want the opposite, which the last of its people says
    offers: int = 0  # so many of its first people say with what they would help
    is_mixed: bool = False
    unscored: int = 0  # so many of its ideas have no tone
    weak: int = 0  # so many of its ideas fit weakly, the last ones


def make_run(
    session: Session,
    community: Community,
    survey: Survey | None = None,
    themes: Sequence[Planted] = (),
    *,
    people: int = 60,
    others: Sequence[str] = (),
) -> AnalysisRun:
    """A finished run that found *themes*, with their candidates.

    Args:
        session: Committed at the end.
        community: Whose run.
        survey: One of make_survey(); a new one if there is none.
        themes: What it found.
        people: How many answered.
        others: Ideas that fit no theme, each by somebody else.
    """
    survey = survey or make_survey(session, community)
    number = len(session.scalars(select(AnalysisRun.id)).all())
    began = BEGAN + timedelta(days=number)
    run = AnalysisRun(
        community_id=community.id,
        survey_id=survey.id,
        settings={},
        started_at=began,
        finished_at=began + timedelta(seconds=5),
        people=people,
        people_with_ideas=people,
        ideas=sum(theme.people for theme in themes) + len(others),
    )
    responses = [
        Response(id=uuid4().hex, survey_id=survey.id, form_key=uuid4().hex * 2, source=Source.OPEN_LINK, is_sent=True)
        for _ in range(people)
    ]
    session.add_all([run, *responses])
    session.flush()
    (question,) = (q for q in survey.questions if q.kind is Kind.PROPOSALS)
    values = {v.name: v.id for v in session.scalars(select(Value).where(Value.community_id == community.id))}
    statements: list[Statement] = []

    def say(person: int, text: str, theme: Theme | None, **what: object) -> None:
        statements.append(
            Statement(
                run_id=run.id,
                number=len(statements) + 1,
                response_id=responses[person].id,
                question_id=question.id,
                item=0,
                begin=0,
                end=len(text),
                text=text,
                theme_id=theme.id if theme else None,
                polarity=0.0,
                subjectivity=0.0,
                **what,
            )
        )

    for planted in themes:
        theme = planted.theme or Theme(community_id=community.id, survey_id=survey.id)
        session.add(theme)
        session.flush()
        value_id = values.get(planted.value)
        finding = _finding(planted, run, theme, value_id)
        finding.quotes = [len(statements) + i for i in range(2, min(5, planted.people + 1))]  # of others than the title
        if planted.other_side is not None:
            finding.opposite, finding.opposite_share = len(statements) + planted.people, planted.other_side
        session.add(finding)
        for title, people_of_part in planted.parts:
            part = Theme(community_id=community.id, survey_id=survey.id)
            session.add(part)
            session.flush()
            of_part = _finding(Planted(title, people_of_part), run, part, None)
            of_part.parent_id = theme.id
            session.add(of_part)
        for i in range(planted.people):
            say(
                i,
                planted.title if i == 0 else f"{planted.title}, said by person {i}",
                theme,
                fit=1 - i / 1000,
                is_weak=i >= planted.people - planted.weak,
                tone="positive"
                if i < planted.positive
                else "negative"
                if i < planted.positive + planted.negative
                else "neutral",
                kind="proposal",
                value_id=value_id,
                help="yes" if i < planted.helpers_yes else None,
                offer=f"Hand {i}" if i < planted.offers else None,
                may_quote=planted.may_quote,
            )
    for i, text in enumerate(others):
        say(i, text, None, fit=0.2, tone="neutral", kind="proposal", may_quote=True)
    session.add_all(statements)
    session.flush()
    ensure_candidates(session, run)
    session.commit()
    return run


def _finding(planted: Planted, run: AnalysisRun, theme: Theme, value_id: int | None) -> Finding:
    low, high = wilson(planted.people, run.people)
    return Finding(
        run_id=run.id,
        theme_id=theme.id,
        title=planted.title,
        goal=planted.goal,
        keywords=[],
        people=planted.people,
        ideas=planted.people,
        share=planted.people / run.people,
        low=low,
        high=high,
        positive=planted.positive,
        neutral=planted.people - planted.positive - planted.negative - planted.unscored,
        negative=planted.negative,
        mixed=0,
        unscored=planted.unscored,
        stability=planted.stability,
        is_mixed=planted.is_mixed,
        helpers_yes=planted.helpers_yes,
        helpers_maybe=planted.helpers_maybe,
        value_ids=[value_id] if value_id else [],
    )


def candidate_of(session: Session, community: Community, title: str) -> Candidate:
    """The community's candidate with this title."""
    return standing(session, community, title).candidate


def standing(session: Session, community: Community, title: str) -> Ranked:
    """How the candidate with this title stands on the board."""
    (found,) = (r for r in ranked(session, community.id) if r.title == title)
    return found


def judge_all(session: Session, candidate: Candidate, user_id: int, verdict: Verdict = Verdict.YES) -> None:
    """Let a manager judge all three criteria alike."""
    for criterion in Criterion:
        judge(session, candidate, criterion, verdict, f"{criterion.value}: {verdict.value}.", user_id=user_id)
    session.commit()
