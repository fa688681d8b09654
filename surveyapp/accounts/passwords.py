"""Passwords: which are taken, and how they are kept."""

import secrets

from argon2 import PasswordHasher

from surveyapp.errors import BadInput

SHORTEST, LONGEST = 8, 128
HASHER = PasswordHasher(time_cost=2, memory_cost=64 * 1024, parallelism=1)  # argon2id, 64 MiB: about 0.1 s
COMMON = frozenset(  # the passwords that leaked lists name most often, of eight characters and more
    """
    password passw0rd password1 password123 password1234 passwort qwertyui qwertyuiop qwerty123 1q2w3e4r 1qaz2wsx
    12345678 123456789 1234567890 11111111 00000000 87654321 88888888 abcd1234 abc12345 iloveyou sunshine princess
    football baseball superman trustno1 letmein1 welcome1 welcome123 admin123 administrator changeme dragon123
    starwars whatever computer internet michelle jennifer liverpool chelsea1 zaq12wsx asdfghjk asdfghjkl surveyapp
    """.split()  # noqa: SIM905 - reads better than sixty quoted words
)


def hashed(password: str) -> str:
    """The hash under which *password* is kept (argon2id).

    Raises:
        BadInput: If it is too short, too long, or one that everybody tries first.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadInput(f"A password has {SHORTEST} to {LONGEST} characters.")
    if password.casefold() in COMMON or len(set(password)) < 3:
        raise BadInput("This password is one of the first that anybody would try. Choose another.")
    return HASHER.hash(password)


def made_up() -> str:
    """A password nobody can guess: 96 random bits."""
    return secrets.token_urlsafe(12)
