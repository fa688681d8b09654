"""What a manager may type about a survey."""

from datetime import date
from typing import Any

from wtforms import BooleanField, DateField, IntegerField, SelectField, ValidationError
from wtforms.validators import NumberRange, Optional

from surveyapp.forms import Amount, Form, Line, Words
from surveyapp.surveys.compose import read_options
from surveyapp.surveys.design import LARGEST_GROUP, SMALLEST_GROUP
from surveyapp.surveys.models import Anonymity, Kind, Layout, Question, Survey
from surveyapp.surveys.portable import HELP_CHARACTERS, LABEL_CHARACTERS, PROMPT_CHARACTERS
from surveyapp.surveys.ready_made import READY_MADE
from surveyapp.text_gate import whole_number

PROMISES = [
    ("anonymous", "Anonymous: nobody can tell who said what"),
    ("confidential", "Confidential: linked inside, never shown with a name"),
    ("named", "Named: managers see the name"),
]
LAYOUTS = [("question", "One question"), ("section", "One part"), ("survey", "The whole survey")]
FIELDS = {
    Kind.SINGLE_CHOICE: ("options", "other"),
    Kind.MULTIPLE_CHOICE: ("options", "other", "least", "most"),
    Kind.RANKING: ("options",),
    Kind.RATING: ("low", "high"),
    Kind.RECOMMENDATION: ("low", "high"),
    Kind.NUMBER: ("least", "most", "is_whole"),
    Kind.DATE: ("earliest", "latest"),
    Kind.PROPOSALS: ("most",),
}
"""What a kind needs to know besides the words."""
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
    anonymity = SelectField("What members are promised", choices=PROMISES, default="anonymous")
    layout = SelectField("On one screen", choices=LAYOUTS, default="section")

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
            "anonymity": Anonymity(self.anonymity.data),
            "layout": Layout(self.layout.data),
        }

    def show(self, survey: Survey) -> None:
        """Fill the form with what holds now."""
        for name in ("title", "purpose", "closes_on", "smallest_group", "quote_group"):
            self[name].data = getattr(survey, name)
        self.anonymity.data, self.layout.data = survey.anonymity.value, survey.layout.value


class NewSurveyForm(SettingsForm):
    """The same, and which survey to start from: a ready-made one, an empty one, or one of an earlier round."""

    ready_made = Line("Start from", most=40)
    starts: frozenset[str] = frozenset(READY_MADE)  # what may be chosen; the view adds the community's own surveys

    def validate_ready_made(self, field: Line) -> None:
        """Only those that exist."""
        if field.data not in self.starts:
            raise ValidationError("Choose one of the surveys that are offered.")


class QuestionForm(Form):
    """The words of a question, and what its kind needs to know; what a kind does not need is not shown and not read."""

    prompt = Line("Question", most=PROMPT_CHARACTERS, required="A question needs words.")
    help = Words("Help text", most=HELP_CHARACTERS)
    note = Words("Why the words change", most=HELP_CHARACTERS)
    is_required = BooleanField("An answer is required")
    options = Words("Answers to choose from, one on each line", most=12_000)
    other = BooleanField("Offer “something else” with a line to write")
    least = Amount("At least", validators=[Optional()])
    most = Amount("At most", validators=[Optional()])
    is_whole = BooleanField("Whole numbers only")
    low = Line("The lowest step is called", most=LABEL_CHARACTERS)
    high = Line("The highest step is called", most=LABEL_CHARACTERS)
    earliest = LastDay("Earliest day")
    latest = LastDay("Latest day")

    def show(self, question: Question) -> None:
        """Fill the form with what holds now."""
        self.prompt.data, self.help.data = question.prompt, question.help
        self.is_required.data = question.is_required
        settings = question.settings
        self.options.data = "\n".join(option["label"] for option in settings.get("options", []))
        for name in ("other", "least", "most", "is_whole", "low", "high"):
            self[name].data = settings.get(name)
        for name in ("earliest", "latest"):
            self[name].data = date.fromisoformat(settings[name]) if settings.get(name) else None

    def settings(self, question: Question) -> dict[str, Any]:
        """What was typed, as far as the question's kind needs it."""
        wanted = FIELDS.get(question.kind, ())
        read: dict[str, Any] = {}
        for name in wanted:
            value = self[name].data
            if name == "options":
                read["options"] = read_options(value or "", question.settings.get("options", []))
            elif name in ("earliest", "latest"):
                read[name] = value.isoformat() if value else None
            elif name in ("least", "most") and value is not None:
                read[name] = int(value) if float(value).is_integer() else value
            else:
                read[name] = value
        return read
