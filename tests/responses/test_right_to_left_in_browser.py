"""An Arabic survey with every kind of question, answered to the end by keyboard alone and without scripts."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from surveyapp import db, schema
from surveyapp.responses import vote
from surveyapp.responses.models import Answer, Response, Vote
from surveyapp.surveys.models import Layout
from tests import browser
from tests.factories import make_community
from tests.responses.every_kind import make_asked
from tests.responses.votes import vote_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not Path(browser.CHROMIUM).exists(), reason="Chromium is not here: no page was seen in it"),
]
SHOTS: Path | None = None  # a folder, for whoever wants to look
ROOT = browser.ROOT / "surveyapp" / "static" / "app.css"
TITLE = "What next (2026)?"  # Latin, on a page that is written the other way
PROMPTS = {
    "way": "كيف تأتي؟",
    "foods": "ماذا تحضر معك؟",
    "order": "ما الأهم؟",
    "rating": "كيف كان؟",
    "recommend": "هل توصي بنا؟",
    "number": "كم شخصًا يأتي؟",
    "day": "أي يوم يناسبك؟",
    "line": "في سطر واحد؟",
    "text": "هل من شيء آخر؟",
    "consent": "قرأت كيف تستخدمون إجاباتي.",
    "ideas": "ماذا بعد؟",
    "values": "قيمنا",
    "vote": "ما رأيك في هذه؟",
}
ANSWERS = ("تفاح", "خبز", "جبن")
STICKS_OUT = """() => [...document.querySelectorAll(".card :is(.input,.btn,.face,label)")].filter(one => {
  const own = one.getBoundingClientRect(), card = one.closest(".card").getBoundingClientRect();
  return own.width && (own.left < card.left - 1 || own.right > card.right + 1);
}).map(one => "sticks out of its card: " + one.outerHTML.slice(0, 120))"""
MODES: dict[str, dict[str, Any]] = {
    "320 pixels wide": {"width": 320},
    "dark": {"width": 390, "scheme": "dark"},
    "text at 200 %": {"width": 390, "css": "html{font-size:200%}"},
}


@dataclass
class Served:
    """An installation with an Arabic survey."""

    sessions: sessionmaker[Session]
    address: str
    host: str

    def stored(self) -> tuple[list[Any], int]:
        """What was sent, in no order; how many votes there are."""
        with db.reading(self.sessions) as session:
            answers = list(session.scalars(select(Answer.content).join(Response).where(Response.is_sent)))
            return answers, len(session.scalars(select(Vote)).all())


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    instance = tmp_path_factory.mktemp("arabic") / "instance"
    instance.mkdir()
    engine = db.make_engine(f"sqlite:///{instance / 'surveyapp.db'}")
    schema.upgrade(engine)
    sessions = db.session_factory(engine)
    with sessions() as session:
        survey, questions = make_asked(session, make_community(session), layout=Layout.SURVEY)
        survey.language, survey.title, survey.purpose = "ar", TITLE, "نختار ما نفعله لاحقًا."
        for name, question in questions.items():
            question.prompt, question.help = PROMPTS[name], "كما تشاء." if question.help else ""
            settings = {**question.settings}
            if "options" in settings:
                labels = zip(settings["options"], ANSWERS, strict=False)
                settings["options"] = [option | {"label": label} for option, label in labels]
            question.settings = settings | {end: "قليل" for end in ("low", "high") if settings.get(end)}
        vote.propose(session, vote_of(survey), ["مقعد عند النهر", "Plant trees!"])
        session.commit()
        link = survey.link
    with browser.serving(instance, "--no-demo") as service:
        yield Served(sessions, f"{service.url}/s/{link}", service.url)
    engine.dispose()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser.chromium() as found:
        yield found


class Reader:
    """Somebody without scripts and without a mouse; each page they meet is looked at beside, by axe."""

    def __init__(self, chromium: Browser, served: Served, mode: str) -> None:
        self.settings, self.served, self.mode = MODES[mode], served, mode
        self.page = self._page(chromium, has_scripts=False)
        self.beside = self._page(chromium, has_scripts=True)
        self.beside.goto(f"{served.host}/healthz")
        self.faults: list[str] = []
        self.seen = 0

    def _page(self, chromium: Browser, *, has_scripts: bool) -> Page:
        context = chromium.new_context(
            java_script_enabled=has_scripts,
            viewport={"width": self.settings["width"], "height": 800},
            color_scheme=self.settings.get("scheme", "light"),
            reduced_motion="reduce",
            bypass_csp=has_scripts,  # axe is a script that no page of ours lets in
        )
        if css := self.settings.get("css"):

            def larger(route: Route) -> None:
                route.fulfill(body=ROOT.read_text("utf-8") + css, content_type="text/css")

            context.route("**/app.css*", larger)
        page = context.new_page()
        page.set_default_timeout(60_000)
        return page

    def tab_to(self, selector: str) -> None:
        """Press Tab until something has the focus."""
        for _ in range(150):
            self.page.keyboard.press("Tab")
            if self.page.locator(f":focus:is({selector})").count():
                return
        raise AssertionError(f"no way to {selector} by keyboard")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def look(self, words: str) -> None:
        """Meet a page: let axe look at what was sent, and see that it fits the screen and runs from right to left."""
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(words)
        self.seen += 1
        if SHOTS:
            self.page.screenshot(path=SHOTS / f"rtl-{self.mode[:4].strip()}-{self.seen}.png", full_page=True)
        assert self.page.locator("html[lang=ar][dir=rtl]").count() == 1
        self.beside.set_content(self.page.content(), wait_until="load")
        self.faults += browser.violations(self.beside)
        if self.beside.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            self.faults.append(f"page {self.seen} is wider than the screen")
        self.faults += self.beside.evaluate(STICKS_OUT)


def begins_at_the_right(page: Page, selector: str) -> bool:
    """Whether the first letter of an element stands at the right edge of the page's column."""
    return bool(
        page.evaluate(
            """css => {
              const element = document.querySelector(css), range = document.createRange();
              const text = document.createTreeWalker(element, NodeFilter.SHOW_TEXT).nextNode();
              range.setStart(text, 0); range.setEnd(text, 1);
              return Math.abs(range.getBoundingClientRect().right - element.getBoundingClientRect().right) < 4;
            }""",
            selector,
        )
    )


