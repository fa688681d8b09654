"""Where each figure comes from, and how the figures were made (R9)."""

from __future__ import annotations

from surveyapp.reports.charts import counted, day, listed, quoted, thousands
from surveyapp.reports.parts import CandidateFigure, LedgerEntry, MethodNote, Report

MOST_ENTRIES = 60


def ledger(report: Report) -> tuple[LedgerEntry, ...]:
    """List the sources in the order of the report; a sentence carries the place of its entry as a number."""
    entries = []
    if part := report.participation:
        asked = f" of {part.invited:,} invited" if part.invited else ""
        text = f"{counted(part.answers, 'person', 'people')}{asked} answered {quoted(report.source, 80)}."
        if part.is_of_notes:
            text = f"Notes of {counted(part.answers, 'conversation')} in {quoted(report.source, 80)}."
        entries.append(LedgerEntry("answers", "Who answered", text))
    if report.values:
        bases = [share.of for value in report.values for share in (value.important, value.lived) if share]
        span = f"{min(bases):,} to {max(bases):,} people" if bases else "too few people"
        text = f"Ratings from 1 to 5 by {span}, depending on the value; 4 and 5 are counted."
        entries.append(LedgerEntry("values", "Ratings of the values", text))
    entries += [
        LedgerEntry(
            f"choice:{number}",
            f"Question {quoted(choice.question, 60)}",
            f"{counted(choice.people, 'person', 'people')} answered it.",
        )
        for number, choice in enumerate(report.choices)
    ]
    entries += [
        LedgerEntry(
            f"vote:{number}",
            f"Vote {quoted(vote.prompt, 60)}",
            f"{counted(vote.people, 'person', 'people')} voted on {counted(len(vote.proposals), 'proposal')}."
            if vote.people is not None
            else f"Fewer than {report.figure_group} people voted.",
        )
        for number, vote in enumerate(report.votes)
    ]
    if ideas := report.ideas:
        text = (
            f"{counted(ideas.ideas, 'idea')} by {counted(ideas.people, 'person', 'people')}; "
            f"{ideas.in_candidates:,} in candidate goals, {ideas.alone:,} alone."
        )
        entries.append(LedgerEntry("ideas", "Ideas and how they were grouped", text))
        if tone := ideas.tone:
            text = (
                f"{tone.positive:,} positive, {tone.neutral:,} neutral, {tone.negative:,} negative, "
                f"{tone.mixed:,} mixed; {tone.unscored:,} could not be scored and do not count."
            )
            entries.append(LedgerEntry("tone", "Tone of all ideas", text))
    entries += [_entry(report, candidate) for candidate in report.candidates[:MOST_ENTRIES]]
    entries += [
        LedgerEntry(
            f"goal:{number}",
            f"Goal {quoted(goal.title, 60)}",
            f"{thousands(goal.level)} of {thousands(goal.target)} {goal.measure}, from {thousands(goal.baseline)}.",
        )
        for number, goal in enumerate(report.goals or ())
    ]
    return tuple(entries)


def _entry(report: Report, candidate: CandidateFigure) -> LedgerEntry:
    if candidate.people is None:
        text = f"Fewer than {report.figure_group} people; no figures, quotes or places are given."
        return LedgerEntry(f"candidate:{candidate.key}", quoted(candidate.title, 60), text)
    ideas = f" with {counted(candidate.ideas, 'idea')}" if candidate.ideas is not None else ""
    people = counted(candidate.people, "person", "people")
    text = f"Theme {candidate.key}: {people}{ideas}."
    return LedgerEntry(
        f"candidate:{candidate.key}",
        quoted(candidate.title, 60),
        text,
        candidate.rows,
        tuple(quote.row for quote in candidate.quotes if quote.row),
    )


def methods(report: Report) -> tuple[MethodNote, ...]:
    """Explain how the figures of this report were made, as far as it has them."""
    notes = []
    if report.participation:
        notes.append(MethodNote("Who answered", _who(report)))
    if report.ideas:
        notes.append(MethodNote("How ideas become candidates", _grouping(report)))
        notes.append(
            MethodNote(
                "Tone",
                "Each idea counts as positive, neutral, negative or mixed. Net tone is the share of "
                "positive ideas minus the share of negative ones and runs from \u2212100 to +100; ideas that "
                "could not be scored are left out, and with fewer than five scored ideas no tone is "
                "given. A bare wish is neutral. Tone describes how people write, not how good an idea is, "
                "and does not recognise irony.",
            )
        )
    notes.append(
        MethodNote(
            "Uncertainty",
            "Intervals are 95% intervals: Wilson's for shares, Agresti and Min's for net tone. Where two "
            "intervals overlap, do not read the order of the two candidates as certain. They speak of "
            "chance alone: those who did not answer may think otherwise.",
        )
    )
    notes.append(MethodNote("Privacy", _privacy(report)))
    notes.append(MethodNote("The run", _run(report)))
    return tuple(notes)


def _who(report: Report) -> str:
    part = report.participation
    sentences = [f"The answers come from {quoted(report.source, 120)}."]
    if part and part.how:
        sentences.append(part.how)
    if part and part.opened_on:
        closed = f" and closed on {day(part.closed_on)}" if part.closed_on else ""
        sentences.append(f"It opened on {day(part.opened_on)}{closed}.")
    if part and not part.invited:
        sentences.append("How many people were asked is not known, so no share of them is given.")
    return " ".join(sentences)


def _grouping(report: Report) -> str:
    ideas = report.ideas
    is_reviewed = any(candidate.state for candidate in report.candidates)
    checked = (
        "then checked by a person, who can move, merge or split them" if is_reviewed else "and nobody has checked it"
    )
    text = (
        "Answers are split into ideas. Ideas with a similar meaning are grouped by computer, always in "
        f"the same way, {checked}. Candidates rank by the number of people behind them; who says the same "
        "thing twice counts once. Stability tells how often two ideas of a group stay together when "
        "the grouping is repeated on parts of the answers."
    )
    if ideas and ideas.in_other_languages:
        text += (
            f" {counted(ideas.in_other_languages, 'idea is', 'ideas are')} in other languages than English: they are "
            "grouped by their words, and their tone is not scored."
        )
    left_out = []
    if ideas and ideas.no_answer:
        left_out.append(
            f"{counted(ideas.no_answer, 'text that says', 'texts that say')} nothing, such as \u201cno\u201d"
        )
    if ideas and ideas.other_language:
        left_out.append(f"{counted(ideas.other_language, 'idea')} in a language that cannot be grouped yet")
    return f"{text} Left out: {listed(left_out)}." if left_out else text


def _privacy(report: Report) -> str:
    sentences = ["Quotes are verbatim and stand without names."]
    if report.figure_group > 1:
        sentences.append(f"No survey figure rests on fewer than {report.figure_group} people.")
    if report.quote_group > 1:
        sentences.append(f"Quotes are shown only for candidates with {report.quote_group} people or more.")
    else:
        sentences.append("Quotes of small groups are shown too: read before you pass this report on.")
    return " ".join(sentences)


def _run(report: Report) -> str:
    parts = [f"{name} {value}" for name, value in (*report.run.settings, *report.run.versions)]
    made = f" {', '.join(parts)}." if parts else ""
    return f"{report.run.name}.{made} The same answers and settings give the same report."
