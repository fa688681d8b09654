"""The routes of goals. Their views are in goal_views.py, and in fate_views.py for members.

The page of a candidate asks for the finish line of the goal it may become, which review/
does not know: so it is drawn here, in decide_views.py, under review's name.
"""

from flask import Blueprint

from surveyapp.goals import decide_views, fate_views, goal_views
from surveyapp.review.views import bp as review

bp = Blueprint("goals", __name__)

bp.add_url_rule("/c/<slug>/goals", view_func=goal_views.index)
bp.add_url_rule("/c/<slug>/goals/<int:goal_id>", view_func=goal_views.show)
bp.add_url_rule("/c/<slug>/goals/<int:goal_id>/level", view_func=goal_views.level, methods=["POST"])
bp.add_url_rule("/c/<slug>/goals/<int:goal_id>/end", view_func=goal_views.end, methods=["POST"])
bp.add_url_rule("/s/<link>/ideas", view_func=fate_views.fate)
bp.add_url_rule("/s/<link>/ideas", view_func=fate_views.fate_of_code, methods=["POST"])

CANDIDATE = "/c/<slug>/review/<int:candidate_id>"
review.add_url_rule(CANDIDATE, "show", decide_views.show)
review.add_url_rule(CANDIDATE, "save", decide_views.save, methods=["POST"])
review.add_url_rule(f"{CANDIDATE}/name", "rename", decide_views.rename_to, methods=["POST"])
review.add_url_rule(f"{CANDIDATE}/goal", "goal", decide_views.goal)
