"""What a report says follows from its figures: by rule, from a source, and never about few people (R5, R7, R9)."""

from dataclasses import replace
from datetime import date

import pytest

from surveyapp.analysis.results import Analysis, Settings, Statement, Theme
from surveyapp.analysis.results import Quote as Said
from surveyapp.reports.build import (
    CandidateFigure,
    Choice,
    ChoiceFigure,
    GoalFigure,
    GroupFigure,
    IdeaFigure,
    Participation,
    Quote,
    Report,
    Run,
    Share,
    Tone,
    ValueFigure,
    complete,
    from_analysis,
    withhold,
)
from surveyapp.reports.charts import axis_end, brief, quoted, shortened, signed
from tests.reports.samples import full_report


def make_candidate(rank: int, low: float, high: float, **changes: object) -> CandidateFigure:
    share = (low + high) / 2
    figure = CandidateFigure(
        key=str(rank), rank=rank, title=f"Wish {rank}", people=round(200 * share), share=share, low=low, high=high
    )
    return replace(figure, **changes)  # type: ignore[arg-type]  # each test names fields of the right type


def make_report(*candidates: CandidateFigure, **parts: object) -> Report:
    report = Report(title="Summary", mission="", run=Run("Run 1"), source="Survey", candidates=candidates)
    return complete(replace(report, **parts))  # type: ignore[arg-type]  # each test names fields of the right type


def heads(report: Report) -> list[str]:
    return [finding.head for finding in report.findings]


def make_statement(row: int, text: str, theme: int | None, tone: str = "neutral", kind: str = "proposal") -> Statement:
    return Statement(row, "answer", f"p{row // 2}", 0, len(text), text, theme, 0.5, 0.0, 0.0, tone, kind)


def make_theme(number: int, people: int, parent: int | None = None) -> Theme:
    return Theme(
        id=number,
        title=f"Theme {number}",
        keywords=("trees",),
        people=people,
        share=people / 3,
        low=0.1,
        high=0.9,
        polarity=None,
        polarity_low=None,
        polarity_high=None,
        positive=1,
        neutral=1,
        negative=0,
        mixed=0,
        unscored=0,
        stability=None,
        quotes=(Said(4, "More trees", "answer", "p2"),),
        parent=parent,
    )


@pytest.fixture
def analysis() -> Analysis:
    return Analysis(
        settings=Settings(),
        rows=7,
        people=3,
        statements=(
            make_statement(0, "Plant trees", 0, "positive"),
            make_statement(4, "More trees", 0),
            make_statement(1, "Mend the bus stop", 1),
            make_statement(2, "Mend the bus stop now", 1, "negative"),
            make_statement(3, "no", None, "unscored", "unscorable"),
            make_statement(5, "", None, "unscored", "unscorable"),
            make_statement(6, "ぜひ公園を", None, "unscored", "other_language"),
        ),
        themes=(make_theme(0, 2), make_theme(1, 2), make_theme(2, 1, parent=0)),
        no_answer=2,
        seconds={},
        versions={"analysis": "1"},
    )


def test_r9_the_report_of_a_file_counts_each_idea_once(analysis: Analysis) -> None:
    report = from_analysis(
        analysis, title="What next?", mission="", values=("Thrift",), source_name="answers.csv", dated=date(2025, 1, 2)
    )

    assert report.ideas == IdeaFigure(
        people=4,
        ideas=5,
        in_candidates=4,
        no_answer=1,
        other_language=1,
        in_other_languages=1,
        tone=Tone(1, 2, 1, 0, 1),
    )
    assert [candidate.title for candidate in report.candidates] == ["Theme 0", "Theme 1"]
    assert report.candidates[0].rows == ("0", "4")
    assert report.candidates[0].quotes == (Quote("More trees", "4"),)
    assert [line.name for line in report.headlines] == ["People", "Ideas", "Candidate goals"]
    assert report.values == ()
    assert report.goals is None


def test_r7_quotes_of_a_file_are_kept_from_groups_smaller_than_asked_for(analysis: Analysis) -> None:
    report = from_analysis(analysis, title="", mission="", values=(), source_name="a.csv", dated=None, quote_group=3)

    assert [candidate.quotes for candidate in report.candidates] == [(), ()]
    assert report.candidates[0].people == 2


def test_r9_every_number_in_the_report_has_its_entry_in_the_ledger() -> None:
    report = full_report()
    entries = {entry.key for entry in report.ledger}

    lines = (report.headlines, report.findings, report.to_decide)
    cited = {key for kind in lines for line in kind for key in line.sources}
    assert len(cited) > 4
    assert cited <= entries
    assert {f"candidate:{candidate.key}" for candidate in report.candidates} <= entries


def test_one_candidate_leads_only_when_no_other_interval_reaches_its_own() -> None:
    alone = make_report(make_candidate(1, 0.4, 0.5), make_candidate(2, 0.2, 0.3))
    level = make_report(make_candidate(1, 0.4, 0.5), make_candidate(2, 0.35, 0.42), make_candidate(3, 0.1, 0.2))

    assert "“Wish 1”\u2069 leads clearly." in heads(alone)[0]
    assert heads(level)[0] == "Two candidates share the lead."


def test_tone_is_called_sore_or_warm_only_where_chance_is_ruled_out() -> None:
    sure = Tone(positive=5, neutral=10, negative=40)
    unsure = Tone(positive=3, neutral=4, negative=5)
    warm = Tone(positive=40, neutral=10, negative=5)
    few = Tone(positive=0, neutral=0, negative=4)

    first, second = make_candidate(1, 0.3, 0.5), make_candidate(2, 0.3, 0.5)
    assert "The sore point." in heads(make_report(replace(first, tone=sure), second))
    assert "The warmest tone." in heads(make_report(replace(first, tone=warm), second))
    for tone in (unsure, few):
        found = heads(make_report(replace(first, tone=tone), second))
        assert not {"The sore point.", "The warmest tone."} & set(found)


