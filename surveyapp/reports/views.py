"""Pages of reports."""

from flask import Blueprint

bp = Blueprint("reports", __name__)


@bp.get("/c/<slug>/reports")
def index() -> str:
    """Stub."""
    return "stub"
