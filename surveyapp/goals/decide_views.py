"""The page of one candidate: what it rests on, what managers think of it, and how it becomes a goal or does not."""

from collections.abc import Sequence
from http import HTTPStatus

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from surveyapp.analysis.goal_sentence import propose
from surveyapp.communities.found import current_values
from surveyapp.db import now
from surveyapp.errors import AppError, BadInput
from surveyapp.goals.adopt import adopt, better_supported
from surveyapp.goals.forms import DECISIONS, DecisionForm
from surveyapp.goals.models import Goal
from surveyapp.goals.pursue import goal_of, retire
from surveyapp.review.forms import RenameForm
from surveyapp.review.judge import COLUMN_NAMES, ChangedMeanwhile, decide, hold, judge, move, rename
from surveyapp.review.models import Candidate, Column, Criterion
from surveyapp.review.rank import Ranked, axis_end, ranked, standing
from surveyapp.review.read import changes_of, decisions_of, goes_on_in, ideas_of, offers_of
from surveyapp.text_gate import clean_line, whole_number
from surveyapp.themes.flags import REASONS, flagged_theme
from surveyapp.themes.kin import Kin, kin_of
from surveyapp.themes.models import Statement
from surveyapp.themes.read import quotes_of
from surveyapp.web import community, db_session, find, is_manager, user

PAGE = 25  # ideas
MOST_SHOWN = 100_000
MOST_WORDS = 200  # characters to look for
QUESTIONS = {
    Criterion.ACHIEVABLE: "Can members do it themselves, soon?",
    Criterion.FINITE: "Will everyone see when it is done?",
    Criterion.BENEFICIAL: "Does it bring us closer to the mission?",
}


def show(candidate_id: int) -> ResponseReturnValue:
    """Show a candidate with its figures and ideas, and to managers the form to decide about it."""
    candidate = find(Candidate, candidate_id)
    if (successor := goes_on_in(db_session(), candidate)) is not None:
        return redirect(url_for("review.show", candidate_id=successor))
    wanted = request.args.get("decision") or ""
    if wanted and wanted not in DECISIONS:
        raise BadInput("Go back to the board and use its menu.")
    return _page(candidate, wanted=wanted)


