"""Marks on answers that look like abuse (SPEC section 4, P26): never deleted, told apart, trusted again by a manager.

Two marks are known at sending only, from a browser's cookie and a counter; of both nothing is stored but the mark.
The others follow from what is stored, and are set by a job. A mark is a doubt, not a verdict: marked answers count
unless a manager leaves them out of a run, and nobody is ever shown a single one.
"""

import enum
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, func, select, update
from sqlalchemy.orm import Session

from surveyapp import audit
from surveyapp.responses.models import Answer, Response, Source
from surveyapp.surveys.kinds import RULES
from surveyapp.surveys.models import Kind, Question, Survey

QUICKEST = 0.2
"""Of the time that most people take: whoever answers in less has hardly read the questions."""
FLOOD_PER_HOUR = 50  # answers by one open link from one network; a large office may reach that, so it is only a mark
FLOOD_FROM_ANYWHERE = 500  # likewise, from many networks: who invites more people knows of it, and trusts them
HOUR = timedelta(hours=1)
LEAST_STEPS = 4  # ratings; fewer are often alike
LEAST_COPIED = 40  # characters; shorter texts are often the same


class Mark(enum.Enum):
    """Why an answer looks like abuse."""

    TOO_FAST = "too fast"
    ALL_ALIKE = "all alike"
    COPIED = "copied"
    FLOOD = "flood"


FOLLOWS = {Mark.ALL_ALIKE.value, Mark.COPIED.value}  # from what is stored


class Marked(enum.Enum):
    """What a run of the analysis does with marked answers that nobody trusts."""

    COUNTED = "counted"
    LEFT_OUT = "left out"


@dataclass(frozen=True)
class Doubt:
    """How many of a survey's answers have one mark, and how many of those are trusted."""

    mark: Mark
    answers: int
    trusted: int


def at_sending(
    answered: Mapping[Question, Any],
    begun_at: datetime | None,
    sent_at: datetime,
    from_network: int,
    from_anywhere: int = 0,
) -> list[str]:
    """The marks of an answer that is about to be sent.

    Args:
        answered: Content of the last screen by question.
        begun_at: When its form was opened; None if that is not known.
        sent_at: This moment.
        from_network: How many came by the same open link from the same network in this hour, this one included.
        from_anywhere: How many came by it in this hour in all.
    """
    needed = sum(RULES[q.kind].takes(q) for q, content in answered.items() if content is not None)
    marks = []
    if begun_at is not None and (sent_at - begun_at).total_seconds() < QUICKEST * needed:
        marks.append(Mark.TOO_FAST.value)
    if from_network > FLOOD_PER_HOUR or from_anywhere > FLOOD_FROM_ANYWHERE:
        marks.append(Mark.FLOOD.value)
    return marks


def mark_what_follows(session: Session, survey: Survey) -> int:
    """Set the marks that follow from what is stored; how many responses have another mark than before."""
    sources = (Source.OPEN_LINK, Source.PERSONAL_LINK)
    by_link = (Response.survey_id == survey.id, Response.is_sent, Response.source.in_(sources))
    before: dict[str, list[str]] = dict(session.execute(select(Response.id, Response.marks).where(*by_link)).all())
    alike, copied = _all_alike(session, survey.questions, before), _copied(session, survey.questions, before)
    changed: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for response, marks in before.items():
        new = [mark for mark in marks if mark not in FOLLOWS]
        new += [Mark.ALL_ALIKE.value] * (response in alike) + [Mark.COPIED.value] * (response in copied)
        if sorted(new) != sorted(marks):
            changed[tuple(new)].append(response)
    for mark_set, responses in changed.items():
        session.execute(update(Response).where(Response.id.in_(sorted(responses))).values(marks=list(mark_set)))
    return sum(map(len, changed.values()))


