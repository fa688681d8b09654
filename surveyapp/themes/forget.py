"""What a run kept of a withdrawn answer: its words go with it, also where they named a theme.

Its statements are deleted with the answer (models.py). The title of a theme is often one of these, word for word: then
the theme is called by other words of the same run. Figures stay as the run counted them, until the next run.
"""

from typing import Any

from sqlalchemy import Connection, event, select, update

from surveyapp.themes.models import Finding, Statement

NAMED_BY = 4  # keywords in a title made of them


@event.listens_for(Statement, "before_delete")
def take_words_out(mapper: Any, connection: Connection, statement: Statement) -> None:
    """Call what was named by these words otherwise, unless somebody else said them too."""
    themes = {statement.theme_id, statement.part_id} - {None}
    if not themes:
        return
    is_here = (Finding.run_id == statement.run_id, Finding.theme_id.in_(themes))
    columns = (Finding.theme_id, Finding.title, Finding.keywords, Finding.quotes)
    for theme_id, title, keywords, quotes in connection.execute(select(*columns).where(*is_here)).all():
        if not _says(statement.text, title):
            continue
        others = connection.execute(
            select(Statement.number, Statement.text, Statement.may_quote).where(
                Statement.run_id == statement.run_id,
                (Statement.theme_id == theme_id) | (Statement.part_id == theme_id),
                Statement.response_id != statement.response_id,
            )
        ).all()
        if any(_says(other.text, title) for other in others):
            continue
        quotable = {other.number: other.text for other in others if other.may_quote}
        named = next((quotable[number] for number in quotes if number in quotable), None)
        connection.execute(
            update(Finding)
            .where(Finding.run_id == statement.run_id, Finding.theme_id == theme_id)
            .values(title=named or ", ".join(map(str, keywords[:NAMED_BY])) or "…", goal=None)
        )


def _says(text: str, title: str) -> bool:
    """Whether a title is words of this text."""
    return _plain(title) in _plain(text)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".!?… ")