@pytest.mark.parametrize("mode", MODES)
def test_an_arabic_survey_is_answered_by_keyboard_alone_without_scripts(
    served: Served, chromium: Browser, mode: str
) -> None:
    reader = Reader(chromium, served, mode)
    page = reader.page
    page.goto(served.address)
    reader.look("Nobody in the valley")
    reader.tab_to("main button.btn-primary")
    reader.press("Enter")
    page.wait_for_url("**/1")
    reader.look(TITLE)
    ends = reader.beside.evaluate(
        """() => {
          const text = document.querySelector("h1").firstChild, range = document.createRange();
          const left = place => {
            range.setStart(text, place); range.setEnd(text, place + 1);
            return range.getBoundingClientRect().left;
          };
          return left(text.data.length - 1) - left(0);
        }"""
    )
    if mode != "text at 200 %":  # there the title has several lines
        assert ends > 0, "the question mark of a Latin title stands before it"
    assert begins_at_the_right(reader.beside, "legend")
    reader.tab_to("[type=radio]")  # how do you come
    reader.press("ArrowLeft")
    reader.tab_to("[type=checkbox]")
    reader.press("Space")
    reader.tab_to("select")
    page.keyboard.type("2")
    reader.tab_to("[type=radio]")  # how was it
    reader.press("Space")
    reader.tab_to("[type=radio]")  # would you recommend us
    reader.press("Space")
    reader.tab_to("[type=number]")
    page.keyboard.type("7")
    reader.tab_to("[type=date]")
    page.keyboard.type("11302026")
    reader.tab_to("[type=text]")
    page.keyboard.type(f"سطر {mode}")
    reader.tab_to("textarea")
    page.keyboard.type("Good soup, شكرًا")
    reader.tab_to("[type=checkbox]")  # the consent: left open
    reader.tab_to("textarea")
    page.keyboard.type("مقعد عند النهر")
    reader.tab_to("[name=vote]")
    reader.tab_to("main .actions button")
    reader.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("يرجى الإجابة عن هذا السؤال.")
    reader.look(TITLE)
    reader.tab_to("[role=alert] a")
    reader.press("Enter")
    reader.press("Space")
    reader.tab_to("[name=vote]")
    reader.press("Enter")
    page.get_by_text("الفكرة 2 من 2").wait_for()
    reader.look(TITLE)
    reader.tab_to("main .actions button")
    reader.press("Enter")
    page.wait_for_url("**/thanks*")
    reader.look("شكرًا لمشاركتك")
    answers, votes = served.stored()
    wanted = ([answer for answer in answers if answer in (f"سطر {mode}", ["a"], 7, "2026-11-30", True, 1, 0)], votes)
    assert len(wanted[0]) >= 6, answers
    assert votes >= 1
    reader.tab_to("main .btn-danger")
    reader.press("Enter")
    reader.look("هل تُحذف إجاباتك؟")
    reader.tab_to("main .btn-danger")
    reader.press("Enter")
    reader.look("حُذفت إجاباتك")
    assert f"سطر {mode}" not in served.stored()[0]
    page.goto(f"{served.address}/resume")
    reader.tab_to("#code")
    page.keyboard.type("abc")
    reader.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    reader.look("العودة إلى إجاباتك")
    page.goto(f"{served.address}/ideas")
    reader.look("ما آلت إليه أفكارك")
    page.goto(f"{served.host}/s/zzzz")
    assert page.locator("html[lang=en]").count() == 1  # nobody knows here what this browser speaks
    assert not reader.faults, "\n".join(reader.faults)
