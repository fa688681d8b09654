"""What may be typed on the board."""

from collections.abc import Mapping
from typing import Any

from wtforms import IntegerField, RadioField, ValidationError
from wtforms.widgets import HiddenInput

from surveyapp.forms import Form, Line
from surveyapp.review.judge import MOST_TITLE
from surveyapp.review.models import Column
from surveyapp.text_gate import whole_number


class Version(IntegerField):
    """Which version of a candidate the person saw: two managers never overwrite each other."""

    data: Any  # a number once the form is valid
    widget = HiddenInput()

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the number that the page was given."""
        self.data = whole_number(valuelist[0]) if valuelist else None
        if self.data is None:
            raise ValidationError("Please open the page again.")

    def pre_validate(self, form: Any) -> None:
        """Refuse a form without one."""
        if self.data is None:
            raise ValidationError("Please open the page again.")


class Chosen(IntegerField):
    """The number of something on the page, or none."""

    data: Any  # a number, or None

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the number; what is none chooses nothing."""
        self.data = whole_number(valuelist[0]) if valuelist else None


class Pick(RadioField):
    """One of a few words, or none of them."""

    data: Any  # text, or None

    def __init__(self, label: str, words: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(label, choices=list(words.items()), validate_choice=False, **kwargs)
        self.words = words

    def pre_validate(self, form: Any) -> None:
        """Refuse what is none of the words."""
        if self.data and self.data not in self.words:
            self.data = None
            raise ValidationError("Choose one of the answers shown.")


class MoveForm(Form):
    """Where a candidate is to stand from now on; decisions have a page of their own."""

    to = Pick("Move to", {column.value: column.value for column in (Column.NEW, Column.SHORTLISTED)})
    version = Version()

    def validate_to(self, to: Pick) -> None:
        """Refuse a form that says nothing."""
        if not to.data and not to.errors:
            raise ValidationError("Choose a column.")


class TitleForm(Form):
    """The name of a candidate."""

    title = Line("Name", most=MOST_TITLE, required="Give it a name.")


class RenameForm(TitleForm):
    """Another name for a candidate."""

    version = Version()


class RegroupForm(Form):
    """What is to become of ideas that were put into the wrong group."""

    do = Pick("What to do", {"move": "Move", "split": "Split off", "merge": "Merge"})
    to = Chosen("Candidate")
    name = Line("Name", most=MOST_TITLE)
    version = Version()

    def validate_do(self, do: Pick) -> None:
        """Refuse a form that says nothing."""
        if not do.data and not do.errors:
            raise ValidationError("Choose what to do.")
