"""Pages of communities. Those that show surveys and goals too are in reports/overview_views.py."""

from http import HTTPStatus

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from surveyapp.communities.forms import FoundForm, PrepareForm
from surveyapp.communities.found import found as found_community
from surveyapp.communities.found import prepare as prepare_community
from surveyapp.errors import BadInput, Conflict
from surveyapp.web import community, db_session, settings, user

bp = Blueprint("communities", __name__)


@bp.route("/found", methods=["GET", "POST"])
def found() -> ResponseReturnValue:
    """Ask for the mission and the first values, then found the community."""
    form = FoundForm()
    status = HTTPStatus.OK
    if form.is_submitted() and not form.wants_row:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.validate():
            session = db_session()
            try:
                made = found_community(
                    session,
                    name=form.name.data,
                    mission=form.mission.data,
                    values=form.values(),
                    about=form.about.data or "",
                    contact=form.contact.data or "",
                    founder=user(),
                )
            except (BadInput, Conflict) as error:  # what was typed stays on the page
                form.form_errors.append(str(error))
            else:
                session.commit()
                return redirect(url_for("communities.overview", slug=made.slug), HTTPStatus.SEE_OTHER)
    return render_template("communities/found.html", form=form, prepared=None, said=()), status


@bp.route("/prepare", methods=["GET", "POST"])
def prepare() -> ResponseReturnValue:
    """Ask for a name and a problem, then begin a community in preparation."""
    form = PrepareForm()
    if form.validate_on_submit():
        session = db_session()
        try:
            made = prepare_community(
                session,
                name=form.name.data,
                problem=form.problem.data,
                contact=form.contact.data or "",
                founder=user(),
            )
        except (BadInput, Conflict) as error:  # what was typed stays on the page
            form.form_errors.append(str(error))
        else:
            session.commit()
            return redirect(url_for("communities.overview", slug=made.slug), HTTPStatus.SEE_OTHER)
    page = render_template("communities/prepare.html", form=form)
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


@bp.get("/c/<slug>/privacy")
def privacy() -> ResponseReturnValue:
    """Say what members are promised, and what those who run the service can and cannot do."""
    told = settings()
    return render_template(
        "communities/privacy.html",
        community=community(),
        smallest_group=told.smallest_group,
        quote_group=told.quote_group,
    )


@bp.get("/c/<slug>/accessibility")
def accessibility() -> ResponseReturnValue:
    """Say how the pages can be used, and where to write if they cannot."""
    return render_template("communities/accessibility.html", community=community())
