"""What one message to one member says, in their language; and the way out of our mail that each carries."""

import hashlib
import hmac
from functools import partial
from urllib.parse import urljoin

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.communities import no_mail
from surveyapp.communities.models import Community, Member
from surveyapp.errors import NotFound
from surveyapp.mail import Mail, render
from surveyapp.responses import invite
from surveyapp.responses.models import Invitation, Message, Participation
from surveyapp.responses.page_words import in_days, said
from surveyapp.settings import Settings
from surveyapp.surveys.kinds import minutes
from surveyapp.surveys.languages import direction_of
from surveyapp.surveys.models import Anonymity, State, Survey, Translation
from surveyapp.surveys.translate import Spoken, spoken_as

INVITATION, REMINDER = "{title}: what do you think?", "Still open: {title}"  # subjects of mail
AGAIN = (
    "You have not answered yet, or your answer was not counted yet. If you have answered: thank you, there is nothing "
    "more to do."
)
PROMISE = {
    Anonymity.ANONYMOUS: "Your answer is anonymous: what is stored leads to nobody.",
    Anonymity.CONFIDENTIAL: "Your answer is confidential: it is linked to you inside, and shown to nobody with your "
    "name.",
    Anonymity.NAMED: "Your answer is shown with your name to those who run the survey.",
}
MOST_DIGITS = 10  # of a member's number


def letter(session: Session, message: Message, settings: Settings) -> tuple[Mail, str] | None:
    """What a message says, and in whose name; None if nobody wants it any more."""
    member = session.get_one(Member, message.member_id)
    survey = session.get_one(Survey, message.survey_id)
    nonce = session.scalar(
        select(Invitation.nonce).where(
            Invitation.survey_id == survey.id, Invitation.member_id == member.id, Invitation.is_revoked.is_(False)
        )
    )
    is_reminder = " reminder " in message.campaign
    is_wanted = survey.state is State.OPEN and nonce and member.address and not member.left_on
    took_part = is_reminder and session.get(Participation, (survey.id, member.id)) is not None
    if not is_wanted or no_mail.is_ended(session, member, settings.secret_key) or member.bounced_on or took_part:
        return None
    community = session.get_one(Community, survey.community_id)
    language = member.language if member.language in (survey.language, *survey.languages) else survey.language
    title = _translated(session, survey, language, "title", survey.title)
    purpose = _translated(session, survey, language, "purpose", survey.purpose)
    unsubscribe = urljoin(settings.public_url, f"/unsubscribe/{unsubscribe_token(settings.secret_key, member.id)}")
    text, html = render(
        "invitation",
        {
            "t": partial(said, language=language),
            "language": language,
            "direction": direction_of(language),
            "is_reminder": is_reminder,
            "again": AGAIN,
            "promise": PROMISE[survey.anonymity],
            "name": member.name,
            "community": community.name,
            "title": str.__str__(title),
            "purpose": purpose,
            "title_as": spoken_as(title),
            "purpose_as": spoken_as(purpose),
            "minutes": minutes(survey.questions),
            "closes_on": in_days(survey.closes_on, language) if survey.closes_on else "",
            "link": urljoin(settings.public_url, f"/a/{invite.secret_of(settings.secret_key, nonce or '')}"),
            "unsubscribe": unsubscribe,
        },
    )
    number = hashlib.sha256(f"message {message.id} {settings.secret_key}".encode()).hexdigest()[:32]
    mail = Mail(
        address=member.address or "",
        name=member.name,
        subject=said(REMINDER if is_reminder else INVITATION, language, title=str.__str__(title)),
        text=text,
        html=html,
        message_id=f"<{number}@{settings.mail_from.rpartition('@')[2]}>",
        unsubscribe=unsubscribe,
        language=language,
    )
    return mail, community.name


def _translated(session: Session, survey: Survey, language: str, place: str, text: str) -> str:
    if language == survey.language:
        return text
    found = session.get(Translation, (survey.id, language, place))
    return found.text if found is not None and found.text else Spoken(text, survey.language)


def unsubscribe_token(secret_key: str, member_id: int) -> str:
    """What ends the mail to one member: in each mail, and in no table."""
    signature = hmac.digest(secret_key.encode(), f"unsubscribe {member_id}".encode(), "sha256").hex()
    return f"{member_id}-{signature[:40]}"


def unsubscribing(session: Session, secret_key: str, token: str) -> Member:
    """The member that a token was made for.

    Raises:
        NotFound: It was made for nobody.
    """
    number = token.partition("-")[0]
    is_number = number.isascii() and number.isdigit() and len(number) < MOST_DIGITS
    member = session.get(Member, int(number)) if is_number else None
    if member is None or not hmac.compare_digest(token.encode(), unsubscribe_token(secret_key, member.id).encode()):
        raise NotFound("This address ends no mail. It may be incomplete.")
    return member
