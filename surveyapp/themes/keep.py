"""Keep what an analysis found: its ideas, the themes they form, and what was found of each."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from surveyapp.analysis.words import says_nothing
from surveyapp.surveys.models import Survey
from surveyapp.themes.models import NOTHING, AnalysisRun, Finding, Statement, Theme

if TYPE_CHECKING:
    from surveyapp.analysis import results

TAGGED_FROM = 0.2  # a value is tagged when so many of those who named a value for a theme's ideas named it
MOST_TAGS = 2

Place = tuple[str, int, int, int]
"""Where an idea stands: its response, question and item, and where it begins there."""


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

    def place(self, begin: int) -> Place:
        """Where the idea stands that begins at *begin*."""
        return self.response_id, self.question_id, self.item, begin


def keep_results(
    session: Session,
    run: AnalysisRun,
    candidates: tuple[results.Analysis, Sequence[Text]],
    others: tuple[results.Analysis, Sequence[Text]],
) -> None:
    """Keep the ideas, and the themes behind which enough people stand (R7), in the caller's transaction.

    Args:
        session: The caller's.
        run: Whose results they are; its counts are filled in.
        candidates: What was found in the texts that form candidates, and those texts.
        others: What was found in the others, of which only the ideas and their tone are kept.
    """
    analysis, texts = candidates
    survey = session.get_one(Survey, run.survey_id)
    members: dict[int, list[results.Statement]] = defaultdict(list)
    for statement in analysis.statements:
        if statement.theme is not None:
            members[statement.theme].append(statement)
    shown = [theme for theme in analysis.themes if theme.parent is None and theme.people >= survey.smallest_group]
    places = [{texts[s.row].place(s.start) for s in members[theme.id]} for theme in shown]
    theme_ids = dict(zip((theme.id for theme in shown), _theme_ids(session, run, places), strict=True))
    rows = _numbered([*_rows(analysis, texts, theme_ids), *_rows(others[0], others[1], {})])
    number_of = {(row["response_id"], row["question_id"], row["item"], row["text"]): row["number"] for row in rows}
    for theme in shown:
        sources = [texts[statement.row] for statement in members[theme.id]]
        quoted = [(texts[quote.row], quote.text) for quote in theme.quotes]
        quotes = [number_of[source.response_id, source.question_id, source.item, words] for source, words in quoted]
        finding = _finding(theme, run.people, sources, survey)
        session.add(Finding(run_id=run.id, theme_id=theme_ids[theme.id], quotes=quotes, **finding))
    session.flush()
    if rows:
        session.execute(insert(Statement), [{"run_id": run.id, **row} for row in rows])
    told = [statement for statement in analysis.statements if not says_nothing(statement.text)]
    run.ideas = len(told)
    run.people_with_ideas = len({statement.person for statement in told})


def _theme_ids(session: Session, run: AnalysisRun, places: Sequence[set[Place]]) -> list[int]:
    """The row of each theme: that of the earlier theme it goes on from (R12), else a new one.

    Args:
        session: The caller's.
        run: The run that found the themes.
        places: Per theme, where its ideas stand.
    """
    from surveyapp.analysis.match import match  # brings scipy, which web processes do without

    earlier = _earlier_themes(session, run)
    old_ids = sorted(earlier)
    same = match([earlier[theme_id] for theme_id in old_ids], places) if old_ids and places else {}
    ids = []
    for position in range(len(places)):
        if position in same:
            ids.append(old_ids[same[position][0]])
            continue
        new = Theme(community_id=run.community_id, survey_id=run.survey_id)
        session.add(new)
        session.flush()
        ids.append(new.id)
    return ids


def _earlier_themes(session: Session, run: AnalysisRun) -> dict[int, set[Place]]:
    """Per theme of the survey, where its ideas stood when it was found last: one that was missed once may come back."""
    last = (
        select(Finding.theme_id, func.max(Finding.run_id).label("run_id"))
        .join(Theme, Theme.id == Finding.theme_id)
        .where(Theme.survey_id == run.survey_id, Finding.run_id < run.id)
        .group_by(Finding.theme_id)
        .subquery()
    )
    rows = session.execute(
        select(last.c.theme_id, Statement.response_id, Statement.question_id, Statement.item, Statement.begin).join(
            Statement, (Statement.run_id == last.c.run_id) & (Statement.theme_id == last.c.theme_id)
        )
    )
    members: dict[int, set[Place]] = defaultdict(set)
    for theme_id, *place in rows:
        members[theme_id].add((place[0], place[1], place[2], place[3]))
    return dict(members)


def _finding(theme: results.Theme, answers: int, texts: Sequence[Text], survey: Survey) -> dict[str, Any]:
    """The figures of a theme: the share is of all who answered, the values and offers are what its people said."""
    from surveyapp.analysis.measure import wilson  # brings numpy, which web processes do without

    low, high = wilson(theme.people, answers)
    yes = {text.response_id for text in texts if text.help == "yes"}
    maybe = {text.response_id for text in texts if text.help == "maybe"}
    return {
        "title": theme.title if theme.people >= survey.quote_group else _subject(theme),
        "keywords": list(theme.keywords),
        "people": theme.people,
        "ideas": len(texts),
        "share": theme.people / answers,
        "low": low,
        "high": high,
        "polarity": theme.polarity,
        "polarity_low": theme.polarity_low,
        "polarity_high": theme.polarity_high,
        "positive": theme.positive,
        "neutral": theme.neutral,
        "negative": theme.negative,
        "mixed": theme.mixed,
        "unscored": theme.unscored,
        "stability": theme.stability,
        "helpers_yes": len(yes),
        "helpers_maybe": len(maybe - yes),
        "value_ids": _tags(texts, survey.smallest_group),
    }


def _subject(theme: results.Theme) -> str:
    """What a theme of few people is called: its title would be somebody's very words (R7)."""
    return ", ".join(theme.keywords) or "A few ideas of a kind"


