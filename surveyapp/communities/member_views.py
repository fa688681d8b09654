"""Pages of the list of members: who is on it, one member, and taking in a list from a file."""

import re
from http import HTTPStatus

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from surveyapp.communities import admit, no_mail
from surveyapp.communities.models import Member
from surveyapp.communities.views import bp
from surveyapp.csv_file import Table, read_csv
from surveyapp.db import now
from surveyapp.errors import AppError, BadInput
from surveyapp.gate import FILE_BYTES
from surveyapp.uploads import find_upload, keep_upload
from surveyapp.web import community, db_session, find, settings, user

PAGE = 100  # members on one page
MOST_COLUMNS = 20
MOST_ROWS = 50_000
SHOWN = 10  # of the members in a list
SHOWN_REFUSALS = 200
GROUP_BOXES = 3  # empty ones, below those that are filled


@bp.get("/c/<slug>/members")
def members() -> ResponseReturnValue:
    """List the members, with a way to search."""
    search = request.args.get("search", "")[:100]
    page = max(1, request.args.get("page", 1, type=int))
    number = admit.count_members(db_session(), community().id, search=search)
    page = min(page, max(1, -(-number // PAGE)))
    return render_template(
        "communities/members.html",
        members=admit.members(db_session(), community().id, search=search, page=page, size=PAGE),
        number=number,
        page=page,
        pages=max(1, -(-number // PAGE)),
        search=search,
        done=request.args.get("done", ""),
        added=request.args.get("added", 0, type=int),
    )


@bp.route("/c/<slug>/members/new", methods=["GET", "POST"])
def add_member() -> ResponseReturnValue:
    """Put one member on the list."""
    if request.method == "GET":
        return _member_page(None)
    try:
        admit.admit(db_session(), community().id, _about(), user_id=user().id)
        no_mail.heed(db_session(), community().id, settings().secret_key)
    except AppError as error:
        db_session().rollback()
        return _member_page(None, str(error)), error.status
    db_session().commit()
    return redirect(url_for("communities.members", done="added", added=1), HTTPStatus.SEE_OTHER)


@bp.route("/c/<slug>/members/<int:member_id>", methods=["GET", "POST"])
def member(member_id: int) -> ResponseReturnValue:
    """Show one member; correct, let leave, let come back, erase."""
    found = find(Member, member_id)
    if request.method == "GET":
        return _member_page(found)
    do = request.form.get("do", "save")
    try:
        if do == "leave":
            admit.leave(db_session(), found, now().date(), user_id=user().id)
        elif do == "come_back":
            admit.come_back(db_session(), found, user_id=user().id)
        elif do == "mail_again":
            no_mail.mail_again(db_session(), found, settings().secret_key)
        elif do == "erase":
            if request.form.get("sure") != "yes":
                raise BadInput("Tick the box below first: what is erased cannot be brought back.")
            if found.is_unsubscribed:
                no_mail.unsubscribe(db_session(), found, settings().secret_key)
            admit.erase(db_session(), found, user_id=user().id)
        else:
            admit.revise(db_session(), found, _about())
            no_mail.heed(db_session(), community().id, settings().secret_key)
    except AppError as error:
        db_session().rollback()
        return _member_page(find(Member, member_id), str(error)), error.status
    db_session().commit()
    return redirect(url_for("communities.members", done="erased" if do == "erase" else "saved"), HTTPStatus.SEE_OTHER)


@bp.route("/c/<slug>/members/import", methods=["GET", "POST"])
def import_members() -> ResponseReturnValue:
    """Ask for a list, and keep it until it is taken in."""
    if request.method == "GET":
        return render_template("communities/import_members.html", problem="")
    try:
        sent = request.files.get("file")
        content = sent.read() if sent else b""
        if sent is None or not sent.filename:
            raise BadInput("Choose a file first.")
        name = re.split(r"[/\\]", sent.filename)[-1]
        admit.plan(db_session(), community().id, _table(content, name))
        upload = keep_upload(db_session(), community().id, None, name=name, content=content, user_id=user().id)
    except AppError as error:
        db_session().rollback()
        return render_template("communities/import_members.html", problem=str(error)), error.status
    db_session().commit()
    return redirect(url_for("communities.import_preview", list_key=upload.id), HTTPStatus.SEE_OTHER)


@bp.route("/c/<slug>/members/import/<list_key>", methods=["GET", "POST"])
def import_preview(list_key: str) -> ResponseReturnValue:
    """Show what the list would change, then take it in."""
    upload = find_upload(db_session(), community().id, None, list_key, user().id)
    plan = admit.plan(db_session(), community().id, _table(upload.content, upload.name))
    do = request.form.get("do")
    if do not in ("take_in", "discard"):
        return render_template(
            "communities/import_preview.html", upload=upload, plan=plan, shown=SHOWN, shown_refusals=SHOWN_REFUSALS
        )
    added = 0
    if do == "take_in":
        is_updating = request.form.get("known") == "update"
        added = admit.take_in(db_session(), community().id, plan, is_updating=is_updating, user_id=user().id)
        no_mail.heed(db_session(), community().id, settings().secret_key)
    db_session().delete(upload)
    db_session().commit()
    return redirect(url_for("communities.members", done="imported", added=added), HTTPStatus.SEE_OTHER)


def _table(content: bytes, name: str) -> Table:
    return read_csv(content, name, most_bytes=FILE_BYTES, most_columns=MOST_COLUMNS, most_rows=MOST_ROWS)


def _about() -> admit.About:
    kinds, groups = request.form.getlist("kind"), request.form.getlist("group")
    return admit.read_about(
        **{part: request.form.get(part, "") for part in ("name", "address", "language", "joined_on")},
        groups=dict(zip(kinds, groups, strict=False)),
    )


def _member_page(found: Member | None, problem: str = "") -> str:
    typed = request.form if request.method == "POST" and request.form.get("do", "save") == "save" else None
    if typed is not None:
        pairs = list(zip(typed.getlist("kind"), typed.getlist("group"), strict=False))
    else:
        pairs = [(group.kind, group.name) for group in found.groups] if found else []
    return render_template(
        "communities/member.html",
        member=found,
        typed=typed,
        groups=[pair for pair in pairs if any(pair)][: admit.MOST_GROUPS] + [("", "")] * GROUP_BOXES,
        problem=problem,
    )
