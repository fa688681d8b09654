"""From the title of a theme to a goal sentence, verb and object: a proposal that a person finishes.

Rules, small word lists and the lexicon, read in one pass from the front of the title: what is said about wishing ("we
need", "there should be", "please") is taken off, and what is left is turned to begin with a verb. A denied wish stays
denied. Where no rule is sure, there is no sentence, and the title stands.
"""

import re
from collections.abc import Container
from dataclasses import dataclass

from surveyapp.analysis.goal_verbs import ARTICLES, IRREGULAR, KNOWN_VERBS, NO_VERBS, OFTEN_FIRST, PEOPLE, VERB_OF_THING
from surveyapp.analysis.lexicon import exactly, tag
from surveyapp.analysis.titles import IMPERATIVES

Parts = tuple[str, str]
"""The verb, where a rule puts one in front, and the rest."""
LONGEST = 18
"""Words of a title from which a sentence is made: longer ones hold more than one thought."""
MOST_CHARACTERS = 200
"""Characters of such a title: longer ones hold words that are none, and the rules go over them again and again."""

MOST_CHARACTERS = 200
"""Characters of such a title: the rules look at a text many times."""

_FILLER = re.compile(
    r"(?:please|also|and|but|so|maybe|perhaps|just|i think(?: that)?|i believe(?: that)?|i feel(?: that)?|"
    r"it would be (?:nice|good|great|lovely|helpful)(?: if we could| to)|would it be possible to|"
    r"it(?:['’]s| is) time (?:to|for)|let['’]?s|lets|let us|why not|how about|what about|(?:can|could) (?:we|you)|"
    r"i(?:['’]d| would) (?:like|love)(?: to see| to have)?|we(?:['’]d| would) (?:like|love)(?: to see| to have)?|"
    r"i (?:want|wish)(?: to see)?|we want(?: to see)?|the goal should be to|our goal should be to)[,:]?\s+",
    re.IGNORECASE,
)
_HOW = r"(?:really |also |desperately |badly |still |definitely |absolutely |all )?"
_ALL_OF_US = (
    r"(?:we|you|they|people|everyone|somebody|someone|(?:the |our |your )?"
    r"(?:city|county|town|council|committee|community|board))"
)
_A_NAME = r"[A-Z][\w.’'-]*(?: [A-Z][\w.’'-]*){0,2}"
_WE_OUGHT = re.compile(
    rf"(?:{_ALL_OF_US} )?{_HOW}(?:need to|needs to|should|must|ought to|have to|has to|want to|wants to) {_HOW}"
    r"(?P<rest>.+)",
    re.IGNORECASE,
)
_WE_NEED = re.compile(
    rf"(?:(?:(?i:{_ALL_OF_US}) )?{_HOW}(?:[Nn]eeds?|could use|wants?|must have|should have)|"
    rf"{_A_NAME} {_HOW}(?:needs|could use|wants)) (?P<rest>.+)"
)
_DESERVE = re.compile(r"(?P<who>.+?) deserves? (?!to\b)(?P<rest>.+)", re.IGNORECASE)
_OTHERS_NEED = re.compile(
    r"(?P<who>.+?) (?:needs?|could use) (?P<rest>(?:access|better|more|an?|new|stronger|free|affordable|safer)\b.+)",
    re.IGNORECASE,
)
_WOULD_BE_GOOD = re.compile(
    r"(?P<thing>.+?) would (?:also |really |definitely )?be (?:an? )?(?:very |really )?(?:great|nice|huge|good|"
    r"wonderful|welcome|lovely|fantastic|awesome|helpful|appreciated|useful|beneficial)"
    r"(?: addition| help| benefit| plus| idea)?",
    re.IGNORECASE,
)
_DOING = re.compile(r"be (?P<verb>[a-z]+)ing (?P<rest>.+)", re.IGNORECASE)
_THERE_SHOULD_BE = re.compile(r"there (?:should|must|needs? to|ought to|has to|have to) be (?P<rest>.+)", re.IGNORECASE)
_OUGHT = re.compile(
    rf"(?P<who>.+?) {_HOW}(?P<ought>should(?:n['’]t)?|must(?:n['’]t)?|needs? to|ought to|ha(?:s|ve) to)"
    r"(?P<not> not| never)? (?:also |all |always )?(?P<rest>.+)",
    re.IGNORECASE,
)
_PASSIVE = re.compile(
    r"be (?P<how>(?:[a-z]+ly |better |more [a-z]+ly )*)(?P<verb>[a-z]+)"
    r"(?P<more>(?:,? (?:and|or) [a-z]+(?:ed|en|t)\b)?)(?P<rest>.*)",
    re.IGNORECASE,
)
_NO_OBJECT = re.compile(
    r"\b(?:something|things?|and|that|who|which|of|to)$|^(?:it|they|this|that|these|those|things?|one|no|nobody|noone|"
    r"nothing|who|what)\b|\b(?:is|are|was|were|add|have|has|should|must|can|could|will|would|think|believe|says?)\b",
    re.IGNORECASE,
)
_GERUND = re.compile(r"(?P<object>.+?) needs? (?P<verb>[a-z]{3,}ing)\b(?P<rest>.*)", re.IGNORECASE)
_WANTED = re.compile(r"(?P<object>.+?) (?:is |are )?(?:needed|wanted|required)\b(?P<rest>.*)", re.IGNORECASE)
_BEGINS_LIKE_A_THING = re.compile(
    r"(?:more|better|fewer|less|stronger|stricter|safer|cheaper|cleaner|healthier|free|affordable|a|an|another|new|some|"
    r"additional|extra|improved|regular|public|local|indoor|outdoor|higher|lower|longer|later|greater|bigger|wider)\b",
    re.IGNORECASE,
)
_HAS_A_CLAUSE = re.compile(
    r"\b(?:is|are|was|were|should|must|needs|would|could|will|can|means?|makes|helps|do|does|did)\b", re.IGNORECASE
)
_IS = re.compile(r"\b(?:is|are|was|were)\b", re.IGNORECASE)
_BESIDES = re.compile(r"\b(?:so|that|who|which|where|what|how|as|until|while)\b", re.IGNORECASE)
_DENIED = re.compile(r"\b(?:no|not|never|without|any|nobody|none|neither|nor|[a-z]+n['’]t|dont)\b", re.IGNORECASE)
_DO_NOT = re.compile(r"(?:do not|don['’]?t|never) (?P<rest>(?P<verb>[a-z]+) .+)", re.IGNORECASE)
_LESS = re.compile(r"(?:fewer|less|lower)\b", re.IGNORECASE)
_UNFIT = re.compile(
    r"[?;:()\[\]\"“”]|\b(?:i|my|me|because|if|when|he|she|him|her|etc|as (?:it|they|we|this))\b", re.IGNORECASE
)
_AFTER_HEAD = re.compile(
    r"\b(?:of|for|in|on|at|to|with|from|by|about|that|who|which|near|along|around|between|and|or|against|across|than|like)\b|,",
    re.IGNORECASE,
)
_ADVERB = re.compile(r"(?:[a-z]+ly|also|all|really|immediately|now|always|fully|better|continue to)\s+", re.IGNORECASE)
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


