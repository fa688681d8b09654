"""Pages of goals."""

from flask import Blueprint

bp = Blueprint("goals", __name__)


@bp.get("/c/<slug>/goals")
def index() -> str:
    """Stub."""
    return "stub"
