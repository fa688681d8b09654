"""Pages for notes of conversations: those there are, new ones, changed and removed ones while the survey is open."""

import re
import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, SelectField
from wtforms.validators import ValidationError

from surveyapp.db import now
from surveyapp.errors import AppError, BadInput
from surveyapp.forms import Form, Line
from surveyapp.responses import notes
from surveyapp.responses.answer_page import MISSING, Asked
from surveyapp.responses.models import Conversation, Talk
from surveyapp.surveys.forms import LastDay
from surveyapp.surveys.kinds import RULES
from surveyapp.surveys.models import Kind, Question, Survey
from surveyapp.surveys.rules import Reading, name_of
from surveyapp.text_gate import whole_number
from surveyapp.web import db_session, find, user

FORM_KEY = re.compile(r"[0-9a-f]{64}")
MORE_BOXES = 3  # empty ones below the ideas that are written
TALKS = [
    (Talk.INTERVIEW.value, "An interview"),
    (Talk.FOCUS_GROUP.value, "A focus group"),
    (Talk.MEETING.value, "A meeting"),
    (Talk.OTHER.value, "Something else"),
]


class NoteForm(Form):
    """When a conversation was held, with how many people, and whether they may be quoted."""

    talk = SelectField("What kind of conversation was it?", choices=TALKS)
    people = Line("How many people were there?", most=6, required="Say how many people were there.")
    held_on = LastDay("On which day?")
    may_quote = BooleanField("These people were told that their words may be quoted without their names")
    key = Line("Form", most=64)

    def validate_people(self, field: Line) -> None:
        """A number of people."""
        if whole_number(field.data or "") is None:
            raise ValidationError("Please write a whole number, like 8.")

    def validate(self, extra_validators: Any = None) -> bool:
        """A day must be there, too: the field itself takes none."""
        is_valid: bool = super().validate(extra_validators)
        if self.held_on.data is None and not self.held_on.errors:
            self.held_on.errors = ["Say on which day it was."]
            return False
        return is_valid

    def held(self) -> notes.Held:
        """What was typed, as notes.note() takes it."""
        number, day = whole_number(self.people.data or ""), self.held_on.data
        assert number is not None  # noqa: S101 - validate() asked for both
        assert day is not None  # noqa: S101
        return notes.Held(Talk(self.talk.data), number, day, bool(self.may_quote.data))


def index(survey_id: int) -> ResponseReturnValue:
    """List the conversations that there are notes of."""
    survey = find(Survey, survey_id)
    return render_template(
        "responses/notes.html",
        survey=survey,
        conversations=notes.notes_of(db_session(), survey),
        noted=notes.noted(db_session(), survey.id),
        may_change=notes.takes_notes(survey, now().date()),
        talks=dict(TALKS),
        done=request.args.get("done", ""),
    )


def add(survey_id: int) -> ResponseReturnValue:
    """Ask what was said, and keep it."""
    survey = find(Survey, survey_id)
    if request.method != "POST":
        if not notes.takes_notes(survey, now().date()):
            return redirect(url_for("responses.notes", survey_id=survey.id), HTTPStatus.SEE_OTHER)
        return _page(survey, NoteForm(formdata=None, key=secrets.token_hex(32)), {})
    form = NoteForm()
    key = form.key.data if FORM_KEY.fullmatch(form.key.data or "") else secrets.token_hex(32)
    form.key.data = key
    return _keep(
        survey, form, lambda held, said: notes.note(db_session(), survey, held, said, form=key, user_id=user().id)
    )


def change(note_id: int) -> ResponseReturnValue:
    """Show the notes of a conversation as they were entered, and keep what is changed."""
    conversation = find(Conversation, note_id)
    survey = find(Survey, conversation.survey_id)
    if request.method != "POST":
        said = notes.what_was_said(db_session(), conversation)
        typed: dict[str, str] = {}
        for question in survey.questions:
            if question.id in said:
                typed |= RULES[question.kind].write(question, said[question.id])
        form = NoteForm(
            formdata=None,
            talk=conversation.talk.value,
            people=str(conversation.people),
            held_on=conversation.held_on,
            may_quote=conversation.response.may_quote,
        )
        return _page(survey, form, typed, conversation)

    def store(held: notes.Held, said: Mapping[int, Any]) -> None:
        notes.change(db_session(), survey, conversation, held, said, user_id=user().id)

    return _keep(survey, NoteForm(), store, conversation)


def remove(note_id: int) -> ResponseReturnValue:
    """Delete the notes of a conversation."""
    conversation = find(Conversation, note_id)
    survey = find(Survey, conversation.survey_id)
    notes.remove(db_session(), survey, conversation, user_id=user().id)
    db_session().commit()
    return redirect(url_for("responses.notes", survey_id=survey.id, done="removed"), HTTPStatus.SEE_OTHER)


def _keep(survey: Survey, form: NoteForm, store: Any, conversation: Conversation | None = None) -> ResponseReturnValue:
    """Read what was typed and store it; what cannot be stored stays on the page."""
    typed = request.form.to_dict()
    readings = {question.id: _read(question, typed) for question in _asked(survey)}
    is_whole = form.validate() and not any(reading.problems for reading in readings.values())
    problem, status = "", HTTPStatus.UNPROCESSABLE_ENTITY
    if is_whole:
        try:
            store(form.held(), {number: reading.content for number, reading in readings.items()})
        except AppError as error:
            db_session().rollback()
            problem = str(error)
            status = HTTPStatus.UNPROCESSABLE_ENTITY if isinstance(error, BadInput) else HTTPStatus(error.status)
        else:
            db_session().commit()
            return redirect(url_for("responses.notes", survey_id=survey.id, done="kept"), HTTPStatus.SEE_OTHER)
    return _page(survey, form, typed, conversation, readings, problem), status


def _read(question: Question, typed: Mapping[str, str]) -> Reading:
    reading = RULES[question.kind].read(question, typed)
    is_missing = question.is_required and reading == Reading()
    return Reading(problems={name_of(question): MISSING}) if is_missing else reading


def _asked(survey: Survey) -> list[Question]:
    """What notes can say something to: everything but votes."""
    return [question for question in survey.questions if question.kind is not Kind.PROPOSAL_VOTE]


def _page(
    survey: Survey,
    form: NoteForm,
    typed: Mapping[str, str],
    conversation: Conversation | None = None,
    readings: Mapping[int, Reading] | None = None,
    problem: str = "",
) -> str:
    wanted = {question.id for question in _asked(survey)}
    shown = []
    for section in survey.sections:
        asked = [_shown(q, typed, readings or {}) for q in section.questions if q.id in wanted]
        shown += [(section, asked)] if asked else []
    problems = [
        (one.control(name), one.question.prompt, words)
        for _, questions in shown
        for one in questions
        for name, words in one.problems.items()
    ]
    return render_template(
        "responses/note.html",
        survey=survey,
        form=form,
        asked=shown,
        conversation=conversation,
        problems=problems,
        problem=problem,
        may_change=notes.takes_notes(survey, now().date()),
    )


def _shown(question: Question, typed: Mapping[str, str], readings: Mapping[int, Reading]) -> Asked:
    """A question with what was typed; below the ideas that are written stand some empty boxes."""
    written = Asked(question, typed).boxes
    reading = readings.get(question.id, Reading())
    return Asked(question, typed, reading.problems, wanted=written + MORE_BOXES)
