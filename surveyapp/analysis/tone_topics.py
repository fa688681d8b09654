"""Good and bad words that here only name what a text is about: "cancer ward", "fighting poverty", "poor families".

Naming a group or an evil is neither praise nor blame. The same words judge elsewhere ("the food is poor", "the cancer
has spread"), so what stands beside them decides.
"""

from collections.abc import Sequence
from typing import Final


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


CIRCUMSTANCES = _set("fat poor poorer poorest rich richer richest short tall thin wealthy wealthier wealthiest")
"""Of people: "the poor", "I am rich". Of things they judge."""
NEEDS = _set(
    "abused bereaved deprived disadvantaged ill injured marginalised marginalized needy sick underprivileged vulnerable"
)
"""Of people, only right before them: "I am ill" tells something bad."""
PEOPLE = _set(
    "adult adults area areas boy boys child children citizen citizens communities community countries country "
    "district districts families family farmer farmers folk folks girl girls household households immigrant "
    "immigrants kid kids man member members men nation nations neighbor neighborhood neighborhoods neighbors "
    "neighbour neighbourhood neighbourhoods neighbours parent parents patients pensioner pensioners people peoples "
    "person resident residents senior seniors student students tenant tenants village villages volunteer volunteers "
    "voter voters woman women worker workers"
)
_BY_WORK = _set(
    "businessman businessmen candidate candidates celebrities celebrity developer developers doctor doctors donor "
    "donors employer employers friend friends investor investors landlord landlords lawyer lawyers leader leaders "
    "nurse nurses owner owners politician politicians teacher teachers"
)
"""A rich or tall one is as good at it as others; a poor teacher is not."""
_PERSONS = PEOPLE | _BY_WORK | _set("i we you he she they")
_ARE = _set("am are be is was were")
_THEY_ARE = _set("he's i'm she's they're we're you're im")
_STAND_ALONE = _set(". ; ! !! ? ?? , ( ) and or but because so who to than")
"""What follows "I am poor" where nothing is poor but the person: not "we are poor at planning"."""
_AFTER_A_GROUP = _STAND_ALONE | _set(
    "are be can could deserve do get have in is lose must need needs of on pay should suffer were when while with will "
    "would from at by for not as live vote"
)
"""What follows "the poor" where it is a group, not "the poor lighting"."""
_JOINED = _set("and or vs versus nor to from between")

TOPICS = _set(
    "abuse accident accidents addiction alcohol anger anxiety bankruptcy bereavement bullying cancer conflict "
    "conflicts corruption crime crimes crises crisis death debt debts dementia depression disaster disasters "
    "discrimination disease diseases drought drug drugs emergencies emergency epilepsy exclusion fire fires flood "
    "floods grief harassment hate hatred homelessness hunger illness illnesses inequality injury isolation litter "
    "loneliness loss murder noise obesity pain pandemic pollution poverty prison racism rape rubbish sexism slavery "
    "stress stroke suicide terrorism torture trauma unemployment vandalism violence war waste weapons"
)
"""Evils that a community has groups, services and plans for."""
_HEADS = _set(
    "action alarm alarms aid alert awareness bank bin bins brigade campaign campaigns care carers centre centres "
    "center centers charities charity clinic clinics club collection control counselling counseling counsellor "
    "counselor course courses day department drill drills education exit fund funds group groups helpline hotline "
    "hospital insurance kit law laws line management memorial museum officer officers patients plan plans policies "
    "policy prevention programme programmes program programs project projects protection recovery reduction "
    "register relief research response room safety service services shelter shelters squad station stations "
    "strategy support survivor survivors team teams therapy training treatment unit units veteran veterans victim "
    "victims volunteers ward wards watch week workshop workshops"
)
"""What is named after what it is for: a "crime watch" is no crime."""
_AGAINST = _set(
    "against alleviate alleviating awareness combat combating combatting decrease eradicate eradicating fight "
    "fighting fights fought lessen overcome overcoming prevent preventing prevention prevents recover recovering "
    "recovery reduce reduces reducing reduction survivor survivors survived surviving tackle tackles tackling "
    "victim victims"
)
_REACH: Final = 3
"""Words between what is done against an evil and the evil: "victims of domestic violence"."""
_OF_PEOPLE = PEOPLE | _set("those anyone everyone someone")

_OF_MONEY = _set("income incomes wage waged paid")

SUBJECTS = CIRCUMSTANCES | NEEDS | TOPICS | _AGAINST | {"low"}


def is_subject(tokens: Sequence[str], place: int) -> bool:
    """Whether the word of SUBJECTS at *place* only names what the text is about.

    Args:
        tokens: Of a text, a full stop at their end.
        place: Where it stands.
    """
    token, following = tokens[place], tokens[place + 1]
    before = tokens[max(0, place - _REACH) : place]
    if token in _AGAINST:
        return not TOPICS.isdisjoint(tokens[place + 1 : place + 1 + _REACH])
    if token in TOPICS:
        if following in _HEADS or not _AGAINST.isdisjoint(before):
            return True
        return "with" in before and not _OF_PEOPLE.isdisjoint(tokens[max(0, place - _REACH - 1) : place])
    if token == "low":  # noqa: S105  "low-income families", not "low turnout"
        return following in _OF_MONEY and not _OF_PEOPLE.isdisjoint(tokens[place + 2 : place + 4])
    if following in PEOPLE or (following in _BY_WORK and token in CIRCUMSTANCES and token[:4] != "poor"):
        return True
    if token in NEEDS or not before:
        return False
    last = before[-1]
    if last == "the" and following in _AFTER_A_GROUP:
        return True
    if following in _JOINED and tokens[place + 2 : place + 3] and tokens[place + 2] in CIRCUMSTANCES:
        return True
    if last in _JOINED and len(before) > 1 and before[-2] in CIRCUMSTANCES:
        return True
    is_person = last in _THEY_ARE or (last in _ARE and len(before) > 1 and before[-2] in _PERSONS)
    return is_person and following in _STAND_ALONE
