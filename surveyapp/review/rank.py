"""Put themes forward as candidates, and rank them by members' interest (R5)."""

import enum
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager

from surveyapp.accounts.models import User
from surveyapp.analysis.disclose import disclose
from surveyapp.analysis.figures import Tone
from surveyapp.communities.models import Value
from surveyapp.errors import NotFound
from surveyapp.review.models import Candidate, Criterion, Decision, Judgement, Origin, Verdict
from surveyapp.surveys.models import Survey
from surveyapp.themes.arrivals import arrived_since
from surveyapp.themes.models import AnalysisRun, Finding, Theme
from surveyapp.themes.read import OtherSide, other_sides, parts_of, tone_of

AXIS = 25  # percent: where the axis of shares ends unless a candidate needs more
UNTOUCHED = 1  # the version of a candidate that nobody has renamed, judged or moved


class RankBy(enum.Enum):
    """What the board is ordered by."""

    PEOPLE = "people"
    TONE = "tone"
    HELP = "help"


@dataclass(frozen=True)
class Opinion:
    """What one manager thinks of one criterion."""

    user_id: int
    name: str
    verdict: Verdict
    reason: str


@dataclass(frozen=True)
class Judged:
    """What the managers think of one criterion, the newest judgement last."""

    criterion: Criterion
    opinions: tuple[Opinion, ...] = ()

    @property
    def verdict(self) -> Verdict | None:
        """The newest judgement's; None while nobody has judged."""
        return self.opinions[-1].verdict if self.opinions else None

    @property
    def is_met(self) -> bool:
        """Whether the criterion is met: the manager who judged it last said yes (R2)."""
        return self.verdict is Verdict.YES

    @property
    def is_disputed(self) -> bool:
        """Whether managers differ."""
        return len({opinion.verdict for opinion in self.opinions}) > 1


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """A candidate with its figures, as the board shows it."""

    candidate: Candidate
    finding: Finding | None  # None: the organisation's own, or not found again when ideas were grouped last
    survey: Survey | None  # whose answers the figures come from
    answers: int = 0  # the share is of so many
    title: str
    values: tuple[Value, ...] = ()
    parts: tuple[Finding, ...] = ()  # of its ideas, those with most people first; only those that may be shown
    came_since: int = 0  # people who wrote ideas nearest to it after the run; they stand in no other figure yet
    other_side: OtherSide | None = None  # where both sides of a question stand in it
    judged: tuple[Judged, ...] = tuple(Judged(criterion) for criterion in Criterion)
    decision: Decision | None = None  # the newest
    rank: int = 0

    @property
    def people(self) -> int:
        """How many people stand behind it."""
        return self.finding.people if self.finding else 0

    @property
    def share(self) -> float:
        """Of the answers, in percent."""
        return 100 * self.finding.share if self.finding else 0.0

    @property
    def lo(self) -> float:
        """The lower end of the share's interval, in percent."""
        return 100 * self.finding.low if self.finding else 0.0

    @property
    def hi(self) -> float:
        """The upper end of the share's interval, in percent."""
        return 100 * self.finding.high if self.finding else 0.0

    @property
    def tone(self) -> Tone | None:
        """The tone of its ideas; None where too few could be scored."""
        tone = tone_of(self.finding) if self.finding else None
        return tone if tone and tone.is_known else None

    @property
    def is_unscored(self) -> bool:
        """Whether it has no tone because its ideas could not be scored, and not because they are few."""
        return self.finding is not None and tone_of(self.finding).is_unscored

    @property
    def helpers(self) -> tuple[int | None, int | None]:
        """How many would help, and how many would perhaps; None where that is too few to show (R7)."""
        if self.finding is None or self.survey is None:
            return None, None
        yes, maybe = self.finding.helpers_yes, self.finding.helpers_maybe
        others = max(0, self.people - yes - maybe)
        shown_yes, shown_maybe, _ = disclose((yes, maybe, others), self.survey.smallest_group)
        return shown_yes, shown_maybe

    @property
    def is_merged(self) -> bool:
        """Whether its ideas go on in another candidate."""
        theme = self.candidate.theme
        return self.finding is None and theme is not None and theme.merged_into_id is not None

    @property
    def is_from_organisation(self) -> bool:
        """Whether the organisation put it forward, not the members (R5)."""
        return self.candidate.origin is Origin.ORGANISATION

    @property
    def open_criteria(self) -> tuple[Criterion, ...]:
        """The criteria that are not met yet (R2)."""
        return tuple(judged.criterion for judged in self.judged if not judged.is_met)

    @property
    def reason(self) -> str:
        """What members can read about the newest decision."""
        return self.decision.reason if self.decision else ""