def save(candidate_id: int) -> ResponseReturnValue:
    """Keep what a manager thinks, and carry out the decision: all of it, or nothing and the page as it was typed."""
    session = db_session()
    candidate = find(Candidate, candidate_id)
    form = _form(candidate)
    if not form.validate_on_submit():
        return _page(candidate, form=form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        hold(session, candidate, form.version.data)
        for criterion, verdict, reason in form.judgements():
            judge(session, candidate, criterion, verdict, reason, user_id=user().id)
        made = _carry_out(session, candidate, form)
        session.commit()
    except AppError as error:
        session.rollback()
        return _page(find(Candidate, candidate_id), form=form, problem=error), error.status
    if made is not None:
        return redirect(url_for("goals.show", goal_id=made.id), HTTPStatus.SEE_OTHER)
    return redirect(url_for("review.show", candidate_id=candidate_id), HTTPStatus.SEE_OTHER)


def rename_to(candidate_id: int) -> ResponseReturnValue:
    """Give a candidate another name (R11)."""
    session = db_session()
    candidate = find(Candidate, candidate_id)
    form = RenameForm()
    if not form.validate_on_submit():
        return _page(candidate, rename_form=form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        hold(session, candidate, form.version.data)
        rename(session, candidate, form.title.data, user_id=user().id)
        session.commit()
    except AppError as error:
        session.rollback()
        return _page(find(Candidate, candidate_id), rename_form=form, problem=error), error.status
    return redirect(url_for("review.show", candidate_id=candidate_id), HTTPStatus.SEE_OTHER)


def goal(candidate_id: int) -> ResponseReturnValue:
    """Lead from a candidate to the goal it became, or else to its own page."""
    candidate = find(Candidate, candidate_id)
    found = goal_of(db_session(), candidate.id)
    if found is None:
        return redirect(url_for("review.show", candidate_id=candidate.id), HTTPStatus.SEE_OTHER)
    return redirect(url_for("goals.show", goal_id=found.id), HTTPStatus.SEE_OTHER)


def _carry_out(session: Session, candidate: Candidate, form: DecisionForm) -> Goal | None:
    """Do what was decided; the goal if one was made."""
    reason = form.reason.data or ""
    if form.is_adoption:
        return adopt(
            session,
            candidate,
            form.finish_line(),
            user_id=user().id,
            reason=reason,
            today=form.today,
            compromise=form.compromise.data or "",
        )
    if candidate.column is not Column.ADOPTED:
        move(session, candidate, form.to, reason, user_id=user().id)
    elif form.to is Column.ADOPTED:
        decide(session, candidate, Column.ADOPTED, reason, user_id=user().id)
    elif (current := goal_of(session, candidate.id)) is not None:
        retire(session, current, reason, user_id=user().id, today=form.today, to=form.to)
    return None


def _form(candidate: Candidate) -> DecisionForm:
    return DecisionForm(candidate, current_values(db_session(), community().id), now().date())


def _filled(r: Ranked, wanted: str) -> DecisionForm:
    """A form with what the person thought last, and what the goal could be."""
    form = _form(r.candidate)
    for judged in r.judged:
        verdict, reason = form.verdict(judged.criterion)
        for opinion in judged.opinions:
            if opinion.user_id == user().id:
                verdict.data, reason.data = opinion.verdict.value, opinion.reason
    form.sentence.data, form.baseline.data = _proposed(r) or r.title, 0.0
    form.values.data = [value.id for value in r.values]
    if (last := goal_of(db_session(), r.candidate.id)) is not None:
        form.show_goal(last)
    stays = Column.SHORTLISTED if r.candidate.column is Column.NEW else r.candidate.column
    form.decision.data = wanted or stays.value
    return form


def _proposed(r: Ranked) -> str:
    """A goal sentence made of the title: a person finishes it, saying how much and by when; empty where none is sure.

    A name that a person gave is read here; a title brings what the run proposed.
    """
    if r.finding and r.finding.goal and r.title == r.finding.title:
        return r.finding.goal
    made = propose(r.title)
    return made.words if made else ""


def _page(
    candidate: Candidate,
    *,
    form: DecisionForm | None = None,
    rename_form: RenameForm | None = None,
    problem: AppError | None = None,
    wanted: str = "",
) -> str:
    """The page; a form that was sent is shown as it was typed, over the version that the page shows."""
    session = db_session()
    board = ranked(session, community().id)
    r = standing(board, candidate)
    words = clean_line(request.args.get("find", "")[:MOST_WORDS])
    shown = whole_number(request.args.get("shown") or str(PAGE))
    if shown is None or not 0 < shown <= MOST_SHOWN:
        raise BadInput("Go back and use the button below the ideas.")
    ideas = ideas_of(session, r.finding, r.survey, words) if r.finding and r.survey and is_manager() else []
    return render_template(
        "goals/decide.html",
        r=r,
        form=form or _filled(r, wanted),
        rename_form=rename_form or RenameForm(formdata=None, title=r.title),
        is_renaming=rename_form is not None,
        problem=problem,
        is_stale=isinstance(problem, ChangedMeanwhile),
        names=COLUMN_NAMES,
        questions=QUESTIONS,
        before=board[r.rank - 2] if r.rank > 1 else None,
        after=board[r.rank] if r.rank < len(board) else None,
        of=len(board),
        axis=axis_end(board),
        quotes=_quotes(session, r),
        offers=offers_of(session, r.finding, r.survey) if r.finding and r.survey else [],
        proposed=_proposed(r),
        ideas=ideas[:shown],
        matching=len(ideas),
        more=shown + PAGE if len(ideas) > shown else None,
        words=words,
        targets=[one for one in board if one.finding and one.survey == r.survey and one.candidate.id != candidate.id],
        goal=goal_of(session, candidate.id),
        is_goal=candidate.column is Column.ADOPTED,
        before_it=better_supported(board, r),
        decisions=decisions_of(session, candidate),
        flagged=flagged_theme(session, candidate.theme_id) if is_manager() else [],
        why=REASONS,
        kin=[one for one in _kin(session, candidate) if one.kinship.is_same or is_manager()],
        news=changes_of(session, candidate),
        candidate_ids={one.candidate.theme_id: one.candidate.id for one in board},
    )


def _kin(session: Session, candidate: Candidate) -> list[Kin]:
    return kin_of(session, candidate.theme_id) if candidate.theme_id else []


def _quotes(session: Session, r: Ranked) -> Sequence[Statement]:
    """The ideas that stand for the candidate, those of the report: with permission, of enough people (R7)."""
    if r.finding is None or r.survey is None or r.people < r.survey.quote_group:
        return []
    return quotes_of(session, [r.finding])[r.finding.theme_id]
