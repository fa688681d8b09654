"""What may be told of the answers to one question, as answers that nobody gave (R7).

As many people as the results show choose each option, and no others; who chose two things at once is not told. So a
file of answers tells no more than the results do, however its columns are put together.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from random import SystemRandom
from typing import Any

from surveyapp.analysis.disclose import disclose, disclose_overlapping
from surveyapp.surveys.choices import OTHER, MultipleChoice, has_other
from surveyapp.surveys.models import Kind, Question
from surveyapp.surveys.proposals import HELP
from surveyapp.surveys.rules import keys
from surveyapp.surveys.scales import HIGH, LIKELY, RECOMMENDING, SCALES

STEPS = range(1, 6)


def tellable(question: Question, contents: Sequence[Any], people: int, k: int) -> list[Any]:
    """Answers that may be told, one for each of *people* and shuffled; None for nobody's.

    Args:
        question: Of a kind whose answers can be told.
        contents: What was answered, in any order.
        people: How many answered the survey.
        k: Fewest people of a group that is shown.
    """
    told = [content for content in _told(question, contents, people, k) if content]
    told += [None] * (people - len(told))
    SystemRandom().shuffle(told)
    return told


def _told(question: Question, contents: Sequence[Any], people: int, k: int) -> Iterable[Any]:
    match question.kind:
        case Kind.SINGLE_CHOICE:
            offered = [*keys(question), *([OTHER] if has_other(question) else [])]
            shown = _shown(offered, Counter(map(_key, contents)), k)
            return [content for content in contents if _key(content) in shown]
        case Kind.RATING:
            shown = _shown(STEPS, Counter(contents), k)
            return [content for content in contents if content in shown]
        case Kind.RECOMMENDATION:
            return _within(contents, list(RECOMMENDING.values()), LIKELY, k)
        case Kind.CONSENT:
            return contents if None not in disclose([len(contents), people - len(contents)], k) else ()
        case Kind.VALUE_RATINGS:
            return _ratings(question, contents, k)
        case Kind.MULTIPLE_CHOICE:
            return _choices(question, contents, k)
        case Kind.PROPOSALS:
            return _proposals(question, contents, k)
    return contents


def _key(choice: Any) -> str:
    return OTHER if isinstance(choice, dict) else str(choice)


def _shown(offered: Iterable[Hashable], counts: Counter[Any], k: int) -> set[Hashable]:
    """Of all that could be chosen, what may be counted."""
    listed = list(offered)
    shown = disclose([counts[one] for one in listed], k)
    return {one for one, count in zip(listed, shown, strict=True) if count is not None}


def _within(steps: Sequence[int], groups: Sequence[range], every: range, k: int) -> list[int]:
    """The steps that may be counted, where the results tell of groups of them; none where those are withheld."""
    counts = Counter(steps)
    told = disclose([sum(counts[step] for step in group) for group in groups], k)
    shown: set[Hashable] = set()
    for group, count in zip(groups, told, strict=True):
        if count is not None:
            shown |= _shown(group, counts, k)
    return [step for step in steps if step in shown and step in every]


def _ratings(question: Question, contents: Sequence[Any], k: int) -> list[Any]:
    """Each value's steps on each scale, on rows of their own."""
    rows: list[dict[str, dict[str, int]]] = [{} for _ in contents]
    for key in keys(question):
        for scale in SCALES:
            steps = [content[key][scale] for content in contents if scale in content.get(key, {})]
            groups = [range(HIGH, STEPS.stop), range(STEPS.start, HIGH)]
            told = _within(steps, groups, STEPS, k)
            for row, step in zip(SystemRandom().sample(rows, len(told)), told, strict=True):
                row.setdefault(key, {})[scale] = step
    return rows


def _choices(question: Question, contents: Sequence[Any], k: int) -> list[Any]:
    """As many choices of each option as may be told, spread evenly: each row has as many as the question allows."""
    chosen: dict[str, list[Any]] = {key: [] for key in [*keys(question), *([OTHER] if has_other(question) else [])]}
    for choice in (choice for content in contents for choice in content):
        chosen[_key(choice)].append(choice)
    least, most = MultipleChoice().bounds(question)
    most = min(most, len(chosen))
    shown = disclose_overlapping(
        [len(choices) for choices in chosen.values()], len(contents), k, least=min(max(1, least), most), most=most
    )
    rows: list[list[Any]] = [[] for _ in contents]
    place = 0
    for choices, count in zip(chosen.values(), shown, strict=True):
        for choice in choices if count is not None else ():
            rows[place % len(rows)].append(choice)
            place += 1
    return rows


def _proposals(question: Question, contents: Sequence[Any], k: int) -> list[Any]:
    """The ideas; the value each serves, and who would help with what, where that is not rare."""
    told = [[dict(idea) for idea in content] for content in contents]
    ideas = [idea for content in told for idea in content]
    for part, offered in (("value", keys(question)), ("help", HELP)):
        shown = _shown([*offered, None], Counter(idea.get(part) or None for idea in ideas), k)
        for idea in ideas:
            if idea.get(part) not in shown:
                idea[part] = None
                if part == "help":
                    idea.pop("offer", None)
    return told
