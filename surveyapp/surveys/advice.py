"""Advice on the words of a question: simple rules, never in anybody's way.

The rules are those that textbooks on questionnaires agree on (Dillman, Smyth and Christian 2014, chapter 4): do not
lead, ask one thing at a time, be short.
"""

import re

from surveyapp.surveys.models import Kind, Question

MOST_WORDS = 25
NOT = r"(?:is|are|was|were|do|does|did|has|have|can|could|should|would|wo)n[’']?t"
LEADING = re.compile(
    rf"(?:^|[.!?]\s+){NOT}\b"  # Isn't the park beautiful?
    rf"|\b{NOT} (?:you|we|it|they|he|she|that|there)\s*\?"  # You agree, don't you?
    r"|,\s*(?:right|correct|no)\s*\?"
    r"|\b(?:do you agree that|would you agree|as we all know)\b"
    r"|\b(?:every(?:one|body)|we all|nobody|no one) (?:knows?|agrees?|doubts?|wants?)\b"
    r"|(?:^|[.,;!?]\s*)(?:clearly|obviously|surely|of course)\b"
    r"|\b(?:clearly|obviously|surely) (?:is|are|need|needs|must|should|want)\b"
    r"|\bshould (?:we|they|it) (?:finally|at last)\b"
    r"|\bhow (?:bad|terrible|awful|dangerous|poor|great|wonderful|excellent)\b"
    r"|\bwhy (?:is|are|was|were|do|does) .{1,60}? so [a-z]+"
    r"|\b(?:wonderful|excellent|amazing|fantastic|terrible|awful|horrible|outrageous|disgraceful|ridiculous"
    r"|so-called)\b",
    re.IGNORECASE,
)
JOINED = re.compile(r"\b(and also|and/or|as well as|and|or)\b", re.IGNORECASE)
PAIRS = re.compile(
    r"\b(?:(?:friends?|family|colleagues?|neighbou?rs?) (?:and|or) (?:a )?(?:friends?|family|colleagues?|neighbou?rs?)"
    r"|health and safety|terms and conditions|pros and cons|questions and answers|men and women|day and night"
    r"|more and more|more or less|sooner or later|one or (?:two|more)|yes or no|now and then)\b"
    r"|(?-i:(?<=\w )[A-Z]\w+ and [A-Z]\w+)",  # a name: the Arts and Crafts fair
    re.IGNORECASE,
)
"""What "and" and "or" join to one thing."""
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
    if question.kind in ONE_THING and _asks_two_things(question):
        found.append("This may ask two things at once. Make it two questions, so that the answers can be told apart.")
    if len(words) > MOST_WORDS:
        found.append(
            f"This has {len(words)} words. Few are read to the end beyond {MOST_WORDS}; the help text takes the rest."
        )
    return found


def _asks_two_things(question: Question) -> bool:
    """Whether a word like "and" joins two parts that could each be asked about."""
    prompt = PAIRS.sub("both", question.prompt)
    joined = JOINED.search(prompt)
    if joined is None or (joined[0].lower() == "or" and _offers_each(question)):
        return False
    before, after = prompt[: joined.start()], prompt[joined.end() :]
    if re.fullmatch(r"how \w+\s*", before, re.IGNORECASE):  # How friendly and helpful are they?
        return bool(VERB.search(after))
    return bool(VERB.search(before)) and (bool(VERB.search(after)) or "?" in after or len(after.split()) <= 3)


def _offers_each(question: Question) -> bool:
    """Whether the answers to choose from tell the two apart: not a mere yes or no."""
    labels = [option["label"].casefold() for option in question.settings.get("options", [])]
    return len(labels) > 1 and not any(re.match(r"(yes|no)\b", label) for label in labels)
