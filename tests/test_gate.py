"""What passes the gate before any view is asked: size, kind, encoding, origin (P16b, P24, requirement 20)."""

import json

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from surveyapp import BODY_BYTES, FORM_FIELDS
from surveyapp.communities.models import Community
from surveyapp.gate import FILE_BYTES, QUERY_BYTES, TAKES_FILES
from tests.conftest import token_of

FORM = "application/x-www-form-urlencoded"


def post(client: FlaskClient, body: bytes, kind: str = FORM, **headers: str) -> TestResponse:
    """Send *body* to the log-in, with a token that is in order in a header."""
    token = {"X-CSRFToken": token_of(client, "/login")}
    return client.post("/login", data=body, content_type=kind, headers={**token, **headers})


def test_a_body_of_a_mebibyte_passes_and_a_byte_more_does_not(client: FlaskClient) -> None:
    fitting = b"email=" + b"a" * (BODY_BYTES - 6)
    assert post(client, fitting).status_code == 200
    assert post(client, fitting + b"a").status_code == 413


def test_three_hundred_fields_pass_and_one_more_does_not(client: FlaskClient) -> None:
    assert post(client, b"&".join(b"a=1" for _ in range(FORM_FIELDS))).status_code == 200
    assert post(client, b"&".join(b"a=1" for _ in range(FORM_FIELDS + 1))).status_code == 413
    assert post(client, b"&" * 100_000).status_code == 413


def test_an_address_asks_in_four_kilobytes_or_not_at_all(client: FlaskClient) -> None:
    assert client.get("/?q=" + "a" * (QUERY_BYTES - 2)).status_code == 200
    assert client.get("/?q=" + "a" * (QUERY_BYTES - 1)).status_code == 414


STRANGE = [
    ("application/json", json.dumps({"email": "a", "password": "b"}).encode()),
    ("application/json", b"[" * 100_000),
    ("text/plain", b'{"email": "a"}'),
    ("application/xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"),
    (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="email"\r\n\r\na\r\n--x--\r\n',
    ),
    ("application/x-python-pickle", b"cos\nsystem\n(S'id'\ntR."),
    ("nonsense", b"a"),
]


def test_p24_a_body_that_no_page_of_ours_sends_is_refused(client: FlaskClient) -> None:
    for kind, body in STRANGE:
        assert post(client, body, kind).status_code == 415, kind


UNCLEAN = [
    b"email=%ff&password=a",
    b"email=\xff&password=a",
    b"email=%c3%28",
    b"email=%ed%a0%80",  # half a character, as UTF-16 has them
    b"email=a%00b",
    b"email=a\x00b",
    b"%00=a",
    b"%ff=a",
]


def test_a_form_that_is_not_clean_utf8_is_refused(client: FlaskClient) -> None:
    for body in UNCLEAN:
        answer = post(client, body)
        assert answer.status_code == 400, body
        assert "Error 400" in answer.text


def test_an_address_that_is_not_clean_utf8_is_refused(client: FlaskClient) -> None:
    for query in ("q=%ff", "q=%00", "%c3%28=1", "q=a%00b"):
        assert client.get(f"/?{query}").status_code == 400, query
    for path in ("/c/\xff", "/c/\x00", "/\xc3\x28", "/c/a\x00b/overview", "/\xed\xa0\x80"):  # as servers hand them on
        assert client.get("/", environ_overrides={"PATH_INFO": path}).status_code == 400, path


def test_an_address_in_any_script_is_only_not_found(client: FlaskClient) -> None:
    assert client.get("/c/%E6%97%A5%E6%9C%AC").status_code == 404


def test_a_number_in_an_address_is_written_in_plain_digits(client: FlaskClient) -> None:
    for written in ("٣", "1_0", "+5", "-1", "1e3", "9" * 30, "9" * 5000):
        assert client.get(f"/jobs/{written}").status_code in (303, 404), written


def test_unknown_and_wrong_methods_are_refused(client: FlaskClient) -> None:
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "FOO"):
        answer = client.open("/login", method=method)
        assert answer.status_code in (400, 405), method
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


FOREIGN: dict[str, dict[str, str]] = {
    "another site": {"Origin": "https://evil.example"},
    "another port": {"Origin": "http://localhost:8001"},
    "a site that begins alike": {"Origin": "http://localhost.evil.example"},
    "a site that hides in a name": {"Origin": "http://localhost@evil.example"},
    "a browser that says so": {"Sec-Fetch-Site": "cross-site"},
    "a sister site": {"Sec-Fetch-Site": "same-site"},
}


def test_p24_a_form_of_another_site_is_refused_though_its_token_is_right(client: FlaskClient) -> None:
    for name, headers in FOREIGN.items():
        assert post(client, b"email=a&password=b", **headers).status_code == 403, name


def test_p24_our_own_forms_pass(client: FlaskClient) -> None:
    for headers in (
        {},
        {"Origin": "null"},
        {"Origin": "http://localhost"},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
    ):
        assert post(client, b"email=a&password=b", **headers).status_code == 200


def test_files_are_taken_where_they_are_asked_for_alone(app: Flask) -> None:
    assert set(app.view_functions) >= TAKES_FILES
    assert FILE_BYTES == 5 << 20


def test_a_huge_or_negative_length_is_no_error_of_ours(client: FlaskClient) -> None:
    for length in (str(10**18), "-1", "abc", ""):
        answer = client.post("/login", data=b"email=a", content_type=FORM, environ_overrides={"CONTENT_LENGTH": length})
        assert 400 <= answer.status_code < 500, length


def test_p24_each_post_needs_a_token_of_this_browser(app: Flask, client: FlaskClient, community: Community) -> None:
    stranger = token_of(app.test_client(), "/login")
    token_of(client, "/login")
    posts = [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    assert len(posts) > 5
    for rule in posts:
        with app.test_request_context():
            values = {name: community.slug if name == "slug" else 1 for name in rule.arguments}
            path = app.url_map.bind("localhost").build(rule.endpoint, values)
        for data in ({}, {"csrf_token": stranger}, {"csrf_token": "x"}, {"csrf_token": ""}):
            answer = client.post(path, data=data)
            assert answer.status_code in (400, 404), (path, answer.status_code)
