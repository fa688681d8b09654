"""The pages of a community that show what all features know: the public page and the overview.

They are routes of ``communities`` and stand here because imports point one way.
"""

from http import HTTPStatus

import structlog
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from surveyapp.communities.forms import FoundForm
from surveyapp.communities.found import found
from surveyapp.communities.views import bp as communities
from surveyapp.db import now
from surveyapp.errors import BadInput, Conflict
from surveyapp.reports import overview as gather
from surveyapp.review.rank import ranked
from surveyapp.web import community, db_session, user

__all__ = ["communities"]

MOST_SAID = 12  # groups of ideas beside the form in which a mission is written

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


@communities.route("/c/<slug>/found", methods=["GET", "POST"])
def found_prepared() -> ResponseReturnValue:
    """Found a community that is in preparation, with what those who care about the problem said beside the form."""
    session = db_session()
    prepared = community()
    if not prepared.is_in_preparation:
        return redirect(url_for("communities.overview"), HTTPStatus.SEE_OTHER)
    form = FoundForm()
    status = HTTPStatus.OK
    if request.method != "POST":
        form.name.data, form.about.data, form.contact.data = prepared.name, prepared.about, prepared.contact
    elif not form.wants_row:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.validate():
            try:
                found(
                    session,
                    name=form.name.data,
                    mission=form.mission.data,
                    values=form.values(),
                    about=form.about.data or "",
                    contact=form.contact.data or "",
                    founder=user(),
                    prepared=prepared,
                )
            except (BadInput, Conflict) as error:  # what was typed stays on the page
                session.rollback()
                form.form_errors.append(str(error))
            else:
                session.commit()
                return redirect(url_for("communities.overview"), HTTPStatus.SEE_OTHER)
    said = [one for one in ranked(session, prepared.id) if one.finding][:MOST_SAID]
    return render_template("communities/found.html", form=form, prepared=prepared, said=said), status


def _log_altered(is_intact: bool) -> None:
    """Tell whoever runs the service that a mission is not the one that was founded (R1)."""
    if not is_intact:
        log.error("mission_altered", community_id=community().id)
