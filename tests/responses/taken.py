"""What the tests of taking files in share: a file of another tool, and what the database holds afterwards.

A session that has read is committed at once, so that it holds no lock while the application writes.
"""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveyapp.responses.collect import count_sent
from surveyapp.responses.models import Answer
from surveyapp.surveys.models import Survey
from surveyapp.uploads import UploadedFile

FULL = """Timestamp,E-mail,"How much does it matter to you? [Welcome]",Welcome lived,Care important,\
Which value should guide what we do next?,Idea 1,Value 1,Help 1,Idea 2,What gets in the way of living our values?,\
Taking part is worth my time,How long have you been with us?
2026-03-04 10:00,ada@example.org,5,2,4 - agree,care,A bench,Welcome,"Yes, count me in",A bus,No keys,Very much,\
1 TO 5 YEARS
2026-03-04 10:01,bo@example.org,,Not sure,,,,,,,,,
2026-03-04 10:02,cy@example.org,1.0,,n/a,Openness,"Two
lines",,maybe,,,3,more_than_5
"""


def contents(session: Session, survey: Survey) -> list[dict[str, Any]]:
    """What each response says, by the question's words."""
    prompts = {question.id: question.prompt for question in survey.questions}
    found: dict[str, dict[str, Any]] = {}
    for answer in session.scalars(select(Answer)):
        found.setdefault(answer.response_id, {})[prompts[answer.question_id]] = answer.content
    session.commit()
    return list(found.values())


def answered(session: Session, survey: Survey) -> int:
    """How many responses there are; the lock that the session takes is given back."""
    session.commit()
    count = count_sent(session, survey.id)
    session.commit()
    return count


def uploads(session: Session) -> int:
    """How many files are kept."""
    session.commit()
    count = session.scalar(select(func.count()).select_from(UploadedFile))
    session.commit()
    return count or 0
