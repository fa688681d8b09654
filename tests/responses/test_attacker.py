"""P8a, R6: members answer by personal links, through the pages; not even the whole database tells afterwards whose."""

import random
from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, sessionmaker

from surveyapp.communities.models import Community, Member
from surveyapp.jobs import Job, Worker
from surveyapp.responses import invite, reach
from surveyapp.responses.models import Answer, Message, MessageState, Response
from surveyapp.surveys.models import Layout, Survey
from surveyapp.surveys.rules import name_of
from tests.factories import SECRET_KEY, make_survey
from tests.responses import member as browser
from tests.responses.attacker import Attacker, Loot, as_text, best

MOST_LINKED = 7  # of 200 (PROMISES P8a): chance links one by each guess
TODAY = date(2026, 3, 3)


class Village:
    """Members who answer in an order that is known to the attacker alone, while the service goes on about its work."""

    def __init__(self, app: Flask, sessions: sessionmaker[Session], people: int, seed: int) -> None:
        self.app = app
        self.sessions = sessions
        self.chance = random.Random(seed)
        self.settings = replace(app.extensions["surveyapp"].settings, mail_host="127.0.0.1", mail_from="a@example.org")
        self.came: list[int] = []
        self.marks: dict[int, str] = {}
        with sessions() as session:
            community = session.scalars(select(Community)).one()
            survey = make_survey(session, community)
            survey.layout = Layout.SURVEY
            session.add_all(
                Member(
                    community_id=community.id,
                    name=f"Member {number}",
                    language=self.chance.choice(["en", "de", ""]),
                    address=f"m{number}@example.org",
                    address_key=f"m{number}@example.org",
                )
                for number in range(people)
            )
            session.commit()
            invite.invite(session, survey, SECRET_KEY, user_id=None)
            invited = {member.id: secret for member, secret in invite.links(session, survey, SECRET_KEY)}
            reach.send_invitations(session, survey, invited, self.settings)
            session.execute(update(Message).values(state=MessageState.SENT, sent_on=TODAY))
            session.commit()
            self.links = invited
            self.way = name_of(browser.question(survey, "way"))
            self.way_id = browser.question(survey, "way").id
            self.survey = survey
            session.expunge_all()

    def go(self) -> None:
        """Everybody answers, in random order: some begin first, change their mind, withdraw or stay away."""
        people = list(self.links)
        self.chance.shuffle(people)
        begun = self.chance.sample(people, len(people) // 5)
        for member in begun:
            self._answer(member, self._words(), button="back")
        for number, member in enumerate(people):
            self.came.append(member)
            self.marks[member] = self._words()
            self._answer(member, self.marks[member])
            if self.chance.random() < 0.15:
                early = self.chance.choice(self.came)
                self.marks[early] = self._words()
                self._answer(early, self.marks[early], is_change=True)
            if number % 17 == 5:
                self._note()
            if number == len(people) // 2:
                with self.sessions.begin() as session:
                    reach.remind(session, session.get_one(Survey, self.survey.id), self.settings, TODAY, user_id=None)

    def close(self) -> None:
        """Close the survey, and do what is queued then."""
        with self.sessions.begin() as session:
            reach.close(session, session.get_one(Survey, self.survey.id), SECRET_KEY, TODAY)
            session.execute(sa.delete(Job).where(Job.task == "send_mail"))
        Worker(self.sessions, settings=self.settings).run_all()

    def loot(self) -> Loot:
        """What the attacker knows beside the database."""
        return Loot(self.survey.id, self.came, self.links, SECRET_KEY)

    def truth(self) -> dict[int, str]:
        """Whose each answer is."""
        with self.sessions() as session:
            said: dict[str, str] = dict(
                session.execute(
                    select(Answer.content, Answer.response_id)
                    .join(Response)
                    .where(Response.is_sent, Answer.question_id == self.way_id)
                ).all()
            )
            return {member: said[mark] for member, mark in self.marks.items() if mark in said}

    def _words(self) -> str:
        words = ("gate", "key", "room", "bread", "lamp", "bench", "path", "well", "song", "roof")
        return f"{self.chance.getrandbits(40):x} " + " ".join(
            self.chance.choices(words, k=self.chance.randrange(3, 40))
        )

    def _answer(self, member: int, words: str, *, button: str = "next", is_change: bool = False) -> None:
        client = self.app.test_client()
        client.get(f"/a/{self.links[member]}")
        there = browser.Member(client, self.survey)
        if is_change:
            values = browser.form_values(client.get(f"{there.address}").text)
            there.answer = client.post(f"{there.address}/change", data=values, follow_redirects=True)
        else:
            there.start()
        typed = {**browser.form_values(there.page), self.way: words, "go": button}
        there.answer = client.post(f"{there.address}/1", data=typed)
        assert there.answer.status_code == 303, there.page

    def _note(self) -> None:
        with self.sessions.begin() as session:
            reach.note_participation(session, session.get_one(Survey, self.survey.id), SECRET_KEY, TODAY)


def linked(engine: Engine, village: Village) -> tuple[int, str, int]:
    return best(Attacker(engine, village.loot()).attacks(), village.truth())


@pytest.fixture
def village(
    app: Flask, community: Community, sessions: sessionmaker[Session], session: Session, request: pytest.FixtureRequest
) -> Village:
    session.rollback()
    people = getattr(request, "param", 60)
    village = Village(app, sessions, people, seed=people)
    village.go()
    return village


@pytest.mark.parametrize("village", [60, pytest.param(200, marks=pytest.mark.night)], indirect=True)
def test_p8a_an_attacker_who_has_everything_links_no_more_answers_than_chance(village: Village, engine: Engine) -> None:
    assert len(village.truth()) == len(village.links)
    while_open = linked(engine, village)
    village.close()
    afterwards = linked(engine, village)
    print(f"\nopen: {as_text(while_open)}\nclosed: {as_text(afterwards)}")
    assert while_open[0] == len(village.links), "the attack finds nothing even where there is something to find"
    assert afterwards[0] <= MOST_LINKED, as_text(afterwards)
