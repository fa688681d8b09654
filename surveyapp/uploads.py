"""A file that somebody sent, kept between the page that asks for it and the page on which it is taken in."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ForeignKey, ForeignKeyConstraint, LargeBinary, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from surveyapp.db import Base, now
from surveyapp.errors import NotFound
from surveyapp.jobs import Running, defer
from surveyapp.text_gate import clean_line

KEPT_FOR = timedelta(days=1)  # when nobody takes it in


class UploadedFile(Base):
    """A file that somebody is about to take in: gone once it is taken in, and after a day in any case."""

    __tablename__ = "uploaded_file"
    __table_args__ = (
        ForeignKeyConstraint(["community_id", "survey_id"], ["survey.community_id", "survey.id"]),
        {"sqlite_strict": True},
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)  # 128 random bits, hexadecimal
    community_id: Mapped[int]
    survey_id: Mapped[int | None] = mapped_column(index=True)  # whose answers it holds; None: it is a list of members
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))  # nobody else reads it
    name: Mapped[str] = mapped_column(String(200))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    uploaded_at: Mapped[datetime]


def keep_upload(
    session: Session, community_id: int, survey_id: int | None, *, name: str, content: bytes, user_id: int
) -> UploadedFile:
    """Keep a file, instead of the one that the same person sent for the same before."""
    session.execute(delete(UploadedFile).where(*_same(community_id, survey_id), UploadedFile.user_id == user_id))
    upload = UploadedFile(
        id=secrets.token_hex(16),
        community_id=community_id,
        survey_id=survey_id,
        user_id=user_id,
        name=clean_line(name)[:200] or "file.csv",
        content=content,
        uploaded_at=now(),
    )
    session.add(upload)
    job = defer(session, "forget_upload", key=f"forget upload {upload.id}", upload_id=upload.id)
    job.run_after = now() + KEPT_FOR
    return upload


def find_upload(session: Session, community_id: int, survey_id: int | None, key: str, user_id: int) -> UploadedFile:
    """The file that this person sent.

    Raises:
        NotFound: There is none, or not for them.
    """
    upload = session.scalar(
        select(UploadedFile).where(
            UploadedFile.id == key, *_same(community_id, survey_id), UploadedFile.user_id == user_id
        )
    )
    if upload is None:
        raise NotFound("This file is not here any more: it was taken in, replaced, or a day has passed. Send it again.")
    return upload


def forget_upload(running: Running, upload_id: str) -> None:
    """Delete a file that nobody took in."""
    with running.sessions.begin() as session:
        session.execute(delete(UploadedFile).where(UploadedFile.id == upload_id))


def _same(community_id: int, survey_id: int | None) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    of_survey = UploadedFile.survey_id.is_(None) if survey_id is None else UploadedFile.survey_id == survey_id
    return UploadedFile.community_id == community_id, of_survey
