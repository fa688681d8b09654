"""The question kinds, each with its rules: RULES[question.kind] says how it is asked, read, stored and checked.

What ``Answer.content`` holds, by kind; nothing answered is None, and has no row:

- value ratings: ``{"v3": {"important": 5, "lived": 2}, …}``, either may be absent
- proposals: ``[{"idea": "…", "value": "v3" or None, "help": "yes", "maybe", "no" or None}, …]``; ``"offer": "a van"``
  where somebody says with what they would help, ``"supports": true`` where the words are those of an idea that was
  said before
- single choice: the option's key, or ``{"other": "…"}``; multiple choice: a list of those, in the options' order
- ranking: the keys of the options, the best first
- rating: 1 to 5; recommendation: 0 to 10; number: an int or a float; date: ``"2026-11-30"``
- short and long text: the text; consent: true
- proposal vote: nothing; votes are rows of their own
"""

from collections.abc import Mapping, Sequence
from typing import Any

from surveyapp.surveys.choices import MultipleChoice, Ranking, SingleChoice
from surveyapp.surveys.fields import Consent, Day, LongText, Number, ShortText
from surveyapp.surveys.models import Kind, Question
from surveyapp.surveys.proposals import Proposals, ProposalVote
from surveyapp.surveys.rules import Rules
from surveyapp.surveys.scales import Rating, Recommendation, ValueRatings

RULES: Mapping[Kind, Rules] = {
    Kind.VALUE_RATINGS: ValueRatings(),
    Kind.PROPOSALS: Proposals(),
    Kind.SINGLE_CHOICE: SingleChoice(),
    Kind.MULTIPLE_CHOICE: MultipleChoice(),
    Kind.RANKING: Ranking(),
    Kind.RATING: Rating(),
    Kind.RECOMMENDATION: Recommendation(),
    Kind.NUMBER: Number(),
    Kind.DATE: Day(),
    Kind.SHORT_TEXT: ShortText(),
    Kind.LONG_TEXT: LongText(),
    Kind.PROPOSAL_VOTE: ProposalVote(),
    Kind.CONSENT: Consent(),
}


def checked(question: Question, content: Any) -> Any:
    """Content from elsewhere as it is stored: None if it says nothing.

    Raises:
        BadInput: If it does not fit the question's kind, with one sentence.
    """
    return None if content is None else RULES[question.kind].check(question, content)


def minutes(questions: Sequence[Question]) -> int:
    """How long most people take to answer, at least one minute."""
    return max(1, round(sum(RULES[question.kind].takes(question) for question in questions) / 60))
