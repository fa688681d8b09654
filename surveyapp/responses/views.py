"""The routes of responses: pages for members by a survey's open link, pages for those who run the community.

Their views are in welcome_views.py, answer_views.py and own_views.py, in collect_views.py, reach_views.py and
note_views.py. The list of surveys shows how many answered, which surveys/ does not know: so it is drawn here, under
its own name.
"""

from flask import Blueprint
from flask.blueprints import BlueprintSetupState

from surveyapp.responses import answer_views, collect_views, note_views, own_views, reach_views, welcome_views
from surveyapp.surveys.views import bp as surveys

bp = Blueprint("responses", __name__)

bp.add_url_rule("/s/<link>", view_func=welcome_views.welcome)
bp.add_url_rule("/s/<link>", view_func=welcome_views.start, methods=["POST"])
bp.add_url_rule("/s/<link>/<int:number>", view_func=answer_views.part)
bp.add_url_rule("/s/<link>/<int:number>", view_func=answer_views.answer, methods=["POST"])
bp.add_url_rule("/s/<link>/thanks", view_func=answer_views.thanks)
bp.add_url_rule("/a/<secret>", view_func=own_views.exchange)
bp.add_url_rule("/s/<link>/resume", view_func=own_views.resume)
bp.add_url_rule("/s/<link>/resume", view_func=own_views.go_on, methods=["POST"])
bp.add_url_rule("/s/<link>/change", view_func=own_views.change, methods=["POST"])
bp.add_url_rule("/s/<link>/withdraw", view_func=own_views.withdraw, methods=["POST"])
bp.add_url_rule("/s/<link>/withdrawn", view_func=own_views.withdrawn)
bp.add_url_rule("/s/<link>/forget", view_func=own_views.forget, methods=["POST"])
bp.add_url_rule("/s/<link>/qr.svg", view_func=collect_views.qr)

bp.add_url_rule("/c/<slug>/surveys/<int:survey_id>/preview", view_func=collect_views.preview)
bp.add_url_rule("/c/<slug>/surveys/<int:survey_id>/preview/<int:number>", view_func=collect_views.preview)
bp.add_url_rule("/c/<slug>/surveys/<int:survey_id>/collect", "collect", collect_views.show)
bp.add_url_rule("/c/<slug>/surveys/<int:survey_id>/close", view_func=collect_views.close, methods=["GET", "POST"])
bp.add_url_rule("/c/<slug>/surveys/<int:survey_id>/trust", view_func=collect_views.trust, methods=["POST"])
bp.add_url_rule("/c/<slug>/surveys/<int:survey_id>/notes", "notes", note_views.index)
bp.add_url_rule("/c/<slug>/surveys/<int:survey_id>/notes/new", "add_note", note_views.add, methods=["GET", "POST"])
bp.add_url_rule("/c/<slug>/notes/<int:note_id>", "note", note_views.change, methods=["GET", "POST"])
bp.add_url_rule("/c/<slug>/notes/<int:note_id>/remove", "remove_note", note_views.remove, methods=["POST"])
bp.add_url_rule("/s/<link>/qr.png", view_func=reach_views.qr_png)
bp.add_url_rule("/unsubscribe/<token>", view_func=reach_views.unsubscribe)
bp.add_url_rule("/unsubscribe/<token>", view_func=reach_views.end_mail, methods=["POST"])
bp.add_url_rule("/c/<slug>/surveys/<int:survey_id>/invite", "invite", reach_views.send_invitations, methods=["POST"])
bp.add_url_rule("/c/<slug>/surveys/<int:survey_id>/remind", view_func=reach_views.remind, methods=["POST"])
bp.add_url_rule("/c/<slug>/surveys/<int:survey_id>/reminders", view_func=reach_views.plan_reminders, methods=["POST"])
bp.add_url_rule("/c/<slug>/surveys/<int:survey_id>/links.csv", view_func=reach_views.links, methods=["POST"])
surveys.add_url_rule("/c/<slug>/surveys", "index", collect_views.index)


@bp.record
def check_tokens_in_the_view(state: BlueprintSetupState) -> None:
    """Leave the forms of members to their views: whose token went stale must not lose what was typed.

    What ends our mail is pressed by mail programs, which have no token: the address itself is the proof.
    """
    own = (own_views.go_on, own_views.change, own_views.withdraw, own_views.forget)
    for view in (welcome_views.start, answer_views.answer, *own, reach_views.end_mail):
        state.app.extensions["csrf"].exempt(view)
