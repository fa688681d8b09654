"""The pages of a community that show what all features know: the public page and the overview.

They are routes of ``communities`` and stand here because imports point one way.
"""

import structlog
from flask import render_template
from flask.typing import ResponseReturnValue

from surveyapp.communities.views import bp as communities
from surveyapp.db import now
from surveyapp.reports import overview as gather
from surveyapp.web import community, db_session

__all__ = ["communities"]

log = structlog.get_logger(__name__)


@communities.get("/c/<slug>")
def public() -> ResponseReturnValue:
    """Show everybody the mission, what is being worked on, what is valued, and what was decided."""
    found = gather.public_page(db_session(), community(), now().date())
    _log_altered(found.is_intact)
    return render_template("communities/public.html", community=community(), page=found)


@communities.get("/c/<slug>/overview")
def overview() -> ResponseReturnValue:
    """Show leaders and managers how the community is doing and what needs care."""
    found = gather.overview(db_session(), community())
    _log_altered(found.is_intact)
    return render_template("communities/overview.html", community=community(), page=found, today=now().date())


def _log_altered(is_intact: bool) -> None:
    """Tell whoever runs the service that a mission is not the one that was founded (R1)."""
    if not is_intact:
        log.error("mission_altered", community_id=community().id)
