"""Languages: their codes, what they call themselves, and in which direction they are written."""

import re
import unicodedata

from surveyapp.errors import BadInput
from surveyapp.text_gate import clean_line

CODE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
LONGEST_CODE = 12
RIGHT_TO_LEFT = {"ar", "arc", "azb", "bal", "ckb", "dv", "fa", "glk", "he", "ks", "lrc", "mzn", "nqo", "pnb", "prs"} | {
    *("ps", "rhg", "sd", "syr", "ug", "ur", "yi"),
}
RIGHT_TO_LEFT_SCRIPTS = {"adlm", "arab", "hebr", "mand", "nkoo", "rohg", "syrc", "thaa"}
NAMES = {
    "ar": "العربية",
    "bg": "Български",
    "bn": "বাংলা",
    "bs": "Bosanski",
    "ca": "Català",
    "ckb": "کوردی",
    "cs": "Čeština",
    "cy": "Cymraeg",
    "da": "Dansk",
    "de": "Deutsch",
    "dv": "ދިވެހި",
    "el": "Ελληνικά",
    "en": "English",
    "es": "Español",
    "et": "Eesti",
    "eu": "Euskara",
    "fa": "فارسی",
    "fi": "Suomi",
    "fr": "Français",
    "ga": "Gaeilge",
    "gl": "Galego",
    "gu": "ગુજરાતી",
    "ha": "Hausa",
    "he": "עברית",
    "hi": "हिन्दी",
    "hr": "Hrvatski",
    "hu": "Magyar",
    "hy": "Հայերեն",
    "id": "Bahasa Indonesia",
    "is": "Íslenska",
    "it": "Italiano",
    "ja": "日本語",
    "ka": "ქართული",
    "kk": "Қазақша",
    "km": "ខ្មែរ",
    "ko": "한국어",
    "ku": "Kurdî",
    "lt": "Lietuvių",
    "lv": "Latviešu",
    "mk": "Македонски",
    "mr": "मराठी",
    "ms": "Bahasa Melayu",
    "mt": "Malti",
    "my": "မြန်မာ",
    "nb": "Norsk bokmål",
    "ne": "नेपाली",
    "nl": "Nederlands",
    "pa": "ਪੰਜਾਬੀ",
    "pl": "Polski",
    "ps": "پښتو",
    "pt": "Português",
    "pt-br": "Português (Brasil)",
    "ro": "Română",
    "ru": "Русский",
    "sd": "سنڌي",
    "si": "සිංහල",
    "sk": "Slovenčina",
    "sl": "Slovenščina",
    "so": "Soomaali",
    "sq": "Shqip",
    "sr": "Српски",
    "sv": "Svenska",
    "sw": "Kiswahili",
    "ta": "தமிழ்",
    "te": "తెలుగు",
    "th": "ไทย",
    "ti": "ትግርኛ",
    "tl": "Tagalog",
    "tr": "Türkçe",
    "ug": "ئۇيغۇرچە",
    "uk": "Українська",
    "ur": "اردو",
    "uz": "Oʻzbekcha",
    "vi": "Tiếng Việt",
    "yi": "ייִדיש",
    "zh": "中文",
    "zh-hant": "繁體中文",
}


def read_language(typed: str) -> str:
    """The code of a language as it is stored: ``en``, ``pt-br``.

    Raises:
        BadInput: This is no code of a language.
    """
    code = clean_line(typed).lower().replace("_", "-")
    if not CODE.fullmatch(code) or len(code) > LONGEST_CODE:
        raise BadInput(f"“{code[:40]}” is no code of a language, like en, ar or pt-br.")
    return code


def name_of_language(code: str) -> str:
    """What a language calls itself; its code, if we do not know."""
    return NAMES.get(code) or (f"{NAMES[stem]} ({code})" if (stem := code.partition("-")[0]) in NAMES else code)


def direction_of(code: str) -> str:
    """``rtl`` for a language that is written from right to left, else ``ltr``; a script in the code decides first."""
    language, *rest = code.split("-")
    script = next((part for part in rest if len(part) == 4 and part.isalpha()), None)
    if script is not None:
        return "rtl" if script in RIGHT_TO_LEFT_SCRIPTS else "ltr"
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def first_direction(words: str) -> str:
    """The direction of the first letter that has one: ``ltr``, ``rtl``, or "" if none has."""
    for letter in words:
        kind = unicodedata.bidirectional(letter)
        if kind in ("L", "R", "AL"):
            return "ltr" if kind == "L" else "rtl"
    return ""


def nearest(wanted: str, offered: list[str]) -> str | None:
    """The offered language that serves whoever wants this one: itself, else another form of it; None if none does."""
    wanted = wanted.lower().replace("_", "-")
    if wanted in offered:
        return wanted
    stem = wanted.partition("-")[0]
    return next((code for code in offered if code == stem), None) or next(
        (code for code in offered if code.partition("-")[0] == stem), None
    )
