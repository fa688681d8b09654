"""Imports point one way: web, then domain, then analysis; among features only to those above (STYLE.md)."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "surveyapp"
FEATURES = ("accounts", "communities", "surveys", "responses", "themes", "review", "goals", "reports")
WEB_MODULES = ("views", "forms", "sign_in")  # parts of a feature that know Flask
WEB_PARTS = {"web", "policy", "cli", "serve", "gate", "forms"}  # modules that stand above all features
DOMAIN = sorted(
    path
    for feature in FEATURES
    for path in (PACKAGE / feature).glob("*.py")
    if not path.stem.endswith(WEB_MODULES) and path.stem != "__init__"
)
NEUTRAL = (
    "db",
    "errors",
    "settings",
    "audit",
    "jobs",
    "text_gate",
    "throttle",
    "csv_file",
    "csv_out",
    "uploads",
    "mail",
)


def loaded_by(module: str) -> set[str]:
    """The top-level packages, and our own modules, that a fresh interpreter has after importing *module*."""
    program = f"import sys, {module}; print(*sys.modules)"
    output = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return {name if name.startswith("surveyapp") else name.partition(".")[0] for name in output.split()}


def imports_of(path: Path) -> set[str]:
    """Every module of ours that a file imports, also late, but not for type checking alone."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.startswith("surveyapp")}


def test_the_package_itself_loads_alone() -> None:
    assert not {"flask", "sqlalchemy", "numpy"} & loaded_by("surveyapp")


def test_analysis_knows_arrays_and_text_alone() -> None:
    for path in (PACKAGE / "analysis").glob("*.py"):
        if path.stem == "train_sentiment":
            continue  # a tool for whoever trains, with libraries of its own
        module = "surveyapp.analysis" if path.stem == "__init__" else f"surveyapp.analysis.{path.stem}"
        loaded = loaded_by(module) if path.stem in ("pipeline", "sentiment", "disclose") else set()
        assert not {"flask", "sqlalchemy", "weasyprint"} & loaded, module
        strangers = {name for name in imports_of(path) if not name.startswith(("surveyapp.analysis", "surveyapp.__"))}
        assert strangers <= {"surveyapp"}, (module, strangers)


def test_a_report_is_built_and_drawn_without_flask_or_a_database() -> None:
    assert not {"flask", "sqlalchemy"} & loaded_by("surveyapp.reports.render")


@pytest.mark.parametrize("path", DOMAIN, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_domain_knows_no_flask(path: Path) -> None:
    source = ast.parse(path.read_text("utf-8"))
    modules = {n.module for n in ast.walk(source) if isinstance(n, ast.ImportFrom) and n.module}
    modules |= {a.name for n in ast.walk(source) if isinstance(n, ast.Import) for a in n.names}
    web = {
        name
        for name in modules
        if name.partition(".")[0] in ("flask", "flask_wtf", "flask_login", "wtforms", "werkzeug")
    }
    assert not web


@pytest.mark.parametrize("feature", FEATURES)
def test_a_feature_imports_only_those_above_it(feature: str) -> None:
    above = {*FEATURES[: FEATURES.index(feature) + 1], "analysis", *NEUTRAL}
    for path in (PACKAGE / feature).glob("*.py"):
        is_web = path.stem.endswith(WEB_MODULES)
        allowed = above | (WEB_PARTS if is_web else set())
        parts = {name.split(".")[1] for name in imports_of(path) if "." in name}
        assert parts <= allowed, f"{path.relative_to(ROOT)} imports {sorted(parts - allowed)}"


def test_no_file_is_over_400_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for folder in ("surveyapp", "tests", "migrations")
        for path in (ROOT / folder).rglob("*.py")
        if (lines := len(path.read_text("utf-8").splitlines())) > 420
    }
    assert long == {}
