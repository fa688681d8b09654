"""Surveys with a vote on proposals, for tests."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from surveyapp.communities.models import Community
from surveyapp.responses import collect, vote
from surveyapp.responses.vote import Choice
from surveyapp.surveys.design import open_survey
from surveyapp.surveys.models import Kind, Question, Section, Survey
from tests.factories import make_survey


def make_vote(session: Session, community: Community, *proposals: str) -> Survey:
    """The survey of make_survey(), open, with a last part that is a vote on *proposals*; commits."""
    survey = make_survey(session, community, is_open=False)
    question = Question(kind=Kind.PROPOSAL_VOTE, prompt="Other people’s ideas", position=1)
    survey.sections.append(
        Section(position=len(survey.sections) + 1, title="Other people’s ideas", intro="", questions=[question])
    )
    open_survey(session, survey, date(2026, 3, 2))
    session.flush()
    vote.propose(session, question, proposals)
    session.commit()
    return survey


def vote_of(survey: Survey) -> Question:
    """The question that is a vote."""
    return next(question for question in survey.questions if question.kind is Kind.PROPOSAL_VOTE)


def ids_of(session: Session, survey: Survey) -> dict[str, str]:
    """Ids of the proposals, by their words."""
    return {proposal.text: proposal.id for proposal, _ in vote.proposals_of(session, vote_of(survey).id)}


def send_votes(session: Session, survey: Survey, ballots: Sequence[dict[str, Choice]]) -> list[str]:
    """One sent response for each ballot, that says how somebody votes by words; their private codes. Commits."""
    ids, codes = ids_of(session, survey), []
    for ballot in ballots:
        codes.append(collect.new_code())
        response = collect.keep(session, survey, codes[-1], {})
        for words, choice in ballot.items():
            vote.note(session, survey, response, ids[words], choice)
        collect.send(session, survey, codes[-1], {})
    session.commit()
    return codes
