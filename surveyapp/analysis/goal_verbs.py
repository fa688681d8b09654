"""The small word lists behind a goal sentence: verbs, people, and which verb goes with which thing."""

from surveyapp.analysis.tone_scan import word_set

IRREGULAR = {
    "built": "build", "made": "make", "given": "give", "kept": "keep", "held": "hold", "taught": "teach", "paid": "pay",
    "cut": "cut", "put": "put", "set": "set", "let": "let", "sold": "sell", "found": "find", "brought": "bring",
    "done": "do", "taken": "take", "shown": "show", "written": "write", "grown": "grow", "sent": "send", "won": "win",
    "banned": "ban", "planned": "plan", "stopped": "stop", "dropped": "drop", "fed": "feed", "led": "lead",
    "allowed": "allow", "fixed": "fix", "taxed": "tax", "opened": "open", "offered": "offer", "repaired": "repair",
    "limited": "limit", "widened": "widen", "welcomed": "welcome", "cleaned": "clean", "lowered": "lower",
    "overturned": "overturn", "vetted": "vet", "heard": "hear", "seen": "see", "held accountable": "hold accountable",
    "redrawn": "redraw", "drawn": "draw", "rethought": "rethink", "rebuilt": "rebuild", "undone": "undo",
    "funded": "fund", "removed": "remove", "moved": "move", "listed": "list", "timed": "time", "merged": "merge",
    "chosen": "choose", "spent": "spend", "shut": "shut", "treated": "treat", "required": "require",
}  # fmt: skip
ARTICLES = word_set("the a an our more better all every no some new these those any")
"""Words that stand before a name as well as before a thing."""
OFTEN_FIRST = ARTICLES | word_set(
    """
    fewer less police congress marijuana recycling medical federal presidential health election voting traffic parking
    housing water education school college city county town council government community university health climate
    abortion recreation transport transit internet library park pool hospital food energy land fire gun street road
    """
)
"""Words that begin a title and are no names."""
KNOWN_VERBS = word_set(
    """
    prune mend fix repair paint clean clear water weed tidy update improve replace widen fund time switch light heat
    cool plow vet ban tax mix elevate consolidate revitalize revitalise beautify incentivize incentivise
    decriminalize decriminalise abolish overturn ratify prosecute fight work focus end hold look figure stand pray
    report march stay identify
    """
)
"""Verbs that tell what to do, besides those that a title is looked at for."""
NO_VERBS = word_set(
    """
    better more less fewer able allowed free a an the some no not all our to be have access do go come like want need
    think know believe feel agree love hate hope say seem mean let's just are am is become remain exist happen live rise
    thank thanks staff
    """
)
"""Words that tell nobody what to do, whatever the lexicon has them for."""
PEOPLE = word_set(
    """
    women men people candidates politicians officers officials teachers doctors nurses police leaders representatives
    volunteers staff members residents citizens democrats republicans democrat voters parents students workers judges
    """
)
"""Those whom a goal can have, not provide."""
VERB_OF_THING = {
    **dict.fromkeys(("ordinance", "law", "laws", "act", "bill", "legislation", "amendment", "ban"), "Pass"),
    **dict.fromkeys(("reform", "reforms", "overhaul", "repairs", "upgrade", "upgrades"), "Carry out"),
    **dict.fromkeys(
        ("limits", "limit", "control", "controls", "regulation", "regulations", "rules", "tax", "penalties", "fines",
         "fee", "fees", "system", "standards", "requirements"),
        "Introduce",
    ),
    **dict.fromkeys(("discourse", "communication", "cooperation", "collaboration", "awareness", "equality", "respect",
                     "unity", "diversity", "transparency", "accountability", "competition", "engagement",
                     "inclusion", "peace", "tolerance", "understanding"), "Encourage"),
    **dict.fromkeys(("balance", "freedom", "independence", "justice", "neutrality", "privacy", "protection",
                     "protections", "representation", "rights", "safety", "security", "separation"), "Ensure"),
    **dict.fromkeys(("party", "association", "club", "committee", "council"), "Found"),
    **dict.fromkeys(("roads", "road", "lanes", "lane", "sidewalks", "sidewalk", "trails", "trail", "roundabouts",
                     "bridge", "bridges", "houses", "homes", "school", "schools", "library", "pool", "pools"), "Build"),
}  # fmt: skip
"""The verb that goes with a thing better than "provide"."""
