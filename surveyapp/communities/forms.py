"""What a person may type about a community."""

from flask import request
from wtforms import BooleanField
from wtforms.validators import InputRequired, ValidationError

from surveyapp.accounts.people import email_address
from surveyapp.communities.found import (
    LONGEST_ABOUT,
    LONGEST_MEANING,
    LONGEST_MISSION,
    LONGEST_NAME,
    LONGEST_VALUE,
    MOST_VALUES,
    ValueWords,
)
from surveyapp.errors import BadInput
from surveyapp.forms import Form, Line, Words

ROWS_AT_FIRST = 3
PARTS = ("name", "meaning", "practice")


class PrepareForm(Form):
    """A community in preparation: what it is called so far, and which problem it is about."""

    name = Line("Name", most=LONGEST_NAME, required="Please say what it is called so far.")
    problem = Words("The problem", most=LONGEST_ABOUT, required="Please say in a few words which problem it is about.")
    contact = Line("Email for questions", most=254)

    def validate_contact(self, field: Line) -> None:
        """Take an e-mail address or nothing."""
        _check_contact(field)


class FoundForm(Form):
    """A community to be founded: its mission for good, its first values, and how to reach it."""

    name = Line("Name", most=LONGEST_NAME, required="Please say what the community is called.")
    mission = Words("Mission", most=LONGEST_MISSION, required="Please write why the community exists.")
    understood = BooleanField(
        "I understand that the mission can never be changed",
        [InputRequired("Please confirm this: once founded, nobody can change the mission.")],
    )
    about = Words("About", most=LONGEST_ABOUT)
    contact = Line("Email for questions", most=254)

    def validate_contact(self, field: Line) -> None:
        """Take an e-mail address or nothing."""
        _check_contact(field)

    def rows(self) -> list[tuple[Line, Words, Words]]:
        """The fields of as many values as were sent, one more if that was asked for, and a few at first."""
        sent = sum(f"value_{number}_name" in request.form for number in range(1, MOST_VALUES + 1))
        shown = min(MOST_VALUES, max(ROWS_AT_FIRST, sent + self.wants_row))
        return [self._row(number) for number in range(1, shown + 1)]

    @property
    def wants_row(self) -> bool:
        """Whether the button for another value was pressed."""
        return "add_value" in request.form

    @property
    def can_add(self) -> bool:
        """Whether there is room for another value."""
        return len(self.rows()) < MOST_VALUES

    def values(self) -> list[ValueWords]:
        """The values of all rows in which something stands."""
        typed = [ValueWords(*(part.data or "" for part in self._row(number))) for number in range(1, MOST_VALUES + 1)]
        return [value for value in typed if any((value.name, value.meaning, value.practice))]

    def _row(self, number: int) -> tuple[Line, Words, Words]:
        name, meaning, practice = (self[f"value_{number}_{part}"] for part in PARTS)
        return name, meaning, practice


def _check_contact(field: Line) -> None:
    if field.data:
        try:
            email_address(field.data)
        except BadInput as error:
            raise ValidationError(str(error)) from None


for _number in range(1, MOST_VALUES + 1):
    _labels = (
        Line(f"Value {_number}", most=LONGEST_VALUE),
        Words(f"What value {_number} means", most=LONGEST_MEANING),
        Words(f"How one lives value {_number}", most=LONGEST_MEANING),
    )
    for _part, _field in zip(PARTS, _labels, strict=True):
        setattr(FoundForm, f"value_{_number}_{_part}", _field)
