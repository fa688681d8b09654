"""Votes on proposals: the last word counts, once the response is sent; what is known least comes next."""

import random
from datetime import date
from statistics import pstdev

import pytest
from sqlalchemy import select, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from surveyapp.analysis.figures import wilson
from surveyapp.communities.models import Community
from surveyapp.errors import BadInput
from surveyapp.responses import collect, vote
from surveyapp.responses.models import Proposal, Response, Vote
from surveyapp.responses.vote import Choice, Tally
from surveyapp.surveys.design import open_survey
from surveyapp.surveys.models import Kind, Question, Survey
from tests.factories import make_survey
from tests.queries import counted


@pytest.fixture
def survey(session: Session, community: Community) -> Survey:
    survey = make_survey(session, community, is_open=False)
    return with_vote(session, survey)


def with_vote(session: Session, survey: Survey) -> Survey:
    """Add a vote to the last section of a draft, and open it."""
    last = survey.sections[-1]
    question = Question(kind=Kind.PROPOSAL_VOTE, prompt="Other people’s ideas", position=len(last.questions) + 1)
    last.questions.append(question)
    open_survey(session, survey, date(2026, 3, 2))
    session.commit()
    return survey


def question_of(survey: Survey) -> Question:
    return next(q for q in survey.questions if q.kind is Kind.PROPOSAL_VOTE)


def ids(session: Session, survey: Survey) -> dict[str, str]:
    """Ids of the proposals, by their words."""
    return {
        p.text: p.id for p in session.scalars(select(Proposal).where(Proposal.question_id == question_of(survey).id))
    }


def put(session: Session, survey: Survey, *texts: str) -> dict[str, str]:
    vote.propose(session, question_of(survey), texts)
    session.commit()
    return ids(session, survey)


def send_votes(session: Session, survey: Survey, proposal_id: str, *choices: Choice, is_sent: bool = True) -> None:
    for choice in choices:
        code = collect.new_code()
        vote.cast(session, survey, code, proposal_id, choice)
        if is_sent:
            collect.send(session, survey, code, {})
    session.commit()


def test_the_same_words_are_one_proposal_whoever_proposes_them(session: Session, survey: Survey) -> None:
    question = question_of(survey)
    assert vote.propose(session, question, ["A bench", " A  bench\n", ""]) == 1
    assert vote.propose(session, question, ["A bench", "A lamp"], is_by_member=True) == 1
    session.commit()
    assert {p.text: p.is_by_member for p, _ in vote.proposals_of(session, question.id)} == {
        "A bench": False,
        "A lamp": True,
    }
    with pytest.raises(BadInput, match="600"):
        vote.propose(session, question, ["x" * 601])


def test_a_proposal_that_was_taken_off_stays_off_when_it_is_proposed_again(session: Session, survey: Survey) -> None:
    question = question_of(survey)
    bench = put(session, survey, "A bench")["A bench"]
    vote.show_proposal(session, question, bench, is_shown=False, reason="Twice there.")
    vote.propose(session, question, ["A bench"], is_by_member=True)
    assert vote.ballot(session, survey, question, "a code").proposal is None
    with pytest.raises(vote.NoProposal):
        vote.cast(session, survey, "a code", bench, Choice.AGREE)
    with pytest.raises(vote.NoProposal):
        vote.show_proposal(session, survey.questions[0], bench, is_shown=True)


def test_only_votes_of_sent_responses_count_and_the_last_word_of_each(session: Session, survey: Survey) -> None:
    bench = put(session, survey, "A bench")["A bench"]
    send_votes(session, survey, bench, *[Choice.AGREE] * 3, Choice.DISAGREE, Choice.PASS)
    send_votes(session, survey, bench, Choice.AGREE, is_sent=False)
    code = collect.new_code()
    for choice in (Choice.AGREE, Choice.PASS, Choice.DISAGREE):
        assert vote.cast(session, survey, code, bench, choice)
    collect.send(session, survey, code, {})

    (tally,) = vote.tallies(session, [question_of(survey).id]).values()

    assert tally == Tally(agree=3, disagree=2, passed=1)
    assert tally.agreement.percent == 50
    assert tally.agreement.interval == (19, 81)  # Wilson 1927 for 3 of 6


def test_r8_a_sent_response_takes_a_vote_only_when_it_is_changed(session: Session, survey: Survey) -> None:
    bench = put(session, survey, "A bench")["A bench"]
    code = collect.new_code()
    vote.cast(session, survey, code, bench, Choice.AGREE)
    collect.send(session, survey, code, {})
    assert not vote.cast(session, survey, code, bench, Choice.DISAGREE)
    assert vote.tallies(session, [question_of(survey).id])[bench] == Tally(agree=1)
    assert vote.cast(session, survey, code, bench, Choice.DISAGREE, is_change=True)
    assert vote.tallies(session, [question_of(survey).id])[bench] == Tally(disagree=1)


def test_a_vote_of_another_survey_is_refused(session: Session, survey: Survey, community: Community) -> None:
    other = with_vote(session, make_survey(session, community, is_open=False))
    foreign = put(session, other, "A bench")["A bench"]
    with pytest.raises(vote.NoProposal):
        vote.cast(session, survey, "a code", foreign, Choice.AGREE)
    session.rollback()
    assert session.scalars(select(Vote)).all() == []


def test_a_withdrawn_response_takes_its_votes_with_it_and_leaves_the_proposals(
    session: Session, survey: Survey
) -> None:
    bench = put(session, survey, "A bench")["A bench"]
    vote.cast(session, survey, "a code", bench, Choice.AGREE)
    collect.withdraw(session, survey, "a code")
    session.commit()
    assert session.scalars(select(Vote)).all() == []
    assert ids(session, survey) == {"A bench": bench}


