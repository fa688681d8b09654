"""Ask a community what it values and wants to do next, turn that into goals, and see them through."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from surveyapp.settings import Settings

__version__ = "0.1.0"

BODY_BYTES = 1 << 20  # of one request; a file of answers may have more
FORM_FIELDS = 300
FORM_TOKEN_SECONDS = 12 * 3600


def create_app(settings: Settings) -> Flask:
    """Wire the parts into an application for *settings*; parts are imported here, so that analysis/ loads alone."""
    from dataclasses import dataclass
    from pathlib import Path

    from flask import Flask
    from flask_wtf import CSRFProtect
    from jinja2 import StrictUndefined
    from sqlalchemy.engine import Engine
    from sqlalchemy.orm import Session, sessionmaker
    from werkzeug.middleware.proxy_fix import ProxyFix

    from surveyapp import db, gate, logs, policy, tables, web
    from surveyapp.accounts import sign_in
    from surveyapp.communities import member_views  # noqa: F401 - adds the pages of members to the blueprint
    from surveyapp.goals.views import bp as goals
    from surveyapp.reports.overview_views import communities
    from surveyapp.reports.views import bp as reports
    from surveyapp.responses import (
        language_views,
        take_in_views,  # noqa: F401 - adds the pages for files to the blueprint
    )
    from surveyapp.responses.views import bp as responses
    from surveyapp.review import proposal_views, regroup_views  # noqa: F401 - they add their pages to the blueprint
    from surveyapp.review.views import bp as review
    from surveyapp.surveys import (
        compose_views,  # noqa: F401 - adds the pages for questions to the blueprint
        file_views,  # noqa: F401 - adds the pages for files to the blueprint
        translate_views,  # noqa: F401 - adds the pages for languages to the blueprint
    )
    from surveyapp.surveys.at_link import Editions
    from surveyapp.surveys.views import bp as surveys
    from surveyapp.themes.views import bp as themes

    @dataclass(frozen=True)
    class Parts:
        """What views reach through the application."""

        settings: Settings
        engine: Engine
        sessions: sessionmaker[Session]
        editions: Editions

    logs.configure(settings.log_level)
    app = Flask(__name__, template_folder=str(Path(__file__).resolve().parent.parent / "templates"))
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=BODY_BYTES,
        MAX_FORM_PARTS=FORM_FIELDS,
        TRUSTED_HOSTS=settings.hosts,
        SESSION_COOKIE_NAME="__Host-session" if settings.is_https else "session",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        WTF_CSRF_TIME_LIMIT=FORM_TOKEN_SECONDS,
        WTF_CSRF_SSL_STRICT=False,  # pages send no Referer; gate.py asks Origin and Sec-Fetch-Site instead
        DEBUG=False,
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    engine = db.make_engine(settings.database)
    tables.Base.registry.configure()
    sessions = db.session_factory(engine)
    app.extensions["surveyapp"] = Parts(settings, engine, sessions, Editions(sessions))
    if settings.trusted_proxies:
        n = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=0)  # type: ignore[method-assign]  # as Flask documents it
    gate.init_app(app)
    CSRFProtect(app)
    sign_in.init_app(app, settings, sessions)
    web.init_app(app)
    language_views.init_app(app)
    for blueprint in (communities, surveys, responses, themes, review, goals, reports):
        app.register_blueprint(blueprint)
    policy.check_complete(app)
    return app
