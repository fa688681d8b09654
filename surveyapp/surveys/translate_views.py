"""Pages on which a survey gets its languages, and is translated side by side."""

from http import HTTPStatus

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from surveyapp.errors import AppError
from surveyapp.surveys import translate
from surveyapp.surveys.languages import NAMES, direction_of, name_of_language
from surveyapp.surveys.models import State, Survey
from surveyapp.surveys.views import bp
from surveyapp.web import db_session, find, user

PAGE = 80  # texts on one page: a form has few fields more


@bp.route("/c/<slug>/surveys/<int:survey_id>/languages", methods=["GET", "POST"])
def languages(survey_id: int) -> ResponseReturnValue:
    """Show the languages of a survey with what is missing in each; add one, take one off, say its own."""
    survey = find(Survey, survey_id)
    if request.method == "GET":
        return _languages_page(survey)
    typed = request.form.get("code", "").strip() or request.form.get("language", "")
    try:
        match request.form.get("do"):
            case "add":
                translate.add_language(survey, typed)
            case "remove":
                translate.remove_language(db_session(), survey, typed)
            case _:
                translate.set_own_language(survey, typed)
    except AppError as error:
        db_session().rollback()
        return _languages_page(find(Survey, survey_id), str(error)), error.status
    db_session().commit()
    return redirect(url_for("surveys.languages", survey_id=survey_id), HTTPStatus.SEE_OTHER)


def _languages_page(survey: Survey, problem: str = "") -> str:
    return render_template(
        "surveys/languages.html",
        survey=survey,
        problem=problem,
        missing=translate.missing(db_session(), survey),
        texts=len(translate.texts(survey)),
        names=NAMES,
        name_of=name_of_language,
        direction_of=direction_of,
        is_draft=survey.state is State.DRAFT,
        is_closed=survey.state is State.CLOSED,
    )


@bp.route("/c/<slug>/surveys/<int:survey_id>/languages/<language>", methods=["GET", "POST"])
def translation(survey_id: int, language: str) -> ResponseReturnValue:
    """Show the texts of a survey beside their translation, and store what was translated."""
    survey = find(Survey, survey_id)
    translate.find_language(survey, language)
    if request.method == "GET":
        return _translation_page(survey, language)
    typed = request.form.to_dict()
    problems = translate.translate(db_session(), survey, language, typed, user_id=user().id)
    if problems:
        page = _translation_page(survey, language, typed=typed, problems=problems)
        return page, HTTPStatus.UNPROCESSABLE_ENTITY
    db_session().commit()
    if request.form.get("go") == "next":
        return redirect(_address(survey, language, _page_number() + 1), HTTPStatus.SEE_OTHER)
    return redirect(_address(survey, language, _page_number(), is_saved=True), HTTPStatus.SEE_OTHER)


def _address(survey: Survey, language: str, page: int, *, is_saved: bool = False) -> str:
    saved = 1 if is_saved else None
    return url_for("surveys.translation", survey_id=survey.id, language=language, page=page, saved=saved)


def _page_number() -> int:
    return max(1, request.args.get("page", 1, type=int))


def _translation_page(
    survey: Survey,
    language: str,
    *,
    typed: dict[str, str] | None = None,
    problems: dict[str, str] | None = None,
) -> str:
    every = translate.texts(survey)
    pages = max(1, -(-len(every) // PAGE))
    page = min(_page_number(), pages)
    there = translate.translations(db_session(), survey, language)
    return render_template(
        "surveys/translation.html",
        survey=survey,
        language=language,
        name=name_of_language(language),
        direction=direction_of(language),
        own_name=name_of_language(survey.language),
        own_direction=direction_of(survey.language),
        texts=every[(page - 1) * PAGE : page * PAGE],
        total=len(every),
        missing=sum(1 for text in every if text.place not in there),
        there=there,
        typed=typed or {},
        problems=problems or {},
        page=page,
        pages=pages,
        is_saved="saved" in request.args,
        is_draft=survey.state is State.DRAFT,
        is_closed=survey.state is State.CLOSED,
    )