def propose(title: str, written_small: Container[str] | None = None) -> GoalSentence | None:
    """Say a title as a goal: “Taps should be repaired” becomes “Repair taps”; None where no rule is sure.

    Args:
        title: The title of a theme, a person's own words.
        written_small: Words that somebody wrote in small letters, so that they are no names: they lose their capital
            where they no longer stand first. Without them the lexicon tells.
    """
    text = " ".join(title.split()).strip(" .!,")
    if not text or len(text) > MOST_CHARACTERS or len(text.split()) > LONGEST:
        return None
    text = text.lower() if text.isupper() else text
    text = text.removesuffix(" please").removesuffix(" Please").strip(" ,")
    while filler := _FILLER.match(text):
        text = text[filler.end() :]
    if _UNFIT.search(text):
        return None
    for rule in (_as_prohibition, _as_imperative, _as_our_duty, _as_need, _as_duty, _as_gerund, _as_wanted, _as_thing):
        if parts := rule(text):
            verb, thing = parts
            if verb and thing:
                thing = _small_first(thing, written_small)
            sentence = _begun(f"{verb} {thing}".strip())
            return GoalSentence(sentence, is_turned=sentence.casefold() not in title.casefold())
    return None


def _begun(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:].strip(" ,.!")


def _small_first(thing: str, written_small: Container[str] | None) -> str:
    """The thing without the capital that it had for standing first; a name keeps it."""
    first, _, then = thing.partition(" ")
    word = re.split(r"[-/'’]", first, maxsplit=1)[0]
    small = word.lower()
    if first[1:].isupper() and len(first) > 1:
        return thing
    kind = tag(small)
    is_usual = small in OFTEN_FIRST or kind.startswith(("NNS", "JJ", "V")) or not exactly(word).startswith("NNP")
    is_usual = (bool(kind) and is_usual) or (written_small is not None and small in written_small)
    goes_on_as_name = then[:1].isupper() and not then.split()[0].isupper() and small not in ARTICLES
    return thing if goes_on_as_name or not is_usual else thing[0].lower() + thing[1:]


