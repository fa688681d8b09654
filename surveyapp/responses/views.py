"""The routes of responses: pages for members by a survey's open link, pages for those who run the community.

Their views are in answer_views.py and collect_views.py. The list of surveys shows how many
answered, which surveys/ does not know: so it is drawn here, under its own name.
"""

from flask import Blueprint
from flask.blueprints import BlueprintSetupState

from surveyapp.responses import answer_views, collect_views
from surveyapp.surveys.views import bp as surveys

bp = Blueprint("responses", __name__)

bp.add_url_rule("/s/<link>", view_func=answer_views.welcome)
bp.add_url_rule("/s/<link>", view_func=answer_views.start, methods=["POST"])
bp.add_url_rule("/s/<link>/<int:number>", view_func=answer_views.part)
bp.add_url_rule("/s/<link>/<int:number>", view_func=answer_views.answer, methods=["POST"])
bp.add_url_rule("/s/<link>/thanks", view_func=answer_views.thanks)
bp.add_url_rule("/s/<link>/qr.svg", view_func=collect_views.qr)

bp.add_url_rule("/c/<slug>/surveys/<int:survey_id>/preview", view_func=collect_views.preview)
bp.add_url_rule("/c/<slug>/surveys/<int:survey_id>/preview/<int:number>", view_func=collect_views.preview)
bp.add_url_rule("/c/<slug>/surveys/<int:survey_id>/collect", "collect", collect_views.show)
bp.add_url_rule("/c/<slug>/surveys/<int:survey_id>/close", view_func=collect_views.close, methods=["GET", "POST"])
surveys.add_url_rule("/c/<slug>/surveys", "index", collect_views.index)


@bp.record
def check_tokens_in_the_view(state: BlueprintSetupState) -> None:
    """Leave the forms of members to their views: whose token went stale must not lose what was typed."""
    for view in (answer_views.start, answer_views.answer):
        state.app.extensions["csrf"].exempt(view)
