"""What all views share: the database session, the guard, headers, error pages, filters, health."""

import hashlib
import secrets
import time
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar, cast

import structlog
from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    g,
    redirect,
    render_template,
    request,
    request_started,
    session,
    url_for,
)
from flask.sessions import SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, joinedload, sessionmaker
from werkzeug.routing import IntegerConverter

from surveyapp import error_pages, policy, schema
from surveyapp.accounts.models import User
from surveyapp.communities.models import Community, Role, RoleKind
from surveyapp.db import reading
from surveyapp.errors import NotAllowed, NotFound
from surveyapp.goals.models import Goal
from surveyapp.jobs import Job
from surveyapp.policy import POLICY, Who
from surveyapp.reports.charts import signed
from surveyapp.settings import Settings

HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            *(f"{kind}-src 'self'" for kind in ("script", "style", "img", "font", "connect")),
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
LARGEST_ROW = 2**31 - 1  # PostgreSQL's integer; SQLite has room for more
SAFE = ("GET", "HEAD", "OPTIONS")

bp = Blueprint("web", __name__)
log = structlog.get_logger(__name__)
T = TypeVar("T")


def settings() -> Settings:
    """The settings of this application."""
    return cast(Settings, current_app.extensions["surveyapp"].settings)


def sessions() -> sessionmaker[Session]:
    """Makes sessions apart from the request's, for counters and the like."""
    return cast("sessionmaker[Session]", current_app.extensions["surveyapp"].sessions)


def db_session() -> Session:
    """The request's database session: safe methods read only, all others hold the write lock once they begin."""
    if "db_session" not in g:
        g.db_session = reading(sessions()) if request.method in SAFE else sessions()()
    return cast(Session, g.db_session)


def community() -> Community:
    """The community of the address, which the guard has looked up."""
    return cast(Community, g.community)


def user() -> User:
    """Who is signed in."""
    return cast(User, current_user._get_current_object())


def is_manager() -> bool:
    """Whether the person may change things in this community."""
    return g.get("role") is RoleKind.MANAGER


def lacks_goal() -> bool:
    """Whether the community has no active goal, which its leaders and managers are told wherever they are (R4)."""
    if "lacks_goal" not in g:
        active = select(Goal.id).where(Goal.community_id == community().id, Goal.ended_on.is_(None)).limit(1)
        g.lacks_goal = not community().is_in_preparation and db_session().scalar(active) is None
    return cast(bool, g.lacks_goal)


def find(kind: type[T], row_id: int) -> T:
    """The row of this community, or NotFound: whether it is absent or another community's does not show.

    Raises:
        NotFound: In both cases alike.
    """
    columns = cast(Any, kind)
    found = db_session().scalar(select(kind).where(columns.id == row_id, columns.community_id == community().id))
    if found is None:
        raise NotFound("We can’t find that here. It may have been removed, or the address is incomplete.")
    return found


def external_url(endpoint: str, **values: Any) -> str:
    """An address to print or send: made from the setting ``public_url``, never from a request's Host."""
    return settings().public_url.rstrip("/") + url_for(endpoint, **values)


def is_local_path(path: str) -> bool:
    """Whether a redirect to *path* stays in this service."""
    return path.startswith("/") and path[1:2] not in ("/", "\\") and path.isprintable()


class RowNumber(IntegerConverter):
    """A number in an address that can be a row's: a larger one leads nowhere, on both databases alike."""

    def __init__(self, map: Any, fixed_digits: int = 0, min: int | None = None, max: int | None = None) -> None:  # noqa: A002 - Werkzeug's names
        super().__init__(map, fixed_digits, min, LARGEST_ROW if max is None else max)


class CookieSession(SecureCookieSessionInterface):
    """Flask's own sessions; what signs them is made once and not twice for each request."""

    def __init__(self) -> None:
        self._serializer: Any = None

    def get_signing_serializer(self, app: Flask) -> Any:
        """What reads and writes the cookie."""
        self._serializer = self._serializer or super().get_signing_serializer(app)
        return self._serializer


def init_app(app: Flask) -> None:
    """Put the guard, the headers, the error pages and the filters in their places."""
    app.url_map.converters["int"] = RowNumber
    app.session_interface = CookieSession()
    app.register_blueprint(bp)
    request_started.connect(_begin, app)  # before all else, so that every refusal has its reference
    app.before_request(_guard)
    app.after_request(_finish)
    app.teardown_request(_close_session)
    app.url_value_preprocessor(_keep_slug)
    app.url_defaults(_add_slug)
    error_pages.init_app(app)
    app.jinja_env.globals.update(
        sg=signed,
        is_manager=is_manager,
        lacks_goal=lacks_goal,
        csrf_field=csrf_field,
        static_url=_static_urls(app),
        external_url=external_url,
    )
    app.jinja_env.filters.update(day=day, long_day=long_day, month=month, number=number)


