"""Run the analysis on a survey's answers, and keep the run: its sources, settings, versions and figures (R9)."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from surveyapp import audit
from surveyapp.analysis.match import match
from surveyapp.analysis.measure import wilson
from surveyapp.db import now, reading
from surveyapp.errors import Conflict
from surveyapp.jobs import Job, Running, defer
from surveyapp.responses.models import Answer, Response
from surveyapp.surveys.models import Kind, Question, State, Survey
from surveyapp.themes.count import count_answers
from surveyapp.themes.models import AnalysedResponse, AnalysisRun, Finding, Statement, Theme

BATCH = 10  # a run on a survey takes in so many more answers than the last: what one person said never shows (P9c)
STEPS = 5
TAGGED_FROM = 0.2  # a value is tagged when so many of those who named a value for a theme's ideas named it
MOST_TAGS = 2


class TooFewAnswers(Conflict):
    """There are not enough answers, or not enough new ones, for a run that shows nobody's own."""


@dataclass(frozen=True)
class Text:
    """One free text of one response: what was written, where, and what its writer said about it."""

    response_id: str
    question_id: int
    item: int
    text: str
    may_quote: bool
    value_id: int | None = None
    help: str | None = None


def start_run(session: Session, survey: Survey, *, user_id: int | None = None) -> tuple[AnalysisRun, Job]:
    """Begin an analysis run in the caller's transaction; a job does the work.

    Raises:
        TooFewAnswers: If fewer people answered than the smallest group, or fewer than BATCH since the last run.
        Conflict: If the survey is still a draft, or a run is under way.
    """
    if survey.state is State.DRAFT:
        raise Conflict("Open the survey first: there are no answers yet.")
    sent = select(func.count()).where(Response.survey_id == survey.id, Response.is_sent)
    answers = session.scalar(sent) or 0
    if answers < survey.smallest_group:
        raise TooFewAnswers(
            f"Ideas are grouped from {survey.smallest_group} answers on, so that nobody can be recognised. "
            f"So far there are fewer."
        )
    last = latest_run(session, survey.id)
    if last is not None and last.people < answers < last.people + BATCH:
        raise TooFewAnswers(f"Fewer than {BATCH} answers came since ideas were grouped last. Wait for more.")
    _refuse_second(session, survey)
    run = AnalysisRun(community_id=survey.community_id, survey_id=survey.id, settings={}, started_at=now())
    session.add(run)
    session.flush()
    job = defer(session, "group_ideas", key=f"group ideas {run.id}", community_id=survey.community_id, run_id=run.id)
    audit.record(session, "grouped ideas", user_id=user_id, community_id=survey.community_id, run=run.id)
    return run, job


def _refuse_second(session: Session, survey: Survey) -> None:
    """Refuse while a run is under way; clear away one whose job has failed.

    Raises:
        Conflict: If a run is under way.
    """
    unfinished = select(AnalysisRun).where(AnalysisRun.survey_id == survey.id, AnalysisRun.finished_at.is_(None))
    for run in session.scalars(unfinished):
        job = job_of(session, run)
        if job is not None and not job.is_over:
            raise Conflict("Ideas are being grouped already. This takes a few seconds.")
        session.delete(run)


def latest_run(session: Session, survey_id: int) -> AnalysisRun | None:
    """The survey's newest run that is finished."""
    return session.scalar(
        select(AnalysisRun)
        .where(AnalysisRun.survey_id == survey_id, AnalysisRun.finished_at.is_not(None))
        .order_by(AnalysisRun.id.desc())
        .limit(1)
    )


def open_run(session: Session, survey_id: int) -> Job | None:
    """The job of the survey's newest run, if that run is not finished: it is under way, or has failed."""
    run = session.scalar(select(AnalysisRun).where(AnalysisRun.survey_id == survey_id).order_by(AnalysisRun.id.desc()))
    return job_of(session, run) if run is not None and run.finished_at is None else None


def job_of(session: Session, run: AnalysisRun) -> Job | None:
    """The job that does the work of *run*."""
    return session.scalar(select(Job).where(Job.key == f"group ideas {run.id}"))


