"""Answers that come after a run: each is split, scored and placed in the nearest theme, without touching the rest.

The figures of the run stay as they are; the new answers are counted beside them until the next run. Nothing is done in
the transaction that keeps an answer, nor at its moment: that would tell when who answered (R6). A job looks now and
then, and takes in what came as soon as it is BATCH answers or more (P9c). What is shown of a theme changes by
the smallest group or more at a time, so that two looks in a row tell of no small group (R7).

``AnalysisRun.arrived`` holds the counts: ``people`` and ``ideas`` in all; ``shown`` and ``waiting``, people by theme,
each counted once, where most of what they said is (under "" in none that is shown).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from surveyapp.analysis.disclose import disclose
from surveyapp.db import now, reading
from surveyapp.jobs import Job, JobState, Running, defer
from surveyapp.responses.marks import Marked, taken_by
from surveyapp.responses.models import Response
from surveyapp.surveys.models import State, Survey
from surveyapp.themes.gather import contents_of, texts_of
from surveyapp.themes.models import BATCH, NOTHING, AnalysedResponse, AnalysisRun, Arrival

if TYPE_CHECKING:
    from surveyapp.analysis.arrive import Model
    from surveyapp.themes.keep import Text

LOOK_AGAIN = timedelta(minutes=10)
"""So long after one look for new answers comes the next: nobody waits for it, and it tells no moment of an answer."""


@dataclass(frozen=True)
class Arrived:
    """What came since a run, as far as it may be shown."""

    people: int
    ideas: int
    of_theme: Mapping[int, int]
    """People by theme; each counts once."""


def look_later(session: Session, run: AnalysisRun, turn: int = 0) -> None:
    """Have new answers looked for after a while, in the caller's transaction; it goes on until the survey is closed."""
    key = f"place answers {run.id}"
    session.execute(delete(Job).where(Job.key == f"{key} {turn - 2}", Job.state == JobState.DONE))
    job = defer(session, "place_answers", key=f"{key} {turn}", run_id=run.id, turn=turn)
    job.run_after = now() + LOOK_AGAIN


def place_answers(running: Running, run_id: int, turn: int = 0) -> None:
    """Place the answers that came after a run, if they are enough; killed anywhere, it does so the next time."""
    with reading(running.sessions) as session:
        run = session.get_one(AnalysisRun, run_id)
        is_newest = not session.scalar(
            select(AnalysisRun.id)
            .where(
                AnalysisRun.survey_id == run.survey_id,
                AnalysisRun.id > run.id,
                AnalysisRun.finished_at.is_not(None),
            )
            .limit(1)
        )
        if not is_newest or run.model is None:
            return
        survey = session.get_one(Survey, run.survey_id)
        is_open = survey.state is State.OPEN
        new = _not_placed(session, run)
        questions = survey.questions
        texts = texts_of(questions, contents_of(session, questions, new), new)[0] if len(new) >= BATCH else []
        model = run.model if len(new) >= BATCH else None
    rows = _placed(model, sorted(new), texts) if model else []
    with running.sessions.begin() as session:
        run = session.get_one(AnalysisRun, run_id, with_for_update=True)
        if rows and set(_not_placed(session, run)) == set(new):
            session.execute(insert(Arrival), [{"run_id": run_id, **row} for row in rows])
            run.arrived = _counted(run.arrived, rows, survey.smallest_group)
        if is_open:
            look_later(session, run, turn + 1)


def _not_placed(session: Session, run: AnalysisRun) -> dict[str, bool]:
    """The responses that came after a run and are not placed yet, and whether each may be quoted."""
    known = select(AnalysedResponse.response_id).where(AnalysedResponse.run_id == run.id)
    placed = select(Arrival.response_id).where(Arrival.run_id == run.id)
    came = select(Response.id, Response.may_quote).where(
        Response.survey_id == run.survey_id,
        *taken_by(Marked(run.settings.get("marked", Marked.COUNTED.value))),
        Response.id.not_in(known),
        Response.id.not_in(placed),
    )
    return dict(session.execute(came.order_by(Response.id)).all())


def _placed(data: bytes, responses: Sequence[str], texts: Sequence[Text]) -> list[dict[str, Any]]:
    """A row per response, by its random key: what its ideas are near to."""
    from surveyapp.analysis.arrive import Model, place  # brings numpy, which web processes do without

    model: Model = Model.from_bytes(data)
    ideas: dict[str, list[dict[str, Any]]] = {response: [] for response in responses}
    for text in texts:
        ideas[text.response_id] += [
            {
                "question_id": text.question_id,
                "item": text.item,
                "begin": idea.start,
                "end": idea.end,
                "theme_id": idea.theme,
                "tone": idea.tone,
                "kind": _kind(idea.text, idea.kind),
            }
            for idea in place(model, text.text)
        ]
    return [{"response_id": response, "ideas": found} for response, found in ideas.items()]


def _kind(text: str, kind: str) -> str:
    from surveyapp.analysis.words import says_nothing

    return NOTHING if says_nothing(text) else kind


def _counted(before: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], smallest_group: int) -> dict[str, Any]:
    """The counts with those of new rows; a theme's waiting people are shown once that tells of no small group."""
    told = [[idea for idea in row["ideas"] if idea["kind"] != NOTHING] for row in rows]
    waiting = Counter(before.get("waiting", {}))
    for ideas in told:
        themes = Counter("" if idea["theme_id"] is None else str(idea["theme_id"]) for idea in ideas)
        if themes:
            waiting[max(sorted(themes), key=lambda theme: themes[theme])] += 1
    shown = Counter(before.get("shown", {}))
    cells = sorted(waiting)
    visible = disclose([waiting[cell] for cell in cells], smallest_group)
    for cell, count in zip(cells, visible, strict=True):
        if count is not None:
            shown[cell] += waiting.pop(cell)
    return {
        "people": before.get("people", 0) + sum(bool(ideas) for ideas in told),
        "ideas": before.get("ideas", 0) + sum(map(len, told)),
        "shown": dict(sorted(shown.items())),
        "waiting": dict(sorted(waiting.items())),
    }


def arrived_since(run: AnalysisRun, smallest_group: int) -> Arrived | None:
    """What came since a run; None where too few people wrote it."""
    counts = run.arrived
    if counts.get("people", 0) < smallest_group:
        return None
    of_theme = {int(theme): people for theme, people in counts["shown"].items() if theme}
    return Arrived(counts["people"], counts["ideas"], of_theme)
