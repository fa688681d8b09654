"""Put themes forward as candidate goals as soon as a run has found them."""

from surveyapp.jobs import Running
from surveyapp.review.rank import ensure_candidates
from surveyapp.themes.discover import discover_themes


def group_ideas(running: Running, run_id: int) -> None:
    """Do the work of an analysis run, and put what it finds on the board in the same transaction."""
    discover_themes(running, run_id, afterwards=ensure_candidates)
