"""Votes on a screen of a survey: what is shown of them, and what the pressed button says."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from surveyapp.responses.answer_page import Page
from surveyapp.responses.collect import Stored
from surveyapp.responses.vote import Ballot, Choice, ballot, note, propose
from surveyapp.surveys.kinds import RULES
from surveyapp.surveys.models import Question
from surveyapp.surveys.proposals import ProposalVote

FLAG = re.compile(r"[0-9a-f]{32}")  # of the button "flag"
VOTE = re.compile(r"([0-9]{1,9})\.([0-9a-f]{32})\.(agree|disagree|pass)")  # of the button "vote"


@dataclass(frozen=True)
class Move:
    """What somebody did in a vote: said something to a proposal, asked for the last one again, or proposed."""

    question_id: int
    proposal_id: str = ""
    choice: Choice | None = None
    is_proposing: bool = False


def ballots_of(session: Session, page: Page, code: str, again: str) -> dict[int, Ballot]:
    """What is voted on next by each question of the page that is a vote."""
    return {question.id: ballot(session, page.survey, question, code, again) for question in page.votes}


def move_of(page: Page) -> Move | None:
    """What the pressed button does in a vote of this page; None if it is another button."""
    questions = {str(question.id): question for question in page.votes}
    if vote := VOTE.fullmatch(page.typed.get("vote", "")):
        if (question := questions.get(vote[1])) is not None:
            return Move(question.id, vote[2], Choice[vote[3].upper()])
        return None
    if (question := questions.get(page.typed.get("again", ""))) is not None:
        return Move(question.id)
    if (question := questions.get(page.typed.get("propose", ""))) is not None:
        return Move(question.id, is_proposing=True)
    return None


def flagged_by(page: Page) -> str:
    """The proposal that the pressed button wants to report; "" if it is another button."""
    pressed = page.typed.get("flag", "")
    return pressed if page.votes and FLAG.fullmatch(pressed) else ""


def new_proposals(page: Page) -> Mapping[Question, str]:
    """What is written into the boxes for new proposals, by question."""
    found = {}
    for question in page.votes:
        rules = RULES[question.kind]
        if isinstance(rules, ProposalVote) and (text := rules.new(question, page.typed)):
            found[question] = text
    return found


def propose_new(session: Session, page: Page, code: str) -> None:
    """Put to the vote what the holder of a private code wrote into the boxes for it."""
    for question, text in new_proposals(page).items():
        propose(session, question, [text], is_by_member=True, code=code)


def note_move(session: Session, page: Page, response: Stored, move: Move) -> None:
    """Note a vote; one on a proposal that was taken off meanwhile is passed over, and the next one is shown."""
    if move.choice is not None:
        note(session, page.survey, response, move.proposal_id, move.choice)
