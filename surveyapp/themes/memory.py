"""How a run goes on from the last one of its survey: what it starts from, and what it leaves to the next (R11, R12).

``AnalysisRun.course`` holds what a run leaves beside its statements:

- ``earlier``: the run it went on from; None for the first;
- ``is_anew``: a manager asked to have everything grouped anew;
- ``same_answers``: it took in the answers of the earlier run and no others;
- ``answers``: a hash of all that was said, see releases.py;
- ``resolutions``, ``texts_when_fresh``: see analysis/anchor.py;
- ``advice``: whether grouping everything anew is worth proposing, and why;
- ``changes``: what became of each theme, shown or not, see analysis/changes.py.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveyapp.themes.models import AnalysisRun, Statement, Theme

if TYPE_CHECKING:
    from surveyapp.analysis.anchor import Memory, Update


def memory_of(session: Session, survey_id: int, earlier: AnalysisRun | None, merged: Mapping[int, int]) -> Memory:
    """What the last run left to the next one; that of a survey without a run is empty but for the ids.

    Args:
        session: The caller's.
        survey_id: The survey.
        earlier: Its last run.
        merged: Of each theme that people merged into another, that one.
    """
    from surveyapp.analysis.anchor import Memory
    from surveyapp.analysis.words import what_it_says

    next_id = (session.scalar(select(func.max(Theme.id))) or 0) + 1
    if earlier is None:
        return Memory(next_id=next_id)
    newest = (  # of a theme that the last run missed, another one: it may come back
        select(Statement.group_id, func.max(Statement.run_id).label("run_id"))
        .join(AnalysisRun, AnalysisRun.id == Statement.run_id)
        .where(AnalysisRun.survey_id == survey_id, Statement.run_id <= earlier.id, Statement.group_id.is_not(None))
        .group_by(Statement.group_id)
        .subquery()
    )
    said = (
        select(Statement.text, Statement.group_id)
        .join(newest, (newest.c.run_id == Statement.run_id) & (newest.c.group_id == Statement.group_id))
        .order_by(Statement.run_id, Statement.number)
    )
    english, others = earlier.course.get("resolutions", (0.0, 0.0))
    return Memory(
        theme_of={what_it_says(text): theme for text, theme in session.execute(said) if theme is not None},
        resolutions=(english, others),
        texts_when_fresh=earlier.course.get("texts_when_fresh", 0),
        next_id=next_id,
        aliases=aliases_of(session, survey_id) | dict(merged),
    )


def aliases_of(session: Session, survey_id: int) -> dict[int, int]:
    """Of each theme of a survey that has joined another, that one."""
    joined = select(Theme.id, Theme.merged_into_id).where(
        Theme.survey_id == survey_id, Theme.merged_into_id.is_not(None)
    )
    return {theme: into for theme, into in session.execute(joined) if into is not None}


def named_themes(session: Session, survey_id: int) -> set[int]:
    """The themes of a survey that a person gave a name (R11)."""
    return set(session.scalars(select(Theme.id).where(Theme.survey_id == survey_id, Theme.name.is_not(None))))


def rows_for(session: Session, run: AnalysisRun, ids: Iterable[int], born: Iterable[int]) -> dict[int, int]:
    """The row of each theme that a run found, shown or not: its own, or a new one for a theme that is new.

    Args:
        session: The caller's.
        run: The run.
        ids: Under which the analysis knows the themes: rows of old ones, numbers of its own of new ones.
        born: Which of them are new, in the order in which they get their rows.
    """
    rows = {}
    for theme in born:
        new = Theme(community_id=run.community_id, survey_id=run.survey_id)
        session.add(new)
        session.flush()
        rows[theme] = new.id
    return rows | {theme: theme for theme in ids if theme not in rows}


def keep_course(session: Session, run: AnalysisRun, update: Update, rows: Mapping[int, int]) -> None:
    """Keep how a run went on: what changed, what joined what, what the next run begins with."""
    joined: dict[int, list[int]] = defaultdict(list)  # now, by people's decision or the machine's
    for old, into in sorted(update.memory.aliases.items()):
        theme = session.get_one(Theme, old)
        survivor = rows.get(into, into)
        if theme.merged_into_id != survivor:
            theme.merged_into_id = survivor
            joined[update.memory.current(old)].append(old)
    run.course = {
        **run.course,
        "resolutions": list(update.memory.resolutions),
        "texts_when_fresh": update.memory.texts_when_fresh,
        "advice": asdict(update.advice),
        "changes": [
            _with_rows(asdict(change) | {"joined": joined.get(change.theme, [])}, rows) for change in update.changes
        ],
    }


def _with_rows(change: Mapping[str, Any], rows: Mapping[int, int]) -> dict[str, Any]:
    """A change that names rows."""

    def row(theme: int | None) -> int | None:
        return None if theme is None else rows.get(theme, theme)

    return {
        **change,
        "theme": row(change["theme"]),
        "parent": row(change["parent"]),
        "parts": [row(theme) for theme in change["parts"]],
        "joined": [row(theme) for theme in change["joined"]],
    }
