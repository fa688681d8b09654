"""Put themes forward as candidate goals as soon as a run has found them."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from surveyapp.jobs import Running
from surveyapp.review.models import Candidate, Column
from surveyapp.review.rank import UNTOUCHED, ensure_candidates
from surveyapp.themes.discover import discover_themes
from surveyapp.themes.models import Theme


def group_ideas(running: Running, run_id: int) -> None:
    """Do the work of an analysis run, and put what it finds on the board in the same transaction."""
    discover_themes(running, run_id, pinned=dealt_with, afterwards=ensure_candidates)


def dealt_with(session: Session, survey_id: int) -> set[int]:
    """The themes of a survey whose candidates somebody has judged, moved, renamed or decided about (R11)."""
    themes = (
        select(Theme.id)
        .join(Candidate, Candidate.theme_id == Theme.id)
        .where(Theme.survey_id == survey_id, or_(Candidate.version > UNTOUCHED, Candidate.column != Column.NEW))
    )
    return set(session.scalars(themes))