def _tags(texts: Sequence[Text], smallest_group: int) -> list[int]:
    """The values that enough people said these ideas serve, most named first."""
    named = Counter(value for value, _ in {(text.value_id, text.response_id) for text in texts if text.value_id})
    least = max(smallest_group, TAGGED_FROM * sum(named.values()))
    often = [value for value, people in sorted(named.items(), key=lambda pair: (-pair[1], pair[0])) if people >= least]
    return often[:MOST_TAGS]


def _rows(analysis: results.Analysis, texts: Sequence[Text], theme_ids: Mapping[int, int]) -> list[dict[str, Any]]:
    """The statements as rows, still without numbers."""
    return [
        {
            "response_id": texts[statement.row].response_id,
            "question_id": texts[statement.row].question_id,
            "item": texts[statement.row].item,
            "begin": statement.start,
            "end": statement.end,
            "text": statement.text,
            "theme_id": None if statement.theme is None else theme_ids.get(statement.theme),
            "fit": statement.fit,
            "polarity": statement.polarity,
            "subjectivity": statement.subjectivity,
            "tone": statement.tone,
            "kind": NOTHING if says_nothing(statement.text) else statement.kind,
            "value_id": texts[statement.row].value_id,
            "help": texts[statement.row].help,
            "may_quote": texts[statement.row].may_quote,
        }
        for statement in analysis.statements
    ]


def _numbered(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows by the hash of what they say, numbered from 1: the numbers tell nothing of who or when."""

    def order(row: Mapping[str, Any]) -> tuple[bytes, str, int, int, int]:
        said = hashlib.blake2b(row["text"].encode(), digest_size=8).digest()
        return said, row["response_id"], row["question_id"], row["item"], row["begin"]

    return [{"number": number, **row} for number, row in enumerate(sorted(rows, key=order), start=1)]
