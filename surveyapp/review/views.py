"""Pages of review."""

from flask import Blueprint

bp = Blueprint("review", __name__)


@bp.get("/c/<slug>/review")
def board() -> str:
    """Stub."""
    return "stub"
