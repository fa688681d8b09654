"""Gather what was answered: the contents by question, the free texts, and the answers as the analysis reads them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.responses.models import Answer
from surveyapp.surveys.models import Kind, Question
from surveyapp.themes.keep import Text
from surveyapp.themes.read import idea_questions

if TYPE_CHECKING:
    from surveyapp.analysis.results import Answer as FreeText

FEW = 500
"""So many responses can be asked for by name; of more, all answers to a question are read."""


def contents_of(
    session: Session, questions: Sequence[Question], responses: Collection[str]
) -> dict[int, dict[str, Any]]:
    """Per question and response, what was answered."""
    contents: dict[int, dict[str, Any]] = defaultdict(dict)
    asked = select(Answer.question_id, Answer.response_id, Answer.content).where(
        Answer.question_id.in_([question.id for question in questions])
    )
    if len(responses) <= FEW:
        asked = asked.where(Answer.response_id.in_(sorted(responses)))
    rows = session.execute(asked.order_by(Answer.response_id))
    for question_id, response_id, content in rows:
        if response_id in responses:
            contents[question_id][response_id] = content
    return contents


def texts_of(
    questions: Sequence[Question], contents: Mapping[int, Mapping[str, Any]], may_quote: Mapping[str, bool]
) -> tuple[list[Text], list[Text]]:
    """The texts that form candidate goals, and the others."""
    proposals, long_texts = [], []
    for question in questions:
        answers = contents.get(question.id, {})
        if question.kind is Kind.PROPOSALS:
            value_of = {option["key"]: option["value_id"] for option in question.settings["options"]}
            proposals += [
                Text(
                    response,
                    question.id,
                    item,
                    idea["idea"],
                    may_quote[response] and not idea.get("supports"),  # those words are somebody else's
                    value_of.get(idea.get("value") or ""),
                    idea.get("help"),
                    idea.get("offer") if may_quote[response] and idea.get("help") in ("yes", "maybe") else None,
                )
                for response, ideas in answers.items()
                for item, idea in enumerate(ideas)
            ]
        elif question.kind is Kind.LONG_TEXT:
            long_texts += [
                Text(response, question.id, 0, text, may_quote[response]) for response, text in answers.items()
            ]
    forming = {question.id for question in idea_questions(questions)}
    texts = proposals + long_texts
    return [t for t in texts if t.question_id in forming], [t for t in texts if t.question_id not in forming]


def as_answers(texts: Sequence[Text]) -> list[FreeText]:
    """The texts as the analysis reads them; each knows its text by its row."""
    from surveyapp.analysis.results import Answer as FreeText

    return [FreeText(row, "", text.response_id, text.text, text.may_quote) for row, text in enumerate(texts)]
