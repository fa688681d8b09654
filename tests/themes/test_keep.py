"""What is kept of a run's results: the parts of themes, the other side, the proposed goal, the languages."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.analysis.anchor import Memory, Settled
from surveyapp.analysis.results import Analysis, Answer, Opposite, Quote, Settings
from surveyapp.analysis.rounds import next_round
from surveyapp.communities.models import Community
from surveyapp.db import now
from surveyapp.responses.models import Response
from surveyapp.surveys.models import Kind
from surveyapp.themes.keep import Text, keep_results
from surveyapp.themes.models import AnalysisRun, Finding
from surveyapp.themes.models import Statement as Kept
from tests.factories import make_response, make_survey
from tests.themes.test_parts import found, people

NOTHING = Analysis(Settings(), 0, 0, (), (), 0, {}, {})


def kept(
    session: Session, community: Community, analysis: Analysis, texts: Sequence[str], *, quote_group: int = 10
) -> AnalysisRun:
    """A run that keeps an analysis of which each statement is the whole text of somebody's answer."""
    survey = make_survey(session, community, quote_group=quote_group)
    before = set(session.scalars(select(Response.id)))
    for text in texts:
        make_response(session, survey, ideas=[text])
    responses = [i for i in session.scalars(select(Response.id).order_by(Response.id)) if i not in before]
    (question,) = (q for q in survey.questions if q.kind is Kind.PROPOSALS)
    run = AnalysisRun(
        community_id=community.id, survey_id=survey.id, settings={}, started_at=now(), people=len(responses)
    )
    session.add(run)
    session.flush()
    sources = [Text(response, question.id, 0, text, True) for response, text in zip(responses, texts, strict=True)]
    said = tuple(
        replace(statement, text=texts[statement.row], start=0, end=len(texts[statement.row]))
        for statement in analysis.statements
    )
    answers = [Answer(row, "", f"{row}", text) for row, text in enumerate(texts)]
    real = next_round(answers, Settings(), Memory(), Settled())
    made_up = replace(
        real,
        analysis=replace(analysis, statements=said),
        ids={0: 0},
        update=replace(real.update, born=(0,), changes=()),
    )
    keep_results(session, run, (made_up, sources), (NOTHING, []))
    session.commit()
    return run


def of_trees(sizes: dict[int, int], wishes: Sequence[str]) -> Analysis:
    """An analysis whose theme proposes a goal and has another side, in the words of the first and the last wish."""
    analysis = found(people(sizes))
    last = len(wishes) - 1
    theme = replace(
        analysis.themes[0],
        title=wishes[0],
        goal="Plant trees",
        quotes=(Quote(0, wishes[0], "", ""),),
        opposite=Opposite(last, wishes[last], 0.25),
    )
    return replace(analysis, themes=(theme, *analysis.themes[1:]))


def test_r9_parts_and_the_other_side_lead_back_to_the_ideas_behind_them(session: Session, community: Community) -> None:
    wishes = [f"Plant {i} trees" for i in range(20)] + ["Plant no trees at all"]

    run = kept(session, community, of_trees({1: 14, 2: 7}, wishes), wishes)

    (theme,) = session.scalars(select(Finding).where(Finding.run_id == run.id, Finding.parent_id.is_(None)))
    parts = session.scalars(
        select(Finding).where(Finding.parent_id == theme.theme_id).order_by(Finding.people.desc())
    ).all()
    assert [part.people for part in parts] == [14, 7]
    for part in parts:
        ideas = session.scalars(select(Kept).where(Kept.run_id == run.id, Kept.part_id == part.theme_id)).all()
        assert len({idea.response_id for idea in ideas}) == part.people
        assert {idea.theme_id for idea in ideas} == {theme.theme_id}
    assert theme.goal == "Plant trees"
    assert theme.opposite is not None
    assert session.get_one(Kept, (run.id, theme.opposite)).text == "Plant no trees at all"
    assert theme.opposite_share == 0.25


def test_r7_a_theme_too_small_to_be_quoted_proposes_no_sentence_of_its_words(
    session: Session, community: Community
) -> None:
    wishes = [f"Plant {i} trees" for i in range(12)]

    run = kept(session, community, of_trees({1: 12}, wishes), wishes, quote_group=13)

    assert {finding.goal for finding in session.scalars(select(Finding).where(Finding.run_id == run.id))} == {None}


def test_ideas_in_other_languages_and_their_people_are_counted(session: Session, community: Community) -> None:
    wishes = [f"Plant {i} trees" for i in range(8)] + ["Wir brauchen mehr Bäume für die Straße", "no"]
    analysis = found(people({1: 10}))
    foreign = replace(analysis.statements[8], kind="other_language", tone="unscored")
    analysis = replace(analysis, statements=(*analysis.statements[:8], foreign, analysis.statements[9]))

    run = kept(session, community, analysis, wishes)

    assert (run.ideas_other_language, run.people_other_language) == (1, 1)


def test_a_statement_that_fits_weakly_is_kept_as_such(session: Session, community: Community) -> None:
    wishes = [f"Plant {i} trees" for i in range(8)]
    analysis = found(people({1: 8}))
    weak = replace(analysis.statements[0], weak=True)
    analysis = replace(analysis, statements=(weak, *analysis.statements[1:]))

    run = kept(session, community, analysis, wishes)

    marked = session.scalars(select(Kept.text).where(Kept.run_id == run.id, Kept.is_weak)).all()
    assert marked == [wishes[0]]
