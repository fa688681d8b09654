"""What the first page says: composed by rules from the figures, never invented."""

from __future__ import annotations

from surveyapp.analysis.figures import Share
from surveyapp.analysis.goal_sentence import propose
from surveyapp.reports.charts import brief, counted, day, listed, quoted, signed
from surveyapp.reports.parts import (
    FAIRLY_STABLE,
    CandidateFigure,
    Finding,
    Headline,
    Report,
    ToDecide,
    ValueFigure,
)

MOST_FINDINGS = 4
MOST_TO_DECIDE = 4
TOP = 5
DECIDED = {"adopted", "not now", "declined", "achieved", "retired"}
ENDED = {"achieved", "retired"}


def headlines(report: Report) -> tuple[Headline, ...]:
    """Give the four figures of the first page, as far as the report has them."""
    lines = []
    if report.participation:
        lines.append(_answers(report))
    if ideas := report.ideas:
        by = f"by {counted(ideas.people, 'person', 'people')}"
        lines.append(Headline("Ideas", f"{ideas.ideas:,}", by, ("ideas",)))
        share = Share(ideas.in_candidates, ideas.ideas)
        note = f"hold {share.percent}% of the ideas" if report.candidates else "nothing came together"
        lines.append(Headline("Candidate goals", str(len(report.candidates)), note, ("ideas",)))
        if ideas.tone and ideas.tone.is_known:
            low, high = ideas.tone.net_interval
            note = f"interval {signed(low)} to {signed(high)}"
            lines.append(Headline("Net tone", signed(ideas.tone.net), note, ("tone",)))
    return tuple(lines[:4])


def _answers(report: Report) -> Headline:
    part = report.participation
    if part and (rate := part.rate):
        return Headline("Participation", f"{rate.percent}%", f"{rate.count:,} of {rate.of:,} answered", ("answers",))
    answers = part.answers if part else 0
    if part and part.is_of_notes:
        return Headline("Conversations", f"{answers:,}", "noted by managers", ("answers",))
    return Headline("People", f"{answers:,}", "answered", ("answers",))


def findings(report: Report) -> tuple[Finding, ...]:
    """Say what stands out, the weightiest first, at most four."""
    found = [
        _widest_gap(report.values),
        _leaders(report.candidates),
        _sorest(report.candidates),
        _warmest(report.candidates),
        _no_goal(report),
        _concentration(report),
        _turnout(report),
        _group_left_out(report),
    ]
    return tuple(finding for finding in found if finding)[:MOST_FINDINGS]


def _widest_gap(values: tuple[ValueFigure, ...]) -> Finding | None:
    """Name the value that falls furthest short, by at least ten points."""
    short = [(-value.gap, value.name, value) for value in values if value.gap is not None and value.gap >= 10]
    if not short:
        return None
    _, name, value = min(short, key=lambda item: item[:2])
    important, lived = value.important, value.lived
    if not important or not lived:
        return None
    served = "" if value.goals else ", and no goal serves it"
    return Finding(
        f"{brief(name, 60)} is where we fall short.",
        f"{important.percent}% say it matters, {lived.percent}% say we live it{served}.",
        ("values",),
    )


def _leaders(candidates: tuple[CandidateFigure, ...]) -> Finding | None:
    """Say which candidate leads, or which cannot be told apart from the first."""
    shown = [candidate for candidate in candidates if candidate.share is not None]
    if len(shown) < 2:
        return None
    first, second = shown[0], shown[1]
    level = level_with_first(candidates)
    if len(level) == 1:
        return Finding(
            f"{quoted(first.title, 52)} leads clearly.",
            f"{_with_interval(first)} of people raised it; next is {quoted(second.title, 52)} ({_percent(second)}).",
            (f"candidate:{first.key}", f"candidate:{second.key}"),
        )
    named = [f"{quoted(candidate.title, 44)} ({_percent(candidate)})" for candidate in level[:2]]
    head = f"{number_word(len(level))} candidates share the lead."
    text = f"{listed(named)} come first{'' if len(level) == 2 else ' among them'}; their intervals overlap."
    return Finding(head, text, tuple(f"candidate:{candidate.key}" for candidate in level[:2]))


def level_with_first(candidates: tuple[CandidateFigure, ...]) -> list[CandidateFigure]:
    """List the first candidate and those whose intervals reach into its own, in order of rank."""
    shown = [candidate for candidate in candidates if candidate.share is not None]
    return [candidate for candidate in shown if (candidate.high or 0) >= (shown[0].low or 0)]


def _sorest(candidates: tuple[CandidateFigure, ...]) -> Finding | None:
    """Name the candidate whose ideas are most negative, where that is no accident."""
    sore = [(c.tone.net, c.rank, c) for c in candidates if c.tone and c.net is not None and c.tone.net_interval[1] < 0]
    if not sore:
        return None
    net, _, worst = min(sore, key=lambda item: item[:2])
    others = f" {number_word(len(sore))} candidates are more negative than positive." if len(sore) > 1 else ""
    text = f"The ideas on {quoted(worst.title, 52)} have a net tone of {signed(net)}.{others}"
    return Finding("The sore point.", text, (f"candidate:{worst.key}",))


