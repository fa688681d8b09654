"""What a manager may type about a survey."""

from datetime import date
from typing import Any

from wtforms import DateField, IntegerField, ValidationError
from wtforms.validators import NumberRange, Optional

from surveyapp.forms import Form, Line, Words
from surveyapp.surveys.design import LARGEST_GROUP, SMALLEST_GROUP
from surveyapp.surveys.models import Survey
from surveyapp.surveys.ready_made import READY_MADE
from surveyapp.text_gate import whole_number

WHOLE = "Please write a whole number, like 5."


class GroupSize(IntegerField):
    """A number of people, in ASCII digits."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        most = f"Between {SMALLEST_GROUP} and {LARGEST_GROUP:,} people, please."
        super().__init__(label, [NumberRange(SMALLEST_GROUP, LARGEST_GROUP, most)], **kwargs)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the number; say how one is written if this is none."""
        if not valuelist:
            return
        self.data = whole_number(valuelist[0])
        if self.data is None:
            raise ValidationError(WHOLE)


class LastDay(DateField):
    """A day that is not past, or none."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, [Optional()], **kwargs)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the day; say how one is written if this is none."""
        if not valuelist or not valuelist[0].strip():
            self.data = None
            return
        try:
            self.data = date.fromisoformat(valuelist[0].strip())
        except ValueError:
            self.data = None
            raise ValidationError("Please write the day like 2026-11-30.") from None


class SettingsForm(Form):
    """What a survey is called, why it is asked, until when, and how small a group may be shown."""

    title = Line("Title", most=200, required="Give the survey a title, like “Spring 2026”.")
    purpose = Words("Why we ask", most=2000)
    closes_on = LastDay("Last day to answer")
    smallest_group = GroupSize("Hide groups smaller than")
    quote_group = GroupSize("Quote words in groups of at least")

    def validate_quote_group(self, quote_group: GroupSize) -> None:
        """Words tell more than numbers, so they need a group as large at least."""
        if isinstance(self.smallest_group.data, int) and (quote_group.data or 0) < self.smallest_group.data:
            raise ValidationError("This must not be smaller than the smallest group.")

    def settings(self) -> dict[str, Any]:
        """What was typed, as design.settle() takes it."""
        return {
            "title": self.title.data,
            "purpose": self.purpose.data,
            "closes_on": self.closes_on.data,
            "smallest_group": self.smallest_group.data,
            "quote_group": self.quote_group.data,
        }

    def show(self, survey: Survey) -> None:
        """Fill the form with what holds now."""
        for name in self.settings():
            self[name].data = getattr(survey, name)


class NewSurveyForm(SettingsForm):
    """The same, and which survey to start from."""

    ready_made = Line("Start from", most=40)

    def validate_ready_made(self, field: Line) -> None:
        """Only those that exist."""
        if field.data not in READY_MADE:
            raise ValidationError("Choose one of the surveys that are offered.")


class QuestionForm(Form):
    """The words of a question."""

    prompt = Line("Question", most=500, required="A question needs words.")
    help = Words("Help text", most=1000)
