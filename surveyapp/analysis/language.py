"""Is a text English, as far as the analysis of tone is concerned? Other languages are counted, never scored."""

from surveyapp.analysis.tone_scan import PUNCTUATION, tokens_of, word_set

NON_LATIN_SHARE = 0.3  # of the letters: more of them than this is another script
LEAST_HITS = 2  # function words that another language must show
COVERED = 0.5  # of its words: an English text has more than that in the table of tone
RARELY_COVERED = 1 / 3  # of its words: even one with nothing foreign about it, such as a list of rare words, has more
LEAST_WORDS = 3  # fewer say nothing about coverage

_FUNCTION_WORDS = {
    "en": "a about after all also am an and any are as at be because been but by can could did do does don't for "
    "from get had has have he her here him his how i i'd i'm if in into is it it's its just let like me more my "
    "need no not of on one or our out please she should so some than that the their them then there these they "
    "this those to too up us very was we were what when where which who will with would you your",
    "es": "de la que el en y los se del las un por con una su para es al lo como más mas pero sus le ya o este sí "
    "porque esta entre cuando muy sin sobre también tambien hasta hay donde quien desde todo todos nos uno ni "
    "aquí gusta falta faltan hacen contra ese eso mí qué e son dos fue gracias bien hacer tiene nuestra "
    "nuestro queremos necesitamos mejor está estan deberíamos sería nada mucho muchas no",
    "de": "der die das und in den von zu mit sich des auf für fuer ist im dem nicht ein eine als auch es an werden "
    "aus er hat dass sie nach wird bei einer um am sind noch wie einem über ueber einen so zum war haben nur oder "
    "aber vor zur bis mehr durch man sein wurde sei ich wir uns unser unsere kein keine sehr gut bitte alles gibt "
    "ihr mir mich doch wenn schon sollte sollten könnte danke viel viele",
    "fr": "de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont avec ou "
    "son aux mais comme cette nous vous leur on y ont été elle je tout tous sans ses ces si bien très tres merci "
    "être etre faire notre nos votre faut c'est d'un d'une qu'il j'ai j'aime n'est trop beaucoup rien encore aussi",
    "pt": "de a o que e do da em um para é com não nao uma os no se na por mais as dos como mas foi ao ele das tem "
    "à seu sua ou ser quando muito há nos já está eu também só pelo pela até isso ela entre era depois sem mesmo "
    "aos ter nossa nosso obrigado obrigada precisamos queremos melhor bem tudo fazer são",
    "it": "di e il la che in un per è una sono non con del le si da i della a al come dei nel alla più piu anche "
    "ma gli lo ha delle dalla se ci questo questa nella o su sul molto tutto tutti bene grazie essere fare nostra "
    "nostro abbiamo vorrei vorremmo perché perche degli sempre troppo mi dobbiamo bisogna servono",
    "nl": "de van het een en in is dat op te zijn met voor niet aan er om ook als dan maar bij nog uit naar heeft "
    "hebben ze we wij ik je u dit die door over wel geen meer moet moeten kan zou zouden worden wordt veel goed "
    "erg graag onze ons hun alles heel wat waar zo dank bedankt mooi mooie beter",
    "pl": "jest się nie że są dla bardzo przez tylko już czy więcej wiecej wszystko dobrze nam mamy być gdzie oraz "
    "lub ale jak przy brakuje powinno dziękuję proszę nasz nasza nasze niż tak ich jestem potrzebujemy trzeba",
    "sv": "och att är på för inte av ett från när ska skulle mycket fler finns också eller vara alla vill bättre "
    "behöver tack det som jag vi här mer",
    "tr": "bir ve çok cok daha için icin değil degil yok bu gibi kadar olan güzel guzel iyi teşekkürler teşekkür "
    "ederim biz şey olsun olmalı var lazım gerek fazla",
}
_ENGLISH = word_set(_FUNCTION_WORDS["en"])
_OTHERS = {name: word_set(words) for name, words in sorted(_FUNCTION_WORDS.items()) if name != "en"}
_ANY_OTHER = frozenset(  # without those of English, and the letters that lists and typing errors leave behind
    word
    for word in frozenset().union(*_OTHERS.values()) - _ENGLISH - {"die", "man", "per"}
    if len(word) > 1 or not word.isascii()
)
FUNCTION_WORDS = frozenset().union(*_OTHERS.values())
"""Little words of other languages, some of which English has, too."""
_TELLING_ENGLISH = _ENGLISH.difference(*_OTHERS.values())


def function_word_language(tokens: list[str]) -> str:
    """The language whose function words are most frequent among *tokens*; "en" unless another wins with two hits."""
    if _ANY_OTHER.isdisjoint(tokens) or len(_ANY_OTHER.intersection(tokens)) < LEAST_HITS:
        return "en"  # most texts: decided without counting
    best, most = "en", max(sum(token in _ENGLISH for token in tokens), LEAST_HITS - 1)
    for name, words in _OTHERS.items():
        hits = sum(token in words for token in tokens)
        if hits > most:
            best, most = name, hits
    return best


def is_other_script(text: str) -> bool:
    """Whether more than 30 % of the letters come from outside the Latin alphabet."""
    if text.isascii():
        return False
    letters = [letter for letter in text if letter.isalpha()]
    return sum(letter > "\u024f" for letter in letters) > NON_LATIN_SHARE * len(letters)


def has_few_english_words(tokens: list[str], known: frozenset[str]) -> bool:
    """Whether too many words are missing from *known* for English, and none is a function word of English alone.

    Less is asked of a text that looks like another language: by a function word, or by a letter that English lacks in a
    word that is not known. One or two words must look like it, and none of them be known.
    """
    unknown = [token for token in tokens if token not in known and token[0].isalpha()]
    n_words = len(tokens) - sum(map(PUNCTUATION.__contains__, tokens))
    n_known = n_words - len(unknown)
    if _ANY_OTHER.isdisjoint(tokens):
        if not _TELLING_ENGLISH.isdisjoint(tokens):
            return False
        if "".join(unknown).isascii():
            return n_words >= LEAST_WORDS and n_known <= RARELY_COVERED * n_words
    if n_words < LEAST_WORDS:
        return n_known == 0
    return n_known < COVERED * n_words


def is_foreign(text: str, tokens: list[str], known: frozenset[str]) -> bool:
    """Whether *text*, split into *tokens*, is written in another language than English."""
    if is_other_script(text):
        return True
    if _ANY_OTHER.isdisjoint(tokens) and not _TELLING_ENGLISH.isdisjoint(tokens):
        return False  # most texts
    return function_word_language(tokens) != "en" or has_few_english_words(tokens, known)


def is_other_language(text: str) -> bool:
    """Whether *text* is written in another language than English; the same judgement as that of the tone."""
    from surveyapp.analysis.tone_table import shared_table  # here: reading the table takes some tens of milliseconds

    return is_foreign(text, tokens_of(text), shared_table().vocabulary)
