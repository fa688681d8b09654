"""From the title of a theme to a goal sentence, verb and object: a proposal that a person finishes.

Rules and small word lists, read in one pass from the front of the title: what is said about wishing
("we need", "there should be", "please") is taken off, and what is left is turned to begin with a verb.
Where no rule is sure, there is no sentence, and the title stands.
"""

import re
from collections.abc import Container
from dataclasses import dataclass

from surveyapp.analysis.titles import IMPERATIVES, is_against
from surveyapp.analysis.tone_scan import word_set

Parts = tuple[str, str]
"""The verb, where a rule puts one in front, and the rest."""
LONGEST = 16
"""Words of a title from which a sentence is made: longer ones hold more than one thought."""

_FILLER = re.compile(
    r"(?:please|also|and|but|so|maybe|perhaps|just|i think(?: that)?|i believe(?: that)?|i feel(?: that)?|"
    r"it would be (?:nice|good|great|lovely|helpful)(?: if we could| to)|would it be possible to|"
    r"it(?:['’]s| is) time (?:to|for)|let['’]?s|lets|let us|why not|how about|what about|(?:can|could) (?:we|you)|"
    r"i(?:['’]d| would) (?:like|love)(?: to see| to have)?|we(?:['’]d| would) (?:like|love)(?: to see| to have)?|"
    r"i (?:want|wish)(?: to see)?|we want(?: to see)?)[,:]?\s+",
    re.IGNORECASE,
)
_ALL_OF_US = (
    r"(?:we|you|they|people|everyone|somebody|someone|the (?:city|county|town|council|committee|community|board))"
)
_WHO = rf"(?:{_ALL_OF_US}|[A-Z][\w.’'-]*(?: [A-Z][\w.’'-]*)?)"
_OUGHT = (
    r"(?:really |also |desperately |badly |still )?(?:need|needs|should|must|ought|has|have|wants?|could use|deserves?)"
)
_SOMEBODY_OUGHT_TO_DO = re.compile(rf"{_ALL_OF_US} (?:all )?{_OUGHT}(?: to)? (?=([a-z]+)\b)", re.IGNORECASE)
_SOMEBODY_NEEDS = re.compile(
    rf"{_WHO} (?:really |also |desperately |badly |still )?(?:needs?|could use|wants?) ", re.IGNORECASE
)
_THERE_SHOULD_BE = re.compile(
    r"there (?:should|must|needs? to|ought to|has to|have to) be |there needs to be ", re.IGNORECASE
)
_PASSIVE = re.compile(
    r"(?P<object>(?:[\w’'/&-]+ ){0,5}[\w’'/&-]+) (?:should|must|needs? to|ought to|ha(?:s|ve) to) (?:also )?be "
    r"(?P<how>(?:[a-z]+ly |better |more [a-z]+ly )*)(?P<verb>[a-z]+)"
    r"(?P<more>(?:,? (?:and|or) [a-z]+(?:ed|en|t)\b)?)(?P<rest>.*)",
    re.IGNORECASE,
)
_NO_OBJECT = re.compile(
    r"\b(?:something|things?|and|that|who|which)$|^(?:it|they|this|that|these|those|things?)$|"
    r"\b(?:is|are|add|have|has)\b",
    re.IGNORECASE,
)
_GERUND = re.compile(r"(?P<object>.+?) needs? (?P<verb>[a-z]{3,}ing)\b(?P<rest>.*)", re.IGNORECASE)
_WANTED = re.compile(r"(?P<object>.+?) (?:is |are )?(?:needed|wanted|required)\b(?P<rest>.*)", re.IGNORECASE)
_BEGINS_LIKE_A_THING = re.compile(
    r"(?:more|better|fewer|less|stronger|stricter|safer|cheaper|free|affordable|a|an|another|new|some|additional|extra|"
    r"improved|regular|public|local|indoor|outdoor|higher|lower|longer|later)\b",
    re.IGNORECASE,
)
_DENIED = re.compile(r"\b(?:no|not|never|without|any)\b", re.IGNORECASE)
_LESS = re.compile(r"(?:fewer|less|lower)\b", re.IGNORECASE)
_UNFIT = re.compile(r"[?;:()\[\]\"“”]|\b(?:i|my|me|because|if|when|he|she|him|her)\b", re.IGNORECASE)
_IRREGULAR = {
    "built": "build", "made": "make", "given": "give", "kept": "keep", "held": "hold", "taught": "teach", "paid": "pay",
    "cut": "cut", "put": "put", "set": "set", "let": "let", "sold": "sell", "found": "find", "brought": "bring",
    "done": "do", "taken": "take", "shown": "show", "written": "write", "grown": "grow", "sent": "send", "won": "win",
    "banned": "ban", "planned": "plan", "stopped": "stop", "dropped": "drop", "fed": "feed", "led": "lead",
    "allowed": "allow", "fixed": "fix", "taxed": "tax", "opened": "open", "offered": "offer", "repaired": "repair",
    "limited": "limit", "widened": "widen", "welcomed": "welcome", "cleaned": "clean", "lowered": "lower",
}  # fmt: skip
OFTEN_FIRST = word_set(
    """
    more better fewer less stronger stricter safer cheaper free affordable a an another the our new some
    additional extra improved regular public local indoor outdoor higher lower longer later all every these
    those leash recycling marijuana traffic streets roads schools parks taxes sidewalks city county
    """
)
"""Words that begin a title and are no names."""
_KNOWN = word_set(
    """
    prune mend fix repair paint clean clear water weed tidy update improve replace widen
    """
)
_NO_VERBS = word_set(
    """
    better more less fewer able allowed free a an the some no not all our to be have access
    """
)
_SILENT_E = re.compile(
    r"(?:[^aeiou][aiou][cgkslvzr]|[aeiou][cgszv]|iz|is|at|ut|[^aeo]id|[^aeo]l|ur|dg|rg|nc|ov|ag|ang)$"
)