def _all_alike(session: Session, questions: Iterable[Question], responses: Mapping[str, Any]) -> set[str]:
    """Responses that chose the same step on every scale."""
    steps: dict[str, list[int]] = defaultdict(list)
    for kind, response, content in _contents(session, questions, (Kind.RATING, Kind.VALUE_RATINGS)):
        found = [content] if kind is Kind.RATING else [step for marks in content.values() for step in marks.values()]
        steps[response] += found
    return {r for r, all_ in steps.items() if r in responses and len(all_) >= LEAST_STEPS and len(set(all_)) == 1}


def _copied(session: Session, questions: Iterable[Question], responses: Mapping[str, Any]) -> set[str]:
    """Responses with a long text that stands word for word in another one."""
    said: dict[str, set[str]] = defaultdict(set)
    for kind, response, content in _contents(session, questions, (Kind.LONG_TEXT, Kind.PROPOSALS)):
        if response in responses:
            for text in [content] if kind is Kind.LONG_TEXT else [idea["idea"] for idea in content]:
                words = " ".join(text.casefold().split())
                if len(words) >= LEAST_COPIED:
                    said[words].add(response)
    return {response for who in said.values() if len(who) > 1 for response in who}


def _contents(
    session: Session, questions: Iterable[Question], kinds: tuple[Kind, ...]
) -> Iterable[tuple[Kind, str, Any]]:
    kind_of = {question.id: question.kind for question in questions if question.kind in kinds}
    rows = session.execute(
        select(Answer.question_id, Answer.response_id, Answer.content).where(Answer.question_id.in_(kind_of))
    )
    return ((kind_of[question], response, content) for question, response, content in rows)


def is_doubted() -> ColumnElement[bool]:
    """The condition under which a response is marked, and trusted by nobody."""
    return (cast(Response.marks, Text) != "[]") & Response.is_trusted.is_(False)


def taken_by(marked: Marked) -> list[ColumnElement[bool]]:
    """The conditions under which a run takes in a response of its survey."""
    return [Response.is_sent.is_(True), *([~is_doubted()] if marked is Marked.LEFT_OUT else [])]


def doubts(session: Session, survey_id: int) -> list[Doubt]:
    """How many answers have which mark; those without any are not among them."""
    rows = session.execute(
        select(Response.marks, Response.is_trusted).where(
            Response.survey_id == survey_id, Response.is_sent, cast(Response.marks, Text) != "[]"
        )
    ).all()
    answers = Counter(mark for marks, _ in rows for mark in marks)
    trusted = Counter(mark for marks, is_trusted in rows if is_trusted for mark in marks)
    return [Doubt(mark, answers[mark.value], trusted[mark.value]) for mark in Mark if answers[mark.value]]


def count_doubted(session: Session, survey_id: int) -> int:
    """How many answers are marked, and trusted by nobody."""
    count = select(func.count()).select_from(Response)
    return session.scalar(count.where(Response.survey_id == survey_id, Response.is_sent, is_doubted())) or 0


def trust(session: Session, survey: Survey, mark: Mark, *, is_trusted: bool, user_id: int | None) -> int:
    """Trust all answers with one mark, or no longer; never single ones. How many that are."""
    rows = session.execute(
        select(Response.id, Response.marks).where(
            Response.survey_id == survey.id, Response.is_sent, Response.is_trusted.is_(not is_trusted)
        )
    )
    chosen = sorted(response for response, marks in rows if mark.value in marks)
    session.execute(update(Response).where(Response.id.in_(chosen)).values(is_trusted=is_trusted))
    audit.record(
        session,
        "trusted marked answers" if is_trusted else "doubted marked answers",
        user_id=user_id,
        community_id=survey.community_id,
        survey=survey.id,
        mark=mark.value,
        answers=len(chosen),
    )
    return len(chosen)


def sources(session: Session, survey_id: int) -> dict[Source, int]:
    """How many answers came by which way; the ways are never mixed silently."""
    rows = session.execute(
        select(Response.source, func.count())
        .where(Response.survey_id == survey_id, Response.is_sent)
        .group_by(Response.source)
    )
    found = dict(rows.all())
    return {source: found[source] for source in Source if source in found}
