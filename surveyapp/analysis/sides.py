"""On which side of a question a statement stands, as far as its words tell: for something, or against it."""

import re
from enum import Enum

from surveyapp.analysis.tone_scan import word_set

# the patterns are looked for in small letters: that is several times faster than to pass over capitals
_OTHER_CLAUSE = re.compile(
    r"[;:.!?]\s|,\s|\b(?:who|which|that|whose|if|because|when|unless|until|so|while|but|how|why|what|where|rather than|"
    r"instead of|even though|although|since)\b",
)
_CONDITION = re.compile(r"\W*(?:if|when|unless|until)\b")
_NO_THING = (
    r"no(?! (?:matter|one|person|child|human|doubt|longer|two|kid|kids|"
    r"(?:\w+ ){1,2}(?:should|must|deserves?|needs?|has))\b)"
)
"""As in "no more cars", not as in "no child should go hungry"."""
_DENIES = re.compile(
    r"\b(?:should|must|need|ought)(?: definitely| really| absolutely)?(?:n['’]?t| not| never)\b(?! only| just| merely)|"
    r"\b(?:do|does)(?:n['’]?t| not|nt)(?: really)? (?:need|want|support|deserve|think|favou?r|like|approve)\b|"
    rf"^\W*(?:please )?(?:{_NO_THING}|never|do not|don['’]?t)\b|"
    r"\b(?:definitely|really|absolutely) (?:does|do|should|is) not\b|\bnot in favou?r\b",
)
_HEAD = (
    r"(?:^\W*(?:please |also |let['’]?s |and )*|\b(?:should|must|needs? to|have to|has to|ought to|want to|time to|i)"
    r"(?:n['’]?t)?(?: not| never| all| also| really| fully| completely)*(?: be| be made| make)* )"
)
_AGAINST = re.compile(
    _HEAD
    + r"(?:abandon|abolish|ban(?:n|s?\b)|end(?:ed|ing|s)?\b|stop|discontinu|dismantl|eliminat|exclud|forbid|repeal|"
    r"remov|outlaw|prohibit|illegal|criminali[sz]|oppos|reject|scrap|cancel|get rid of|dissolv|terminat|overturn|undo|"
    r"defund|restrict|reduc|fewer|less\b|clos(?:e|ed|ing)\b|get (?:\w+ ){1,3}out\b)|"
    r"\b(?:i(?:['’]?m| am)|we are|strongly) against\b|\b(?:is|are) (?:wrong|unnecessary)\b",
)
_FOR = re.compile(
    _HEAD + r"(?:legali[sz]|legal\b|allow|keep|kept|support|expand|increas|more\b|favou?r|encourag|preserv|continu|"
    r"remain|mandatory|add\b)|"
    r"\b(?:is|are) (?:necessary|essential|needed)\b",
)
SIDE_WORDS = word_set(
    """
    abolish abolished ban banned bans banning end ended stop stopped eliminate eliminated repeal repealed remove removed
    outlaw outlawed prohibit prohibited illegal legal legally legalise legalised legalize legalized criminalise
    criminalize criminalised criminalized decriminalise decriminalize decriminalized against oppose opposed opposes
    reject support supported supports favour favor allow allowed allows keep kept dissolve dissolved terminate overturn
    overturned undo defund fewer less reduce reduced more add increase increased definitely really absolutely necessary
    essential important continue continued exist required require mandatory
    """
)
"""Words that say on which side a statement is, not what it is about."""


MOST_CHARACTERS = 300
"""How far the main clause is looked for."""


class Side(Enum):
    """What the main clause of a statement says of its thing."""

    PLAIN = "there is a thing, wished for or only told of"
    DENIED = "the thing should not be"
    FOR = "the thing is to be allowed, kept or increased, or not to be ended"
    AGAINST = "the thing is to be ended, banned or reduced"


_OPPOSITES = (
    {Side.PLAIN, Side.DENIED},
    {Side.FOR, Side.DENIED},
    {Side.FOR, Side.AGAINST},
)
"""Not plain and against: "address it" and "end it" may well wish the same."""


def side(statement: str) -> Side:
    """On which side a statement is: "should not be abolished" is for a thing, "stop it" against it."""
    statement = statement[:MOST_CHARACTERS].lower()
    if _CONDITION.match(statement):
        return Side.PLAIN
    clause = _main_clause(statement)
    is_denied = denies(clause)
    if _AGAINST.search(clause):
        return Side.FOR if is_denied else Side.AGAINST
    if is_denied:
        return Side.DENIED
    return Side.FOR if _FOR.search(clause) else Side.PLAIN


def _main_clause(statement: str) -> str:
    first = _OTHER_CLAUSE.search(statement, 1)
    return statement[: first.start()] if first else statement


def denied(statement: str) -> str:
    """What the main clause denies, in small letters: "be pulled down" of "the tower should not be pulled down"."""
    clause = _main_clause(statement[:MOST_CHARACTERS].lower())
    found = _DENIES.search(clause)
    return clause[found.end() :] if found else ""


def are_opposite(first: Side, second: Side) -> bool:
    """Whether two sides cannot both be taken of the same thing."""
    return {first, second} in _OPPOSITES


def denies(clause: str) -> bool:
    """Whether a clause is denied: "should not be", "does not need", "no more"."""
    return _DENIES.search(clause.lower()) is not None
