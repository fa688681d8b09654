"""P2c: whose reply was lost sends again, reloads or goes back, and has sent one answer, and has its receipt."""

import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from surveyapp import db
from surveyapp.communities.models import Member
from surveyapp.responses import invite
from surveyapp.responses.models import Answer, Response
from surveyapp.settings import load
from surveyapp.surveys.models import Survey
from tests.factories import make_community, make_survey
from tests.responses.cutting import Proxy, UnluckyBrowser
from tests.responses.killable import Service, Sheet
from tests.responses.member import question

pytestmark = pytest.mark.slow
MOST_CUTS_IN_A_ROW = 5


@pytest.fixture
def service(tmp_path: Path, database_url: str) -> Iterator[Service]:
    """The service, not started yet."""
    (tmp_path / "served").mkdir()
    service = Service(tmp_path / "served", database_url)
    yield service
    service.kill()


@pytest.mark.parametrize(("cuts", "restarts"), [(30, 1), pytest.param(2_000, 20, marks=pytest.mark.night)])
def test_p2c_replies_that_are_lost_double_nothing_and_everybody_has_a_receipt(
    cuts: int, restarts: int, service: Service, session: Session, sessions: sessionmaker[Session]
) -> None:
    chance, began = random.Random(cuts), time.monotonic()
    survey = make_survey(session, make_community(session))
    session.add_all(Member(community_id=survey.community_id, name=f"M {n}") for n in range(cuts))
    session.commit()
    secrets = links_of(session, survey, service)
    session.expunge_all()
    session.rollback()
    service.start()
    sheets: list[Sheet] = []
    afterwards: Counter[str] = Counter()
    with Proxy(service.port) as proxy:
        while proxy.cuts < cuts:
            browser = UnluckyBrowser(proxy, chance)
            if len(sheets) % 2:  # one half come by personal links, one half by the open one
                assert browser.get(f"/a/{secrets.pop()}")[0] == 303
            sheet = Sheet(browser, survey, f"mark {len(sheets)}")
            sheets.append(sheet)
            sheet.prepare()
            for _ in range(chance.randint(1, MOST_CUTS_IN_A_ROW)):
                browser.lose(f"/s/{survey.link}/3", sheet.last)
            if afterwards["restart"] < min(restarts, restarts * proxy.cuts // cuts + 1):
                afterwards["restart"] += 1  # between the lost reply and the next try
                service.kill()
                service.start()
            come_out(sheet, chance.choice(["send again", "reload", "back and send"]), afterwards)
            status, page, _ = browser.get(f"/s/{survey.link}/thanks?receipt={sheet.receipt}")
            assert status == 200
            assert sheet.receipt in page
            browser.close()
        lost = proxy.cuts
    assert len({sheet.receipt for sheet in sheets}) == len(sheets)
    way = question(survey, "way").id
    with db.reading(sessions) as reader:
        said = reader.scalars(select(Answer.content).join(Response).where(Answer.question_id == way, Response.is_sent))
        assert sorted(map(str, said)) == sorted(sheet.mark for sheet in sheets)
        assert reader.scalar(select(func.count()).select_from(Response)) == len(sheets)  # and no drafts beside them
    assert afterwards["restart"] == restarts
    print(
        f"\n{lost} cuts, {len(sheets)} people, 0 answers twice, 0 without a receipt, {dict(afterwards)}, "
        f"{time.monotonic() - began:.0f} s"
    )


def links_of(session: Session, survey: Survey, service: Service) -> list[str]:
    """A personal link for everybody, as the service itself will know them."""
    settings = load(service.instance, {})
    survey = session.get_one(Survey, survey.id)
    invite.invite(session, survey, settings.secret_key, user_id=None)
    secrets = [secret for _, secret in invite.links(session, survey, settings.secret_key)]
    session.commit()
    return secrets


def come_out(sheet: Sheet, way: str, afterwards: Counter[str]) -> None:
    """What a person does after a lost reply, until the receipt is there."""
    afterwards[way] += 1
    address = f"/s/{sheet.survey.link}/3"
    if way == "reload":
        status, _, where = sheet.browser.get(address)
        assert status == 303
        sheet.receipt = where.partition("receipt=")[2]
        return
    if way == "back and send":
        for number in (2, 1):
            sheet.browser.get(f"/s/{sheet.survey.link}/{number}")
    sheet.send()
