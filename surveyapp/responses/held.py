"""What a browser holds of the surveys that it answers: in its own signed cookie, never here.

By the survey's link: the private code of an answer that was begun, the secret of a personal link, whether an answer
that was sent is being changed, and what was sent from it. The code of an answer that was sent is
held for a while only, so that whoever uses the same browser later does not find it.
"""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy.orm import Session

from surveyapp.errors import NotFound
from surveyapp.responses.collect import Giver
from surveyapp.responses.invite import find_invitation
from surveyapp.surveys.models import Survey

BY_OPEN_LINK = Giver()
MOST_REMEMBERED = 8  # surveys, of each kind of thing: a cookie has 4 kB
SHOWN_FOR = timedelta(minutes=30)  # how long the page after sending still shows the private code


@dataclass(frozen=True)
class Sent:
    """That answers were sent from this browser."""

    receipt: str
    code: str  # "" once it is no longer shown


class Held:
    """A browser's cookie, read and written by name."""

    def __init__(self, cookie: MutableMapping[str, Any]) -> None:
        self._cookie = cookie

    def code(self, link: str) -> str:
        """The private code of the answer that was begun without a personal link; "" if none was."""
        return str(self._all("forms").get(link, ""))

    def begin(self, link: str, code: str) -> None:
        """Hold the code of an answer; what was sent before belongs to somebody else from now on."""
        self._put("forms", link, code)
        if sent := self.sent(link):
            self._put("sent", link, [sent.receipt])

    def start_clock(self, link: str, at: datetime | None) -> None:
        """Note when the first questions were opened, once; None if they were opened somewhere else."""
        if link not in self._all("since"):
            self._put("since", link, int(at.timestamp()) if at else 0)

    def begun_at(self, link: str, zone: tzinfo | None) -> datetime | None:
        """When the first questions were opened; None if that is not known."""
        since = self._all("since").get(link)
        return datetime.fromtimestamp(since, zone) if isinstance(since, int) and since else None

    def secret(self, link: str) -> str:
        """The secret of the personal link that was opened; "" if none was."""
        return str(self._all("invited").get(link, ""))

    def invite(self, link: str, secret: str) -> None:
        """Hold the secret of a personal link, in place of whatever was held of this survey."""
        self.forget(link)
        self._put("invited", link, secret)

    def is_changing(self, link: str) -> bool:
        """Whether an answer that was sent is being changed."""
        return link in self._all("changing")

    def change(self, link: str) -> None:
        """An answer that was sent is being changed from now on."""
        self._put("changing", link, 1)

    def vote(self, link: str, proposal_id: str) -> None:
        """A proposal was voted on: the last one, which nothing that is stored tells (R6)."""
        self._put("voted", link, [proposal_id, 0])

    def last_vote(self, link: str) -> str:
        """The proposal that was voted on last; "" if none was."""
        return str((self._all("voted").get(link) or [""])[0])

    def look_again(self, link: str) -> None:
        """The last vote is to be changed."""
        if last := self.last_vote(link):
            self._put("voted", link, [last, 1])

    def again(self, link: str) -> str:
        """The proposal whose vote is to be changed; "" if none is."""
        proposal_id, is_again = self._all("voted").get(link) or ["", 0]
        return str(proposal_id) if is_again else ""

    def sent(self, link: str, at: datetime | None = None) -> Sent | None:
        """What was sent last from this browser; its code, if the moment *at* is given and not too late."""
        receipt, *code = self._all("sent").get(link) or [""]
        if not receipt:
            return None
        is_shown = at is not None and len(code) == 2 and at - datetime.fromtimestamp(code[1], at.tzinfo) < SHOWN_FOR
        return Sent(receipt, code[0] if is_shown else "")

    def send(self, link: str, receipt: str, code: str, at: datetime) -> None:
        """An answer was sent: it is neither begun nor being changed any more."""
        self._drop(link, "forms", "changing", "voted", "since")
        self._put("sent", link, [receipt, code, int(at.timestamp())])

    def forget(self, link: str) -> None:
        """Hold nothing of a survey any more."""
        self._drop(link, "forms", "invited", "changing", "sent", "voted", "since")

    def _all(self, what: str) -> dict[str, Any]:
        held = self._cookie.get(what)
        return held if isinstance(held, dict) else {}

    def _put(self, what: str, link: str, value: Any) -> None:
        """Note something, in place of the oldest of too many."""
        others = {known: old for known, old in self._all(what).items() if known != link}
        self._cookie[what] = dict([*others.items(), (link, value)][-MOST_REMEMBERED:])

    def _drop(self, link: str, *whats: str) -> None:
        for what in whats:
            if link in self._all(what):
                self._cookie[what] = {known: old for known, old in self._all(what).items() if known != link}


@dataclass(frozen=True)
class Bearer:
    """Who holds what leads to an answer: its private code, or a personal link that stands for it."""

    code: str
    secret: str = ""  # of the personal link
    giver: Giver = BY_OPEN_LINK


def bearer_of(session: Session, survey: Survey, held: Held, typed: Mapping[str, str] | None = None) -> Bearer:
    """Who asks, by what the posted form says, or else by what the browser holds; without a code if by neither.

    Raises:
        NotFound: They came by a personal link that leads nowhere any more.
    """
    typed = typed or {}
    code = typed.get("code") or held.code(survey.link)
    secret = typed.get("invited") or ("" if "code" in typed else held.secret(survey.link))
    if not secret:
        return Bearer(code)
    found = find_invitation(session, secret)
    if found.survey_id != survey.id:
        raise NotFound("This personal link leads to another survey. Please open it again.")
    return Bearer(found.code(survey), secret, found.giver)