def csrf_field() -> Markup:
    """The hidden field with which a form that is a mere button proves that this service sent it."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())


def _static_urls(app: Flask) -> Callable[[str], str]:
    """Addresses of static files that change with their content, so that browsers may keep them for good."""

    @cache
    def static_url(name: str) -> str:
        content = Path(str(app.static_folder), name).read_bytes()
        return f"{app.static_url_path}/{name}?v={hashlib.sha256(content).hexdigest()[:10]}"

    return static_url


# The request, from its beginning to its end


def _begin(sender: Flask, **extra: Any) -> None:
    g.began = time.perf_counter()
    g.reference = secrets.token_hex(4).upper()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=g.reference)


def _keep_slug(endpoint: str | None, values: dict[str, Any] | None) -> None:
    g.slug = values.pop("slug", None) if values and request.path.startswith("/c/") else None


def _add_slug(endpoint: str, values: dict[str, Any]) -> None:
    if "slug" not in values and g.get("slug") and current_app.url_map.is_endpoint_expecting(endpoint, "slug"):
        values["slug"] = g.slug


def _guard() -> ResponseReturnValue | None:
    """Let only those pass whom policy.py names; look the community up on the way."""
    if request.endpoint is None or request.endpoint == "static":
        return None
    who = POLICY[request.endpoint]
    if who is Who.NOBODY:
        abort(HTTPStatus.NOT_FOUND)
    is_signed_in = who is not Who.ANYONE and current_user.is_authenticated
    if who is not Who.ANYONE and not is_signed_in:
        if request.method in SAFE:
            return redirect(url_for("security.login", next=request.path), HTTPStatus.SEE_OTHER)
        abort(HTTPStatus.UNAUTHORIZED)
    role = None
    if g.slug is not None:
        role = _look_up_community(g.slug)
        if is_signed_in and role is None:  # of another community: as if it were not there
            raise NotFound("We can’t find that page. The address may be incomplete.")
    if is_signed_in and not policy.allows(who, role, user().is_administrator):
        raise NotAllowed(f"Only {'an' if who is Who.ADMINISTRATOR else 'a'} {who.value} may do this.")
    return None


def _look_up_community(slug: str) -> RoleKind | None:
    user_id = current_user.id if current_user.is_authenticated else None
    row = (
        db_session()
        .execute(
            select(Community, Role.kind)
            .outerjoin(Role, (Role.community_id == Community.id) & (Role.user_id == user_id))
            .where(Community.slug == slug)
            .options(joinedload(Community.mission))
        )
        .one_or_none()
    )
    if row is None:
        raise NotFound("We can’t find that page. The address may be incomplete.")
    g.community, g.role = row
    return cast("RoleKind | None", g.role)


def _finish(response: Response) -> Response:
    response.headers.extend(HEADERS)  # no page sets one of these itself
    if response.location and not is_local_path(response.location):
        response.location = "/"
    if request.endpoint == "static" and response.status_code in (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED):
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        session.modified = False  # no cookie with what others may keep
    else:
        response.headers["Cache-Control"] = "no-store"
        response.vary.add("Cookie")
    if request.endpoint != "static":
        log.info(
            "request",
            route=request.endpoint,
            method=request.method,
            status=response.status_code,
            ms=round(1000 * (time.perf_counter() - g.began)) if "began" in g else None,
        )
    return response


def _close_session(error: BaseException | None) -> None:
    session = g.pop("db_session", None)
    if session is not None:
        session.close()


# The service itself


@bp.get("/")
def index() -> ResponseReturnValue:
    """List the communities; go straight to the only one, or to the only one in which somebody has a role."""
    session = db_session()
    communities = session.scalars(
        select(Community).options(joinedload(Community.mission)).order_by(Community.name)
    ).all()
    led: set[int] = set()
    if current_user.is_authenticated:
        led = set(session.scalars(select(Role.community_id).where(Role.user_id == user().id)))
        if len(led) == 1 and not user().is_administrator:
            (slug,) = (found.slug for found in communities if found.id in led)
            return redirect(url_for("communities.overview", slug=slug), HTTPStatus.SEE_OTHER)
    elif len(communities) == 1:
        return redirect(url_for("communities.public", slug=communities[0].slug), HTTPStatus.SEE_OTHER)
    return render_template("index.html", communities=communities, led=led)


@bp.get("/jobs/<int:job_id>")
def job(job_id: int) -> ResponseReturnValue:
    """Say how far a job is, to a script that waits for it."""
    found = db_session().scalar(
        select(Job)
        .join(Role, (Role.community_id == Job.community_id) & (Role.user_id == user().id))
        .where(Job.id == job_id)
    )
    if found is None:
        raise NotFound("We can’t find that job.")
    return {
        "state": found.state.value,
        "step": found.step,
        "done": found.steps_done,
        "steps": found.steps,
        "error": found.error,
    }


@bp.get("/healthz")
def healthz() -> ResponseReturnValue:
    """The process answers."""
    return {"ok": True}


@bp.get("/readyz")
def readyz() -> ResponseReturnValue:
    """The database answers and has the schema that this version needs."""
    try:
        is_ready = schema.current(cast(Any, sessions().kw["bind"])) == schema.head()
    except SQLAlchemyError:
        is_ready = False
    return {"ok": is_ready}, 200 if is_ready else 503


# Filters


def day(value: date | datetime | None) -> str:
    """A date as people write it: 30 November 2026."""
    return f"{value.day} {value:%B %Y}" if value else ""


def month(value: date) -> str:
    """The month of a date: November 2026."""
    return f"{value:%B %Y}"


def long_day(value: date | None) -> str:
    """A date with its weekday: Monday 30 November."""
    return f"{value:%A} {value.day} {value:%B}" if value else ""


def number(value: float) -> str:
    """A number with thousands apart, and no decimals it does not need: 1,204 or 0.5."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}".rstrip("0")
