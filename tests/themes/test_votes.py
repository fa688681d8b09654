"""Votes on proposals in the results: agreement, opinion groups, what they share and what divides them (R7, R9)."""

from itertools import product

import pytest
from sqlalchemy.orm import Session, sessionmaker

from surveyapp.accounts.models import User
from surveyapp.analysis.figures import Share
from surveyapp.analysis.votes import VoteFigure, shown_votes
from surveyapp.communities.models import Community
from surveyapp.reports.render import render_html
from surveyapp.reports.survey_report import build
from surveyapp.responses import vote
from surveyapp.responses.vote import Choice
from surveyapp.surveys.models import Survey
from surveyapp.themes.discover import latest_run
from surveyapp.themes.votes import votes_shown
from tests.conftest import SignInAs
from tests.responses.votes import ids_of, make_vote, send_votes, vote_of
from tests.themes.village import grouped

AGREE, DISAGREE, PASS = Choice.AGREE, Choice.DISAGREE, Choice.PASS
SHARED, SPLIT, OTHER_SPLIT, DOUBT = "Mend the bridge", "Close the road to cars", "Build a car park", "Join the league"


def two_camps(session: Session, community: Community, people: int = 16) -> Survey:
    """Two camps of *people* each, for and against cars; the bridge joins them, and the league leaves most cold."""
    survey = make_vote(session, community, SHARED, SPLIT, OTHER_SPLIT, DOUBT)
    ballots = []
    for number in range(people):
        both = {SHARED: AGREE if number % 6 else DISAGREE, DOUBT: PASS if number % 4 else AGREE}
        ballots += [{**both, SPLIT: AGREE, OTHER_SPLIT: DISAGREE}, {**both, SPLIT: DISAGREE, OTHER_SPLIT: AGREE}]
    send_votes(session, survey, ballots)
    return survey


def figure_of(session: Session, sessions: sessionmaker[Session], survey: Survey) -> VoteFigure:
    run = grouped(session, sessions, survey)
    (found,) = votes_shown(survey.questions, run.figures, survey.smallest_group)
    return found


def test_the_run_finds_the_groups_what_they_share_and_what_divides_them(
    session: Session, sessions: sessionmaker[Session], community: Community
) -> None:
    survey = two_camps(session, community)
    found = figure_of(session, sessions, survey)
    assert found.people == 32
    assert [group.people for group in found.groups] == [16, 16]
    assert {text for group in found.groups for text in group.agrees} >= {SPLIT, OTHER_SPLIT}
    assert [one.text for one in found.common_ground] == [SHARED]
    assert {one.text for one in found.divisive} == {SPLIT, OTHER_SPLIT}
    assert [one.text for one in found.unsure] == [DOUBT]
    split = next(one for one in found.proposals if one.text == SPLIT)
    assert split.agree == Share(16, 32)
    assert split.agree.interval == (34, 66)
    assert split.groups == (None, None), "nobody of one camp says so: that would tell of all of them"
    told = {one.text: one.telling for one, _ in vote.proposals_of(session, vote_of(survey).id)}
    assert min(told[SPLIT], told[OTHER_SPLIT], told[SHARED]) > 0.6 > told[DOUBT]


def test_r9_a_later_vote_changes_no_figure_of_the_run(
    session: Session, sessions: sessionmaker[Session], community: Community
) -> None:
    survey = two_camps(session, community)
    before = figure_of(session, sessions, survey)
    send_votes(session, survey, [{SHARED: DISAGREE}] * 3)
    newest = latest_run(session, survey.id)
    assert newest is not None
    assert votes_shown(survey.questions, newest.figures, survey.smallest_group) == [before]


def test_with_fewer_than_fifteen_voters_the_page_says_so_and_shows_no_groups(
    session: Session, sessions: sessionmaker[Session], community: Community, manager: User, sign_in: SignInAs
) -> None:
    survey = make_vote(session, community, SHARED, SPLIT)
    send_votes(session, survey, [{SHARED: AGREE, SPLIT: AGREE}] * 7 + [{SHARED: DISAGREE, SPLIT: AGREE}] * 6)
    found = figure_of(session, sessions, survey)
    assert found.groups == ()
    assert "there must be 15" in found.outcome
    session.commit()
    page = sign_in(manager).get(f"/c/{community.slug}/surveys/{survey.id}/results").text
    assert "Too few people voted for opinion groups: 13 cast at least 2 votes" in page
    assert "54%" in page  # 7 of 13 agree with the bridge
    assert "Too few on one side to show" in page  # all agree with the other


