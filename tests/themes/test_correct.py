"""What people put right holds in every later run, and can be taken back (R11)."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from surveyapp.accounts.models import User
from surveyapp.audit import AuditEntry
from surveyapp.communities.models import Community
from surveyapp.errors import BadInput, Conflict
from surveyapp.themes.correct import merge, move, split_off, undo, waiting
from surveyapp.themes.discover import start_run
from surveyapp.themes.history import news_of
from surveyapp.themes.models import AnalysisRun, Theme
from surveyapp.themes.releases import TooFewAnswers
from tests.themes.test_rounds import POND, anew
from tests.themes.village import answer, answered, findings, grouped, snapshot, statements, theme_about


def texts_in(session: Session, run: AnalysisRun, theme: Theme) -> set[str]:
    return {s.text for s in statements(session, run) if s.group_id == theme.id}


def numbers_of(session: Session, run: AnalysisRun, texts: set[str]) -> list[int]:
    return [s.number for s in statements(session, run) if s.text in texts]


def test_a_correction_changes_no_figure_of_the_run_and_waits_for_the_next(
    session: Session, sessions: sessionmaker[Session], community: Community, manager: User
) -> None:
    survey = answered(session, community)
    run = grouped(session, sessions, survey)
    before = snapshot(session, run)
    lunch, bus = theme_about(session, run, "lunch"), theme_about(session, run, "bus")
    assert waiting(session, [run]) == []

    merge(session, run, bus, lunch, user_id=manager.id)
    session.commit()

    assert snapshot(session, run) == before
    assert waiting(session, [run]) == [run]
    session.commit()
    assert waiting(session, [grouped(session, sessions, survey)]) == []


def test_r11_merged_themes_are_one_in_every_later_run_until_that_is_undone(
    session: Session, sessions: sessionmaker[Session], community: Community, manager: User
) -> None:
    survey = answered(session, community)
    first = grouped(session, sessions, survey)
    lunch, bus = theme_about(session, first, "lunch"), theme_about(session, first, "bus")
    together = texts_in(session, first, lunch) | texts_in(session, first, bus)
    riders = texts_in(session, first, bus)

    correction = merge(session, first, bus, lunch, user_id=manager.id)
    session.commit()
    for more in ((), POND):
        answer(session, survey, more)
        run = grouped(session, sessions, survey)
        assert together <= texts_in(session, run, lunch)
        assert bus.id not in {finding.theme_id for finding in findings(session, run)}
        told = [(one.kind, one.theme[0], [theme for theme, _ in one.others]) for one in news_of(session, [run])]
        assert (("joined", lunch.id, [bus.id]) in told) == (not more)  # told once, of the run that did it
    session.refresh(bus)
    assert bus.merged_into_id == lunch.id
    run = anew(session, sessions, survey)
    assert together <= texts_in(session, run, lunch)

    undo(session, correction, user_id=manager.id)
    session.commit()
    run = grouped(session, sessions, survey)
    assert riders <= texts_in(session, run, bus)
    assert bus.id in {finding.theme_id for finding in findings(session, run)}
    session.refresh(bus)
    assert bus.merged_into_id is None


def test_r11_moved_ideas_stay_where_they_were_put(
    session: Session, sessions: sessionmaker[Session], community: Community, manager: User
) -> None:
    survey = answered(session, community)
    first = grouped(session, sessions, survey)
    lunch, trees = theme_about(session, first, "lunch"), theme_about(session, first, "trees")
    chosen = set(sorted(texts_in(session, first, trees))[:3])

    correction = move(session, first, trees, numbers_of(session, first, chosen), lunch, user_id=manager.id)
    session.commit()
    for run in (grouped(session, sessions, survey), anew(session, sessions, survey)):
        assert chosen <= texts_in(session, run, lunch)

    undo(session, correction, user_id=manager.id)
    session.commit()
    assert chosen <= texts_in(session, grouped(session, sessions, survey), trees)


def test_r11_ideas_that_were_split_off_are_a_theme_with_the_name_they_were_given(
    session: Session, sessions: sessionmaker[Session], community: Community, manager: User
) -> None:
    survey = answered(session, community)
    first = grouped(session, sessions, survey)
    trees = theme_about(session, first, "trees")
    chosen = set(sorted(texts_in(session, first, trees))[:6])

    split = split_off(
        session, first, trees, numbers_of(session, first, chosen), "Trees at the road", user_id=manager.id
    )
    session.commit()
    run = grouped(session, sessions, survey)

    assert chosen <= texts_in(session, run, split.into)
    assert split.into.name == "Trees at the road"
    assert split.into_id in {finding.theme_id for finding in findings(session, run)}


def test_r7_a_theme_split_off_of_too_few_people_is_not_shown(
    session: Session, sessions: sessionmaker[Session], community: Community, manager: User
) -> None:
    survey = answered(session, community)
    first = grouped(session, sessions, survey)
    trees = theme_about(session, first, "trees")
    chosen = set(sorted(texts_in(session, first, trees))[:1])

    split = split_off(session, first, trees, numbers_of(session, first, chosen), "One tree", user_id=manager.id)
    session.commit()
    run = grouped(session, sessions, survey)

    people = len({s.response_id for s in statements(session, run) if s.group_id == split.into_id})
    assert (split.into_id in {f.theme_id for f in findings(session, run)}) == (people >= survey.smallest_group)


def test_p9c_what_was_put_right_is_carried_out_on_the_same_answers_where_few_came_since(
    session: Session, sessions: sessionmaker[Session], community: Community, manager: User
) -> None:
    survey = answered(session, community)
    first = grouped(session, sessions, survey)
    answer(session, survey, POND[:2])
    with pytest.raises(TooFewAnswers):
        start_run(session, survey)
    session.rollback()

    merge(session, first, theme_about(session, first, "bus"), theme_about(session, first, "lunch"), user_id=manager.id)
    session.commit()

    assert grouped(session, sessions, survey).people == first.people


def test_what_cannot_be_put_right_is_refused(
    session: Session, sessions: sessionmaker[Session], community: Community, manager: User
) -> None:
    run = grouped(session, sessions, answered(session, community))
    elsewhere = grouped(session, sessions, answered(session, community))
    lunch, bus, trees = (theme_about(session, run, word) for word in ("lunch", "bus", "trees"))
    foreign = theme_about(session, elsewhere, "trees")
    of_bus = numbers_of(session, run, texts_in(session, run, bus))

    for numbers in ([], [*of_bus, 10_000], of_bus):
        with pytest.raises(BadInput):
            move(session, run, trees, numbers, lunch, user_id=manager.id)
    for into in (foreign, trees):
        with pytest.raises(BadInput):
            merge(session, run, trees, into, user_id=manager.id)
    for name in ("", "x" * 301):
        with pytest.raises(BadInput):
            split_off(session, run, bus, of_bus, name, user_id=manager.id)
    merge(session, run, trees, lunch, user_id=manager.id)
    merge(session, run, lunch, bus, user_id=manager.id)
    with pytest.raises(Conflict):
        merge(session, run, bus, trees, user_id=manager.id)
    with pytest.raises(Conflict):
        merge(session, run, trees, bus, user_id=manager.id)


def test_what_was_put_right_and_taken_back_is_in_the_log_without_words(
    session: Session, sessions: sessionmaker[Session], community: Community, manager: User
) -> None:
    run = grouped(session, sessions, answered(session, community))
    lunch, bus = theme_about(session, run, "lunch"), theme_about(session, run, "bus")
    numbers = numbers_of(session, run, texts_in(session, run, bus))[:2]

    correction = move(session, run, bus, numbers, lunch, user_id=manager.id)
    undo(session, correction, user_id=manager.id)
    with pytest.raises(Conflict):
        undo(session, correction, user_id=manager.id)

    entries = session.scalars(select(AuditEntry).order_by(AuditEntry.sequence.desc()).limit(2)).all()
    assert [entry.action for entry in entries] == ["undid a correction", "corrected a group"]
    assert entries[1].details == {
        "correction": correction.id,
        "way": "move",
        "theme": bus.id,
        "into": lunch.id,
        "ideas": 2,
    }
