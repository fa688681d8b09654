"""Count the votes on proposals for a run, with the opinion groups among those who voted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from surveyapp.analysis.votes import VoteFigure, shown_votes
from surveyapp.responses.models import Proposal, Vote
from surveyapp.responses.vote import vote_questions
from surveyapp.surveys.models import Kind, Question


def count_votes(session: Session, questions: Iterable[Question], responses: Collection[str]) -> dict[str, Any]:
    """Count the votes of some responses: per question number, as text, what the run keeps; fit for JSON.

    Loads numpy: for jobs, never for web processes.
    """
    return {str(question.id): _counted(session, question, responses) for question in vote_questions(questions)}


def _counted(session: Session, question: Question, responses: Collection[str]) -> dict[str, Any]:
    import numpy as np  # where the work is done

    from surveyapp.analysis.groups import opinion_groups

    asked = (Proposal.question_id == question.id, Proposal.is_shown)
    proposals = {one.id: one for one in session.scalars(select(Proposal).where(*asked).order_by(Proposal.id))}
    rows = [
        row
        for row in session.execute(
            select(Vote.response_id, Vote.proposal_id, Vote.choice)
            .join(Proposal, Proposal.id == Vote.proposal_id)
            .where(*asked)
            .order_by(Vote.response_id, Vote.proposal_id)
        )
        if row.response_id in responses
    ]
    members = {response: row for row, response in enumerate(dict.fromkeys(row.response_id for row in rows))}
    columns = {proposal: column for column, proposal in enumerate(proposals)}
    votes = np.full((len(members), len(columns)), np.nan)
    for response, proposal, choice in rows:
        votes[members[response], columns[proposal]] = choice
    found = opinion_groups(votes, list(members), list(columns))
    hidden = select(func.count()).where(Proposal.question_id == question.id, Proposal.is_shown.is_(False))
    return {
        "people": found.voters,
        "hidden": session.scalar(hidden) or 0,
        "outcome": str(found.outcome),
        "counted": found.counted,
        "needed": found.votes_needed,
        "groups": [group.people for group in found.groups],
        "speaks": [[{"id": one.proposal, "vote": one.vote} for one in group.representative] for group in found.groups],
        "proposals": [
            {
                "id": one.proposal,
                "text": proposals[str(one.proposal)].text,
                "is_by_member": proposals[str(one.proposal)].is_by_member,
                "all": [one.everyone.agree, one.everyone.disagree, one.everyone.passed],
                "groups": [[tally.seen, tally.agree] for tally in one.groups],
                "is_common_ground": one.is_common_ground,
                "is_divisive": one.is_divisive,
                "is_unsure": one.is_unsure,
                "telling": max(one.spread or 0.0, (one.lowest_agreement or 0.0) if one.is_common_ground else 0.0),
            }
            for one in found.proposals
        ],
    }


def keep_telling(session: Session, counted: Mapping[str, Any]) -> None:
    """Let the next votes go where they tell most: how far each proposal divides the groups, or joins them."""
    told = [{"key": one["id"], "new": one["telling"]} for vote in counted.values() for one in vote["proposals"]]
    if told:
        statement = update(Proposal.__table__).where(Proposal.__table__.c.id == bindparam("key"))  # type: ignore[arg-type]
        session.connection().execute(statement.values(telling=bindparam("new")), told)


def votes_shown(questions: Iterable[Question], figures: Mapping[str, Any], smallest_group: int) -> list[VoteFigure]:
    """What may be shown of the votes of a run, question by question."""
    return [
        shown_votes(question.id, question.prompt, figures[str(question.id)], smallest_group)
        for question in questions
        if question.kind is Kind.PROPOSAL_VOTE and str(question.id) in figures
    ]
