"""Pages that are the same for everybody but for a few holes: drawn once for an edition of a survey, then filled.

Most who open a survey have answered nothing yet. What they get differs in the token of the form and in their private
code alone, and drawing the rest anew each time is most of what an answer would cost.
"""

import re
import secrets
from collections.abc import Hashable, Mapping
from typing import Any

from flask import g, render_template
from flask_wtf.csrf import generate_csrf
from markupsafe import escape

MARK = secrets.token_hex(16)  # stands before and behind the name of a hole; nothing that anybody typed can hold it
HOLE = re.compile(f"{MARK}([a-z_]+){MARK}")
TOKEN = "csrf_token"  # noqa: S105 - the name of the field, and of the hole


def drawn(template: str, kind: Hashable | None, holes: Mapping[str, str], **context: Any) -> str:
    """A page of the survey that is read (language_views.survey_to_read), with the holes filled.

    Args:
        template: The page's.
        kind: All on which the page depends besides the edition of the survey, and which holes are empty; None if it
            depends on what one member wrote, and is drawn for them alone.
        holes: Texts that differ from member to member, by name; the page finds them in its context.
        **context: What else the page needs, the same for the same kind.
    """
    if kind is None:
        return render_template(template, **context, **holes)
    key = (template, kind, *(name for name, value in holes.items() if value))
    pieces = g.edition.drawn.get(key)
    if pieces is None:
        setattr(g, TOKEN, f"{MARK}{TOKEN}{MARK}")  # where Flask-WTF looks for the request's token
        marked = {name: f"{MARK}{name}{MARK}" if value else "" for name, value in holes.items()}
        pieces = HOLE.split(render_template(template, **context, **marked))  # text, name of a hole, text, …
        g.pop(TOKEN)
        g.edition.drawn[key] = pieces
    filled = {name: str(escape(value)) for name, value in holes.items()} | {TOKEN: generate_csrf()}
    return "".join(filled[piece] if place % 2 else piece for place, piece in enumerate(pieces))
