"""What is new, grown, shrunk, parted and joined since the last run, of what that run and this one show (R7, R12)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from surveyapp.themes.models import AnalysisRun, Finding
from surveyapp.themes.read import name_of

Kind = Literal["new", "parted", "joined", "grown", "shrunk"]
Named = tuple[int, str]
"""A theme, and what it is called."""


@dataclass(frozen=True)
class News:
    """One thing that is different about a theme since the run before."""

    kind: Kind
    theme: Named
    others: tuple[Named, ...] = ()
    """What it parted from, or what joined it."""
    before: int | None = None
    """Its share of the answers in the run before, in percent."""
    after: int | None = None
    at: datetime | None = None
    """When the run was finished that found it so."""


@dataclass(frozen=True)
class Advice:
    """Why it is worth grouping everything anew."""

    run: AnalysisRun
    reason: Literal["much_grown", "less_steady"]
    times: int
    """How many times the ideas there are now of when everything was grouped anew last."""


def news_of(session: Session, runs: Iterable[AnalysisRun], theme_id: int | None = None) -> list[News]:
    """What is different since the run before each of *runs*, run by run.

    Only what both runs show is told: a theme that was too small before is new, one that is too small now is not named.

    Args:
        session: The caller's.
        runs: Finished runs; a survey's first has no news.
        theme_id: Tell of this theme only.
    """
    later = [run for run in runs if run.course.get("earlier")]
    if not later:
        return []
    shown: dict[int, dict[int, Finding]] = {}
    findings = session.scalars(
        select(Finding)
        .where(
            Finding.run_id.in_({run.id for run in later} | {run.course["earlier"] for run in later}),
            Finding.parent_id.is_(None),
        )
        .options(joinedload(Finding.theme))
    )
    for finding in findings:
        shown.setdefault(finding.run_id, {})[finding.theme_id] = finding
    told: list[News] = []
    for run in later:
        before, after = shown.get(run.course["earlier"], {}), shown.get(run.id, {})
        news = [one for change in run.course.get("changes", ()) for one in _news(change, before, after, run)]
        order: Sequence[Kind] = ("new", "parted", "joined", "grown", "shrunk")
        told += sorted(news, key=lambda one: (order.index(one.kind), -(one.after or 0), one.theme[0]))
    return [one for one in told if theme_id is None or theme_id in (one.theme[0], *(other for other, _ in one.others))]


def _news(
    change: Mapping[str, Any], before: Mapping[int, Finding], after: Mapping[int, Finding], run: AnalysisRun
) -> list[News]:
    """What one change says of a theme that is shown now."""
    now = after.get(change["theme"])
    if now is None:
        return []
    was = before.get(now.theme_id)
    theme = (now.theme_id, name_of(now))
    share, at = _percent(now), run.finished_at
    found = []
    if was is None:
        parent = after.get(change["parent"]) or before.get(change["parent"])
        others = (_named(parent),) if parent else ()
        found.append(News("parted" if others else "new", theme, others, after=share, at=at))
    elif change["trend"] in ("grown", "shrunk"):
        found.append(News(change["trend"], theme, before=_percent(was), after=share, at=at))
    joined = tuple(_named(before[old]) for old in change["joined"] if old in before)
    if joined:
        found.append(News("joined", theme, joined, after=share, at=at))
    return found


def _named(finding: Finding) -> Named:
    return finding.theme_id, name_of(finding)


def _percent(finding: Finding) -> int:
    return round(100 * finding.share)


def advice_of(runs: Iterable[AnalysisRun]) -> list[Advice]:
    """After which runs it is worth proposing to a manager to group everything anew, and why; never done unasked."""
    return [
        Advice(run, advice["reason"], round(advice["growth"]))
        for run in runs
        if (advice := run.course.get("advice")) and advice["reason"]
    ]
