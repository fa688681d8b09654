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
from surveyapp.themes.parts import shown_parts

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
    from surveyapp.analysis.texts import is_set_apart  # brings numpy, which web processes do without

    analysis, texts = candidates
    survey = session.get_one(Survey, run.survey_id)
    members: dict[int, list[results.Statement]] = defaultdict(list)
    for statement in analysis.statements:
        if statement.theme is not None:
            members[statement.theme].append(statement)
    shown = [theme for theme in analysis.themes if theme.parent is None and theme.people >= survey.smallest_group]
    parts = shown_parts(analysis, shown, survey.smallest_group)
    of_part = {part.theme.id: part.members for of_theme in parts.values() for part in of_theme}
    places = [{texts[s.row].place(s.start) for s in members[theme.id]} for theme in shown]
    part_places = [{texts[s.row].place(s.start) for s in said} for said in of_part.values()]
    theme_ids = dict(zip((theme.id for theme in shown), _theme_ids(session, run, places), strict=True))
    part_ids = dict(zip(of_part, _theme_ids(session, run, part_places, are_parts=True), strict=True))
    rows = _numbered([*_rows(analysis, texts, theme_ids, part_ids), *_rows(others[0], others[1], {}, {})])
    number_of: dict[Any, int] = {
        (row["response_id"], row["question_id"], row["item"], row["text"]): row["number"] for row in rows
    }

    def number(said: results.Quote | results.Opposite) -> int:
        source = texts[said.row]
        return number_of[source.response_id, source.question_id, source.item, said.text]

    def add(theme: results.Theme, people: int, said: Sequence[results.Statement], **ids: int) -> None:
        quotes = [number(quote) for quote in theme.quotes]
        other_side = (
            {"opposite": number(theme.opposite), "opposite_share": theme.opposite.share} if theme.opposite else {}
        )
        finding = _finding(theme, people, run.people, [texts[statement.row] for statement in said], survey)
        session.add(Finding(run_id=run.id, quotes=quotes, **other_side, **finding, **ids))

    for theme in shown:
        theme_id = theme_ids[theme.id]
        add(theme, theme.people, members[theme.id], theme_id=theme_id)
        for part in parts.get(theme.id, ()):
            add(part.theme, part.people, part.members, theme_id=part_ids[part.theme.id], parent_id=theme_id)
    session.flush()
    if rows:
        session.execute(insert(Statement), [{"run_id": run.id, **row} for row in rows])
    told = [statement for statement in analysis.statements if not says_nothing(statement.text)]
    run.ideas = len(told)
    run.people_with_ideas = len({statement.person for statement in told})
    foreign = [statement for statement in told if is_set_apart(statement.text, statement.kind)]
    run.ideas_other_language = len(foreign)
    run.people_other_language = len({statement.person for statement in foreign})


def _theme_ids(
    session: Session, run: AnalysisRun, places: Sequence[set[Place]], *, are_parts: bool = False
) -> list[int]:
    """The row of each theme: that of the earlier theme it goes on from (R12), else a new one.

    Args:
        session: The caller's.
        run: The run that found the themes.
        places: Per theme, where its ideas stand.
        are_parts: Whether they are parts of themes: these go on from parts.
    """
    from surveyapp.analysis.match import match  # brings scipy, which web processes do without

    earlier = _earlier_themes(session, run, are_parts=are_parts)
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


def _earlier_themes(session: Session, run: AnalysisRun, *, are_parts: bool) -> dict[int, set[Place]]:
    """Per theme of the survey, where its ideas stood when it was found last: one that was missed once may come back."""
    last = (
        select(Finding.theme_id, func.max(Finding.run_id).label("run_id"))
        .join(Theme, Theme.id == Finding.theme_id)
        .where(Theme.survey_id == run.survey_id, Finding.run_id < run.id, Finding.parent_id.is_not(None) == are_parts)
        .group_by(Finding.theme_id)
        .subquery()
    )
    placed_in = Statement.part_id if are_parts else Statement.theme_id
    rows = session.execute(
        select(last.c.theme_id, Statement.response_id, Statement.question_id, Statement.item, Statement.begin).join(
            Statement, (Statement.run_id == last.c.run_id) & (placed_in == last.c.theme_id)
        )
    )
    members: dict[int, set[Place]] = defaultdict(set)
    for theme_id, *place in rows:
        members[theme_id].add((place[0], place[1], place[2], place[3]))
    return dict(members)


def _finding(theme: results.Theme, people: int, answers: int, texts: Sequence[Text], survey: Survey) -> dict[str, Any]:
    """The figures of a theme: the share is of all who answered, the values and offers are what its people said."""
    from surveyapp.analysis.measure import wilson  # brings numpy, which web processes do without

    low, high = wilson(people, answers)
    is_quoted = people >= survey.quote_group
    yes = {text.response_id for text in texts if text.help == "yes"}
    maybe = {text.response_id for text in texts if text.help == "maybe"}
    return {
        "title": theme.title if is_quoted else _subject(theme),
        "goal": theme.goal if is_quoted else None,
        "keywords": list(theme.keywords),
        "people": people,
        "ideas": len(texts),
        "share": people / answers,
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


def _rows(
    analysis: results.Analysis, texts: Sequence[Text], theme_ids: Mapping[int, int], part_ids: Mapping[int, int]
) -> list[dict[str, Any]]:
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
            "part_id": None if statement.subtheme is None else part_ids.get(statement.subtheme),
            "fit": statement.fit,
            "is_weak": getattr(statement, "weak", False),
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
