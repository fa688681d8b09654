"""What all forms share: a base with CSRF protection, and fields that pass the text gate."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import FloatField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from surveyapp.errors import BadInput
from surveyapp.text_gate import clean_line, clean_words, decimal_number


class Form(FlaskForm):
    """A form of ours; errors stand under their fields and in a summary on top (templates/_forms.html)."""


class Line(StringField):
    """One line of text, cleaned, with its greatest length."""

    clean = staticmethod(clean_line)

    def __init__(self, label: str, *, most: int, required: str = "", **kwargs: Any) -> None:
        checks = [InputRequired(required)] if required else []
        super().__init__(label, [*checks, Length(max=most, message=f"At most {most:,} characters, please.")], **kwargs)
        self.most = most

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Clean what was typed, so that it is measured and stored alike."""
        if valuelist:
            self.data = valuelist[0]
            try:
                self.data = self.clean(valuelist[0])
            except BadInput as error:
                raise ValidationError(str(error)) from None

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        """Refuse blanks where something is required."""
        if self.flags.required and not self.data and not self.errors:
            raise ValidationError(str(self.validators[0].message))


class Words(Line, TextAreaField):
    """Text of several lines, cleaned, with its greatest length."""

    clean = staticmethod(clean_words)
    widget = TextAreaField.widget


class Amount(FloatField):
    """A decimal number in ASCII digits."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the number; say how one is written if this is none."""
        if not valuelist or not valuelist[0].strip():
            return
        self.data = decimal_number(valuelist[0])
        if self.data is None:
            raise ValidationError("Please write a number, like 12 or 0.5.")

    def _value(self) -> str:
        """What was typed, else the number without decimals it does not need."""
        if self.raw_data or self.data is None:
            return str(super()._value())
        return f"{self.data:.6f}".rstrip("0").rstrip(".")
