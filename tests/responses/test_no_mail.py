"""P13: whoever ended the mail gets none, also after they were erased and are on a list again."""

import io
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from surveyapp.accounts.models import User
from surveyapp.communities import admit
from surveyapp.communities.models import Community, Member
from surveyapp.jobs import Worker
from surveyapp.responses import invite, letters, reach
from surveyapp.surveys.models import Survey
from tests.conftest import SignInAs, token_of
from tests.factories import make_survey
from tests.smtp import PostOffice


@pytest.mark.parametrize("is_by_list", [True, False])
def test_p13_an_address_that_ended_the_mail_gets_none_after_it_was_erased_and_listed_again(
    app: Flask,
    session: Session,
    sessions: sessionmaker[Session],
    community: Community,
    manager: User,
    sign_in: SignInAs,
    is_by_list: bool,
) -> None:
    browser, home = sign_in(manager), f"/c/{community.slug}/members"
    office = PostOffice()
    own = app.extensions["surveyapp"].settings
    mailing = replace(own, mail_host="127.0.0.1", mail_port=office.port, mail_encryption="none", mail_from="s@a.org")
    survey_id = make_survey(session, community).id
    for n in range(2):
        admit.admit(session, community.id, admit.About(f"M {n}", f"m{n}@a.org"), user_id=None)
    session.commit()
    first = session.scalars(select(Member).where(Member.name == "M 0")).one()
    token, number = letters.unsubscribe_token(mailing.secret_key, first.id), first.id
    session.expunge_all()
    session.rollback()
    assert app.test_client().post(f"/unsubscribe/{token}").status_code == 200
    csrf = {"csrf_token": token_of(browser, f"{home}/new")}
    browser.post(f"{home}/{number}", data={**csrf, "do": "erase", "sure": "yes"})
    assert "m0@a.org" not in browser.get(home).text
    if is_by_list:
        file = (io.BytesIO(b"name,address\nM,M0@a.org\nN,n@a.org\n"), "list.csv")
        preview = browser.post(f"{home}/import", data={**csrf, "file": file})
        browser.post(preview.headers["Location"], data={**csrf, "do": "take_in"})
    else:
        browser.post(f"{home}/new", data={**csrf, "name": "M", "address": "M0@a.org"})
    survey = session.get_one(Survey, survey_id)
    again = session.scalars(select(Member).where(Member.address_key == "m0@a.org")).one()
    assert again.is_unsubscribed

    with office:
        again.is_unsubscribed = False  # as if it had come past all pages: the address itself is kept from mail
        members = invite.invite(session, survey, mailing.secret_key, user_id=None)
        reach.send_invitations(session, survey, members, mailing)
        session.commit()
        Worker(sessions, settings=mailing).run_all()
        assert set(office.addresses) == ({"m1@a.org", "n@a.org"} if is_by_list else {"m1@a.org"})
    (kept,) = session.execute(text("SELECT key FROM no_mail")).scalars()
    assert "m0" not in kept.casefold()
    number = again.id
    session.rollback()
    browser.post(f"{home}/{number}", data={**csrf, "do": "mail_again"})  # whoever asks for it gets it
    session.expire_all()
    assert not again.is_unsubscribed
    assert session.execute(text("SELECT key FROM no_mail")).all() == []