def test_net_tone_is_positive_minus_negative_of_what_could_be_scored() -> None:
    tone = Tone(positive=6, neutral=2, negative=1, mixed=1, unscored=90)

    assert tone.net == 50
    low, high = tone.net_interval
    assert low < 50 < high
    assert Tone(10, 0, 0).net_interval[1] == 100
    assert Tone(4, 0, 0).is_known is False


def test_the_widest_gap_between_what_matters_and_what_is_lived_is_named() -> None:
    report = make_report(
        values=(
            ValueFigure(name="Thrift", important=Share(80, 100), lived=Share(75, 100)),
            ValueFigure(name="Openness", important=Share(90, 100), lived=Share(40, 100)),
            ValueFigure(name="Care", important=None, lived=None),
        )
    )

    assert report.findings[0].head == "Openness is where we fall short."
    assert report.findings[0].text == "90% say it matters, 40% say we live it, and no goal serves it."


def test_r4_a_community_without_an_active_goal_is_told_so() -> None:
    ended = GoalFigure(title="Trees", measure="trees", baseline=0, target=9, level=9, state="Achieved")

    assert "No goal is active." in heads(make_report(goals=()))
    assert "No goal is active." in heads(make_report(goals=(ended,)))
    assert "No goal is active." not in heads(make_report(goals=(replace(ended, state="On track"),)))
    assert "No goal is active." not in heads(make_report(goals=None))


def test_a_goal_past_its_date_is_to_be_decided_by_the_date_of_the_report() -> None:
    goal = GoalFigure(
        title="Trees", measure="trees", baseline=0, target=9, level=1, state="Behind", due_on=date(2025, 3, 1)
    )

    late = make_report(goals=(goal,), dated=date(2025, 3, 2))
    in_time = make_report(goals=(goal,), dated=date(2025, 3, 1))

    assert "was due on 1 March 2025" in late.to_decide[0].text
    assert in_time.to_decide == ()


def test_what_is_decided_is_not_asked_again() -> None:
    report = make_report(make_candidate(1, 0.3, 0.5, state="Adopted"), make_candidate(2, 0.3, 0.5, state="To review"))

    assert ["Wish 2" in question.text for question in report.to_decide] == [True]


def test_r7_figures_and_quotes_of_small_groups_are_taken_out() -> None:
    tone = Tone(1, 1, 1)
    small = make_candidate(1, 0.01, 0.05, people=6, tone=tone, quotes=(Quote("Me", "1"),), rows=("1",), helpers=2)
    middle = make_candidate(2, 0.01, 0.08, people=9, tone=tone, quotes=(Quote("Us", "2"),), helpers=7)
    report = make_report(small, middle, figure_group=7, quote_group=10)

    hidden, kept = report.candidates
    assert (hidden.people, hidden.share, hidden.low, hidden.tone, hidden.quotes, hidden.rows) == (None,) * 4 + ((), ())
    assert hidden.helpers is None
    assert (kept.people, kept.tone, kept.quotes, kept.helpers) == (9, tone, (), 7)
    assert "6" not in next(entry.text for entry in report.ledger if entry.key == "candidate:1")


def test_r7_what_adds_up_to_a_known_total_is_withheld_in_pairs() -> None:
    counts = (40, 3, 12, 45)
    report = withhold(
        make_report(
            figure_group=5,
            choices=(ChoiceFigure("How long?", 100, tuple(Choice(str(n), n) for n in counts)),),
            participation=Participation(
                answers=100, invited=150, groups=tuple(GroupFigure(str(n), Share(n, n + 5)) for n in counts)
            ),
            values=(ValueFigure(name="Thrift", important=Share(3, 4), lived=Share(40, 90)),),
        )
    )

    assert [option.people for option in report.choices[0].choices] == [40, None, None, 45]
    assert report.participation is not None
    assert [group.answered is None for group in report.participation.groups] == [False, True, True, False]
    assert (report.values[0].important, report.values[0].lived) == (None, Share(40, 90))


@pytest.mark.parametrize(("net", "written"), [(12, "+12"), (-5, "−5"), (0, "0"), (0.4, "0"), (-0.4, "0")])
def test_a_net_figure_carries_its_sign(net: float, written: str) -> None:
    assert signed(net) == written


def test_a_text_is_cut_at_a_word() -> None:
    assert shortened("the old ferry hall", 12) == ("the old", True)
    assert shortened("the old ferry hall", 18) == ("the old ferry hall", False)
    assert brief("Donaudampfschiff", 10) == "Donaudampf…"


@pytest.mark.parametrize(("shares", "end"), [([], 5), ([0.031], 5), ([0.05], 5), ([0.051, 0.2], 20), ([1.0], 100)])
def test_an_axis_ends_above_the_largest_share(shares: list[float], end: int) -> None:
    assert axis_end(shares) == end


def test_what_is_no_goal_is_not_put_up_for_adoption() -> None:
    report = replace(full_report(), candidates=(), goals=None, values=())
    wish, subject = (
        CandidateFigure(key=key, rank=rank, title=title, people=20, share=0.2, low=0.1, high=0.3, state="To review")
        for key, rank, title in (("1", 1, "Open the old school as a warm room"), ("2", 2, "Parking is a nightmare"))
    )

    asked = [one.text for one in complete(replace(report, candidates=(wish, subject), to_decide=())).to_decide]
    assert f"Adopt {quoted(wish.title)}, or say why not now?" in asked
    assert f"What could be done about {quoted(subject.title)}? Read its ideas." in asked
