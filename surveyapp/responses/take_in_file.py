"""Taking in a file from the command line: by the same rules as in the browser."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.csv_file import open_csv, read_csv
from surveyapp.errors import NotFound
from surveyapp.responses.map_columns import guess, mapping_of, places
from surveyapp.responses.take_in import Plan, hash_of, must_be_open, plan, refuse_again, take_in
from surveyapp.surveys.models import Survey


@dataclass(frozen=True)
class Prepared:
    """A file that has been read and compared with a survey; nothing is stored yet."""

    survey: Survey
    file_name: str
    sha256: str
    plan: Plan
    mapping: dict[str, str]

    def as_text(self) -> str:
        """Say which column goes where, and what comes of it."""
        lines = [f"Into “{self.survey.title}”:"]
        lines += [
            f"  {self.mapping[place.field]} = {place.code} ({place.label})"
            for place in places(self.survey)
            if place.field in self.mapping
        ]
        counts = f"{len(self.plan.accepted):,} answers, {len(self.plan.refused):,} lines that do not fit"
        return "\n".join([*lines, f"{counts}, {self.plan.blank:,} rows without an answer."])

    def refusals(self) -> str:
        """Say of each line that does not fit why."""
        return "\n".join(f"Line {line:,}: {reason}" for line, reason in self.plan.refused)

    def take_in(self, session: Session, *, may_quote: bool, is_leaving_out: bool) -> int:
        """Store the answers, in whichever session; give back how many.

        Raises:
            AppError: As take_in() in take_in.py.
        """
        taken = take_in(
            session,
            session.get_one(Survey, self.survey.id),
            self.plan,
            file_name=self.file_name,
            sha256=self.sha256,
            user_id=None,
            may_quote=may_quote,
            is_leaving_out=is_leaving_out,
        )
        return taken.rows


def prepare(session: Session, file: str, survey_name: str, mapped: Sequence[str]) -> Prepared:
    """Read a file for a survey.

    Args:
        session: The caller's.
        file: Its path.
        survey_name: The survey's number, its link, or the address that ends in its link.
        mapped: "COLUMN=PLACE" for each column; if there is none, the columns' names decide.

    Raises:
        AppError: The file or the survey cannot be used; one sentence says why.
    """
    survey = _survey(session, survey_name)
    must_be_open(survey)
    with open_csv(file) as source:
        content = source.read()
    name = file.rpartition("/")[2]
    table = read_csv(content, name)
    sha256 = hash_of(content)
    refuse_again(session, survey, sha256)
    mapping = mapping_of(survey, mapped) if mapped else guess(survey, table.header)
    return Prepared(survey, name, sha256, plan(survey, table, mapping), mapping)


def _survey(session: Session, name: str) -> Survey:
    link = name.rstrip("/").rpartition("/")[2]
    is_it = Survey.id == int(link) if link.isascii() and link.isdigit() and len(link) < 10 else Survey.link == link
    survey = session.scalar(select(Survey).where(is_it))
    if survey is None:
        raise NotFound(f"There is no survey with the number or link “{link[:40]}”.")
    return survey
