"""Is it a theme of an earlier survey of this community? Proposed with its evidence; a manager says yes or no (R12)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from surveyapp import audit
from surveyapp.db import reading
from surveyapp.jobs import Running, defer
from surveyapp.surveys.models import Survey
from surveyapp.themes.models import AnalysisRun, Finding, Kinship, Statement, Theme
from surveyapp.themes.read import name_of

if TYPE_CHECKING:
    from surveyapp.analysis.arrive import Model

LEAST_ALIKE = 0.6
"""Cosine of the middles of two themes from which they may be the same: chosen, not measured, as a person decides."""
MOST_TEXTS = 40
"""Ideas of an earlier theme that its middle is taken of: those that fit it best."""


@dataclass(frozen=True)
class Kin:
    """A theme of another survey that is, or may be, the same."""

    kinship: Kinship
    finding: Finding  # of that survey's newest run
    title: str
    survey: Survey


def compare_later(session: Session, run: AnalysisRun) -> None:
    """Have the themes of a run compared with those of the community's other surveys, where there are any."""
    others = select(func.count()).where(
        AnalysisRun.community_id == run.community_id,
        AnalysisRun.survey_id != run.survey_id,
        AnalysisRun.finished_at.is_not(None),
    )
    if session.scalar(others):
        key = f"compare themes {run.id}"
        defer(session, "compare_themes", key=key, community_id=run.community_id, run_id=run.id)


def compare_themes(running: Running, run_id: int) -> None:
    """Propose which themes of a run are themes of an earlier survey. Done twice, it proposes nothing twice."""
    from surveyapp.analysis.arrive import Model  # brings numpy, which web processes do without

    with reading(running.sessions) as session:
        run = session.get_one(AnalysisRun, run_id)
        if run.model is None:
            return
        model = Model.from_bytes(run.model)
        earlier = [one for one in _newest(session, run.community_id) if one.id < run.id]
        earlier = [one for one in earlier if one.survey_id != run.survey_id]
        own, old = _keywords(session, [run]), _keywords(session, earlier)
        texts = _texts(session, earlier, old)
    proposed = _alike(model, own, old, texts)
    with running.sessions.begin() as session:
        pairs = select(Kinship.theme_id, Kinship.earlier_id).where(Kinship.community_id == run.community_id)
        known = {(theme, before) for theme, before in session.execute(pairs)}
        session.add_all(
            Kinship(community_id=run.community_id, theme_id=theme, earlier_id=before, alike=alike, shared=shared)
            for theme, before, alike, shared in proposed
            if (theme, before) not in known
        )


def _newest(session: Session, community_id: int) -> Sequence[AnalysisRun]:
    newest = (
        select(func.max(AnalysisRun.id))
        .where(AnalysisRun.community_id == community_id, AnalysisRun.finished_at.is_not(None))
        .group_by(AnalysisRun.survey_id)
    )
    return session.scalars(select(AnalysisRun).where(AnalysisRun.id.in_(newest)).order_by(AnalysisRun.id)).all()


def _keywords(session: Session, runs: Sequence[AnalysisRun]) -> dict[int, list[str]]:
    """The keywords of each theme that these runs show."""
    rows = session.execute(
        select(Finding.theme_id, Finding.keywords)
        .where(Finding.run_id.in_([run.id for run in runs]), Finding.parent_id.is_(None))
        .order_by(Finding.theme_id)
    )
    return {theme: list(keywords) for theme, keywords in rows}


def _texts(session: Session, runs: Sequence[AnalysisRun], themes: Mapping[int, object]) -> dict[int, list[str]]:
    """The best fitting ideas of each theme."""
    rows = session.execute(
        select(Statement.theme_id, Statement.text)
        .where(Statement.run_id.in_([run.id for run in runs]), Statement.theme_id.in_(themes))
        .order_by(Statement.fit.desc(), Statement.number)
    )
    texts: dict[int, list[str]] = defaultdict(list)
    for theme, text in rows:
        if theme is not None and len(texts[theme]) < MOST_TEXTS:
            texts[theme].append(text)
    return dict(texts)


def _alike(
    model: Model, own: Mapping[int, list[str]], old: Mapping[int, list[str]], texts: Mapping[int, list[str]]
) -> list[tuple[int, int, float, list[str]]]:
    """Per earlier theme the one of the run that is most like it, where they share a keyword and are alike enough."""
    import numpy as np

    from surveyapp.analysis.words import stem

    shown = [row for row, theme in enumerate(model.ids.tolist()) if theme in own]
    if not shown or not texts:
        return []
    centres = model.centres[shown].astype(np.float64)
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    found = []
    for before, said in sorted(texts.items()):
        middle = np.sum([model.vector(text) for text in said], axis=0, dtype=np.float64)
        alike = centres @ (middle / max(float(np.linalg.norm(middle)), 1e-9))
        best = int(alike.argmax())
        theme = int(model.ids[shown[best]])
        stems = {stem(word) for phrase in own[theme] for word in phrase.split()}
        shared = [phrase for phrase in old[before] if stems & {stem(word) for word in phrase.split()}]
        if alike[best] >= LEAST_ALIKE and shared:
            found.append((theme, before, round(float(alike[best]), 4), shared))
    return found


def kin_of(session: Session, theme_id: int) -> list[Kin]:
    """The themes of other surveys that are, or may be, the same; those that a manager refused are left out."""
    links = session.scalars(
        select(Kinship).where(
            or_(Kinship.theme_id == theme_id, Kinship.earlier_id == theme_id), Kinship.is_same.is_not(False)
        )
    ).all()
    others = {link.earlier_id if link.theme_id == theme_id else link.theme_id: link for link in links}
    if not others:
        return []
    newest = (
        select(Finding.theme_id, func.max(Finding.run_id).label("run_id"))
        .where(Finding.theme_id.in_(others))
        .group_by(Finding.theme_id)
        .subquery()
    )
    rows = session.execute(
        select(Finding, Survey)
        .join(newest, (newest.c.theme_id == Finding.theme_id) & (newest.c.run_id == Finding.run_id))
        .join(Theme, Theme.id == Finding.theme_id)
        .join(Survey, Survey.id == Theme.survey_id)
        .order_by(Finding.run_id.desc(), Finding.theme_id)
    )
    return [Kin(others[finding.theme_id], finding, name_of(finding), survey) for finding, survey in rows]


def decide_kin(session: Session, kinship: Kinship, *, is_same: bool, user_id: int) -> None:
    """Say whether two themes are the same; it can be said anew."""
    kinship.is_same, kinship.user_id = is_same, user_id
    audit.record(
        session,
        "compared themes",
        user_id=user_id,
        community_id=kinship.community_id,
        theme=kinship.theme_id,
        earlier=kinship.earlier_id,
        is_same=is_same,
    )
