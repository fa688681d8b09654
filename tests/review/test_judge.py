from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import UpdateBase, delete, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from surveyapp.accounts.models import User
from surveyapp.audit import AuditEntry, first_broken
from surveyapp.communities.models import Community
from surveyapp.errors import BadInput, Conflict
from surveyapp.review.judge import (
    ChangedMeanwhile,
    NeedsReason,
    decline,
    hold,
    judge,
    move,
    put_forward,
    rename,
)
from surveyapp.review.models import Candidate, Column, Criterion, Decision, Judgement, Origin, Verdict
from tests.factories import make_survey, make_user
from tests.planted import Planted, candidate_of, make_run, standing

LUNCH = Planted("A weekly lunch for all", 30)


@pytest.fixture
def candidate(session: Session, community: Community) -> Candidate:
    make_run(session, community, themes=[LUNCH])
    return candidate_of(session, community, LUNCH.title)


def decisions(session: Session) -> list[tuple[Column, Column, str]]:
    return [(d.before, d.after, d.reason) for d in session.scalars(select(Decision).order_by(Decision.id))]


def test_a_manager_changes_their_judgement_and_the_log_keeps_both(
    session: Session, candidate: Candidate, manager: User
) -> None:
    judge(session, candidate, Criterion.FINITE, Verdict.NO, "No end in sight.", user_id=manager.id)
    judge(session, candidate, Criterion.FINITE, Verdict.YES, "  Twelve lunches.  ", user_id=manager.id)

    (kept,) = session.scalars(select(Judgement))
    assert (kept.verdict, kept.reason) == (Verdict.YES, "Twelve lunches.")
    log = session.scalars(select(AuditEntry).where(AuditEntry.action == "judged a candidate"))
    assert [(e.details["verdict"], e.details["reason"]) for e in log] == [
        ("no", "No end in sight."),
        ("yes", "Twelve lunches."),
    ]
    assert first_broken(session) is None


def test_a_judgement_sent_twice_counts_as_one_change(session: Session, candidate: Candidate, manager: User) -> None:
    judge(session, candidate, Criterion.FINITE, Verdict.NO, "No end.", user_id=manager.id)
    version = candidate.version
    judge(session, candidate, Criterion.FINITE, Verdict.NO, "No end.", user_id=manager.id)

    assert candidate.version == version == 2


@pytest.mark.parametrize("reason", ["", "  \n ", "x" * 2001, "half a \x00 word"])
def test_a_judgement_has_a_reason(session: Session, candidate: Candidate, manager: User, reason: str) -> None:
    with pytest.raises(BadInput):
        judge(session, candidate, Criterion.FINITE, Verdict.NO, reason, user_id=manager.id)


def test_r3_every_move_is_a_decision_and_moving_back_is_one_too(
    session: Session, candidate: Candidate, manager: User
) -> None:
    move(session, candidate, Column.SHORTLISTED, "", user_id=manager.id)
    decline(session, candidate, "Set by the council.", user_id=manager.id)
    move(session, candidate, Column.NEW, "The council asked us.", user_id=manager.id)

    assert candidate.column is Column.NEW
    assert decisions(session) == [
        (Column.NEW, Column.SHORTLISTED, ""),
        (Column.SHORTLISTED, Column.DECLINED, "Set by the council."),
        (Column.DECLINED, Column.NEW, "The council asked us."),
    ]
    log = session.scalars(select(AuditEntry).where(AuditEntry.action == "moved a candidate")).all()
    assert [(e.user_id, e.details["after"]) for e in log] == [
        (manager.id, "shortlisted"),
        (manager.id, "declined"),
        (manager.id, "new"),
    ]


@pytest.mark.parametrize("change", [update(Decision).values(reason="another"), delete(Decision)])
def test_r3_the_database_refuses_to_change_or_delete_a_decision(
    session: Session, candidate: Candidate, manager: User, change: UpdateBase
) -> None:
    decline(session, candidate, "Set by the council.", user_id=manager.id)
    session.commit()

    with pytest.raises(DBAPIError, match="never changed"):
        session.execute(change)


