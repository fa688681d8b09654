"""Words of others that somebody reported: proposals that are voted on, and what themes are called by.

Noted is what was reported and why; not by whom, when or how often (R6). A manager looks, and takes a proposal off,
gives a theme another name, or lets the words stand; what was settled once stays settled.
"""

from collections.abc import Collection

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from surveyapp.responses.models import Proposal, ProposalFlag, Why
from surveyapp.responses.vote import NoProposal, is_voted_on
from surveyapp.surveys.models import Question, Section, Survey
from surveyapp.themes.alike import quotable_themes
from surveyapp.themes.models import Theme, ThemeFlag

REASONS = {
    Why.HATEFUL: "It is hateful or insulting",
    Why.NAMES_SOMEBODY: "It names a person, or tells who is meant",
    Why.NO_PROPOSAL: "It is no proposal: advertising, or nonsense",
}


def words_of(session: Session, survey: Survey, *, proposal_id: str = "", theme_id: int | None = None) -> str:
    """The words that are to be reported, as the member read them.

    Raises:
        NoProposal: If members of this survey do not read them, or no longer.
    """
    if theme_id is not None:
        titles = {one.theme_id: one.title for one, _ in quotable_themes(session, survey)}
        if theme_id in titles:
            return titles[theme_id]
    elif is_voted_on(session, survey, proposal_id):
        return session.get_one(Proposal, proposal_id).text
    raise NoProposal("These words are no longer shown.")


def flag(session: Session, survey: Survey, why: Why, *, proposal_id: str = "", theme_id: int | None = None) -> None:
    """Note that words were reported. Errors are those of words_of()."""
    words_of(session, survey, proposal_id=proposal_id, theme_id=theme_id)
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    if theme_id is not None:
        session.execute(insert(ThemeFlag).values(theme_id=theme_id, why=why, is_settled=False).on_conflict_do_nothing())
        return
    new = insert(ProposalFlag).values(proposal_id=proposal_id, why=why, is_settled=False)
    session.execute(new.on_conflict_do_nothing())


def flagged_proposals(session: Session, question_ids: Collection[int]) -> dict[str, list[Why]]:
    """What was reported of the proposals of some votes, shown still, and looked at by nobody; by proposal."""
    rows = session.execute(
        select(ProposalFlag.proposal_id, ProposalFlag.why)
        .join(Proposal, Proposal.id == ProposalFlag.proposal_id)
        .where(Proposal.question_id.in_(question_ids), Proposal.is_shown, ProposalFlag.is_settled.is_(False))
    )
    found: dict[str, list[Why]] = {}
    for proposal_id, why in rows:
        found.setdefault(proposal_id, []).append(why)
    return {key: sorted(reasons, key=list(Why).index) for key, reasons in sorted(found.items())}


def let_proposal_stand(session: Session, question: Question, proposal_id: str) -> None:
    """Settle what was reported of a proposal: it stays as it is.

    Raises:
        NoProposal: If the question has no such proposal.
    """
    named = select(Proposal.id).where(Proposal.id == proposal_id, Proposal.question_id == question.id)
    if session.scalar(named) is None:
        raise NoProposal("There is no such proposal.")
    session.execute(update(ProposalFlag).where(ProposalFlag.proposal_id == proposal_id).values(is_settled=True))


def flagged_theme(session: Session, theme_id: int | None) -> list[Why]:
    """What was reported of the words a theme is called by, and nobody has looked at."""
    rows = session.scalars(select(ThemeFlag.why).where(ThemeFlag.theme_id == theme_id, ThemeFlag.is_settled.is_(False)))
    return sorted(rows, key=list(Why).index)


def settle_theme(session: Session, theme_id: int) -> None:
    """Settle what was reported of a theme's words: they stay, or the theme has another name."""
    session.execute(update(ThemeFlag).where(ThemeFlag.theme_id == theme_id).values(is_settled=True))


def to_look_at(session: Session, community_id: int) -> tuple[list[Survey], list[int]]:
    """The open surveys of a community with reported proposals, and the themes with reported words."""
    surveys = session.scalars(
        select(Survey)
        .where(
            Survey.community_id == community_id,
            Survey.id.in_(
                select(Section.survey_id)
                .join(Question, Question.section_id == Section.id)
                .join(Proposal, Proposal.question_id == Question.id)
                .join(ProposalFlag, ProposalFlag.proposal_id == Proposal.id)
                .where(ProposalFlag.is_settled.is_(False), Proposal.is_shown)
            ),
        )
        .order_by(Survey.id)
    )
    themes = session.scalars(
        select(ThemeFlag.theme_id)
        .join(Theme, Theme.id == ThemeFlag.theme_id)
        .where(Theme.community_id == community_id, ThemeFlag.is_settled.is_(False))
        .distinct()
        .order_by(ThemeFlag.theme_id)
    )
    return list(surveys), list(themes)
