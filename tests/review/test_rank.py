import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.accounts.models import User
from surveyapp.communities.models import Community
from surveyapp.review.judge import judge, put_forward, rename
from surveyapp.review.models import Candidate, Column, Criterion, Origin, Verdict
from surveyapp.review.rank import RankBy, ensure_candidates, ranked
from tests.factories import make_community, make_survey, make_user
from tests.planted import Planted, candidate_of, make_run, standing

LUNCH = Planted("A weekly lunch for all", 30, positive=20, negative=2, helpers_yes=6, value="Care")
BUS = Planted("A bus to the hospital", 40, positive=2, negative=30, helpers_yes=12, helpers_maybe=9, value="Welcome")
TREES = Planted("Plant trees at the station", 12, positive=8)


def titles(session: Session, community: Community, by: RankBy = RankBy.PEOPLE) -> list[str]:
    return [r.title for r in ranked(session, community.id, by=by)]


def test_each_theme_of_a_run_becomes_a_candidate_of_the_members_once(session: Session, community: Community) -> None:
    run = make_run(session, community, themes=[LUNCH, BUS])
    ensure_candidates(session, run)
    ensure_candidates(session, run)

    candidates = session.scalars(select(Candidate)).all()
    assert len(candidates) == 2
    assert {(c.origin, c.column, c.version) for c in candidates} == {(Origin.MEMBERS, Column.NEW, 1)}


def test_r7_a_theme_below_the_smallest_group_never_becomes_a_candidate(session: Session, community: Community) -> None:
    survey = make_survey(session, community, smallest_group=8)
    make_run(session, community, survey, themes=[Planted("Seven want it", 7), Planted("Eight want it", 8)])

    assert titles(session, community) == ["Eight want it"]


def test_r5_candidates_rank_by_members_interest_then_by_title(session: Session, community: Community) -> None:
    also = [Planted("Cheaper parking", 12), Planted("a garden", 12)]
    make_run(session, community, themes=[TREES, LUNCH, *also, BUS])

    assert titles(session, community) == [BUS.title, LUNCH.title, "a garden", "Cheaper parking", TREES.title]
    assert [r.rank for r in ranked(session, community.id)] == [1, 2, 3, 4, 5]


def test_r5_on_a_tie_the_members_candidate_goes_before_the_organisations(
    session: Session, community: Community, manager: User
) -> None:
    survey = make_survey(session, community)
    make_run(session, community, survey, themes=[LUNCH])
    put_forward(session, community.id, "A car park", user_id=manager.id)
    rename(session, candidate_of(session, community, LUNCH.title), "Zebra crossing", user_id=manager.id)
    make_run(session, community, survey)  # nobody is found behind it any more

    assert [(r.title, r.people) for r in ranked(session, community.id)] == [("Zebra crossing", 0), ("A car park", 0)]


def test_candidates_rank_by_tone_or_by_offers_to_help(session: Session, community: Community) -> None:
    make_run(session, community, themes=[LUNCH, BUS, TREES])

    assert titles(session, community, RankBy.TONE) == [TREES.title, LUNCH.title, BUS.title]
    assert titles(session, community, RankBy.HELP) == [BUS.title, LUNCH.title, TREES.title]


def test_a_candidate_carries_the_figures_of_its_survey(session: Session, community: Community) -> None:
    run = make_run(session, community, themes=[BUS], people=80)

    bus = standing(session, community, BUS.title)
    assert bus.finding is not None
    assert (bus.people, bus.answers, round(bus.share), bus.finding.run_id) == (40, 80, 50, run.id)
    assert bus.lo < bus.share < bus.hi
    assert [value.name for value in bus.values] == ["Welcome"]
    assert bus.tone is not None
    assert bus.tone.net == round(100 * 2 / 40 - 100 * 30 / 40)
    assert bus.helpers == (12, 9)


def test_r7_offers_of_fewer_people_than_the_smallest_group_are_withheld(session: Session, community: Community) -> None:
    make_run(session, community, themes=[Planted("A few would help", 20, helpers_yes=3, helpers_maybe=6)])

    yes, maybe = standing(session, community, "A few would help").helpers
    assert yes is None
    assert maybe is None  # with 20 people and 6 perhaps, the 3 would show by subtraction only together with the rest


def test_with_several_surveys_each_candidate_has_the_newest_figures_of_its_own(
    session: Session, community: Community
) -> None:
    first = make_survey(session, community)
    make_run(session, community, first, themes=[LUNCH])
    theme = candidate_of(session, community, LUNCH.title).theme
    make_run(session, community, make_survey(session, community), themes=[TREES])
    again = Planted(LUNCH.title, 35, theme=theme)
    make_run(session, community, first, themes=[again], people=90)

    assert [(r.title, r.people, r.answers) for r in ranked(session, community.id)] == [
        (LUNCH.title, 35, 90),
        (TREES.title, 12, 60),
    ]


def test_r9_the_candidates_of_a_run_have_the_figures_of_that_run(session: Session, community: Community) -> None:
    survey = make_survey(session, community)
    old = make_run(session, community, survey, themes=[LUNCH])
    theme = candidate_of(session, community, LUNCH.title).theme
    make_run(session, community, survey, themes=[Planted("Lunch", 50, theme=theme), TREES])

    assert [(r.title, r.people) for r in ranked(session, community.id, old)] == [(LUNCH.title, 30)]


def test_r3_what_is_not_found_again_stays_only_if_somebody_dealt_with_it(
    session: Session, community: Community, manager: User
) -> None:
    survey = make_survey(session, community)
    make_run(session, community, survey, themes=[LUNCH, BUS])
    lunch = candidate_of(session, community, LUNCH.title)
    judge(session, lunch, Criterion.FINITE, Verdict.NO, "No end in sight.", user_id=manager.id)
    make_run(session, community, survey, themes=[TREES])

    assert [(r.title, r.people) for r in ranked(session, community.id)] == [(TREES.title, 12), (LUNCH.title, 0)]


def test_where_managers_differ_it_shows_and_the_newest_judgement_counts(
    session: Session, community: Community, manager: User
) -> None:
    make_run(session, community, themes=[LUNCH])
    candidate = candidate_of(session, community, LUNCH.title)
    other = make_user(session, community=community)
    judge(session, candidate, Criterion.ACHIEVABLE, Verdict.NO, "Nobody cooks.", user_id=manager.id)
    judge(session, candidate, Criterion.ACHIEVABLE, Verdict.YES, "Nine cooks said yes.", user_id=other.id)

    achievable, finite, _ = standing(session, community, LUNCH.title).judged
    assert achievable.is_disputed
    assert achievable.is_met
    assert [(o.name, o.verdict) for o in achievable.opinions] == [
        (manager.name, Verdict.NO),
        (other.name, Verdict.YES),
    ]
    assert not finite.is_met
    assert finite.verdict is None


@pytest.mark.parametrize("by", RankBy)
def test_another_communitys_candidates_are_never_among_them(session: Session, community: Community, by: RankBy) -> None:
    make_run(session, make_community(session), themes=[BUS])
    make_run(session, community, themes=[LUNCH])

    assert titles(session, community, by) == [LUNCH.title]
