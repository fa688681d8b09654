"""What surveys ask for, in a few words each, as their list says it."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.surveys.models import Kind, Question, Section

WORDS = {
    Kind.VALUE_RATINGS: "values",
    Kind.PROPOSALS: "ideas",
    Kind.LONG_TEXT: "ideas",
    Kind.PROPOSAL_VOTE: "votes",
    Kind.SINGLE_CHOICE: "choices",
    Kind.MULTIPLE_CHOICE: "choices",
    Kind.RANKING: "choices",
    Kind.RATING: "ratings",
    Kind.RECOMMENDATION: "ratings",
    Kind.NUMBER: "facts",
    Kind.DATE: "facts",
    Kind.SHORT_TEXT: "facts",
    Kind.CONSENT: "consent",
}
"""What answers of a kind are called; a list names them in this order."""


def includes(session: Session, survey_ids: Collection[int]) -> dict[int, str]:
    """What each survey asks for: ``Values, ideas, votes``; nothing where it has no question yet."""
    asked: dict[int, set[str]] = {survey_id: set() for survey_id in survey_ids}
    rows = session.execute(
        select(Section.survey_id, Question.kind)
        .join(Question, Question.section_id == Section.id)
        .where(Section.survey_id.in_(asked))
        .distinct()
    )
    for survey_id, kind in rows:
        asked[survey_id].add(WORDS[kind])
    ordered = list(dict.fromkeys(WORDS.values()))
    return {key: ", ".join(word for word in ordered if word in words).capitalize() for key, words in asked.items()}
