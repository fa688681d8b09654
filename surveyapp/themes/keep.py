"""Keep what an analysis found: its ideas, the themes they form, and what was found of each."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from surveyapp.analysis.figures import wilson
from surveyapp.analysis.words import says_nothing
from surveyapp.surveys.models import Survey
from surveyapp.themes.memory import keep_course, rows_for
from surveyapp.themes.models import NOTHING, AnalysisRun, Finding, Statement, Theme
from surveyapp.themes.parts import shown_parts

if TYPE_CHECKING:
    from surveyapp.analysis import results
    from surveyapp.analysis.rounds import Round

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
    offer: str | None = None  # with what they would help, as far as it may be quoted

    def place(self, begin: int) -> Place:
        """Where the idea stands that begins at *begin*."""
        return self.response_id, self.question_id, self.item, begin


@dataclass(frozen=True)
class Ids:
    """The row of each theme of an analysis, by its number there."""

    shown: Mapping[int, int]  # themes behind which enough people stand
    all: Mapping[int, int]
    parts: Mapping[int, int]  # those that are shown


def keep_results(
    session: Session,
    run: AnalysisRun,
    candidates: tuple[Round, Sequence[Text]],
    others: tuple[results.Analysis, Sequence[Text]],
) -> None:
    """Keep the ideas, and the themes behind which enough people stand (R7), in the caller's transaction.

    Args:
        session: The caller's.
        run: Whose results they are; its counts are filled in.
        candidates: What was found in the texts that form candidates, and those texts.
        others: What was found in the others, of which only the ideas and their tone are kept.
    """
    from surveyapp.analysis.texts import foreign  # brings numpy, which web processes do without

    went_on, texts = candidates
    analysis = went_on.analysis
    groups = rows_for(session, run, went_on.ids.values(), went_on.update.born)
    group_ids = {theme: groups[known_as] for theme, known_as in went_on.ids.items()}
    survey = session.get_one(Survey, run.survey_id)
    members: dict[int, list[results.Statement]] = defaultdict(list)
    for statement in analysis.statements:
        if statement.theme is not None:
            members[statement.theme].append(statement)
    shown = [theme for theme in analysis.themes if theme.parent is None and theme.people >= survey.smallest_group]
    parts = shown_parts(analysis, shown, survey.smallest_group)
    of_part = {part.theme.id: part.members for of_theme in parts.values() for part in of_theme}
    part_places = [{texts[s.row].place(s.start) for s in said} for said in of_part.values()]
    theme_ids = {theme.id: group_ids[theme.id] for theme in shown}
    part_ids = dict(zip(of_part, _part_ids(session, run, part_places), strict=True))
    ids = Ids(theme_ids, group_ids, part_ids)
    rows = _numbered([*_rows(analysis, texts, ids), *_rows(others[0], others[1], Ids({}, {}, {}))])
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
    keep_course(session, run, went_on.update, groups)
    run.model = went_on.model_for(_shown_by_id(went_on.ids, theme_ids)).to_bytes()
    run.versions = {**run.versions, "model": hashlib.sha256(run.model).hexdigest()[:12]}
    told = [statement for statement in analysis.statements if not says_nothing(statement.text)]
    run.ideas = len(told)
    run.people_with_ideas = len({statement.person for statement in told})
    in_others = [
        statement
        for statement, is_foreign in zip(analysis.statements, foreign(analysis.statements), strict=True)
        if is_foreign and not says_nothing(statement.text)
    ]
    run.ideas_other_language = len(in_others)
    run.people_other_language = len({statement.person for statement in in_others})


def _shown_by_id(known_as: Mapping[int, int], theme_ids: Mapping[int, int]) -> dict[int, int]:
    """The row of each shown theme by the id under which the analysis knows it."""
    return {known_as[theme]: row for theme, row in theme_ids.items()}


def _part_ids(session: Session, run: AnalysisRun, places: Sequence[set[Place]]) -> list[int]:
    """The row of each part of a theme: that of the earlier part that holds most of the same ideas, else a new one.

    Args:
        session: The caller's.
        run: The run that found the parts.
        places: Per part, where its ideas stand.
    """
    from surveyapp.analysis.match import match  # brings scipy, which web processes do without

    earlier = _earlier_parts(session, run)
    old_ids = sorted(earlier)
    same = match([earlier[part] for part in old_ids], places) if old_ids and places else {}
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


def _earlier_parts(session: Session, run: AnalysisRun) -> dict[int, set[Place]]:
    """Per part of the survey's themes, where its ideas stood in the last run."""
    rows = session.execute(
        select(Statement.part_id, Statement.response_id, Statement.question_id, Statement.item, Statement.begin).where(
            Statement.run_id == run.course.get("earlier"), Statement.part_id.is_not(None)
        )
    )
    members: dict[int, set[Place]] = defaultdict(set)
    for part_id, response_id, question_id, item, begin in rows:
        if part_id is not None:
            members[part_id].add((response_id, question_id, item, begin))
    return dict(members)


def _finding(theme: results.Theme, people: int, answers: int, texts: Sequence[Text], survey: Survey) -> dict[str, Any]:
    """The figures of a theme: the share is of all who answered, the values and offers are what its people said."""
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
        "is_mixed": theme.is_mixed,
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


def _rows(analysis: results.Analysis, texts: Sequence[Text], ids: Ids) -> list[dict[str, Any]]:
    """The statements as rows, still without numbers."""
    return [
        {
            "response_id": texts[statement.row].response_id,
            "question_id": texts[statement.row].question_id,
            "item": texts[statement.row].item,
            "begin": statement.start,
            "end": statement.end,
            "text": statement.text,
            "theme_id": None if statement.theme is None else ids.shown.get(statement.theme),
            "group_id": None if statement.theme is None else ids.all.get(statement.theme),
            "part_id": None if statement.subtheme is None else ids.parts.get(statement.subtheme),
            "fit": statement.fit,
            "is_weak": statement.weak,
            "polarity": statement.polarity,
            "subjectivity": statement.subjectivity,
            "tone": statement.tone,
            "kind": NOTHING if says_nothing(statement.text) else statement.kind,
            "value_id": texts[statement.row].value_id,
            "help": texts[statement.row].help,
            "offer": texts[statement.row].offer,
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
