"""Pages of surveys."""

from flask import Blueprint

bp = Blueprint("surveys", __name__)


@bp.get("/c/<slug>/surveys")
def index() -> str:
    """Stub."""
    return "stub"
