"""A member who answers with a browser without scripts: opens pages, fills their forms, presses their buttons."""

from typing import Any

import lxml.html
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from surveyapp.surveys.models import Question, Survey
from surveyapp.surveys.rules import name_of


def form_values(page: str) -> dict[str, str]:
    """What the first form of a page would send as it stands, buttons apart."""
    form = next(form for form in lxml.html.document_fromstring(page).forms if form.method == "POST")
    return {name: value.removeprefix("\n") for name, value in form.form_values() if value is not None}


def words_of(page: str) -> str:
    """The text of a page's main part, blanks made single."""
    (main,) = lxml.html.document_fromstring(page).xpath("//main")
    return " ".join(" ".join(main.itertext()).split())


def question(survey: Survey, words: str) -> Question:
    """The question in whose prompt these words occur; of two, the one that asks for ideas."""
    return next(q for q in survey.questions if words in q.prompt and (words != "next?" or "most" in q.settings))


class Member:
    """One browser on one survey; ``page`` is what it shows."""

    def __init__(self, client: FlaskClient, survey: Survey) -> None:
        self.client = client
        self.survey = survey
        self.address = f"/s/{survey.link}"
        self.answer: TestResponse = client.get(self.address)

    @property
    def page(self) -> str:
        """The HTML that is shown."""
        return self.answer.text

    def start(self) -> "Member":
        """Press the button of the first page, unless the questions stand on it."""
        return self if 'id="questions"' in self.page else self.press()

    def go(self, number: int) -> "Member":
        """Open a part by its address."""
        self.answer = self.client.get(f"{self.address}/{number}", follow_redirects=True)
        return self

    def typed(self, **answers: Any) -> dict[str, str]:
        """The fields of the page, with answers by a word of their question's prompt; ``next_1`` is the first idea."""
        values = form_values(self.page)
        for word, text in answers.items():
            stem, _, rest = word.partition("_")
            if stem == "next":
                number, _, part = rest.partition("_")
                values[name_of(question(self.survey, "next?"), number, part or "idea")] = text
            elif stem == "may":
                values[word] = text
            else:
                values[name_of(question(self.survey, stem))] = text
        return values

    def press(self, button: dict[str, str] | None = None, *, follow: bool = True, **answers: Any) -> "Member":
        """Fill the form in, press a button (the main one, if none is named), and see where that leads."""
        action = lxml.html.document_fromstring(self.page).xpath("//main//form/@action")[0]
        self.answer = self.client.post(
            action, data={**self.typed(**answers), **(button or {})}, follow_redirects=follow
        )
        return self
