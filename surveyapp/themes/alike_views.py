"""Ideas like yours, already said: a page between two screens of a survey, with the choice to support one instead.

It stands here because a survey's screens do not know of themes. To support an idea is to give it as one's own, word
for word: it is stored like any idea, with a mark (``"supports": true``), counts one more person, and is never quoted.
"""

from http import HTTPStatus

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from surveyapp.db import reading
from surveyapp.responses import collect
from surveyapp.responses.answer_page import Page
from surveyapp.responses.held import bearer_of
from surveyapp.responses.language_views import survey_to_read
from surveyapp.responses.shared_views import closed, held, is_open
from surveyapp.surveys.models import Kind
from surveyapp.text_gate import whole_number
from surveyapp.themes.alike import most_alike, quotable_themes
from surveyapp.web import sessions


def alike(link: str, number: int) -> ResponseReturnValue:
    """Show beside each idea that was written so far what is like it."""
    with reading(sessions()) as reader:
        survey = survey_to_read(reader, link)
        if not is_open(survey):
            return closed(survey)
        page = Page(survey, number)
        bearer = bearer_of(reader, survey, held())
        if not bearer.code:
            return redirect(url_for("responses.welcome", link=link), HTTPStatus.SEE_OTHER)
        kept = collect.kept(reader, survey, bearer.code).answers
        themes = quotable_themes(reader, survey)
        found = [
            (question, place, idea["idea"], most_alike(idea["idea"], themes))
            for question in page.screen.questions
            if question.kind is Kind.PROPOSALS
            for place, idea in enumerate(kept.get(question.id) or [])
            if not idea.get("supports")
        ]
    return render_template(
        "themes/alike.html", survey=survey, community=survey.community, page=page, found=found, bearer=bearer
    )


def support(link: str, number: int) -> ResponseReturnValue:
    """Put an idea that was said before in the place of one's own."""
    question_id, place, theme_id = (whole_number(request.form.get(n, "")) for n in ("question", "place", "theme"))
    with reading(sessions()) as reader:
        survey = survey_to_read(reader, link)
        if not is_open(survey):
            return closed(survey), HTTPStatus.CONFLICT
        page = Page(survey, number)
        bearer = bearer_of(reader, survey, held())
        kept = collect.kept(reader, survey, bearer.code)
        titles = {one.theme_id: one.title for one, _ in quotable_themes(reader, survey)}
    asked = {question.id for question in page.screen.questions if question.kind is Kind.PROPOSALS}
    ideas = [dict(idea) for idea in kept.answers.get(question_id, [])] if question_id in asked else []
    if question_id is not None and place is not None and 0 <= place < len(ideas) and theme_id in titles:
        ideas[place] |= {"idea": titles[theme_id], "supports": True}
        is_change = kept.is_sent and held().is_changing(link)
        with sessions().begin() as writer:
            collect.keep(writer, survey, bearer.code, {question_id: ideas}, giver=bearer.giver, is_change=is_change)
    return redirect(url_for("responses.part", link=link, number=number), HTTPStatus.SEE_OTHER)
