"""Ideas like one that is being written, already said: the themes of the survey's last run that share its words.

Cheap on purpose, for a web page: stems of words, no vectors. Only titles are shown, of themes with as many people
as quotes need (R7).
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from surveyapp.analysis.words import fold, stem, words
from surveyapp.surveys.models import Survey
from surveyapp.themes.discover import latest_run
from surveyapp.themes.read import name_of, top_findings

MOST_ALIKE = 3
LEAST_LETTERS = 4  # shorter words say little: "the", "und", "que"
LEAST_SHARED = 0.25  # of the words of the shorter text, that the other shares


@dataclass(frozen=True)
class Alike:
    """A theme that says something like an idea."""

    theme_id: int
    title: str


def quotable_themes(session: Session, survey: Survey) -> list[tuple[Alike, frozenset[str]]]:
    """The themes whose titles may be shown to members, with the stems they are found by."""
    run = latest_run(session, survey.id)
    if run is None:
        return []
    return [
        (Alike(found.theme_id, name_of(found)), stems(" ".join([name_of(found), *map(str, found.keywords)])))
        for found in top_findings(session, run)
        if found.people >= survey.quote_group
    ]


def stems(text: str) -> frozenset[str]:
    """The stems of a text's longer words."""
    return frozenset(stem(fold(word)) for word in words(text) if len(word) >= LEAST_LETTERS)


def most_alike(idea: str, themes: list[tuple[Alike, frozenset[str]]]) -> list[Alike]:
    """At most MOST_ALIKE themes that share words with an idea, the most shared first; the same for the same words."""
    own = stems(idea)
    scored = [(len(own & theirs) / max(1, min(len(own), len(theirs))), alike) for alike, theirs in themes]
    near = [(score, alike) for score, alike in scored if score >= LEAST_SHARED]
    return [alike for _, alike in sorted(near, key=lambda one: (-one[0], one[1].title, one[1].theme_id))[:MOST_ALIKE]]