def _is_verb(word: str) -> bool:
    """Whether a word tells what to do where it stands first."""
    word = word.removeprefix("re-")
    return word not in NO_VERBS and (word in IMPERATIVES or word in KNOWN_VERBS or tag(word) in {"VB", "VBP"})


def _first(text: str) -> str:
    return re.split(r"[\s,]", text, maxsplit=1)[0].lower()


def _acts(text: str) -> bool:
    """Whether a text is a verb that tells what to do, with what it is to be done to."""
    bare = _ADVERB.sub("", text, count=1)
    said = bare.lower().split()
    return (
        len(said) > 1 and _is_verb(said[0].strip(",")) and said[1] not in {"is", "are", "was", "were", "has", "should"}
    )


def _as_prohibition(text: str) -> Parts | None:
    """As in “Don't build the bridge”: it stays denied."""
    found = _DO_NOT.fullmatch(text)
    return ("Do not", found["rest"]) if found and found["verb"].lower() not in NO_VERBS else None


def _as_imperative(text: str) -> Parts | None:
    """As in “Plant more trees”: it is one already."""
    if not _acts(text):
        return None
    clause = _BESIDES.split(text, maxsplit=1)[0]
    second, third, *_ = [*text.lower().split()[1:], "", ""]
    if _IS.search(clause) or (tag(second) == "VBN" and not third):  # "Help from staff is good", "Support given"
        return None
    if tag(_first(text)) != "VB":  # may be a thing, too: "Clean water is a right", "Clear and concise"
        if _HAS_A_CLAUSE.search(clause) or second in {"and", "or", "to"} or tag(second) in {"VBZ", "VBD", "VBP", "MD"}:
            return None
        if tag(second) == "NNS" and third in {"too", "so", "very", "a"}:  # "Water costs too much"
            return None
    return "", text


def _as_our_duty(text: str) -> Parts | None:
    """As in “We should plant trees”."""
    found = _WE_OUGHT.fullmatch(text)
    if found is None:
        return None
    rest = _done(found["rest"])
    if denied := re.match(r"(?:not|never) (?=(\w+) )", rest, re.IGNORECASE):
        return ("Do not", rest[denied.end() :]) if _is_verb(denied[1].lower()) else None
    return ("", rest) if _acts(rest) else None


def _as_need(text: str) -> Parts | None:
    """As in “there should be a shelter”, “Bowling Green needs a shelter”, “renters need better rights”."""
    if there := _THERE_SHOULD_BE.fullmatch(text):
        return _provide(there["rest"])
    if needs := _WE_NEED.fullmatch(text):
        return _provide(needs["rest"]) if not re.match(r"(?:to|not)\b", needs["rest"], re.IGNORECASE) else None
    given = _DESERVE.fullmatch(text) or _OTHERS_NEED.fullmatch(text)
    if (
        given
        and not re.search(r"\b(?:to|that|know)\b", given["who"])
        and not _NO_OBJECT.search(given["who"])
        and not _DENIED.search(text)
        and not _HAS_A_CLAUSE.search(text)
    ):
        return "Give", f"{given['who']} {given['rest']}"
    return None


def _as_duty(text: str) -> Parts | None:
    """As in “Leash laws should be enforced”, “Health care should be free”, “Schools should offer music”."""
    found = _OUGHT.fullmatch(text)
    if found is None or _NO_OBJECT.search(found["who"]) or len(found["who"].split()) > 7:
        return None
    who, rest = found["who"].strip(" ,"), _done(found["rest"])
    if re.match(r"(?:we|you|i|people|everyone|everybody|somebody|someone)$", who, re.IGNORECASE):
        return None
    is_denied = bool(found["not"]) or found["ought"].lower().endswith(("n't", "n’t"))
    if _DENIED.search(who) or (_DENIED.search(rest) and is_denied):
        return None
    if rest.lower().startswith("be "):
        return _as_passive(who, rest, is_denied) or _as_state(who, rest, is_denied)
    if given := re.match(r"(?:have|get|receive) (?!to\b|been\b)(?=\S+)", rest, re.IGNORECASE):
        return None if is_denied else ("Give", f"{who} {rest[given.end() :]}")
    if not _acts(rest) and not (_is_verb(_first(rest)) and len(rest.split()) == 1):
        return None
    return ("Do not let" if is_denied else "Have"), f"{who} {rest}"


def _done(what: str) -> str:
    """What is to be done, "be supporting" as "support"."""
    found = _DOING.fullmatch(what)
    if found is None:
        return what
    stem = found["verb"].lower()
    verb = next((v for v in (f"{stem}e", stem, stem[:-1]) if _is_verb(v)), None)
    return f"{verb} {found['rest']}" if verb else what