def test_the_page_and_the_pdf_show_the_same_figures(
    session: Session, sessions: sessionmaker[Session], community: Community, manager: User, sign_in: SignInAs
) -> None:
    survey = two_camps(session, community)
    run = grouped(session, sessions, survey)
    (found,) = votes_shown(survey.questions, run.figures, survey.smallest_group)
    report = build(session, run)
    assert report.votes == (found,)
    paper = render_html(report)
    session.commit()
    page = sign_in(manager).get(f"/c/{community.slug}/surveys/{survey.id}/results").text
    for words in (SHARED, "Common ground", "Group A", "Divides the groups"):
        assert words in paper
        assert words in page
    assert "34 to 66" in paper


def test_a_proposal_that_was_taken_off_is_in_no_figure(
    session: Session, sessions: sessionmaker[Session], community: Community
) -> None:
    survey = two_camps(session, community)
    vote.show_proposal(session, vote_of(survey), ids_of(session, survey)[DOUBT], is_shown=False, reason="Done.")
    session.commit()
    assert DOUBT not in {one.text for one in figure_of(session, sessions, survey).proposals}


def counted(table: list[list[int]], seen: list[int]) -> dict[str, object]:
    """A vote on one proposal: of each group (and of the rest, last) how many agree."""
    *groups, _ = zip(seen, table[0], strict=True)
    agree = sum(table[0])
    return {
        "people": sum(seen),
        "outcome": "groups",
        "counted": sum(seen),
        "needed": 1,
        "groups": seen[:-1],
        "speaks": [[] for _ in groups],
        "proposals": [
            {
                "id": "p",
                "text": "P",
                "is_by_member": False,
                "all": [agree, sum(seen) - agree, 0],
                "groups": [list(group) for group in groups],
                "is_common_ground": False,
                "is_divisive": False,
                "is_unsure": False,
            }
        ],
    }


@pytest.mark.parametrize("rest", [0, 4])
def test_r7_how_few_people_of_a_group_voted_cannot_be_worked_out(rest: int) -> None:
    k, seen = 3, [9, 8, rest]
    by_figure: dict[VoteFigure, list[tuple[int, ...]]] = {}
    for agree in product(*(range(n + 1) for n in seen)):
        found = shown_votes(7, "Vote", counted([list(agree)], seen), k)
        cells = (*agree, *(n - a for n, a in zip(seen, agree, strict=True)))
        by_figure.setdefault(found, []).append(cells if rest else (*cells[:2], *cells[3:5]))
    assert any(share for found in by_figure for one in found.proposals for share in one.groups), "something is shown"
    for found, worlds in by_figure.items():
        for column in zip(*worlds, strict=True):
            assert len(set(column)) > 1 or column[0] >= k, (found, column[0])


@pytest.mark.parametrize(("k", "n_groups"), [(3, 2), (5, 2), (5, 3), (7, 2)])
def test_r7_how_large_a_group_is_cannot_be_worked_out_from_their_order(k: int, n_groups: int) -> None:
    """Groups have five people at least, and stand by their size: the attacker knows that too."""
    worlds: dict[tuple[int | None, ...], list[tuple[int, ...]]] = {}
    for people in range(17, 27):
        for sizes in product(range(5, people + 1), repeat=n_groups):
            seen = [*sizes, people - sum(sizes)]
            if seen[-1] >= 0 and list(sizes) == sorted(sizes, reverse=True):
                found = shown_votes(7, "Vote", counted([[0] * len(seen)], seen), k)
                told = tuple(group.people for group in found.groups)
                assert all(size in (one, None) for size, one in zip(told, sizes, strict=True))
                worlds.setdefault((people, *told), []).append(tuple(seen))
    for (_, *figures), possible in worlds.items():
        for at, figure in enumerate([*figures, None if None in figures else 0]):
            values = {world[at] for world in possible}
            assert figure is not None or len(values) > 1 or min(values) >= k, (figures, possible)
    assert any(None in figures and any(figures) for _, *figures in worlds)