@dataclass(frozen=True)
class GoalSentence:
    """A goal as it could be put; how much and by when is left to the person who adopts it."""

    words: str
    """Verb and object, one sentence without its full stop."""
    is_turned: bool
    """Whether words were changed: then it is no quotation."""


def propose(title: str, written_small: Container[str] = OFTEN_FIRST) -> GoalSentence | None:
    """Say a title as a goal: “Taps should be repaired” becomes “Repair taps”; None where no rule is sure.

    Args:
        title: The title of a theme, a person's own words.
        written_small: Words that somebody wrote in small letters, so that they are no names: they lose their capital
            where they no longer stand first.
    """
    text = " ".join(title.split()).strip(" .!,")
    if not text or len(text.split()) > LONGEST:
        return None
    while filler := _FILLER.match(text):
        text = text[filler.end() :]
    if _UNFIT.search(text):
        return None
    for rule in (_as_imperative, _as_duty, _as_passive, _as_gerund, _as_wanted, _as_thing):
        if parts := rule(text):
            verb, thing = parts
            first, _, then = thing.partition(" ")
            is_name = first.lower() not in written_small or then[:1].isupper()
            if verb and not is_name and not first[1:].isupper():
                thing = thing[0].lower() + thing[1:]
            sentence = _begun(f"{verb} {thing}".strip())
            return GoalSentence(sentence, is_turned=sentence.casefold() not in title.casefold())
    return None


def _begun(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:].strip(" ,.!")


def _first(text: str) -> str:
    return re.split(r"[\s,]", text, maxsplit=1)[0].lower()


def _as_imperative(text: str) -> Parts | None:
    """As in “Plant more trees”: it is one already."""
    return ("", text) if _first(text) in IMPERATIVES and len(text.split()) > 1 else None


def _as_duty(text: str) -> Parts | None:
    """As in “We should plant trees”, “there should be a shelter”, “Bowling Green needs a shelter”."""
    if there := _THERE_SHOULD_BE.match(text):
        return _provide(text[there.end() :])
    if (does := _SOMEBODY_OUGHT_TO_DO.match(text)) and does[1].lower() in IMPERATIVES - _NO_VERBS:
        return "", text[does.end() :]
    if needs := _SOMEBODY_NEEDS.match(text):
        rest = text[needs.end() :]
        return _provide(rest) if not rest.lower().startswith("to ") else None
    return None


def _as_passive(text: str) -> Parts | None:
    """As in “Leash laws should be strictly enforced”."""
    found = _PASSIVE.fullmatch(text)
    if found is None or is_against(text) or _NO_OBJECT.search(found["object"]):
        return None
    verb = _base_of(found["verb"].lower())
    if verb is None:
        return None
    verbs = verb
    if found["more"]:
        second = _base_of(found["more"].split()[-1].lower())
        if second is None:
            return None
        verbs = f"{verb} and {second}"
    how = f" {found['how'].strip()}" if found["how"].strip() else ""
    return verbs, f"{found['object']}{how}{found['rest']}"


def _as_gerund(text: str) -> Parts | None:
    """As in “The old orchard needs pruning badly”."""
    found = _GERUND.fullmatch(text)
    if found is None:
        return None
    stem = found["verb"].lower()[:-3]
    verb = next((v for v in (stem, f"{stem}e", stem[:-1]) if v in IMPERATIVES or v in _KNOWN), None)
    return (verb, f"{found['object']}{found['rest'].removesuffix(' badly')}") if verb else None


def _as_wanted(text: str) -> Parts | None:
    """As in “Stronger rules for landlords needed”."""
    found = _WANTED.fullmatch(text)
    return _provide(found["object"] + found["rest"]) if found else None


def _as_thing(text: str) -> Parts | None:
    """As in “More parking downtown”: a thing that is wished for."""
    return _provide(text) if _BEGINS_LIKE_A_THING.match(text) and not re.search(r"\b(?:is|are|was)\b", text) else None


def _provide(thing: str) -> Parts | None:
    """The verb that goes with wanting a thing: there shall be more of it, or less."""
    if not thing or _DENIED.search(thing) or re.match(r"(?:to|be|been)\b", thing, re.IGNORECASE):
        return None
    if _LESS.match(thing):
        return "Have", thing
    return "Provide", thing


def _base_of(participle: str) -> str | None:
    """The verb of a past participle, if it is one that tells what to do: “enforced” is “enforce”."""
    if participle in _IRREGULAR:
        return _IRREGULAR[participle]
    if not participle.endswith("ed"):
        return None
    stem = participle[:-2]
    for verb in (participle[:-1], stem, f"{stem[:-1]}y" if stem.endswith("i") else "", stem[:-1]):
        if verb in IMPERATIVES or verb in _KNOWN:
            return verb
    return participle[:-1] if _SILENT_E.search(stem) else stem if len(stem) > 3 else None
