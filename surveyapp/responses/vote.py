"""Votes on proposals: which one somebody sees next, what they say to it, and how all have voted.

A vote belongs to the response of a private code, and counts once that is sent. A proposal belongs to
nobody: not to the response from which it came, nor to a moment (R6). It therefore stays when its author deletes the
answers, which the page says beside the box.
"""

import hashlib
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from sqlalchemy import case, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from surveyapp.analysis.figures import Share, wilson
from surveyapp.errors import BadInput, NotFound
from surveyapp.responses.collect import Closed, Giver, Stored, form_key_of, keep
from surveyapp.responses.models import Proposal, ProposalFlag, Response, Vote
from surveyapp.surveys.models import Kind, Question, Section, Survey
from surveyapp.surveys.proposals import IDEA_CHARACTERS
from surveyapp.surveys.rules import within
from surveyapp.text_gate import clean_words

STEP = 0.02
"""Priorities are compared in such steps: what is nearly as little known comes in a different order for each member."""
REASON_CHARACTERS = 500  # why a proposal was taken off
MOST_SHOWN = 500
"""So many proposals a question has at most, so that one flood does not bury the others."""


BY_OPEN_LINK = Giver()


class Choice(IntEnum):
    """What somebody says to a proposal."""

    AGREE = 1
    PASS = 0
    DISAGREE = -1


class NoProposal(NotFound):
    """A vote is for a proposal that is not asked about in this survey, or was taken off."""


@dataclass(frozen=True)
class Tally:
    """How a proposal was voted on, in responses that were sent."""

    agree: int = 0
    disagree: int = 0
    passed: int = 0

    @property
    def seen(self) -> int:
        """All who voted, passes included."""
        return self.agree + self.disagree + self.passed

    @property
    def agreement(self) -> Share:
        """Those who agree, of all who voted; with its interval."""
        return Share(self.agree, self.seen)


@dataclass(frozen=True)
class Ballot:
    """What somebody is asked by a question that is a vote."""

    proposal: Proposal | None  # None: they have voted on all there are
    choice: Choice | None  # what they said to it before, if they come back to it
    place: int  # which one in a row this is, from 1
    total: int  # proposals that are shown


def propose(
    session: Session, question: Question, texts: Iterable[str], *, is_by_member: bool = False, code: str = ""
) -> int:
    """Put proposals to the vote, each text once; how many are new.

    Args:
        session: The caller's.
        question: A proposal vote.
        texts: Their words; empty ones are passed over. One that is there already, or was taken off, stays as it is.
        is_by_member: Whether a member proposes them while answering.
        code: The private code of that member, with which alone they find them again.

    Raises:
        BadInput: If one is too long, or no text.
    """
    words = dict.fromkeys(text for given in texts if (text := worded(given)))
    there_are = session.scalar(select(func.count()).where(Proposal.question_id == question.id)) or 0
    keys = [(secrets.token_hex(16), text) for text in list(words)[: max(0, MOST_SHOWN - there_are)]]
    rows = [
        {
            "id": key,
            "question_id": question.id,
            "text": text,
            "is_by_member": is_by_member,
            "author_key": author_key_of(code, key) if code else None,
        }
        for key, text in keys
    ]
    if not rows:
        return 0
    new = _insert(session)(Proposal).values([{"is_shown": True, "telling": 0.0, **row} for row in rows])
    return len(session.scalars(new.on_conflict_do_nothing().returning(Proposal.id)).all())


def author_key_of(code: str, proposal_id: str) -> str:
    """What tells the holder of a private code, and nobody else, that a proposal is theirs; different for each."""
    return hashlib.sha256(f"proposal {proposal_id} {code}".encode()).hexdigest()


def taken_off(session: Session, survey: Survey, code: str) -> list[tuple[str, str]]:
    """The proposals of the holder of a private code that were taken off the vote, each with the reason."""
    rows = session.execute(
        select(Proposal.id, Proposal.text, Proposal.why_hidden, Proposal.author_key)
        .where(
            Proposal.question_id.in_([question.id for question in vote_questions(survey.questions)]),
            Proposal.is_shown.is_(False),
            Proposal.author_key.is_not(None),
        )
        .order_by(Proposal.text)
    )
    return [(row.text, row.why_hidden or "") for row in rows if row.author_key == author_key_of(code, row.id)]