# What each way of ranking looks at first; what is unknown comes last.
ORDERS: Mapping[RankBy, Callable[[Ranked], float]] = {
    RankBy.PEOPLE: lambda ranked: ranked.people,
    RankBy.TONE: lambda ranked: ranked.tone.net if ranked.tone else -101,
    RankBy.HELP: lambda ranked: ranked.helpers[0] or 0,
}


def ensure_candidates(session: Session, run: AnalysisRun) -> None:
    """Make each theme of *run* a candidate that has enough people behind it (R7) and is none yet."""
    themes = (
        select(Theme)
        .join(Finding, Finding.theme_id == Theme.id)
        .join(Survey, Survey.id == Theme.survey_id)
        .outerjoin(Candidate, Candidate.theme_id == Theme.id)
        .where(
            Finding.run_id == run.id,
            Finding.parent_id.is_(None),
            Finding.people >= Survey.smallest_group,
            Candidate.id.is_(None),
        )
        .order_by(Theme.id)
    )
    session.add_all(
        Candidate(community_id=run.community_id, theme_id=theme.id, origin=Origin.MEMBERS)
        for theme in session.scalars(themes)
    )
    session.flush()


def newest_runs(session: Session, community_id: int) -> Sequence[AnalysisRun]:
    """The newest finished run of each of the community's surveys, the newest first."""
    newest = (
        select(func.max(AnalysisRun.id))
        .where(AnalysisRun.community_id == community_id, AnalysisRun.finished_at.is_not(None))
        .group_by(AnalysisRun.survey_id)
    )
    return session.scalars(select(AnalysisRun).where(AnalysisRun.id.in_(newest)).order_by(AnalysisRun.id.desc())).all()


def ranked(
    session: Session, community_id: int, run: AnalysisRun | None = None, *, by: RankBy = RankBy.PEOPLE
) -> list[Ranked]:
    """The community's candidates, those that members care about most first.

    On a tie the members' go before the organisation's (R5), then the title decides.

    Args:
        session: The caller's.
        community_id: Whose candidates.
        run: Give the candidates that this run found, and the organisation's. None: figures come from the newest
            finished run of each survey; a candidate that is not found again keeps its place only if somebody has
            renamed, judged or moved it.
        by: What to look at first.
    """
    runs = [run] if run else newest_runs(session, community_id)
    found = [r for r in _found(session, community_id, runs) if not r.is_merged]
    if run is not None:
        found = [r for r in found if r.finding or r.candidate.theme_id is None]
    else:
        found = [r for r in found if r.finding or r.is_from_organisation or r.candidate.version > UNTOUCHED]
    found = _with_sides(session, found)
    ordered = sorted(_with_judgements(session, community_id, found), key=lambda r: _order(r, by))
    return [replace(r, rank=rank) for rank, r in enumerate(ordered, start=1)]


def axis_end(board: Iterable[Ranked]) -> int:
    """The end of the axis of shares, in percent: the same for all candidates, so that they compare at a glance."""
    return max(AXIS, 5 * ceil(max((r.hi for r in board), default=0.0) / 5))


def standing(board: Sequence[Ranked], candidate: Candidate) -> Ranked:
    """How *candidate* stands on the board.

    Raises:
        NotFound: If its ideas went to other groups before anybody dealt with it.
    """
    for r in board:
        if r.candidate.id == candidate.id:
            return r
    raise NotFound("These ideas went to other groups when ideas were grouped last.")


def _order(r: Ranked, by: RankBy) -> tuple[float, float, bool, str, int]:
    return -ORDERS[by](r), -r.people, r.is_from_organisation, r.title.casefold(), r.candidate.id


