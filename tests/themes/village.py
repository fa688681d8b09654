"""What a village answers in the tests of this folder: three wishes in many words, and a survey that holds them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from surveyapp.communities.models import Community
from surveyapp.jobs import Worker
from surveyapp.surveys.models import Survey
from surveyapp.themes.discover import start_run
from surveyapp.themes.models import AnalysedResponse, AnalysisRun, Finding, Statement, Theme
from tests.factories import make_response, make_survey

TREES = (
    "Plant more trees along the station road.",
    "We need more trees on the market square.",
    "More trees, please, the square is bare.",
    "Plant fruit trees behind the school.",
    "Trees along the road would give us shade.",
    "Let us plant twenty lime trees this autumn.",
    "Old trees should not be felled, plant new trees beside them.",
    "I would like trees on both sides of the road.",
    "Plant trees at the playground, there is no shade.",
    "Young trees need water, so plant them in autumn.",
    "Could each family plant a tree of its own?",
    "A row of trees between the road and the school.",
    "Plant trees instead of mowing that grass.",
    "Nut trees at the edge of the field, for everybody.",
)
LUNCH = (
    "Cook lunch together once a week.",
    "A weekly lunch in the parish hall for everybody.",
    "Lunch for all, everybody brings something.",
    "I would cook soup for a common lunch.",
    "A lunch table where nobody eats alone.",
    "Free lunch on Fridays in the hall.",
    "Let us eat lunch together on Sundays.",
    "A lunch for the old people, cooked by the young.",
    "Open the kitchen of the hall for a shared lunch.",
    "Lunch together after the service, with soup and bread.",
    "We should have a common lunch in winter.",
    "A long table and a lunch for the whole village.",
)
BUS = (
    "A bus to the hospital in the evening.",
    "The bus to the hospital must run on Sundays.",
    "An evening bus home from the hospital.",
    "We need a bus that stops at the hospital.",
    "The last bus to the hospital leaves far too early.",
    "A small bus to the hospital twice a day.",
    "Let the hospital bus stop at the mill.",
    "A bus to town and to the hospital after six.",
)
NOTHING = ("no", "n/a", "Nothing.")
FIRST = (*TREES, *LUNCH, *BUS)


def answered(session: Session, community: Community, wishes: Iterable[str] = FIRST, **settings: Any) -> Survey:
    """An open survey to which each wish is somebody's answer."""
    survey = make_survey(session, community, **settings)
    answer(session, survey, wishes)
    return survey


def answer(session: Session, survey: Survey, wishes: Iterable[str], *, may_quote: bool = True) -> None:
    """Let somebody wish each of the wishes."""
    for wish in wishes:
        make_response(session, survey, ideas=[wish], may_quote=may_quote)


def propose(session: Session, survey: Survey, *proposals: Mapping[str, str | None]) -> None:
    """Let somebody make proposals, each with its idea, value and help."""
    answers: dict[str, Any] = {"next?": [{"value": None, "help": None, **proposal} for proposal in proposals]}
    make_response(session, survey, **answers)


def grouped(session: Session, sessions: sessionmaker[Session], survey: Survey) -> AnalysisRun:
    """Group the ideas of a survey as the application does; the run, as another session finds it."""
    run, _ = start_run(session, survey)
    session.commit()
    Worker(sessions).run_all()
    session.refresh(run)
    session.commit()  # ends the reading: on SQLite a session of the tests holds the write lock
    assert run.finished_at is not None
    return run


def findings(session: Session, run: AnalysisRun) -> Sequence[Finding]:
    """What a run found, the theme with most people first."""
    return session.scalars(
        select(Finding)
        .where(Finding.run_id == run.id, Finding.parent_id.is_(None))
        .order_by(Finding.people.desc(), Finding.theme_id)
    ).all()


def theme_about(session: Session, run: AnalysisRun, word: str) -> Theme:
    """The theme of a run whose ideas say a word most often."""
    said = Counter(s.theme_id for s in statements(session, run) if s.theme_id and word in s.text.casefold())
    ((theme_id, _),) = said.most_common(1)
    return session.get_one(Theme, theme_id)


def statements(session: Session, run: AnalysisRun) -> Sequence[Statement]:
    """The ideas of a run, by number."""
    return session.scalars(select(Statement).where(Statement.run_id == run.id).order_by(Statement.number)).all()


def snapshot(session: Session, run: AnalysisRun) -> list[Any]:
    """All that a run kept, its number and times apart."""
    said = [
        (s.number, s.response_id, s.item, s.begin, s.end, s.text, s.theme_id, s.fit, s.tone, s.kind, s.may_quote)
        for s in statements(session, run)
    ]
    found = [
        (f.theme_id, f.title, f.keywords, f.people, f.ideas, f.share, f.low, f.high, f.polarity, f.stability, f.quotes)
        for f in findings(session, run)
    ]
    sources = sorted(session.scalars(select(AnalysedResponse.response_id).where(AnalysedResponse.run_id == run.id)))
    return [said, found, sources, run.people, run.people_with_ideas, run.ideas, run.figures, run.settings, run.versions]
