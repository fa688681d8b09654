"""P7a, P7b: secrets are long, random and never the same, and what is stored, logged or queued holds none of them."""

import math
import re
import secrets
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from surveyapp.communities.models import Community, Member
from surveyapp.db import Base
from surveyapp.responses import collect, invite, letters, reach
from surveyapp.settings import load
from tests.factories import SECRET_KEY, make_survey
from tests.responses.attacker import Attacker, Loot
from tests.responses.killable import Browser, Service, Sheet
from tests.smtp import PostOffice

SECRETS: dict[str, Callable[[], str]] = {
    "personal link": lambda: invite.secret_of(SECRET_KEY, secrets.token_hex(invite.NONCE_BYTES)),
    "private code": collect.new_code,
}
Z_999 = 3.09  # standard normal deviate that leaves one in a thousand above it


@pytest.mark.parametrize("tokens", [10_000, pytest.param(1_000_000, marks=pytest.mark.night)])
@pytest.mark.parametrize("kind", SECRETS)
def test_p7a_secrets_never_repeat_and_each_place_of_them_is_even(kind: str, tokens: int) -> None:
    began = time.process_time()
    made = [SECRETS[kind]() for _ in range(tokens)]
    assert len(set(made)) == tokens
    letters_seen = sorted({letter for one in made[:2_000] for letter in one})
    assert len(made[0]) * math.log2(len(letters_seen)) >= 128
    unlikely = []
    for place, column in enumerate(zip(*made, strict=True)):
        counts = Counter(column)
        if len(counts) == len(letters_seen):  # the last letter of a number of bits can take some only
            expected = tokens / len(counts)
            chi = sum((count - expected) ** 2 / expected for count in counts.values())
            free = len(counts) - 1
            if chi > free * (1 - 2 / (9 * free) + Z_999 * math.sqrt(2 / (9 * free))) ** 3:  # Wilson and Hilferty
                unlikely.append(place)
    assert len(unlikely) <= 2, f"uneven at {unlikely}: by chance three are in one run of 80,000"
    print(f"\n{tokens} of {kind}: 0 twice, {len(unlikely)} places beyond 99.9 %, {time.process_time() - began:.0f} s")


@pytest.mark.slow
def test_p7a_no_raw_secret_is_in_the_database_its_log_the_queue_of_mail_or_what_the_service_logs(
    tmp_path: Path, database_url: str, session: Session, sessions: sessionmaker[Session], community: Community
) -> None:
    """Members get links by mail, open them, answer, and come back by their code, while each request is logged."""
    with PostOffice() as office:
        told = {"mail_host": "127.0.0.1", "mail_port": str(office.port), "mail_encryption": "none"}
        told |= {"mail_from": "surveys@example.org", "log_level": "info"}
        service = Service(tmp_path / "served", database_url, settings={k.upper(): v for k, v in told.items()})
        own = load(service.instance, {}, **told)
        survey = make_survey(session, community)
        session.add_all(
            Member(community_id=community.id, name=f"M {n}", address=f"m{n}@a.org", address_key=f"m{n}@a.org")
            for n in range(3)
        )
        session.flush()
        members = invite.invite(session, survey, own.secret_key, user_id=None)
        reach.send_invitations(session, survey, members, own)
        session.commit()
        session.expunge_all()
        session.rollback()
        raw = {own.secret_key: "the installation's key"}
        raw |= {letters.unsubscribe_token(own.secret_key, member): "way out of mail" for member in members}
        service.start()
        try:
            until = time.monotonic() + 60
            while len(office.mails) < len(members):
                assert time.monotonic() < until
                time.sleep(0.05)
            links = [re.findall(r"/a/([\w-]{43})", str(mail))[0] for mail in office.mails]
            raw |= dict.fromkeys(links, "personal link")
            for number, link in enumerate([*links, "", "A" * 43]):
                sheet = Sheet(Browser(service), survey, f"mark {number}")
                if link:
                    sheet.browser.get(f"/a/{link}")
                sheet.fill()
                code = sheet.last["code"]
                raw |= {code: "private code", sheet.browser.cookie.partition("=")[2]: "cookie"}
                sheet.browser.get(f"/s/{survey.link}/resume?code={code}")
                sheet.browser.post(f"/s/{survey.link}/resume", {"code": code, "csrf_token": sheet.last["csrf_token"]})
                sheet.browser.close()
        finally:
            service.kill()
    logs = (tmp_path / "served.log").read_bytes()
    assert logs.count(b"\n") > 20, "requests are logged"
    engine = sessions.kw["bind"]
    places = {"logs": logs, **Attacker(engine, Loot(survey.id, [], {}, own.secret_key)).raw}
    with engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            places[table.name] = str(connection.execute(table.select()).all()).encode()
    assert any(content.count(b"m0@a.org") for name, content in places.items() if name != "logs"), "it is looked at"
    found = {
        (what, place)
        for secret, what in raw.items()
        for place, content in places.items()
        if secret.encode() in content or secret.encode().hex().encode() in content
    }
    assert found == set()
    looked_at = sum(map(len, places.values()))
    print(f"\n{len(raw)} secrets looked for in {len(places)} places, {looked_at:,} bytes: 0 found")