def _warmest(candidates: tuple[CandidateFigure, ...]) -> Finding | None:
    """Name the candidate whose ideas are most positive, where that is no accident."""
    warm = [(-c.tone.net, c.rank, c) for c in candidates if c.tone and c.net is not None and c.tone.net_interval[0] > 0]
    if not warm:
        return None
    net, _, best = min(warm, key=lambda item: item[:2])
    text = f"The ideas on {quoted(best.title, 52)} have a net tone of {signed(-net)}."
    return Finding("The warmest tone.", text, (f"candidate:{best.key}",))


def _no_goal(report: Report) -> Finding | None:
    """Say that no goal is active (R4)."""
    if report.goals is None or any(goal.state.lower() not in ENDED for goal in report.goals):
        return None
    return Finding("No goal is active.", "Any goal is better than none: the best-supported candidates are below.")


def _concentration(report: Report) -> Finding | None:
    """Say how many of the ideas the first five candidates hold."""
    first = [candidate.ideas for candidate in report.candidates[:TOP] if candidate.ideas is not None]
    if len(report.candidates) <= TOP or len(first) < TOP or not report.ideas:
        return None
    share = Share(sum(first), report.ideas.ideas)
    head = "Interest is gathered." if share.part >= 0.5 else "Interest is spread."
    text = f"The first five candidates hold {share.percent}% of the ideas ({share.count:,} of {share.of:,})."
    return Finding(head, text, ("ideas",))


def _turnout(report: Report) -> Finding | None:
    """Say how many of those invited did not answer."""
    if not report.participation or not (rate := report.participation.rate):
        return None
    silent = rate.of - rate.count
    head = "Most people answered." if rate.part > 0.5 else "Most people were not heard."
    return Finding(head, f"{rate.count:,} of {rate.of:,} answered; {silent:,} did not.", ("answers",))


def _group_left_out(report: Report) -> Finding | None:
    """Name the group that answered least, where it lies ten points below the whole."""
    if not report.participation or not (rate := report.participation.rate):
        return None
    groups = [(group.answered.percent, group.name) for group in report.participation.groups if group.answered]
    if not groups or min(groups)[0] > rate.percent - 10:
        return None
    percent, name = min(groups)
    return Finding(f"{brief(name, 60)} answers least.", f"{percent}%, against {rate.percent}% overall.", ("answers",))


def to_decide(report: Report) -> tuple[ToDecide, ...]:
    """Put the questions that follow from the figures, the nearest first, at most four."""
    asked = _about_goals(report)
    open_ones = [candidate for candidate in report.candidates if candidate.state.lower() not in DECIDED]
    asked += [
        ToDecide(_question_about(candidate), (f"candidate:{candidate.key}",))
        for candidate in open_ones[: 2 if asked or report.values else 3]
    ]
    unserved = [v for v in report.values if not v.goals and v.important and v.important.part >= 0.5]
    if unserved and report.goals is not None:
        neediest = min(unserved, key=lambda value: (-(value.gap or 0), value.name))
        asked.append(ToDecide(f"Find a goal that serves {brief(neediest.name, 60)}.", ("values",)))
    loose = [c for c in open_ones[:TOP] if c.stability is not None and c.stability < FAIRLY_STABLE]
    if loose:
        text = f"Read the ideas of {quoted(loose[0].title, 48)} first: the group is loose and may be two."
        asked.append(ToDecide(text, (f"candidate:{loose[0].key}",)))
    return tuple(asked[:MOST_TO_DECIDE])


def _question_about(candidate: CandidateFigure) -> str:
    """Ask whether to adopt what is said as a goal; of a mere subject, what could be done about it."""
    title = quoted(candidate.title, 48)
    if propose(candidate.title):
        return f"Adopt {title}, or say why not now?"
    return f"What could be done about {title}? Read its ideas."


def _about_goals(report: Report) -> list[ToDecide]:
    """Ask about goals that are past their date, as the report's own date has it."""
    late = [
        (goal.due_on, number, goal)
        for number, goal in enumerate(report.goals or ())
        if goal.due_on and report.dated and goal.due_on < report.dated and goal.state.lower() not in ENDED
    ]
    return [
        ToDecide(f"{quoted(goal.title, 48)} was due on {day(due)}: extend, help or retire it?", (f"goal:{number}",))
        for due, number, goal in sorted(late, key=lambda item: item[:2])[:2]
    ]


def _percent(candidate: CandidateFigure) -> str:
    return f"{round(100 * (candidate.share or 0))}%"


def _with_interval(candidate: CandidateFigure) -> str:
    low, high = round(100 * (candidate.low or 0)), round(100 * (candidate.high or 0))
    return f"{_percent(candidate)} ({low} to {high}%)"


def number_word(count: int) -> str:
    """Write a small number as a word that begins a sentence."""
    words = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")
    return words[count] if count < len(words) else f"{count:,}"
