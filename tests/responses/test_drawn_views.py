"""A page that nobody wrote into is drawn once, and shows each member what is theirs and nobody else's."""

import pytest
from flask import Flask, template_rendered
from flask.testing import FlaskClient
from jinja2 import Template
from sqlalchemy.orm import Session

from surveyapp.communities.models import Community
from surveyapp.responses import drawn_views
from surveyapp.surveys.models import Layout, Survey
from tests.responses.every_kind import make_asked
from tests.responses.member import Member, form_values

NAMES = ["way", "foods", "order", "rating", "recommend", "number", "day", "line", "text", "ideas"]


@pytest.fixture
def survey(session: Session, community: Community) -> Survey:
    survey, _ = make_asked(session, community, NAMES, layout=Layout.SURVEY)
    survey.title = 'A <b>"title"</b> with {braces} & %s'
    session.commit()
    return survey


def three_pages(client: FlaskClient, survey: Survey) -> list[str]:
    """Before, while and after somebody answers."""
    member = Member(client, survey)
    pages = [member.page]
    pages.append(member.start().page)
    pages.append(member.press(Anything="A bench.").page)
    return pages


def theirs(page: str) -> dict[str, str]:
    """What of a page belongs to one member."""
    values = form_values(page)
    return {name: values.get(name, "") for name in ("csrf_token", "code")}


def test_the_second_member_reads_the_first_ones_page_but_for_what_is_theirs(app: Flask, survey: Survey) -> None:
    first = three_pages(app.test_client(), survey)
    drawings: list[str] = []

    def note(sender: Flask, template: Template, **extra: object) -> None:
        drawings.append(str(template.name))

    with template_rendered.connected_to(note, app):
        second = three_pages(app.test_client(), survey)
    assert drawings == []
    for one, other in zip(first, second, strict=True):
        mine, yours = theirs(one), theirs(other)
        assert mine["csrf_token"] != yours["csrf_token"]
        assert mine["code"] != yours["code"] or not mine["code"]
        assert yours["csrf_token"] not in one
        assert not yours["code"] or yours["code"] not in one
        assert drawn_views.MARK not in one + other
        assert other.count("\n") == one.count("\n")
        assert "A &lt;b&gt;&#34;title&#34;&lt;/b&gt; with {braces} &amp; %s" in other or "/thanks" not in other


def test_a_kept_page_is_the_page_as_it_is_drawn_anew(app: Flask, survey: Survey) -> None:
    client = app.test_client()
    member = Member(client, survey).start()
    once, kept = client.get(f"{member.address}/1").text, client.get(f"{member.address}/1").text
    app.extensions["surveyapp"].editions._kept.clear()
    anew = client.get(f"{member.address}/1").text
    token = form_values(once)["csrf_token"]
    assert once == kept.replace(form_values(kept)["csrf_token"], token)
    assert once == anew.replace(form_values(anew)["csrf_token"], token)


def test_what_somebody_wrote_is_shown_to_them_alone(app: Flask, survey: Survey) -> None:
    writer, reader = app.test_client(), app.test_client()
    page = Member(writer, survey).start()
    page.press({"go": "back"}, Anything="Only mine.", follow=False)
    assert "Only mine." in writer.get(f"{page.address}/1").text
    other = Member(reader, survey).start()
    assert "Only mine." not in other.page
    refused = other.press(many="many").page
    assert "Please write a number" in refused
    assert "Please write a number" not in Member(app.test_client(), survey).start().page


def test_what_fills_a_hole_is_text(app: Flask, survey: Survey) -> None:
    with app.test_request_context():
        from flask import g

        from surveyapp.surveys.at_link import Edition

        g.edition = Edition(survey, "en")
        for text in ("<script>", "a & b"):
            page = drawn_views.drawn(
                "goals/ask_code.html", 1, {"typed": text}, survey=survey, community=survey.community, problem=""
            )
            assert text not in page
