"""What must hold 3: ten times the length of one answer costs each stage at most twelve times the time."""

import gc
from collections.abc import Callable
from time import process_time

import pytest

from surveyapp.analysis.embed import learn_space
from surveyapp.analysis.goal_sentence import propose
from surveyapp.analysis.language import is_other_language
from surveyapp.analysis.phrases import count_phrases
from surveyapp.analysis.pipeline import Answer, analyse
from surveyapp.analysis.places import place_names
from surveyapp.analysis.sentiment import shared_analyser
from surveyapp.analysis.sides import side
from surveyapp.analysis.split import split
from surveyapp.analysis.titles import is_against, leans, reading_ease, title_spans
from surveyapp.analysis.words import what_it_says, written_large

HOSTILE = {
    "a letter": "x",
    "no spaces": "abcdefghij",
    "spaces": " ",
    "full stops": ".",
    "all marks": ".,;:!?-–()[]{}<>\"'“”/\\|@#$%^&*_+=~`",
    "open brackets": "(",
    "pairs of brackets": "()",
    "tags left open": "<b",
    "quotation marks": '"',
    "apostrophes": "a'",
    "bullets": "• ",
    "bullet lines": "\n- ",
    "numbered": "1. ",
    "combining": "e\u0301\u0323",
    "emoji": "🌳",
    "families": "👩‍👩‍👧 ",
    "Arabic": "نحتاج إلى حدائق. ",
    "Chinese": "我们需要公园。",
    "line ends": "\r\n",
    "NUL": "\x00",
    "addresses": "www.a.b ",
    "negations": "not no never ",
    "conjunctions": "and but or ",
    "contrast": "but good, although bad ",
    "wishes": "we need more trees and fewer cars, ",
    "sentences": "Plant more trees. The old bus is late! ",
    "digits": "1,0",
    "marks alone": "\u0301",
    "joiners": "\u200d",
    "curly quotes": "“",
    "at signs": "a@",
    "hyphens": "-",
    "commas": ", ",
    "semicolons": "; ",
    "ellipses": "… ",
    "streets": "Oak Street ",
}  # fmt: skip
SPACE = learn_space([f"{wish} number {i}" for i in range(30) for wish in ("plant a tree", "mend the road")])
STAGES: dict[str, tuple[Callable[[str], object], int]] = {  # each with a length that takes some milliseconds
    "split": (split, 10_000),
    "words": (what_it_says, 20_000),
    "tone": (shared_analyser().analyze, 20_000),
    "vectors": (lambda text: SPACE.vectors([text]), 20_000),
    "goal": (propose, 20_000),
    "all": (lambda text: analyse([Answer(0, "a", "x", text)]), 10_000),
    "phrases": (lambda text: count_phrases([text], frozenset()), 10_000),
    "language": (is_other_language, 20_000),
    "sides": (side, 20_000),
    "places": (lambda text: place_names([text], written_large([text])), 10_000),
    "titles": (
        lambda text: [(reading_ease(text[slice(*s)]), is_against(text), leans(text)) for s in title_spans(text)],
        10_000,
    ),
}
TOO_SHORT = 0.1
"""Seconds of the longer text below which nothing is said about growth: the clock, fixed costs and a long text's fresh
memory, which neighbours on the machine make slow, would decide. What grows with the square takes far longer."""


def seconds(stage: Callable[[str], object], unit: str, length: int) -> float:
    """Processor time of one text that repeats a unit; the collector's pauses belong to the process, not to it."""
    text = (unit * (length // len(unit) + 1))[:length]
    gc.collect()
    gc.disable()
    began = process_time()
    stage(text)
    took = process_time() - began
    gc.enable()
    return took


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("stage", STAGES)
def test_ten_times_the_length_costs_at_most_twelve_times_the_time(stage: str, unit: str) -> None:
    run, length = STAGES[stage]
    run("warm")
    short, long = [seconds(run, unit, length)], [seconds(run, unit, 10 * length)]
    while len(long) < 12 and min(long) > max(12 * min(short), TOO_SHORT):  # the machine may have been busy
        short.append(seconds(run, unit, length))
        long.append(seconds(run, unit, 10 * length))
    assert min(long) <= max(12 * min(short), TOO_SHORT)
