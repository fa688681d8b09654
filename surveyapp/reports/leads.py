"""The sentence under each chapter's title, composed from its figures."""

from __future__ import annotations

from surveyapp.reports.charts import brief, counted
from surveyapp.reports.findings import ENDED, level_with_first, number_word
from surveyapp.reports.parts import Report


def participation_lead(report: Report) -> str:
    """Say how many of those who were asked answered."""
    part = report.participation
    if part and (rate := part.rate):
        return f"{rate.count:,} of {rate.of:,} people invited answered, {rate.percent}%."
    if part and part.is_of_notes:
        return f"Notes of {counted(part.answers, 'conversation')}, not answers of single members."
    return f"{counted(part.answers, 'person', 'people')} answered." if part else ""


def values_lead(report: Report) -> str:
    """Say how many values matter more than they are lived, and where the gap is widest."""
    gaps = [(-value.gap, value.name) for value in report.values if value.gap is not None]
    short = sorted(gap for gap in gaps if gap[0] < 0)
    if not gaps:
        return "Too few people rated the values for figures to be shown."
    if not short:
        return f"Each of {counted(len(gaps), 'value')} is lived at least as much as it matters."
    every = number_word(len(gaps)).lower()
    count = (
        "The one value matters"
        if len(gaps) == 1
        else f"All {every} values matter"
        if len(short) == len(gaps)
        else f"{number_word(len(short))} of {every} values matter"
    )
    widest = "" if len(gaps) == 1 else f" The gap is widest for {brief(short[0][1], 60)}."
    return f"{count} more to people than we live {'it' if len(gaps) == 1 else 'them'}.{widest}"


def candidates_lead(report: Report) -> str:
    """Say how many ideas form how many candidates, and which of them stand level."""
    sentences = []
    if ideas := report.ideas:
        written = f"{counted(ideas.people, 'person', 'people')} wrote {counted(ideas.ideas, 'idea')}."
        count = counted(len(report.candidates), "candidate goal")
        verb = "stands" if ideas.alone == 1 else "stand"
        alone = f", {ideas.alone:,} {verb} alone" if ideas.alone else ""
        sentences.append(f"{written} {ideas.in_candidates:,} of them form {count}{alone}.")
    level = level_with_first(report.candidates)
    if len(level) > 1:
        sentences.append(
            f"The first {number_word(len(level)).lower()} lie close together: their intervals overlap with that of the "
            "first, so read them as a leading group."
        )
    return " ".join(sentences)


def goals_lead(report: Report) -> str:
    """Say how many goals are under way and how many have ended."""
    goals = report.goals or ()
    ended = sum(goal.state.lower() in ENDED for goal in goals)
    active = len(goals) - ended
    if not goals:
        return "The community has no goal yet."
    under_way = (
        f"{number_word(active)} {'goal is' if active == 1 else 'goals are'} under way"
        if active
        else "No goal is active"
    )
    return (
        f"{under_way}; {number_word(ended).lower()} {'has' if ended == 1 else 'have'} ended."
        if ended
        else f"{under_way}."
    )