def discover_themes(running: Running, run_id: int, *, afterwards: Callable[[Session, AnalysisRun], None]) -> None:
    """Do the work of a run. Killed anywhere, it starts anew; done already, it does nothing.

    Args:
        running: The job.
        run_id: The run that start_run() began.
        afterwards: Called in the transaction that keeps the results, for what follows from them.
    """
    from surveyapp.analysis import pipeline  # numpy and scipy are loaded where the work is done

    with reading(running.sessions) as session:
        run = session.get_one(AnalysisRun, run_id)
        if run.finished_at is not None:
            return
        survey = session.get_one(Survey, run.survey_id)
        questions = survey.questions
        responses = dict(
            session.execute(
                select(Response.id, Response.may_quote)
                .where(Response.survey_id == survey.id, Response.is_sent)
                .order_by(Response.id)
            )
            .tuples()
            .all()
        )
        contents = _contents(session, questions, set(responses))
        earlier = _earlier_themes(session, survey.id)
        smallest_group = survey.smallest_group

    grouped, others = _texts(questions, contents, responses)
    asked = " ".join(sorted({q.prompt for q in questions if q.id in {text.question_id for text in grouped}}))
    settings = pipeline.Settings(question=asked)
    analysis = pipeline.analyse(_answers(grouped), settings, progress=running.progress)
    alone = pipeline.analyse(_answers(others), pipeline.Settings())  # their tone; other texts form no candidates

    with running.sessions.begin() as session:
        run = session.get_one(AnalysisRun, run_id)
        if run.finished_at is not None:
            return
        run.settings = asdict(analysis.settings)
        run.versions = analysis.versions
        run.people = len(responses)
        run.people_with_ideas = len({text.response_id for text in grouped})
        run.ideas = len(analysis.statements)
        run.figures = count_answers(questions, {q: list(by.values()) for q, by in contents.items()})
        run.finished_at = now()
        session.execute(
            insert(AnalysedResponse), [{"run_id": run_id, "response_id": response} for response in responses]
        )
        themes = _keep_themes(session, run, analysis, grouped, earlier, smallest_group)
        kept = [*_kept(analysis.statements, grouped, themes), *_kept(alone.statements, others, {})]
        _keep_statements(session, run_id, kept)
        session.flush()
        afterwards(session, run)


def _contents(session: Session, questions: Sequence[Question], responses: set[str]) -> dict[int, dict[str, Any]]:
    """Per question and response, what was answered."""
    contents: dict[int, dict[str, Any]] = defaultdict(dict)
    rows = session.execute(
        select(Answer.question_id, Answer.response_id, Answer.content)
        .where(Answer.question_id.in_([question.id for question in questions]))
        .order_by(Answer.response_id)
    )
    for question_id, response_id, content in rows:
        if response_id in responses:
            contents[question_id][response_id] = content
    return contents


def _texts(
    questions: Sequence[Question], contents: Mapping[int, Mapping[str, Any]], may_quote: Mapping[str, bool]
) -> tuple[list[Text], list[Text]]:
    """The texts that form candidate goals, and the others: proposals if a survey asks for them, else its long texts."""
    proposals, long_texts = [], []
    for question in questions:
        answers = contents.get(question.id, {})
        if question.kind is Kind.PROPOSALS:
            value_of = {option["key"]: option["value_id"] for option in question.settings["options"]}
            proposals += [
                Text(
                    response,
                    question.id,
                    item,
                    idea["idea"],
                    may_quote[response],
                    value_of.get(idea.get("value") or ""),
                    idea.get("help"),
                )
                for response, ideas in answers.items()
                for item, idea in enumerate(ideas)
            ]
        elif question.kind is Kind.LONG_TEXT:
            long_texts += [
                Text(response, question.id, 0, text, may_quote[response]) for response, text in answers.items()
            ]
    has_proposals = any(question.kind is Kind.PROPOSALS for question in questions)
    return (proposals, long_texts) if has_proposals else (long_texts, [])


def _answers(texts: Sequence[Text]) -> list[Any]:
    from surveyapp.analysis.pipeline import Answer as FreeText

    return [FreeText(row, "", text.response_id, text.text, text.may_quote) for row, text in enumerate(texts)]


