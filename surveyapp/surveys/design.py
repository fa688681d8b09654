"""From draft to open: what may be changed when, and what is promised from the first answer on."""

import secrets
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp import audit
from surveyapp.communities.models import Round
from surveyapp.db import now
from surveyapp.errors import BadInput, Conflict
from surveyapp.jobs import defer
from surveyapp.surveys.branching import problem_of
from surveyapp.surveys.kinds import RULES
from surveyapp.surveys.models import Anonymity, Layout, State, Survey
from surveyapp.text_gate import clean_line, clean_words

SMALLEST_GROUP = 3  # no survey may show a smaller one (R7)
LARGEST_GROUP = 1_000
FIRST_TENDED = timedelta(minutes=10)  # after opening: before, there is nothing to look after


class NotADraft(Conflict):
    """A survey was to be changed or opened that is open or closed already."""


class NotReady(Conflict):
    """A survey was to be opened that cannot be asked as it stands."""


def settle(
    survey: Survey,
    *,
    title: str,
    purpose: str,
    closes_on: date | None,
    smallest_group: int,
    quote_group: int,
    today: date,
    anonymity: Anonymity = Anonymity.ANONYMOUS,
    layout: Layout = Layout.SECTION,
) -> None:
    """Settle what a draft is called, why it is asked, until when, and what members are promised (R6, R7).

    Raises:
        NotADraft: If members may have read the promise already.
        BadInput: If the title is missing, the day is past, or a group is too small.
    """
    must_be_draft(survey)
    title = clean_line(title)
    if not title:
        raise BadInput("A survey needs a title.")
    if closes_on and closes_on < today:
        raise BadInput("The last day to answer must not be past.")
    if not SMALLEST_GROUP <= smallest_group <= quote_group <= LARGEST_GROUP:
        raise BadInput(
            f"The smallest group is {SMALLEST_GROUP} or more, and the group for quotes is at least as large."
        )
    survey.title, survey.purpose, survey.closes_on = title, clean_words(purpose), closes_on
    survey.smallest_group, survey.quote_group = smallest_group, quote_group
    survey.anonymity, survey.layout = anonymity, layout


def problems(survey: Survey) -> list[str]:
    """What keeps a draft from being opened, one sentence each."""
    found = []
    if not survey.sections:
        found.append("It has no questions yet.")
    for section in survey.sections:
        if not section.questions:
            found.append(f"The part “{section.title}” has no questions.")
        found += [
            f"“{question.prompt}”: {problem}"
            for question in section.questions
            if (problem := RULES[question.kind].problem_of(question) or problem_of(question, survey.questions))
        ]
    return found


def open_survey(
    session: Session, survey: Survey, today: date, *, closes_on: date | None = None, user_id: int | None = None
) -> None:
    """Open a draft: from now on members answer, and what they were promised stands.

    Args:
        session: The caller's.
        survey: A draft.
        today: The day on which it opens.
        closes_on: The last day to answer; if None, the one that the draft has.
        user_id: Who opens it; None for the command line.

    Raises:
        NotADraft: If it was opened before.
        NotReady: If something is missing, or the last day to answer is past.
    """
    must_be_draft(survey)
    if found := problems(survey):
        raise NotReady(f"This survey cannot be opened yet. {' '.join(found)}")
    survey.closes_on = closes_on or survey.closes_on
    if survey.closes_on and survey.closes_on < today:
        raise NotReady("The last day to answer is past. Choose another one first.")
    survey.round_id = session.scalar(
        select(Round.id)
        .where(Round.community_id == survey.community_id, Round.closed_on.is_(None))
        .order_by(Round.number.desc())
    )
    survey.state, survey.opened_on, survey.answer_key = State.OPEN, today, secrets.token_bytes(32)
    session.flush()
    job = defer(session, "tend_survey", key=f"tend survey {survey.id}", survey_id=survey.id)  # until it is closed
    job.run_after = now() + FIRST_TENDED
    audit.record(
        session,
        "opened a survey",
        user_id=user_id,
        community_id=survey.community_id,
        survey=survey.id,
        anonymity=survey.anonymity.value,
        smallest_group=survey.smallest_group,
        quote_group=survey.quote_group,
        closes_on=survey.closes_on.isoformat() if survey.closes_on else None,
    )


def is_open_on(state: State, closes_on: date | None, today: date) -> bool:
    """Whether members can answer *today* a survey in this state, announced to close on this day."""
    return state is State.OPEN and (closes_on is None or today <= closes_on)


def takes_answers(survey: Survey, today: date) -> bool:
    """Whether members can answer today."""
    return not survey.is_of_notes and is_open_on(survey.state, survey.closes_on, today)


def must_be_draft(survey: Survey) -> None:
    """Refuse what only a draft allows.

    Raises:
        NotADraft: Members may have read it already.
    """
    if survey.state is not State.DRAFT:
        raise NotADraft("This survey is open or closed already; what members read stays as it is.")
