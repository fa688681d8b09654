"""How the answers to a closed question are spread: counted for the run, and shown as far as nobody can be told (R7).

What each kind is counted as, and what is shown of it, in the words of ``count_spread`` and ``shown_spread``:

- single choice, rating: people of each option; "something else" is one more option, its words are not kept
- multiple choice: people who chose each option; they overlap, so the others of an option are a group as well
- ranking: first places, mean place, and the score of Borda: of all points that an option could have, how many it has
- recommendation: promoters (9, 10), passives (7, 8), detractors (0 to 6), and the difference of the outer shares
- number: median and quartiles; date: people by month, or by year; short text: people; consent: who agreed
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Any

from surveyapp.analysis.disclose import disclose, disclose_overlapping
from surveyapp.surveys.choices import OTHER, has_other
from surveyapp.surveys.models import Kind, Question
from surveyapp.surveys.rules import keys, options
from surveyapp.surveys.scales import RECOMMENDING

MOST_MONTHS = 24  # dates that are spread over more are shown by year
FULLY_KNOWN = 3  # with so few options the places of each follow from first places and mean
MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905


@dataclass(frozen=True)
class Line:
    """An option, how many people chose it (None: too few to show), and what else is told of it."""

    label: str
    people: int | None
    detail: str = ""


@dataclass(frozen=True)
class Spread:
    """What may be shown of one question."""

    lines: tuple[Line, ...] = ()
    summary: tuple[tuple[str, str], ...] = ()  # what is told, and the figure


def count_spread(question: Question, answers: Sequence[Any], people: int = 0) -> dict[str, Any] | None:
    """Count the answers to one question; None if its kind is counted elsewhere.

    Args:
        question: Any.
        answers: Their contents, in any order.
        people: How many people answered the survey.

    Returns:
        Counts fit for JSON; ``people`` is the base of every share.
    """
    counted: dict[str, Any] = {"people": len(answers)}
    match question.kind:
        case Kind.SINGLE_CHOICE | Kind.RATING | Kind.RECOMMENDATION:
            return counted | {"options": _sorted(Counter(map(_key, answers)))}
        case Kind.MULTIPLE_CHOICE:
            return counted | {"options": _sorted(Counter(_key(choice) for answer in answers for choice in answer))}
        case Kind.RANKING:
            given = [(key, place) for answer in answers for place, key in enumerate(answer)]
            places = Counter(given)
            return counted | {
                "places": {key: [places[key, n] for n in range(len(keys(question)))] for key in keys(question)}
            }
        case Kind.NUMBER:
            whole = [*answers, *answers] if len(answers) == 1 else list(answers)
            return counted | {"quartiles": quantiles(whole, n=4, method="inclusive") if whole else None}
        case Kind.DATE:
            return counted | {"options": _sorted(Counter(answer[:7] for answer in answers))}
        case Kind.CONSENT:
            return {"people": max(people, len(answers)), "options": {"yes": len(answers)}}
        case Kind.SHORT_TEXT:
            return counted
    return None


def shown_spread(question: Question, counted: Mapping[str, Any], k: int) -> Spread:
    """What may be shown of a question that at least *k* people answered.

    Args:
        question: What was asked.
        counted: What count_spread() gave.
        k: Fewest people of a group that is shown.
    """
    people, chosen = counted["people"], counted.get("options", {})
    match question.kind:
        case Kind.SINGLE_CHOICE | Kind.RATING:
            labels = _labels(question)
            return Spread(_lines(labels.values(), disclose([chosen.get(key, 0) for key in labels], k)))
        case Kind.MULTIPLE_CHOICE:
            labels = _labels(question)
            return Spread(
                _lines(labels.values(), _overlapping(question, [chosen.get(key, 0) for key in labels], people, k))
            )
        case Kind.RANKING:
            return _ranking(question, counted["places"], people, k)
        case Kind.RECOMMENDATION:
            return _recommendation(chosen, people, k)
        case Kind.NUMBER:
            return _number(counted["quartiles"], people, k)
        case Kind.DATE:
            return _dates(chosen, k)
        case Kind.CONSENT:
            agreed = chosen["yes"]
            return Spread(_lines(("Agreed", "Left open"), disclose([agreed, people - agreed], k)))
    return Spread()


def nothing_shown(question: Question) -> Spread:
    """A question that too few people answered: what they could have chosen."""
    is_listed = question.kind in (Kind.SINGLE_CHOICE, Kind.MULTIPLE_CHOICE, Kind.RANKING, Kind.RATING)
    return Spread(tuple(Line(label, None) for label in _labels(question).values())) if is_listed else Spread()


def _key(choice: Any) -> str:
    """What an answer counts as; the words of something else are not told."""
    return OTHER if isinstance(choice, dict) else str(choice)


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items()))


def _labels(question: Question) -> dict[str, str]:
    if question.kind is Kind.RATING:
        ends = {1: question.settings.get("low", ""), 5: question.settings.get("high", "")}
        return {str(n): f"{n}, {ends[n].lower()}" if ends.get(n) else str(n) for n in range(1, 6)}
    labels = {option["key"]: option["label"] for option in options(question)}
    return labels | {OTHER: "Something else"} if has_other(question) else labels


def _lines(labels: Any, counts: Sequence[int | None]) -> tuple[Line, ...]:
    return tuple(Line(label, count) for label, count in zip(labels, counts, strict=True))


def _overlapping(question: Question, counts: Sequence[int], people: int, k: int) -> tuple[int | None, ...]:
    """Counts of the options of which each person chose as many as the question lets them."""
    most = min(int(question.settings.get("most") or len(counts)), len(counts))
    least = min(max(1, int(question.settings.get("least") or 0)), most)
    return disclose_overlapping(counts, people, k, least=least, most=most)


def _ranking(question: Question, places: Mapping[str, Sequence[int]], people: int, k: int) -> Spread:
    """First places; where nobody can be told from them, scores too, and the options in their order."""
    labels = _labels(question)
    first = disclose([places[key][0] for key in labels], k)
    if not all(_is_scored(places[key], people, k) for key in labels):
        return Spread(_lines(labels.values(), first))
    scored = []
    for (key, label), count in zip(labels.items(), first, strict=True):
        placed = sum(places[key])
        mean = sum(place * n for place, n in enumerate(places[key], start=1)) / placed
        score = round(100 * _points(question, places, key, people) / (people * (len(labels) - 1)))
        scored.append((-score, Line(label, count, f"score {score} of 100, mean place {mean:.1f}")))
    return Spread(tuple(line for _, line in sorted(scored, key=lambda one: one[0])))


def _points(question: Question, places: Mapping[str, Sequence[int]], key: str, people: int) -> float:
    """Points of Borda: as many as there are options below; those left out share what is left evenly.

    Of m options somebody who ranks r leaves (m - r - 1) / 2 to each of the others; over all people that is what is
    left of all points, in equal parts to each time an option was left out.
    """
    m = len(keys(question))
    given = sum(n * (m - 1 - place) for one in places.values() for place, n in enumerate(one))
    left_out = {one: people - sum(counts) for one, counts in places.items()}
    rest = people * m * (m - 1) / 2 - given
    own = sum(n * (m - 1 - place) for place, n in enumerate(places[key]))
    everybody = sum(left_out.values())
    return own + (rest * left_out[key] / everybody if everybody else 0.0)


def _is_scored(places: Sequence[int], people: int, k: int) -> bool:
    """Whether an option's mean place and score tell of no group smaller than k.

    Of few options each place's people would follow; of more, those who did not put it first must be k steps together
    from the second place, and k from the last.
    """
    left_out = people - sum(places)
    if sum(places) < k or 0 < left_out < k:
        return False
    if len(places) <= FULLY_KNOWN:
        return min(places) >= k
    below = sum(n * (place - 1) for place, n in enumerate(places) if place)
    above = sum(n * (len(places) - 1 - place) for place, n in enumerate(places) if place)
    return min(below, above) >= k


def _recommendation(chosen: Mapping[str, int], people: int, k: int) -> Spread:
    counts = disclose([sum(chosen.get(str(step), 0) for step in steps) for steps in RECOMMENDING.values()], k)
    lines = _lines(RECOMMENDING, counts)
    promoters, _, detractors = counts
    if promoters is None or detractors is None:
        return Spread(lines)
    score = round(100 * (promoters - detractors) / people)
    return Spread(lines, (("Promoters minus detractors", f"{score:+d} points".replace("-", "\u2212")),))


def _number(quartiles: Sequence[float], people: int, k: int) -> Spread:
    """The median where k people are on either side of it, the quartiles where k are beyond each."""
    low, median, high = (f"{figure:,.2f}".rstrip("0").rstrip(".") for figure in quartiles)
    summary = [("Median", median)] if people >= 2 * k else []
    if people >= 4 * k:
        summary.append(("Middle half", f"{low} to {high}"))
    return Spread(summary=tuple(summary))


def _dates(months: Mapping[str, int], k: int) -> Spread:
    """People by month; what may not be shown is one line, which does not tell when it was."""
    by = months
    if len(months) > MOST_MONTHS:
        years: Counter[str] = Counter()
        for month, count in months.items():
            years[month[:4]] += count
        by = dict(sorted(years.items()))
    counts = disclose(list(by.values()), k)
    lines = [Line(_when(when), count) for when, count in zip(by, counts, strict=True) if count is not None]
    hidden = sum(by.values()) - sum(line.people or 0 for line in lines)
    if hidden:
        lines.append(Line("At other times" if lines else "At various times", hidden if hidden >= k else None))
    return Spread(tuple(lines))


def _when(month: str) -> str:
    year, _, number = month.partition("-")
    return f"{MONTHS[int(number) - 1]} {year}" if number else year
