"""A theme of one survey may be a theme of an earlier one: proposed with its evidence, and a manager decides (R12)."""

from lxml import html
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from surveyapp.accounts.models import User
from surveyapp.communities.models import Community, RoleKind
from surveyapp.jobs import Running
from surveyapp.review.models import Candidate
from surveyapp.themes.kin import compare_themes
from surveyapp.themes.models import AnalysisRun, Kinship
from tests.conftest import SignInAs, token_of
from tests.factories import make_user
from tests.themes.test_rounds import POND, words
from tests.themes.village import BUS, LUNCH, TREES, answered, grouped, theme_about


def two_surveys(
    session: Session, sessions: sessionmaker[Session], community: Community
) -> tuple[AnalysisRun, AnalysisRun]:
    """A survey about trees, lunch and the bus, and a later one about lunch, a pond and the bus."""
    first = grouped(session, sessions, answered(session, community, (*TREES, *LUNCH, *BUS)))
    later = [f"{wish[:-1]}, this year." for wish in (*LUNCH, *BUS)]
    return first, grouped(session, sessions, answered(session, community, (*later, *POND, *POND[:5])))


def test_r12_the_same_theme_of_another_survey_is_proposed_with_its_evidence(
    session: Session, sessions: sessionmaker[Session], community: Community
) -> None:
    first, second = two_surveys(session, sessions, community)

    lunch, lunch_now = theme_about(session, first, "lunch"), theme_about(session, second, "lunch")
    proposed = {(link.theme_id, link.earlier_id): link for link in session.scalars(select(Kinship))}

    assert lunch.id != lunch_now.id
    link = proposed[lunch_now.id, lunch.id]
    assert link.is_same is None
    assert link.alike > 0.6
    assert link.shared
    pond = theme_about(session, second, "pond").id
    trees = theme_about(session, first, "trees").id
    assert (pond, trees) not in proposed


def test_comparing_twice_proposes_nothing_twice(
    session: Session, sessions: sessionmaker[Session], community: Community
) -> None:
    _, second = two_surveys(session, sessions, community)
    before = session.scalars(select(Kinship.id).order_by(Kinship.id)).all()
    session.commit()

    compare_themes(Running(sessions, 0), second.id)

    assert session.scalars(select(Kinship.id).order_by(Kinship.id)).all() == before


def test_a_manager_confirms_or_refuses_and_a_leader_sees_what_was_confirmed(
    session: Session, sessions: sessionmaker[Session], community: Community, manager: User, sign_in: SignInAs
) -> None:
    first, second = two_surveys(session, sessions, community)
    lunch = theme_about(session, second, "lunch")
    (link,) = session.scalars(select(Kinship).where(Kinship.theme_id == lunch.id))
    candidate = session.scalars(select(Candidate.id).where(Candidate.theme_id == lunch.id)).one()
    page, decide = (f"/c/{community.slug}/review/{candidate}{rest}" for rest in ("", f"/kin/{link.id}"))
    leader = make_user(session, community=community, kind=RoleKind.LEADER)
    session.commit()
    managing, leading = sign_in(manager), sign_in(leader)
    assert "In other surveys" in words(managing.get(page).text)
    assert "In other surveys" not in words(leading.get(page).text)

    for said, seen in (("yes", True), ("no", False)):
        answer = managing.post(decide, data={"csrf_token": token_of(managing, page), "is_same": said})
        assert answer.status_code == 303
        assert ("The same theme." in words(leading.get(page).text)) == seen
    assert managing.post(decide, data={"csrf_token": token_of(managing, page)}).status_code == 422
    assert html.document_fromstring(managing.get(page).text).xpath("//section[@id='kin']") == []
    assert first.survey_id != second.survey_id
