"""Pages of communities."""

from flask import Blueprint

bp = Blueprint("communities", __name__)


@bp.get("/c/<slug>")
def public() -> str:
    """Stub."""
    return "stub"


@bp.get("/c/<slug>/privacy")
def privacy() -> str:
    """Stub."""
    return "stub"


@bp.get("/c/<slug>/accessibility")
def accessibility() -> str:
    """Stub."""
    return "stub"


@bp.get("/c/<slug>/overview")
def overview() -> str:
    """Stub."""
    return "stub"
