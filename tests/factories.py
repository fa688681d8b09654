"""Real objects for tests, made by the same functions that the application uses; each commits what it makes."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from itertools import count
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from surveyapp.accounts.models import User
from surveyapp.accounts.people import add_user
from surveyapp.communities.found import ValueWords, found
from surveyapp.communities.lead import give_role
from surveyapp.communities.models import Community, RoleKind
from surveyapp.responses import collect
from surveyapp.surveys.design import open_survey
from surveyapp.surveys.kinds import checked
from surveyapp.surveys.models import Kind, Survey
from surveyapp.surveys.ready_made import values_and_next_goals

SECRET_KEY = "of an installation that is only tested: " + "k" * 8
PASSWORD = "a long and quiet password"
numbers = count(1)


@cache
def password_hash() -> str:
    """The hash of PASSWORD, made once, with the least work that argon2 allows."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def make_user(
    session: Session,
    *,
    community: Community | None = None,
    kind: RoleKind = RoleKind.MANAGER,
    is_administrator: bool = False,
) -> User:
    """Somebody with an account whose password is PASSWORD, and a role if a community is given."""
    number = next(numbers)
    user = add_user(
        session,
        email=f"person{number}@example.org",
        name=f"Person {number}",
        password_hash=password_hash(),
        is_administrator=is_administrator,
    )
    if community:
        give_role(session, user, community, kind)
    session.commit()
    return user


def make_community(session: Session, *, mission: str = "Nobody in the valley grows old alone.") -> Community:
    """A community with three values: Welcome, Care and Openness."""
    community = found(
        session,
        name=f"Valley {next(numbers)}",
        mission=mission,
        values=[
            ValueWords("Welcome", "Everybody can take part.", "We greet whoever is new."),
            ValueWords("Care", "We look after each other."),
            ValueWords("Openness", "We decide in the open and say why."),
        ],
        today=date(2026, 3, 1),
    )
    session.commit()
    return community


def make_survey(session: Session, community: Community, *, is_open: bool = True, **settings: Any) -> Survey:
    """The survey *Our values and next goals*, open since 2 March 2026 unless it is to stay a draft."""
    survey = values_and_next_goals(session, community, **settings)
    if is_open:
        open_survey(session, survey, date(2026, 3, 2))
    session.commit()
    return survey


def make_response(
    session: Session,
    survey: Survey,
    *,
    ideas: Sequence[str] = (),
    is_sent: bool = True,
    may_quote: bool = True,
    **answers: Any,
) -> str:
    """Answers to a survey of make_survey(), with a form of their own; the key of the form.

    Args:
        session: Committed at the end.
        survey: An open one.
        ideas: What to do next, in somebody's words.
        is_sent: Whether they are sent, or only kept so far.
        may_quote: Whether the words may be quoted.
        **answers: Content by a word that occurs in the question's prompt: ``worth=5``, ``way="No keys."``.
    """
    content = {}
    if ideas:
        answers["next?"] = [{"idea": idea, "value": None, "help": None} for idea in ideas]
    for word, answer in answers.items():
        wanted = Kind.PROPOSALS if word == "next?" else None
        (question,) = (q for q in survey.questions if word in q.prompt and wanted in (None, q.kind))
        content[question.id] = checked(question, answer)
    code = collect.new_code()
    (collect.send if is_sent else collect.keep)(session, survey, code, content, may_quote=may_quote)
    session.commit()
    return code