def _as_passive(who: str, rest: str, is_denied: bool) -> Parts | None:
    """Who should be done something to: “be strictly enforced”."""
    found = _PASSIVE.fullmatch(rest)
    verb = _base_of(found["verb"].lower()) if found else None
    if found is None or verb is None:
        return None
    if found["verb"].lower() == "allowed" and found["rest"].startswith(" to "):
        return ("Do not let" if is_denied else "Let"), f"{who} {found['rest'][4:]}"
    if found["more"]:
        second = _base_of(found["more"].split()[-1].lower())
        if second is None:
            return None
        verb = f"{verb} {found['more'].split()[-2].lower()} {second}"
    how = f" {found['how'].strip()}" if found["how"].strip() else ""
    return (f"Do not {verb}" if is_denied else verb), f"{who}{how}{found['rest']}"


def _as_state(who: str, rest: str, is_denied: bool) -> Parts | None:
    """Who should be of some kind: “be free”, “be a public holiday”."""
    state = rest[3:]
    first = _ADVERB.sub("", state, count=1).split()[0].lower().strip(",")
    if first in {"able", "willing"} and " to " in state:
        return ("Do not let" if is_denied else "Let"), f"{who} {state.split(' to ', 1)[1]}"
    is_kind = tag(first).startswith("JJ") or first in {"a", "an", "more", "less", "the"} or tag(first) == "NN"
    if not is_kind or is_denied:
        return ("Do not make", f"{who} {state}") if is_denied and is_kind and tag(first).startswith("JJ") else None
    return "Make", f"{who} {state}"


def _as_gerund(text: str) -> Parts | None:
    """As in “The old orchard needs pruning badly”."""
    found = _GERUND.fullmatch(text)
    if found is None or _DENIED.search(text):
        return None
    stem = found["verb"].lower()[:-3]
    verb = next((v for v in (stem, f"{stem}e", stem[:-1]) if v in IMPERATIVES or v in KNOWN_VERBS), None)
    return (verb, f"{found['object']}{found['rest'].removesuffix(' badly')}") if verb else None


def _as_wanted(text: str) -> Parts | None:
    """As in “Stronger rules for landlords needed”."""
    found = _WANTED.fullmatch(text)
    if found is None or _HAS_A_CLAUSE.search(found["object"]) or _HAS_A_CLAUSE.search(found["rest"]):
        return None
    return _provide(found["object"] + found["rest"])


def _as_thing(text: str) -> Parts | None:
    """As in “More parking downtown”: a thing that is wished for."""
    if (good := _WOULD_BE_GOOD.fullmatch(text)) and not _HAS_A_CLAUSE.search(good["thing"]):
        return _provide(good["thing"])
    if re.match(r"no (?:more|new) \w", text, re.IGNORECASE) and not _HAS_A_CLAUSE.search(text):
        return "Allow", text
    if not _BEGINS_LIKE_A_THING.match(text) or _HAS_A_CLAUSE.search(text):
        return None
    does = any(tag(word) == "VBZ" for word in text.lower().split())  # "More staff leads to better care"
    return None if does else _provide(text)


def _provide(thing: str) -> Parts | None:
    """The verb that goes with wanting a thing: there shall be more of it, or less."""
    if (
        not thing
        or _DENIED.search(thing)
        or re.match(r"(?:(?:to|be|been|it|this|that|them)\b|the \S+$)", thing, re.IGNORECASE)
    ):
        return None
    if _LESS.match(thing):
        return "Have", thing
    before = _AFTER_HEAD.split(thing, maxsplit=1)[0].lower().split()
    head = next((word for word in reversed(before) if word not in {"now", "today", "please", "again", "downtown"}), "")
    if not head or tag(head).startswith(("RB", "IN")) or re.search(r"\bto (?:be|have)\b", thing):
        return None
    if head in PEOPLE:
        return "Have", thing
    return VERB_OF_THING.get(head, "Provide"), thing


def _base_of(participle: str) -> str | None:
    """The verb of a past participle, if it is one that tells what to do: “enforced” is “enforce”."""
    if participle in IRREGULAR:
        return IRREGULAR[participle]
    if not participle.endswith("ed") or participle in {"need", "needed", "supposed", "allied", "united", "indeed"}:
        return None
    stem = participle[:-2]
    doubled = stem[:-1] if stem[-2:-1] == stem[-1:] else ""
    for verb in (participle[:-1], stem, f"{stem[:-1]}y" if stem.endswith("i") else "", doubled):
        if verb and (verb in IMPERATIVES or verb in KNOWN_VERBS or tag(verb) in {"VB", "VBP"}):
            return verb
    return participle[:-1] if _SILENT_E.search(stem) else stem if len(stem) > 3 else None
