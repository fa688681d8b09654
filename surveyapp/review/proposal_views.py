"""What members vote on: managers put proposals to the vote, also candidates of earlier surveys, and take some off."""

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from surveyapp import audit
from surveyapp.errors import BadInput, Conflict, NotFound
from surveyapp.responses import vote
from surveyapp.review.models import Candidate, Origin
from surveyapp.review.rank import Ranked, ranked
from surveyapp.review.views import bp
from surveyapp.surveys.models import Question, State, Survey
from surveyapp.text_gate import whole_number
from surveyapp.themes import flags
from surveyapp.web import community, db_session, find, user


@bp.get("/c/<slug>/surveys/<int:survey_id>/proposals")
def proposals(survey_id: int) -> ResponseReturnValue:
    """Show what is voted on; no figures, those come with the results."""
    return _page(find(Survey, survey_id))


def _page(
    survey: Survey, typed: str = "", problem: str = "", reasons: Mapping[str, str] = MappingProxyType({})
) -> ResponseReturnValue:
    session = db_session()
    asked = [
        (question, [proposal for proposal, _ in vote.proposals_of(session, question.id)])
        for question in vote.vote_questions(survey.questions)
    ]
    known = {proposal.text for _, found in asked for proposal in found}
    page = render_template(
        "review/proposals.html",
        survey=survey,
        asked=asked,
        candidates=[(key, title) for key, title in _candidates(survey).items() if title not in known],
        typed=typed,
        problem=problem,
        reasons=reasons,
        flagged=flags.flagged_proposals(session, [question.id for question, _ in asked]),
        why=flags.REASONS,
        may_change=survey.state is not State.CLOSED,
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK


@bp.post("/c/<slug>/surveys/<int:survey_id>/proposals")
def propose(survey_id: int) -> ResponseReturnValue:
    """Put proposals to the vote: one in each line, and the candidates that are ticked."""
    session, survey = db_session(), find(Survey, survey_id)
    question = _question(survey)
    typed = request.form.get("texts", "")
    chosen = [whole_number(key) for key in request.form.getlist("candidate")]
    known = _candidates(survey)
    try:
        texts = [*typed.splitlines(), *(known[key] for key in chosen if key in known)]
        new = vote.propose(session, question, texts)
    except BadInput as error:
        return _page(survey, typed, str(error))
    audit.record(
        session, "put proposals to the vote", user_id=user().id, community_id=community().id, survey=survey.id, new=new
    )
    session.commit()
    return redirect(url_for("review.proposals", survey_id=survey.id), HTTPStatus.SEE_OTHER)


@bp.post("/c/<slug>/surveys/<int:survey_id>/proposals/show")
def show_proposal(survey_id: int) -> ResponseReturnValue:
    """Take a proposal off the vote, or put it back."""
    session, survey = db_session(), find(Survey, survey_id)
    is_shown = request.form.get("shown") == "yes"
    proposal_id, reason = request.form.get("proposal", ""), request.form.get("reason", "")
    try:
        vote.show_proposal(session, _question(survey), proposal_id, is_shown=is_shown, reason=reason)
    except BadInput as error:
        return _page(survey, problem=str(error), reasons={proposal_id: reason})
    _record("put a proposal back" if is_shown else "took a proposal off", survey, proposal_id, reason=reason)
    session.commit()
    return redirect(url_for("review.proposals", survey_id=survey.id), HTTPStatus.SEE_OTHER)


@bp.post("/c/<slug>/surveys/<int:survey_id>/proposals/stand")
def let_proposal_stand(survey_id: int) -> ResponseReturnValue:
    """Settle what members reported of a proposal: it stays on the vote."""
    session, survey = db_session(), find(Survey, survey_id)
    proposal_id = request.form.get("proposal", "")
    flags.let_proposal_stand(session, _question(survey), proposal_id)
    _record("let a proposal stand", survey, proposal_id)
    session.commit()
    return redirect(url_for("review.proposals", survey_id=survey.id), HTTPStatus.SEE_OTHER)


@bp.post("/c/<slug>/review/<int:candidate_id>/stand")
def let_name_stand(candidate_id: int) -> ResponseReturnValue:
    """Settle what members reported of the words a candidate is called by: they stay, or were changed."""
    candidate = find(Candidate, candidate_id)
    if candidate.theme_id is not None:
        flags.settle_theme(db_session(), candidate.theme_id)
        audit.record(
            db_session(),
            "let a name stand",
            user_id=user().id,
            community_id=community().id,
            candidate=candidate.id,
        )
        db_session().commit()
    return redirect(url_for("review.show", candidate_id=candidate.id), HTTPStatus.SEE_OTHER)


def _record(what: str, survey: Survey, proposal_id: str, **details: str) -> None:
    audit.record(
        db_session(),
        what,
        user_id=user().id,
        community_id=community().id,
        survey=survey.id,
        proposal=proposal_id,
        **{name: text for name, text in details.items() if text},
    )


def _question(survey: Survey) -> Question:
    """The vote that the posted form is about."""
    if survey.state is State.CLOSED:
        raise Conflict("This survey is closed: nobody votes any more.")
    named = request.form.get("question", "")
    found = [question for question in vote.vote_questions(survey.questions) if str(question.id) == named]
    if not found:
        raise NotFound("This survey has no such vote.")
    return found[0]


def _candidates(survey: Survey) -> dict[int, str]:
    """Titles that may be put to the vote, by candidate: those that words of members may be quoted for (R7)."""
    found: list[Ranked] = ranked(db_session(), community().id)
    return {
        one.candidate.id: one.title
        for one in found
        if one.candidate.origin is Origin.ORGANISATION or one.people >= survey.quote_group
    }