def test_r3_not_now_needs_a_reason_and_so_does_taking_it_back(
    session: Session, candidate: Candidate, manager: User
) -> None:
    with pytest.raises(NeedsReason):
        decline(session, candidate, " ", user_id=manager.id)
    decline(session, candidate, "Set by the council.", user_id=manager.id)
    with pytest.raises(NeedsReason):
        move(session, candidate, Column.SHORTLISTED, "", user_id=manager.id)

    assert standing(session, session.get_one(Community, candidate.community_id), LUNCH.title).reason == (
        "Set by the council."
    )


def test_a_reason_can_be_worded_anew_without_a_move(session: Session, candidate: Candidate, manager: User) -> None:
    decline(session, candidate, "Set by the council.", user_id=manager.id)
    decline(session, candidate, "Set by the county.", user_id=manager.id)
    decline(session, candidate, "", user_id=manager.id)

    assert [d[2] for d in decisions(session)] == ["Set by the council.", "Set by the county."]


def test_r2_no_move_makes_a_goal(session: Session, candidate: Candidate, manager: User) -> None:
    with pytest.raises(Conflict, match="Only adopting"):
        move(session, candidate, Column.ADOPTED, "Because.", user_id=manager.id)


def test_r11_a_name_given_by_a_manager_stays_over_later_runs(
    session: Session, community: Community, manager: User
) -> None:
    survey = make_survey(session, community)
    make_run(session, community, survey, themes=[LUNCH])
    candidate = candidate_of(session, community, LUNCH.title)
    rename(session, candidate, "Nobody  eats\nalone", user_id=manager.id)
    make_run(session, community, survey, themes=[Planted("Lunches", 33, theme=candidate.theme)])

    assert standing(session, community, "Nobody eats alone").people == 33


@pytest.mark.parametrize("name", ["", " \u202e ", "x" * 301])
def test_a_name_has_between_one_and_three_hundred_characters(
    session: Session, candidate: Candidate, manager: User, name: str
) -> None:
    with pytest.raises(BadInput):
        rename(session, candidate, name, user_id=manager.id)


def test_a_stale_change_is_told_what_the_other_manager_did(
    session: Session, candidate: Candidate, manager: User
) -> None:
    seen = candidate.version
    other = make_user(session, community=session.get_one(Community, candidate.community_id))
    judge(session, candidate, Criterion.BENEFICIAL, Verdict.NO, "Not our mission.", user_id=other.id)
    rename(session, candidate, "Lunch", user_id=other.id)
    decline(session, candidate, "Set by the council.", user_id=other.id)
    session.commit()

    with pytest.raises(ChangedMeanwhile) as told:
        hold(session, candidate, seen)

    assert f"{other.name} judged “beneficial”: no. Not our mission." in str(told.value)
    assert f"{other.name} renamed it to “Lunch”." in str(told.value)
    assert f"{other.name} moved it to Not now. Set by the council." in str(told.value)
    hold(session, candidate, candidate.version)


def test_r5_the_organisations_candidate_is_marked_and_stands_without_figures(
    session: Session, community: Community, candidate: Candidate, manager: User
) -> None:
    put_forward(session, community.id, "A bigger car park", user_id=manager.id)

    own = standing(session, community, "A bigger car park")
    assert own.candidate.origin is Origin.ORGANISATION
    assert own.is_from_organisation
    assert (own.rank, own.people, own.tone, own.helpers) == (2, 0, None, (None, None))
    rename(session, own.candidate, "A smaller car park", user_id=manager.id)
    assert standing(session, community, "A smaller car park").rank == 2


def test_of_two_managers_who_decide_at_the_same_moment_one_is_told(
    sessions: sessionmaker[Session], session: Session, community: Community, candidate: Candidate, manager: User
) -> None:
    other = make_user(session, community=community)
    session.commit()
    together = Barrier(2)

    def say_not_now(user_id: int) -> str:
        together.wait(10)
        with sessions() as own:
            mine = own.get_one(Candidate, candidate.id)
            try:
                hold(own, mine, 1)
            except ChangedMeanwhile as error:
                return str(error)
            decline(own, mine, f"So says {user_id}.", user_id=user_id)
            own.commit()
            return "saved"

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(say_not_now, (manager.id, other.id)))

    winner = (manager, other)[said.index("saved")]
    assert sorted(said) == sorted(["saved", f"{winner.name} moved it to Not now. So says {winner.id}."])
    assert len(decisions(session)) == 1