def worded(text: str) -> str:
    """A proposal as it is stored: one paragraph, so that the same words are the same text.

    Raises:
        BadInput: If it is too long, or no text.
    """
    return " ".join(within(text, IDEA_CHARACTERS).split())


def show_proposal(session: Session, question: Question, proposal_id: str, *, is_shown: bool, reason: str = "") -> None:
    """Take a proposal off the vote with a *reason*, or put it back; its votes stay, and what was reported is settled.

    Raises:
        NoProposal: If the question has no such proposal.
        BadInput: If it is to be taken off, and there is no reason that whoever proposed it can read.
    """
    reason = clean_words(reason)
    if not is_shown and not reason:
        raise BadInput("Say why you take it off: whoever proposed it can read the reason.")
    if len(reason) > REASON_CHARACTERS:
        raise BadInput(f"A reason has at most {REASON_CHARACTERS} characters.")
    named = (Proposal.id == proposal_id, Proposal.question_id == question.id)
    words = {"is_shown": is_shown, "why_hidden": None if is_shown else reason}
    changed = session.scalars(update(Proposal).where(*named).values(**words).returning(Proposal.id)).all()
    if not changed:
        raise NoProposal("There is no such proposal.")
    session.execute(update(ProposalFlag).where(ProposalFlag.proposal_id == proposal_id).values(is_settled=True))


def cast(
    session: Session,
    survey: Survey,
    code: str,
    proposal_id: str,
    choice: Choice,
    *,
    giver: Giver = BY_OPEN_LINK,
    is_change: bool = False,
    today: date | None = None,
) -> bool:
    """Note what the holder of a private code says to a proposal; the last word counts. Whether it was noted.

    A response that was sent takes no vote unless it is being changed, as with answers.

    Raises:
        Closed: If the survey takes no answers today.
        NoProposal: If the proposal is not of this survey, or was taken off.
    """
    response = keep(session, survey, code, {}, giver=giver, is_change=is_change, today=today)
    if response.is_sent and not is_change:
        return False
    if not note(session, survey, response, proposal_id, choice):
        raise NoProposal("This proposal is no longer voted on.")
    return True


def note(session: Session, survey: Survey, response: Stored, proposal_id: str, choice: Choice) -> bool:
    """Note a vote of a response that may be written; whether the proposal is one that is voted on in this survey."""
    if not is_voted_on(session, survey, proposal_id):
        return False
    vote = _insert(session)(Vote).values(response_id=response.id, proposal_id=proposal_id, choice=int(choice))
    session.execute(
        vote.on_conflict_do_update(index_elements=["response_id", "proposal_id"], set_={"choice": vote.excluded.choice})
    )
    return True


def is_voted_on(session: Session, survey: Survey, proposal_id: str) -> bool:
    """Whether a proposal is voted on in a survey: there, and not taken off."""
    asked = (
        select(Proposal.id)
        .join(Question, Question.id == Proposal.question_id)
        .join(Section, Section.id == Question.section_id)
        .where(Proposal.id == proposal_id, Proposal.is_shown, Section.survey_id == survey.id)
    )
    return session.scalar(asked) is not None


def tallies(session: Session, question_ids: Collection[int]) -> dict[str, Tally]:
    """How each proposal of some questions was voted on, by its id, in one query."""
    return {proposal.id: tally for proposal, tally in _counted(session, question_ids)}


def proposals_of(session: Session, question_id: int) -> list[tuple[Proposal, Tally]]:
    """All proposals of a question with their votes, by their words: their order tells nothing of who came when."""
    return sorted(_counted(session, [question_id]), key=lambda one: (one[0].text.casefold(), one[0].id))


