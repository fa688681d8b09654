"""A report as HTML, and as a PDF made by a child process that can reach nothing."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from surveyapp.errors import AppError
from surveyapp.reports import charts, leads
from surveyapp.reports.findings import ENDED, TOP
from surveyapp.reports.ledger import MOST_ENTRIES
from surveyapp.reports.parts import MethodNote, Report

TEMPLATES = Path(__file__).parents[2] / "templates"
CHILD = Path(__file__).with_name("render_child.py")

MOST_ROWS = 60
MOST_BLOCKS = 40
ROWS_ON_A_PAGE = 16
MOST_CHOICES = 12
MOST_QUOTED = 280
MOST_MISSION = 220
MOST_LEDGER_ROWS = 20
MOST_HTML = 4_000_000  # characters
PASSED_ON = ("HOME", "LANG", "LC_ALL", "XDG_CACHE_HOME", "FONTCONFIG_FILE", "FONTCONFIG_PATH")
"""What the child may know of the environment: where fonts and their cache are, and no more."""

OUT_OF_MEMORY = 3
"""How the child ends when it may not have the memory it needs."""
STOPPED = {-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGTRAP, -signal.SIGKILL, -signal.SIGXCPU}
"""A library that is refused memory aborts; the system ends what computes too long."""
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class ReportFailed(AppError):
    """The PDF could not be made; *detail* is for the log, not for people."""

    status = 500

    def __init__(self, message: str, *, detail: str = "") -> None:
        super().__init__(message)
        self.detail = detail


class ReportTooLarge(ReportFailed):
    """The report needs more time or memory than one report may take."""

    status = 413


@dataclass(frozen=True)
class Chapter:
    """One chapter: its anchor, which is also the name of its template, and its title."""

    id: str
    title: str
    flows: bool = True  # begins on the page where the chapter before it ends
    is_whole: bool = False  # and does so only if all of it has room there


def chapters(report: Report) -> tuple[Chapter, ...]:
    """List the chapters the report has something to say in."""
    part = report.participation
    asked = bool(report.choices or (part and (part.invited or part.groups)))
    fits_a_page = len(report.candidates) <= ROWS_ON_A_PAGE
    every = (
        (asked, Chapter("participation", "Participation")),
        (bool(report.values), Chapter("values", "Values alignment", is_whole=len(report.values) <= ROWS_ON_A_PAGE)),
        (bool(report.votes), Chapter("votes", "Votes on proposals")),
        (bool(report.candidates), Chapter("ranking", "Candidate goals, ranked", is_whole=fits_a_page)),
        (bool(report.candidates), Chapter("each", "Candidate goals, one by one")),
        (report.goals is not None, Chapter("progress", "Progress of our goals")),
        (True, Chapter("method", "Method and privacy")),
        (bool(report.ledger), Chapter("ledger", "Where the figures come from")),
    )
    present = [chapter for is_there, chapter in every if is_there]
    return (replace(present[0], flows=False), *present[1:])


def render_html(report: Report) -> str:
    """Give the report as a page of HTML in which whatever people wrote is text."""
    candidates = report.candidates
    goals = tuple(enumerate(report.goals or ()))
    page = (
        _environment()
        .get_template("report/report.html")
        .render(
            report=report,
            heading=report.organisation or report.source,
            dated=f"Data to {charts.day(report.dated)}" if report.dated else "",
            chapters=chapters(report),
            numbers={entry.key: number for number, entry in enumerate(report.ledger, start=1)},
            lead={
                "asked": leads.participation_lead(report),
                "valued": leads.values_lead(report),
                "ranked": leads.candidates_lead(report),
                "pursued": leads.goals_lead(report),
            },
            methods=_in_two(report.methods),
            top=candidates[:TOP],
            axis=charts.axis_end(candidate.high or 0 for candidate in candidates),
            has_votes=any(candidate.agree for candidate in candidates),
            has_states=any(candidate.state for candidate in candidates),
            has_stability=any(candidate.stability is not None for candidate in candidates),
            active_goals=[(number, goal) for number, goal in goals if goal.state.lower() not in ENDED],
            ended_goals=[(number, goal) for number, goal in goals if goal.state.lower() in ENDED],
            has_helpers=any(goal.helpers is not None for _, goal in goals),
            most_rows=min(MOST_ROWS, MOST_ENTRIES),
            most_blocks=MOST_BLOCKS,
            most_choices=MOST_CHOICES,
            most_mission=MOST_MISSION,
            most_quoted=MOST_QUOTED,
            most_ledger_rows=MOST_LEDGER_ROWS,
        )
    )
    return _UNPRINTABLE.sub("", page)


def _in_two(notes: tuple[MethodNote, ...]) -> tuple[tuple[MethodNote, ...], tuple[MethodNote, ...]]:
    """Split notes in their order into two columns of about the same height."""
    lines = [3 + len(note.text) / 50 for note in notes]
    uneven = [abs(sum(lines[:at]) - sum(lines[at:])) for at in range(len(notes) + 1)]
    at = uneven.index(min(uneven))
    return notes[:at], notes[at:]


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["sg"] = charts.signed
    environment.filters.update(
        sg=charts.signed,
        brief=charts.brief,
        counted=charts.counted,
        day=charts.day,
        direction=charts.direction,
        plotted=charts.plotted,
        quoted=charts.quoted,
        shortened=charts.shortened,
        thousands=charts.thousands,
        visible=charts.visible,
    )
    return environment


def make_pdf(report: Report, *, seconds: int = 60, memory_mb: int = 700) -> bytes:
    """Give the report as a PDF.

    It is laid out by a child process without network, with the packaged fonts and styles only, an environment that
    holds no secret, and no more time and memory than given: a report that asks for more cannot harm whoever makes it.

    Args:
        report: What the PDF says; the same report gives the same bytes.
        seconds: The time it may take.
        memory_mb: The address space it may have.

    Raises:
        ReportTooLarge: It needs more than that.
        ReportFailed: The child ended without a PDF, for another reason.
    """
    return lay_out(render_html(report), seconds=seconds, memory_mb=memory_mb)


def lay_out(page: str, *, seconds: int, memory_mb: int) -> bytes:
    """Give a page of HTML as a PDF, as ``make_pdf`` does; an address on it other than that of an asset fails."""
    order = {"page": page, "identifier": sha256(page.encode()).hexdigest()[:32]}
    limits = {"seconds": seconds, "memory_mb": memory_mb}
    if len(page) > MOST_HTML:
        raise ReportTooLarge("This report is too long for one PDF. Choose fewer candidates.")
    with tempfile.TemporaryDirectory(prefix="report-") as folder:
        try:
            child = subprocess.run(
                [sys.executable, "-s", "-P", str(CHILD)],
                input=json.dumps(order | limits).encode(),
                capture_output=True,
                timeout=seconds,
                cwd=folder,
                env=environment_of_child(folder),
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise ReportTooLarge(f"The PDF was not ready after {seconds} seconds.") from error
    if child.returncode == OUT_OF_MEMORY or child.returncode in STOPPED:
        raise ReportTooLarge("The PDF needs more memory or time than one report may take.")
    if child.returncode or not child.stdout.startswith(b"%PDF-"):
        raise ReportFailed("The PDF could not be made.", detail=child.stderr.decode(errors="replace"))
    return child.stdout


def environment_of_child(folder: str) -> dict[str, str]:
    """Give the whole environment of the child: where fonts are, where it may write, and what makes it repeat itself."""
    known = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return {**known, "PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": "0", "TMPDIR": folder}
