"""What may be typed about a candidate that is to become a goal, and about a goal."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, cast

from wtforms import SelectMultipleField, ValidationError

from surveyapp.communities.models import Value
from surveyapp.forms import Amount, Form, Line, Words
from surveyapp.goals.adopt import MOST_MEASURE, MOST_SENTENCE, MOST_UNIT, MOST_WHY, FinishLine
from surveyapp.goals.models import Ending, Goal
from surveyapp.review.forms import Pick, Version
from surveyapp.review.judge import DECIDED, MOST_REASON
from surveyapp.review.models import Candidate, Column, Criterion, Verdict
from surveyapp.surveys.forms import LastDay

VERDICTS = {Verdict.YES.value: "Yes", Verdict.ALMOST.value: "Almost", Verdict.NO.value: "No"}
DECISIONS = {
    Column.ADOPTED.value: "Adopt this goal",
    Column.SHORTLISTED.value: "Keep in discussion",
    Column.DECLINED.value: "Not now",
    Column.NEW.value: "Back to review",
}


class Needed(Words):
    """What somebody thinks, beside the verdict it explains."""

    def __init__(self, verdict: str, **kwargs: Any) -> None:
        super().__init__("Why?", most=MOST_REASON, **kwargs)
        self.verdict = verdict

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        """Ask for the reason of a verdict, and for the verdict of a reason."""
        if self.errors:
            return
        verdict = form[self.verdict].data
        if verdict and not self.data:
            raise ValidationError("Say why.")
        if self.data and not verdict:
            raise ValidationError("Choose yes, almost or no.")


class DueDay(LastDay):
    """A day, or none: whether one is needed depends on the decision."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.validators = ()


class DecisionForm(Form):
    """What a manager thinks of a candidate, and what is to become of it."""

    achievable = Pick("Achievable", VERDICTS)
    achievable_reason = Needed("achievable")
    finite = Pick("Finite", VERDICTS)
    finite_reason = Needed("finite")
    beneficial = Pick("Beneficial", VERDICTS)
    beneficial_reason = Needed("beneficial")
    sentence = Line("The goal in one sentence", most=MOST_SENTENCE)
    measure = Line("We count", most=MOST_MEASURE)
    unit = Line("Unit", most=MOST_UNIT)
    baseline = Amount("Now")
    target = Amount("Target")
    due_on = DueDay("Due")
    values = SelectMultipleField("Values it serves", coerce=int)
    serves_mission = Words("Or why it serves the mission", most=MOST_WHY)
    compromise = Words("Compromise", most=MOST_WHY)
    decision = Pick("Decision", DECISIONS)
    reason = Words("Reason", most=MOST_REASON)
    version = Version()

    def __init__(self, candidate: Candidate, values: Sequence[Value], today: date) -> None:
        super().__init__()
        self.standing = candidate.column
        self.today = today
        self.values.choices = [(value.id, value.name) for value in values]

    @property
    def to(self) -> Column:
        """Where the candidate is to stand."""
        return Column(self.decision.data)

    @property
    def is_adoption(self) -> bool:
        """Whether a goal is to be made."""
        return bool(self.decision.data == Column.ADOPTED.value and self.standing is not Column.ADOPTED)

    def verdict(self, criterion: Criterion) -> tuple[Pick, Needed]:
        """The two fields of a criterion."""
        return self[criterion.value], self[f"{criterion.value}_reason"]

    def judgements(self) -> Iterator[tuple[Criterion, Verdict, str]]:
        """What was judged."""
        for criterion in Criterion:
            verdict, reason = self.verdict(criterion)
            if verdict.data:
                yield criterion, Verdict(verdict.data), reason.data

    def finish_line(self) -> FinishLine:
        """What was typed of the goal."""
        return FinishLine(
            sentence=self.sentence.data,
            measure=self.measure.data,
            unit=self.unit.data,
            baseline=cast(float, self.baseline.data),
            target=cast(float, self.target.data),
            due_on=cast(date, self.due_on.data),
            value_ids=tuple(self.values.data),
            serves_mission=self.serves_mission.data or "",
        )

    def show_goal(self, goal: Goal) -> None:
        """Offer the finish line of a goal that was retired."""
        for name in ("sentence", "measure", "unit", "baseline", "target", "due_on", "serves_mission"):
            self[name].data = getattr(goal, name)
        self.values.data = [value.id for value in goal.values]

    def validate_decision(self, decision: Pick) -> None:
        """Ask for a decision."""
        if not decision.data and not decision.errors:
            raise ValidationError("Choose what is to become of it.")

    def validate_reason(self, reason: Words) -> None:
        """Ask for a reason where members are told one (R3)."""
        if not self.decision.data or reason.data:
            return
        if self.to is not self.standing and {self.to, self.standing} & DECIDED:
            raise ValidationError("Say why. Members can read the reason.")

    def validate_sentence(self, sentence: Line) -> None:
        """A goal has a sentence (R2)."""
        self._need(sentence, "Write the goal in one sentence: what will be done.")

    def validate_measure(self, measure: Line) -> None:
        """A goal has a measure (R2)."""
        self._need(measure, "Say what is counted, like “lunches held”.")

    def validate_unit(self, unit: Line) -> None:
        """A goal has a unit (R2)."""
        self._need(unit, "Name the unit, like “lunches”.")

    def validate_baseline(self, baseline: Amount) -> None:
        """A goal starts somewhere (R2)."""
        self._need(baseline, "Write where you stand now; often that is 0.")

    def validate_target(self, target: Amount) -> None:
        """A goal has a target, and it is not reached yet (R2)."""
        self._need(target, "Write the number at which you are done, like 12.")
        if self.is_adoption and target.data is not None and target.data == self.baseline.data:
            raise ValidationError("The target must differ from where you stand now.")

    def validate_due_on(self, due_on: DueDay) -> None:
        """A goal is due on a day to come (R2)."""
        self._need(due_on, "Choose the day by which you want to be done.")
        if self.is_adoption and due_on.data is not None and due_on.data <= self.today:
            raise ValidationError("The due date must lie in the future.")

    def validate_values(self, values: SelectMultipleField) -> None:
        """A goal serves a value, or else says why it serves the mission (R2)."""
        if self.is_adoption and not values.data and not values.errors and not self.serves_mission.data:
            raise ValidationError("Choose at least one, or write why it serves the mission.")

    def _need(self, field: Any, words: str) -> None:
        """Ask for what a goal cannot begin without."""
        if self.is_adoption and field.data in (None, "") and not field.errors:
            raise ValidationError(words)


class LevelForm(Form):
    """Where a goal stands now."""

    level = Amount("Now")

    def validate_level(self, level: Amount) -> None:
        """Ask for a number."""
        if level.data is None and not level.errors:
            raise ValidationError("Please write a number, like 12 or 0.5.")


class EndForm(Form):
    """How a goal ends, and why."""

    ending = Pick("It was", {Ending.ACHIEVED.value: "Achieved", Ending.RETIRED.value: "Retired without being achieved"})
    reason = Words("Reason", most=MOST_REASON, required="Say why it ends. Members can read the reason.")

    def validate_ending(self, ending: Pick) -> None:
        """Ask how it ends."""
        if not ending.data and not ending.errors:
            raise ValidationError("Choose how it ended.")
