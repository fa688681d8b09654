"""The gate every request passes before a view: its size, its encoding, where it comes from."""

from io import BytesIO
from urllib.parse import unquote_to_bytes, urlsplit

from flask import Flask, Request, request
from werkzeug.exceptions import BadRequest, Forbidden, RequestEntityTooLarge, RequestURITooLarge, UnsupportedMediaType

from surveyapp import FORM_FIELDS

QUERY_BYTES = 4096
FILE_BYTES = 5 << 20
TAKES_FILES = {
    "responses.take_in",
    "communities.import_members",
    "surveys.from_file",
}  # routes whose body may be as large as FILE_BYTES
TAKES_PARTS = {*TAKES_FILES, "responses.end_mail"}  # mail programs may send a form in parts (RFC 8058)


class InMemory(Request):
    """A request whose files stay in memory: answers are never laid down in a folder for temporary files."""

    def _get_file_stream(self, *args: object, **kwargs: object) -> BytesIO:
        return BytesIO()  # FILE_BYTES bounds it


def init_app(app: Flask) -> None:
    """Check each request first of all."""
    app.request_class = InMemory
    app.before_request(_check)


def _check() -> None:
    for check in (_check_origin, _check_size, _check_kind, _check_encoding):
        check()


def _check_size() -> None:
    if request.endpoint in TAKES_FILES:
        request.max_content_length = request.max_form_memory_size = FILE_BYTES
    if len(request.query_string) > QUERY_BYTES:
        raise RequestURITooLarge("The address is too long. Please shorten what you look for.")
    if request.mimetype == "application/x-www-form-urlencoded":
        body = request.get_data(cache=True)
        if body.count(b"&") >= FORM_FIELDS:
            raise RequestEntityTooLarge


def _check_kind() -> None:
    """Refuse a body that none of our pages sends: JSON, XML, plain text, and files where none is asked for."""
    kinds = {"", "application/x-www-form-urlencoded"}
    if request.endpoint in TAKES_PARTS:
        kinds.add("multipart/form-data")
    if request.mimetype not in kinds:
        raise UnsupportedMediaType("This was not sent by a page of ours. Open the page, and send it again from there.")


def _check_encoding() -> None:
    """Refuse what is not UTF-8, in the address and in a form, before anything replaces it silently."""
    parts = [request.query_string, request.environ.get("PATH_INFO", "").encode("latin-1", "replace")]
    if request.mimetype == "application/x-www-form-urlencoded":
        parts.append(request.get_data(cache=True))
    try:
        texts = [unquote_to_bytes(part).decode("utf-8") for part in parts]
    except UnicodeDecodeError:
        raise BadRequest("This is not UTF-8 text. Please send it again from the page itself.") from None
    if request.mimetype == "multipart/form-data":
        texts += request.form.values()
    if any("\x00" in text for text in texts):
        raise BadRequest("This holds a character that is no text. Please type it anew.")


def _check_origin() -> None:
    """Refuse a form that another site sends, whatever token it carries."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise Forbidden("This form was sent from another site. Open it here and send it again.")
    origin = request.headers.get("Origin", "null")  # our own pages send "null", as they tell nobody where they are
    if origin != "null" and urlsplit(origin).netloc != request.host:
        raise Forbidden("This form was sent from another site. Open it here and send it again.")
