"""Advice on the words of a question: simple rules, never in anybody's way.

The rules are those that textbooks on questionnaires agree on (Dillman, Smyth and Christian 2014, chapter 4): do not
lead, ask one thing at a time, be short.
"""

import re

from surveyapp.surveys.models import Kind, Question

MOST_WORDS = 25
LEADING = re.compile(
    r"\b(don[’']?t you|do(?:es)?n[’']?t it|isn[’']?t it|aren[’']?t we|wouldn[’']?t you|shouldn[’']?t we|won[’']?t you"
    r"|do you agree that|would you agree|of course|obviously|clearly|surely|as everybody knows|as we all know)\b",
    re.IGNORECASE,
)
JOINED = re.compile(r"\b(and also|and/or|as well as|and|or)\b", re.IGNORECASE)
ONE_THING = (Kind.RATING, Kind.RECOMMENDATION, Kind.SINGLE_CHOICE, Kind.CONSENT)
"""Kinds whose answer says one thing: with two things asked, nobody can tell which of them it was about."""
VERB = re.compile(
    r"\b(is|are|was|were|do|does|did|have|has|had|can|could|should|would|will|may|might|must|feel|think|want|need|like"
    r"|know|live|take|make|get|give|help|find|trust|enjoy|understand)\b",
    re.IGNORECASE,
)


def advice_on(question: Question) -> list[str]:
    """What could make a question better, one sentence each; mostly nothing."""
    found = []
    words = question.prompt.split()
    if LEADING.search(question.prompt):
        found.append("This may lead people to one answer. Ask so that any answer is as easy to give.")
    if question.kind in ONE_THING and _asks_two_things(question.prompt):
        found.append("This may ask two things at once. Make it two questions, so that the answers can be told apart.")
    if len(words) > MOST_WORDS:
        found.append(
            f"This has {len(words)} words. Few are read to the end beyond {MOST_WORDS}; the help text takes the rest."
        )
    return found


def _asks_two_things(prompt: str) -> bool:
    """Whether a word like "and" joins two parts that could each be asked about."""
    joined = JOINED.search(prompt)
    if joined is None:
        return False
    before, after = prompt[: joined.start()], prompt[joined.end() :]
    return bool(VERB.search(before)) and (bool(VERB.search(after)) or "?" in after or len(after.split()) <= 3)