def _counted(session: Session, question_ids: Collection[int]) -> list[tuple[Proposal, Tally]]:
    said = (
        select(
            Vote.proposal_id,
            *(func.sum(case((Vote.choice == int(choice), 1), else_=0)).label(choice.name.lower()) for choice in Choice),
        )
        .join(Response, Response.id == Vote.response_id)
        .join(Proposal, Proposal.id == Vote.proposal_id)
        .where(Response.is_sent, Proposal.question_id.in_(question_ids))
        .group_by(Vote.proposal_id)
        .subquery()
    )
    rows = session.execute(
        select(Proposal, said.c.agree, said.c.disagree, said.c["pass"])
        .outerjoin(said, said.c.proposal_id == Proposal.id)
        .where(Proposal.question_id.in_(question_ids))
    )
    return [(row[0], Tally(*(int(count or 0) for count in row[1:]))) for row in rows]


def ballot(session: Session, survey: Survey, question: Question, code: str, again: str = "") -> Ballot:
    """What the holder of a private code is asked next, in two queries.

    Args:
        session: The caller's.
        survey: An open one.
        question: One of its proposal votes.
        code: The private code.
        again: Id of a proposal to come back to, if they voted on it.
    """
    if survey.answer_key is None:
        raise Closed("This survey takes no answers at the moment.")
    counted = [(proposal, tally) for proposal, tally in _counted(session, [question.id]) if proposal.is_shown]
    own = dict(
        session.execute(
            select(Vote.proposal_id, Vote.choice)
            .join(Response, Response.id == Vote.response_id)
            .where(Response.survey_id == survey.id, Response.form_key == form_key_of(survey.answer_key, code))
        ).all()
    )
    voted = sum(proposal.id in own for proposal, _ in counted)
    for proposal, _ in counted:
        if proposal.id == again and again in own:
            return Ballot(proposal, Choice(own[again]), voted, len(counted))
    shown = {proposal.id: (proposal, tally) for proposal, tally in counted}
    following = next_proposal(
        {key: priority(tally, proposal.telling) for key, (proposal, tally) in shown.items()}, own, code
    )
    return Ballot(shown[following][0] if following else None, None, voted + 1, len(counted))


def priority(tally: Tally, telling: float = 0.0) -> float:
    """How much one more vote on a proposal would tell: width · (1 − passed / (seen + 2)) · (1 + telling).

    *width* is that of the 95 % interval (Wilson) of the share who agree: 1 where nobody has voted, 0.55 with ten votes
    that differ, 0.19 with a hundred; it is wide where votes are few, and where they differ. The second factor leaves
    to others what most people pass. *telling*, 0 to 1, is how far the proposal divides the opinion groups
    of the last run, or joins them: such a one is worth up to four times the votes. Polis' comment priority has the same
    three parts (Small and others 2021; compdemocracy/polis, `conversation.clj`, `priority-metric`), with
    the distance of a proposal from the middle of the plane in place of *telling*, and draws lots by its square.
    """
    low, high = wilson(tally.agree, tally.seen)
    return (high - low) * (1 - tally.passed / (tally.seen + 2)) * (1 + telling)


def next_proposal(priorities: Mapping[str, float], voted: Collection[str], code: str) -> str | None:
    """The proposal of highest priority that somebody has not voted on; None if there is none.

    The same for the same votes and the same member. Of nearly equal ones (steps of STEP) a hash of the private code and
    the proposal decides: members see them in different orders, none of which follows that of arrival.

    Args:
        priorities: By proposal.
        voted: Proposals they have voted on.
        code: Their private code.
    """

    def rank(proposal_id: str) -> tuple[int, bytes]:
        lot = hashlib.sha256(f"{code} {proposal_id}".encode()).digest()
        return -round(priorities[proposal_id] / STEP), lot

    return min((key for key in priorities if key not in voted), key=rank, default=None)


def vote_questions(questions: Iterable[Question]) -> Sequence[Question]:
    """The questions that are votes on proposals."""
    return [question for question in questions if question.kind is Kind.PROPOSAL_VOTE]


def _insert(session: Session) -> type[postgresql.Insert] | type[sqlite.Insert]:
    return postgresql.Insert if session.get_bind().dialect.name == "postgresql" else sqlite.Insert
