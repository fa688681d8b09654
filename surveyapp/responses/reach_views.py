"""Pages that reach members: invite, remind, hand out links; and the way out of our mail."""

import io
from datetime import date
from http import HTTPStatus

import segno
from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from surveyapp import audit
from surveyapp.communities import no_mail
from surveyapp.communities.models import Community, Member
from surveyapp.csv_out import write_csv
from surveyapp.db import now
from surveyapp.errors import BadInput
from surveyapp.responses import invite, letters, reach
from surveyapp.responses.language_views import speak_to
from surveyapp.surveys.at_link import survey_at
from surveyapp.surveys.models import Survey
from surveyapp.web import community, db_session, external_url, find, settings, user

QR_SCALE = 12  # pixels of a module: sharp on an A4 poster


def send_invitations(survey_id: int) -> ResponseReturnValue:
    """Give every member who has none a personal link, and mail it if mail was asked for."""
    survey = find(Survey, survey_id)
    invited = invite.invite(db_session(), survey, settings().secret_key, user_id=user().id)
    if request.form.get("by") == "mail":
        everybody = [member.id for member, _ in invite.links(db_session(), survey, settings().secret_key)]
        reach.send_invitations(db_session(), survey, everybody, settings())
    db_session().commit()
    return _back(survey_id, "invited", len(invited))


def remind(survey_id: int) -> ResponseReturnValue:
    """Remind those who have not answered, now."""
    survey = find(Survey, survey_id)
    count = reach.remind(db_session(), survey, settings(), now().date(), user_id=user().id)
    db_session().commit()
    return _back(survey_id, "reminded", count)


def plan_reminders(survey_id: int) -> ResponseReturnValue:
    """Choose the days on which reminders go out."""
    survey = find(Survey, survey_id)
    days = [text for text in request.form.getlist("day") if text.strip()]
    try:
        chosen = [date.fromisoformat(text.strip()) for text in days]
    except ValueError:
        raise BadInput("Please write each day like 2026-11-30.") from None
    reach.plan_reminders(db_session(), survey, chosen, now().date())
    db_session().commit()
    return _back(survey_id, "planned", len(chosen))


def links(survey_id: int) -> ResponseReturnValue:
    """Give every personal link as CSV, for letters and other channels; whoever fetches it is noted."""
    survey = find(Survey, survey_id)
    rows = [
        (member.name, member.address, member.language, f"{settings().public_url.rstrip('/')}/a/{secret}")
        for member, secret in invite.links(db_session(), survey, settings().secret_key)
    ]
    audit.record(
        db_session(),
        "fetched personal links",
        user_id=user().id,
        community_id=community().id,
        survey=survey.id,
        links=len(rows),
    )
    db_session().commit()
    response = Response(write_csv(("name", "address", "language", "link"), rows), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="links-{survey.link}.csv"'
    return response


def qr_png(link: str) -> ResponseReturnValue:
    """Draw the open link as a QR code for print."""
    survey = survey_at(db_session(), link)
    drawn = io.BytesIO()
    code = segno.make(external_url("responses.welcome", link=survey.link), error="m", micro=False)
    code.save(drawn, kind="png", scale=QR_SCALE, border=4)
    return Response(drawn.getvalue(), mimetype="image/png")


def unsubscribe(token: str) -> ResponseReturnValue:
    """Ask once more before ending the mail: what only looks at links (a mail scanner) ends nothing."""
    member = letters.unsubscribing(db_session(), settings().secret_key, token)
    return _unsubscribe_page(member, is_done=False)


def end_mail(token: str) -> ResponseReturnValue:
    """End the mail to the member whose mail it was, with one press or by their mail program (RFC 8058)."""
    member = letters.unsubscribing(db_session(), settings().secret_key, token)
    no_mail.unsubscribe(db_session(), member, settings().secret_key)
    db_session().commit()
    return _unsubscribe_page(member, is_done=True)


def _unsubscribe_page(member: Member, *, is_done: bool) -> str:
    speak_to(member.language)
    their = db_session().get_one(Community, member.community_id)
    return render_template("responses/unsubscribe.html", community=their, is_done=is_done)


def _back(survey_id: int, done: str, number: int) -> ResponseReturnValue:
    address = url_for("responses.collect", survey_id=survey_id, done=done, number=number, _anchor="reach")
    return redirect(address, HTTPStatus.SEE_OTHER)
