"""The one page for everything that does not work out: what happened, what to do, a reference."""

import structlog
from flask import Flask, current_app, g
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, SecurityError

from surveyapp.errors import AppError, Conflict, TooMany, Unavailable

log = structlog.get_logger(__name__)


def init_app(app: Flask) -> None:
    """Answer each kind of error."""
    app.register_error_handler(AppError, _show_app_error)
    app.register_error_handler(CSRFError, _show_csrf_error)
    app.register_error_handler(HTTPException, _show_http_error)
    app.register_error_handler(OperationalError, _show_unavailable)
    app.register_error_handler(StaleDataError, _show_stale)
    app.register_error_handler(Exception, _show_unexpected)


def _page(status: int, title: str, message: str) -> ResponseReturnValue:
    """The one page for everything that does not work out."""
    back = f"/c/{g.slug}/overview" if g.get("role") else "/"
    page = current_app.jinja_env.get_template("error.html")  # without the context processors, which ask the database
    return page.render(status=status, title=title, message=message, reference=g.get("reference", ""), back=back), status


def _show_app_error(error: AppError) -> ResponseReturnValue:
    titles = {
        404: "We can’t find that page",
        403: "That is not yours to do",
        409: "Something stands against it",
        429: "Please wait a while",
        503: "Please try again in a moment",
    }
    page = _page(error.status, titles.get(error.status, "That did not work"), str(error))
    response = current_app.make_response(page)
    if isinstance(error, TooMany | Unavailable):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _show_stale(error: StaleDataError) -> ResponseReturnValue:
    return _show_app_error(
        Conflict("Somebody else changed this a moment ago. Go back, look again, and repeat your change.")
    )


def _show_csrf_error(error: CSRFError) -> ResponseReturnValue:
    return _page(
        400,
        "This page was open too long",
        "Go back, reload the page and send it again. Your browser must accept cookies.",
    )


def _show_http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if error.response is not None:  # a redirect, or an answer that is already complete
        return error.response
    titles = {
        404: ("We can’t find that page", "The link may be incomplete, or what it led to is no longer there."),
        405: ("That is not done this way", "Go back and use the buttons of the page."),
        413: ("That is too much at once", "Please send less, or a smaller file."),
        401: ("Please sign in", "You were signed out. Sign in and try again; what you typed is still in your browser."),
    }
    if isinstance(error, SecurityError):
        error.description = "This service is not reached by that address."  # the forged one is not repeated
    title, message = titles.get(status, ("That did not work", error.description or "Please go back and try again."))
    response = current_app.make_response(_page(status, title, message))
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _show_unavailable(error: OperationalError) -> ResponseReturnValue:
    log.error("database_unavailable", error=type(error.orig).__name__)
    message = "Nothing is lost: go back, and send it again in a few seconds."
    return _show_app_error(Unavailable(message))


def _show_unexpected(error: Exception) -> ResponseReturnValue:
    if current_app.testing and current_app.config.get("PROPAGATE_EXCEPTIONS"):
        raise error
    log.error("unexpected", exc_info=error)
    return _page(500, "Something went wrong on our side", "Please try again in a minute.")
