"""Put right what the machine grouped: merge themes, move ideas, split some off; every later run holds to it (R11).

A run's figures never change (R9), so a correction is kept beside them and carried out by the next run, which may begin
at once, on the same answers. Undone, it is as if it had not been: what it moved is put back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from surveyapp import audit
from surveyapp.db import now
from surveyapp.errors import BadInput, Conflict
from surveyapp.themes.models import AnalysisRun, Correction, Finding, Statement, Theme, Way

MOST_NAME = 300  # characters
DO, UNDO = "corrected a group", "undid a correction"


@dataclass(frozen=True)
class Decided:
    """What people decided about the themes of a survey, as the next run needs it."""

    pinned: frozenset[int]
    placed: dict[str, int]
    """Theme of each text that was put somewhere by hand, by its folded form."""
    aliases: dict[int, int]
    """Of each theme that was merged into another, that one."""


def merge(session: Session, run: AnalysisRun, theme: Theme, into: Theme, *, user_id: int) -> Correction:
    """Let all ideas of *theme* belong to *into*; its links lead there.

    Raises:
        Conflict: They are one theme by now.
    """
    active = _active_merges(session, run.survey_id)
    if theme.id != into.id and (theme.id in active or _end(into.id, active) == theme.id):
        raise Conflict("These groups are merged already. Undo that first.")
    return _keep(session, run, Way.MERGE, theme, into, (), user_id)


def move(
    session: Session, run: AnalysisRun, theme: Theme, numbers: Sequence[int], into: Theme, *, user_id: int
) -> Correction:
    """Let some ideas of *theme* belong to *into*.

    Raises:
        BadInput: No idea was chosen, or one that is not in the theme.
    """
    return _keep(session, run, Way.MOVE, theme, into, _checked(session, run, theme, numbers), user_id)


def split_off(
    session: Session, run: AnalysisRun, theme: Theme, numbers: Sequence[int], name: str, *, user_id: int
) -> Correction:
    """Let some ideas of *theme* form one of their own; it is shown if enough people stand behind it (R7).

    Raises:
        BadInput: No idea was chosen, or one that is not in the theme; or the name is missing or too long.
    """
    if not name or len(name) > MOST_NAME:
        raise BadInput("Give the new group a name." if not name else f"At most {MOST_NAME} characters, please.")
    chosen = _checked(session, run, theme, numbers)
    new = Theme(community_id=run.community_id, survey_id=run.survey_id, name=name)
    session.add(new)
    session.flush()
    return _keep(session, run, Way.SPLIT, theme, new, chosen, user_id)


def undo(session: Session, correction: Correction, *, user_id: int) -> None:
    """Take a correction back; the next run puts back what it moved.

    Raises:
        Conflict: Somebody did so already.
    """
    session.refresh(correction, with_for_update=True)
    if correction.undone_at is not None:
        raise Conflict("This was undone already.")
    correction.undone_at = now()
    if correction.way is Way.MERGE:
        correction.theme.merged_into_id = None
    _record(session, UNDO, correction, user_id)


def corrections_of(session: Session, survey_ids: Sequence[int]) -> Sequence[Correction]:
    """What people put right in these surveys and did not take back, the newest first."""
    return session.scalars(
        select(Correction)
        .where(Correction.survey_id.in_(survey_ids), Correction.undone_at.is_(None))
        .options(joinedload(Correction.theme), joinedload(Correction.into))
        .order_by(Correction.id.desc())
    ).all()


def waiting(session: Session, runs: Iterable[AnalysisRun]) -> list[AnalysisRun]:
    """Those of the newest runs since whose beginning something was put right in their survey, or taken back."""
    newest = list(runs)
    last = select(Correction.survey_id, func.max(Correction.made_at), func.max(Correction.undone_at)).where(
        Correction.survey_id.in_({run.survey_id for run in newest})
    )
    changed = {
        survey_id: max(made, undone or made)
        for survey_id, made, undone in session.execute(last.group_by(Correction.survey_id))
    }
    return [run for run in newest if run.survey_id in changed and changed[run.survey_id] > run.started_at]


def decided(session: Session, survey_id: int) -> Decided:
    """What the next run of a survey has to hold to."""
    from surveyapp.analysis.words import what_it_says

    placed: dict[str, int] = {}
    pinned: set[int] = set()
    aliases: dict[int, int] = {}
    runs = session.scalars(select(AnalysisRun.started_at).where(AnalysisRun.survey_id == survey_id)).all()
    for one in session.scalars(select(Correction).where(Correction.survey_id == survey_id).order_by(Correction.id)):
        is_undone = one.undone_at is not None
        if one.undone_at and not any(one.made_at < began < one.undone_at for began in runs):
            continue  # no run has heard of it
        target = one.theme_id if is_undone else one.into_id
        if one.way is Way.MERGE and not is_undone:
            aliases[one.theme_id] = one.into_id
        else:
            chosen = select(Statement.text).where(Statement.run_id == one.run_id)
            if one.way is Way.MERGE:
                chosen = chosen.where(Statement.group_id == one.theme_id)
            else:
                chosen = chosen.where(Statement.number.in_(one.numbers))
            placed |= {said: target for text in session.scalars(chosen) if (said := what_it_says(text))}
        if not is_undone:
            pinned |= {one.into_id} if one.way is Way.MERGE else {one.theme_id, one.into_id}
    return Decided(frozenset(pinned), placed, aliases)


def _active_merges(session: Session, survey_id: int) -> dict[int, int]:
    merges = select(Correction.theme_id, Correction.into_id).where(
        Correction.survey_id == survey_id, Correction.way == Way.MERGE, Correction.undone_at.is_(None)
    )
    return dict(session.execute(merges).all())


def _end(theme: int, aliases: dict[int, int]) -> int:
    while theme in aliases:
        theme = aliases[theme]
    return theme


def _checked(session: Session, run: AnalysisRun, theme: Theme, numbers: Sequence[int]) -> list[int]:
    chosen = sorted(set(numbers))
    if not chosen:
        raise BadInput("Choose at least one idea.")
    known = set(
        session.scalars(select(Statement.number).where(Statement.run_id == run.id, Statement.theme_id == theme.id))
    )
    if not set(chosen) <= known:
        raise BadInput("Some of these ideas are not in this group any more. Open the page again.")
    return chosen


def _keep(
    session: Session, run: AnalysisRun, way: Way, theme: Theme, into: Theme, numbers: Sequence[int], user_id: int
) -> Correction:
    if theme.id == into.id or {theme.survey_id, into.survey_id} != {run.survey_id}:
        raise BadInput("Choose another group of the same survey.")
    if way is not Way.SPLIT and session.get(Finding, (run.id, into.id)) is None:
        raise BadInput("Choose a group that is shown.")
    correction = Correction(
        community_id=run.community_id,
        survey_id=run.survey_id,
        run_id=run.id,
        way=way,
        theme_id=theme.id,
        into_id=into.id,
        numbers=list(numbers),
        user_id=user_id,
        made_at=now(),
    )
    session.add(correction)
    session.flush()
    _record(session, DO, correction, user_id)
    return correction


def _record(session: Session, action: str, correction: Correction, user_id: int) -> None:
    audit.record(
        session,
        action,
        user_id=user_id,
        community_id=correction.community_id,
        correction=correction.id,
        way=correction.way.value,
        theme=correction.theme_id,
        into=correction.into_id,
        ideas=len(correction.numbers),
    )