def _earlier_themes(session: Session, survey_id: int) -> dict[int, set[tuple[str, int, int, int]]]:
    """Per theme of the survey's last run, its members: where each idea stands."""
    last = latest_run(session, survey_id)
    members: dict[int, set[tuple[str, int, int, int]]] = defaultdict(set)
    if last is not None:
        rows = session.execute(
            select(Statement.theme_id, Statement.response_id, Statement.question_id, Statement.item, Statement.begin)
            .where(Statement.run_id == last.id, Statement.theme_id.is_not(None))
            .order_by(Statement.theme_id)
        )
        for theme_id, response_id, question_id, item, begin in rows:
            if theme_id is not None:
                members[theme_id].add((response_id, question_id, item, begin))
    return dict(members)


def _keep_themes(
    session: Session,
    run: AnalysisRun,
    analysis: Any,
    texts: Sequence[Text],
    earlier: Mapping[int, set[tuple[str, int, int, int]]],
    smallest_group: int,
) -> dict[int, int]:
    """Keep the themes behind which enough people stand; give the row number of each, by its number in the analysis."""
    shown = [theme for theme in analysis.themes if theme.parent is None and theme.people >= smallest_group]
    members: dict[int, list[Any]] = defaultdict(list)
    for statement in analysis.statements:
        members[statement.theme].append(statement)
    places = [
        {(texts[s.row].response_id, texts[s.row].question_id, texts[s.row].item, s.start) for s in members[theme.id]}
        for theme in shown
    ]
    old_ids = sorted(earlier)
    same = match([earlier[theme_id] for theme_id in old_ids], places) if old_ids and shown else {}
    rows: dict[int, int] = {}
    for position, theme in enumerate(shown):
        if position in same:
            theme_id = old_ids[same[position][0]]
        else:
            new = Theme(community_id=run.community_id, survey_id=run.survey_id)
            session.add(new)
            session.flush()
            theme_id = new.id
        rows[theme.id] = theme_id
        low, high = wilson(theme.people, run.people)
        told = [texts[statement.row] for statement in members[theme.id]]
        session.add(
            Finding(
                run_id=run.id,
                theme_id=theme_id,
                title=theme.title,
                keywords=list(theme.keywords),
                people=theme.people,
                ideas=len(members[theme.id]),
                share=theme.people / run.people,
                low=low,
                high=high,
                polarity=theme.polarity,
                polarity_low=theme.polarity_low,
                polarity_high=theme.polarity_high,
                positive=theme.positive,
                neutral=theme.neutral,
                negative=theme.negative,
                mixed=theme.mixed,
                unscored=theme.unscored,
                stability=theme.stability,
                helpers_yes=len({text.response_id for text in told if text.help == "yes"}),
                helpers_maybe=len({text.response_id for text in told if text.help == "maybe"}),
                value_ids=_tags(told, smallest_group),
            )
        )
    return rows


def _tags(texts: Sequence[Text], smallest_group: int) -> list[int]:
    """The values that enough people said these ideas serve, most named first."""
    named = Counter(value for value, _ in {(text.value_id, text.response_id) for text in texts if text.value_id})
    least = max(smallest_group, TAGGED_FROM * sum(named.values()))
    often = [value for value, people in sorted(named.items(), key=lambda pair: (-pair[1], pair[0])) if people >= least]
    return often[:MOST_TAGS]


def _kept(statements: Sequence[Any], texts: Sequence[Text], themes: Mapping[int, int]) -> Iterator[dict[str, Any]]:
    """The statements as rows, without their numbers."""
    for statement in statements:
        source = texts[statement.row]
        yield {
            "response_id": source.response_id,
            "question_id": source.question_id,
            "item": source.item,
            "begin": statement.start,
            "end": statement.end,
            "text": statement.text,
            "theme_id": themes.get(statement.theme),
            "fit": statement.fit,
            "polarity": statement.polarity,
            "subjectivity": statement.subjectivity,
            "tone": statement.tone,
            "kind": statement.kind,
            "value_id": source.value_id,
            "help": source.help,
            "may_quote": source.may_quote,
        }


def _keep_statements(session: Session, run_id: int, rows: Sequence[dict[str, Any]]) -> None:
    """Number the statements by the hash of what they say, so that their order tells nothing, and keep them."""

    def order(row: Mapping[str, Any]) -> tuple[bytes, str, int, int]:
        said = hashlib.blake2b(row["text"].encode(), digest_size=8).digest()
        return said, row["response_id"], row["item"], row["begin"]

    numbered = [
        {"run_id": run_id, "number": number, **row} for number, row in enumerate(sorted(rows, key=order), start=1)
    ]
    if numbered:
        session.execute(insert(Statement), numbered)