def test_one_comes_back_to_the_last_vote_and_then_goes_on(session: Session, survey: Survey) -> None:
    put(session, survey, *(f"Idea {n}" for n in range(3)))
    question = question_of(survey)
    seen = []
    for place in (1, 2, 3):
        now = vote.ballot(session, survey, question, "a code")
        assert now.proposal is not None
        assert (now.place, now.total, now.choice) == (place, 3, None)
        assert vote.ballot(session, survey, question, "a code") == now, "looking again changes nothing"
        vote.cast(session, survey, "a code", now.proposal.id, Choice.PASS)
        seen.append(now.proposal.id)
    assert len(set(seen)) == 3
    assert vote.ballot(session, survey, question, "a code").proposal is None
    back = vote.ballot(session, survey, question, "a code", again=seen[-1])
    assert back.proposal is not None
    assert (back.proposal.id, back.choice, back.place) == (seen[-1], Choice.PASS, 3)
    assert vote.ballot(session, survey, question, "another code", again=seen[-1]).choice is None


def test_what_is_known_least_comes_first_and_what_divides_or_joins_groups_before_the_rest() -> None:
    known, split, passed = Tally(agree=40), Tally(agree=20, disagree=20), Tally(agree=5, disagree=5, passed=30)
    order = [Tally(), Tally(agree=1), Tally(agree=5, disagree=5), split, known]
    assert sorted(order, key=vote.priority, reverse=True) == order
    assert vote.priority(passed) < vote.priority(split)
    assert vote.priority(split, telling=1.0) == 2 * vote.priority(split)
    assert vote.next_proposal({"a": vote.priority(split), "b": vote.priority(split, 0.5)}, (), "code") == "b"
    assert vote.next_proposal({"a": 1.0}, {"a"}, "code") is None


def test_r6_equals_come_in_another_order_for_each_member_and_in_the_same_for_one() -> None:
    names = [f"{n:02}" for n in range(20)]
    first = [vote.next_proposal(dict.fromkeys(names, 1.0), (), f"code {n}") for n in range(200)]
    assert first == [vote.next_proposal(dict.fromkeys(reversed(names), 1.0), (), f"code {n}") for n in range(200)]
    assert len(set(first)) == 20
    assert max(first.count(name) for name in names) < 30


@pytest.mark.parametrize("seed", range(3))
def test_after_some_votes_intervals_are_more_even_and_the_widest_is_narrower_than_in_random_order(seed: int) -> None:
    def widths(is_chosen: bool) -> list[float]:
        """Of 40 proposals that differ in agreement, after 150 people who each vote on six of those shown to them.

        The first half of the people have only 20 proposals to see: the others are proposed while the vote goes on.
        """
        chance = random.Random(seed)
        names = [f"{n:02}" for n in range(40)]
        likes = {name: chance.uniform(0.1, 0.9) for name in names}
        said = {name: [0, 0] for name in names}
        for person in range(150):
            there_are = names[: 20 if person < 75 else 40]
            priorities = {n: vote.priority(Tally(*said[n])) if is_chosen else 1.0 for n in there_are}
            seen: set[str] = set()
            for _ in range(6):
                name = vote.next_proposal(priorities, seen, f"{seed} {person}")
                assert name is not None
                seen.add(name)
            for name in sorted(seen):
                said[name][chance.random() > likes[name]] += 1
        return [high - low for high, low in ((wilson(a, a + d)[::-1]) for a, d in said.values())]

    chosen, by_chance = widths(True), widths(False)
    assert pstdev(chosen) < 0.6 * pstdev(by_chance)
    assert max(chosen) < max(by_chance)


def test_a_vote_costs_the_same_statements_however_many_proposals_and_votes_there_are(
    session: Session, survey: Survey, engine: Engine
) -> None:
    question = question_of(survey)

    def cost() -> int:
        session.commit()
        with counted(engine) as statements:
            shown = vote.ballot(session, survey, question, "a code")
            assert shown.proposal is not None
            vote.cast(session, survey, "a code", shown.proposal.id, Choice.AGREE)
            session.commit()
        return len(statements)

    put(session, survey, "One", "Two")
    few = cost()
    there_are = put(session, survey, *(f"Idea {n}" for n in range(30)))
    for proposal_id in list(there_are.values())[:10]:
        send_votes(session, survey, proposal_id, Choice.AGREE, Choice.DISAGREE)
    assert cost() == few <= 12


def test_r6_after_closing_the_rows_of_members_proposals_tell_nothing_of_their_order(
    session: Session, survey: Survey, backend: str
) -> None:
    question = question_of(survey)
    for n in range(12):
        vote.propose(session, question, [f"Idea {n:02}"], is_by_member=True)
        vote.cast(session, survey, f"code {n}", ids(session, survey)[f"Idea {n:02}"], Choice.AGREE)
        collect.send(session, survey, f"code {n}", {})
        session.commit()
    collect.close_survey(session, survey, date(2026, 4, 1))
    session.commit()
    assert len(session.scalars(select(Vote)).all()) == 12 == len(session.scalars(select(Response)).all())
    if backend == "postgresql":
        rows = session.execute(select(Proposal.text).order_by(text("ctid"))).scalars().all()
        one = session.execute(text("SELECT count(DISTINCT xmin::text) FROM proposal")).scalar()
        assert one == 1
        assert rows != sorted(rows)
    else:
        with pytest.raises(OperationalError, match="rowid"):
            session.execute(text("SELECT rowid FROM proposal"))
        session.rollback()
