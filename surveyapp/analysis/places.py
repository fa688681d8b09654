"""Which names are names of places: they tell where, not what, and say nothing about a theme alone."""

import re
from collections import Counter
from collections.abc import Iterable
from itertools import chain

from surveyapp.analysis.tone_scan import word_set

KINDS_OF_PLACE = word_set(
    """
    road rd street st avenue ave av lane ln drive dr blvd boulevard boulvard highway hwy pkwy parkway court ct square
    sq county co city town village township borough district parish province state country bridge island valley
    hill hills creek heights springs estate river lake mount fort port north south east west northern southern eastern
    western central interstate exit area areas region place
    """
)
"""What stands after the name of a place, or is as vague as one."""
_KNOWN = word_set(
    """
    alabama alaska arizona arkansas california colorado connecticut delaware florida georgia hawaii idaho illinois
    indiana iowa kansas kentucky louisiana maine maryland massachusetts michigan minnesota mississippi missouri montana
    nebraska nevada hampshire jersey mexico york carolina dakota ohio oklahoma oregon pennsylvania rhode tennessee texas
    utah vermont virginia washington wisconsin wyoming america american americans usa us u.s uk england scotland wales
    ireland britain london canada australia zealand africa europe asia china russia india japan germany france spain
    italy israel palestine iran iraq korea brazil
    """
)
"""States and countries: whoever writes of them is not saying what for."""
_NO_PLACES = word_set(
    """
    congress senate house parliament council government court courts school schools church medicare medicaid medicine
    facebook twitter internet english spanish maths science history january february march april may june july august
    september october november december monday tuesday wednesday thursday friday saturday sunday christmas god
    """
)
"""Names that one can be in as well, but that say what a text is about."""
IN_A_PLACE = 0.2
"""A name is that of a place when so large a share of its mentions come after "in", "near" and the like."""
FEWEST_IN_PLACE = 2

_AFTER_A_NAME = word_set(
    """
    road rd street st avenue ave av lane ln drive blvd boulevard highway hwy pkwy parkway county co township borough
    bridge creek heights
    """
)
"""Of these, the ones before which only the name of a place stands."""
_NAME = r"[A-Z][\w’'&-]*"
_SMALL = re.compile(r"\b[a-z]{2,}\b")
_NAMES = re.compile(rf"(?:\b([A-Za-z]++)\s++)?({_NAME}(?:[ ]+{_NAME})*)")
"""The word before names that stand in a row, and the names."""
_IN = frozenset({"in", "near", "throughout", "around", "across", "within", "outside", "downtown"})


def place_names(texts: Iterable[str], names: frozenset[str]) -> frozenset[str]:
    """Words, in small letters, that name a place: a few that all know, and those that texts write of as places.

    A name is that of a place where it stands before "Road", "County" and the like, or often after "in" and "near".

    Args:
        texts: What people wrote.
        names: Words in small letters that are mostly written with a capital.
    """
    said: Counter[str] = Counter()
    within: Counter[str] = Counter()
    before_kind: set[str] = set()
    texts = list(texts)
    for (word_before, row), times in Counter(chain.from_iterable(map(_NAMES.findall, texts))).items():
        run = [name.lower().replace("’", "'").removesuffix("'s") for name in row.split()]
        inside = times if word_before.lower() in _IN else 0
        for i, name in enumerate(run):
            said[name] += times
            within[name] += inside
            if i and name in _AFTER_A_NAME:
                before_kind.add(run[i - 1])
    often = {n for n, times in within.items() if times >= FEWEST_IN_PLACE and times >= IN_A_PLACE * said[n]}
    kinds = KINDS_OF_PLACE & names
    for text in texts:
        if any(kind in text for kind in kinds):
            kinds = kinds.difference(_SMALL.findall(text))  # "Valley", where nobody writes of a valley
    return _KNOWN | ((often | before_kind) & names) - _NO_PLACES - KINDS_OF_PLACE | kinds