def _found(session: Session, community_id: int, runs: Sequence[AnalysisRun]) -> list[Ranked]:
    """All candidates with what the runs found of them."""
    bases, by_id = {run.id: run.people for run in runs}, {run.id: run for run in runs}
    rows = session.execute(
        select(Candidate, Finding, Survey)
        .outerjoin(Candidate.theme)
        .outerjoin(Finding, (Finding.theme_id == Theme.id) & Finding.run_id.in_(bases))
        .outerjoin(Survey, Survey.id == Theme.survey_id)
        .where(Candidate.community_id == community_id)
        .options(contains_eager(Candidate.theme))
    )
    found: list[tuple[Candidate, Finding | None, Survey | None]] = [*rows]  # outer joins: both may be absent
    titles = last_titles(session, [c.theme_id for c, finding, _ in found if c.theme_id and not finding])
    values = {value.id: value for value in session.scalars(select(Value).where(Value.community_id == community_id))}
    return [
        Ranked(
            candidate=candidate,
            finding=finding,
            survey=survey,
            answers=bases[finding.run_id] if finding else 0,
            title=_title(candidate, finding, titles),
            came_since=_came_since(by_id[finding.run_id], survey, finding) if finding and survey else 0,
            values=tuple(values[i] for i in finding.value_ids if i in values) if finding else (),
        )
        for candidate, finding, survey in found
    ]


def _came_since(run: AnalysisRun, survey: Survey, finding: Finding) -> int:
    arrived = arrived_since(run, survey.smallest_group)
    return arrived.of_theme.get(finding.theme_id, 0) if arrived else 0


def _title(candidate: Candidate, finding: Finding | None, titles: Mapping[int, str]) -> str:
    """The name a person gave it (R11), else the idea that stands for it, else the organisation's own words."""
    given = candidate.theme.name if candidate.theme else candidate.title
    return given or (finding.title if finding else titles.get(candidate.theme_id or 0, "")) or "Untitled"


def last_titles(session: Session, theme_ids: Iterable[int]) -> dict[int, str]:
    """The title under which each of these themes was found last."""
    ids = sorted(theme_ids)
    if not ids:
        return {}
    last = (
        select(Finding.theme_id, func.max(Finding.run_id).label("run_id"))
        .where(Finding.theme_id.in_(ids))
        .group_by(Finding.theme_id)
        .subquery()
    )
    titles = select(Finding.theme_id, Finding.title).join(
        last, (last.c.theme_id == Finding.theme_id) & (last.c.run_id == Finding.run_id)
    )
    return {row.theme_id: row.title for row in session.execute(titles)}


def _with_sides(session: Session, found: Sequence[Ranked]) -> list[Ranked]:
    """Add the parts of each candidate, and what the other side says."""
    findings = [r.finding for r in found if r.finding]
    groups = {
        r.finding.run_id: (r.survey.smallest_group, r.survey.quote_group) for r in found if r.finding and r.survey
    }
    parts, sides = parts_of(session, findings), other_sides(session, findings, groups)
    return [
        replace(r, parts=tuple(parts.get(theme_id, ())), other_side=sides.get(theme_id))
        for r in found
        for theme_id in (r.finding.theme_id if r.finding else 0,)
    ]


def _with_judgements(session: Session, community_id: int, found: Sequence[Ranked]) -> list[Ranked]:
    """Add what the managers think, and what was decided last."""
    opinions: dict[tuple[int, Criterion], list[Opinion]] = defaultdict(list)
    judgements = (
        select(Judgement, User.name)
        .join(User, User.id == Judgement.user_id)
        .join(Judgement.candidate)
        .where(Candidate.community_id == community_id)
        .order_by(Judgement.judged_at, Judgement.user_id)
    )
    for judgement, name in session.execute(judgements):
        opinions[judgement.candidate_id, judgement.criterion].append(
            Opinion(judgement.user_id, name, judgement.verdict, judgement.reason)
        )
    newest = (
        select(func.max(Decision.id))
        .join(Candidate, Candidate.id == Decision.candidate_id)
        .where(Candidate.community_id == community_id)
        .group_by(Decision.candidate_id)
    )
    decisions = {
        decision.candidate_id: decision for decision in session.scalars(select(Decision).where(Decision.id.in_(newest)))
    }
    return [
        replace(
            r,
            judged=tuple(Judged(c, tuple(opinions.get((r.candidate.id, c), ()))) for c in Criterion),
            decision=decisions.get(r.candidate.id),
        )
        for r in found
    ]
