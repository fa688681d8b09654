import ast
import re
import tomllib
from collections.abc import Iterable
from importlib.metadata import packages_distributions, version
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
LOCKS = ROOT / "surveyapp" / "locks"
LINE = re.compile(
    r"[a-z0-9-]+==[\w.]+( ; [\w .'<>=!]+)? \\"
    r"|    --hash=sha256:[0-9a-f]{64}( \\)?"
    r"|    #( via)?( +(-c surveyapp/locks/run\.txt|[a-z0-9-]+|surveyapp \(pyproject\.toml(:\w+)?\)))?"
)


def pins(lock: str) -> dict[str, set[str]]:
    """Per pinned requirement, with its marker, the hashes it may have."""
    found: dict[str, set[str]] = {}
    for line in (LOCKS / lock).read_text("utf-8").splitlines():
        if line[0].isalnum():
            found[requirement := line.removesuffix(" \\")] = set()
        elif "--hash=" in line:
            found[requirement].add(line.split()[0])
    return found


def pinned(lock: str) -> dict[str, str]:
    """The version of each distribution that *lock* installs on this machine."""
    requirements = [Requirement(pin) for pin in pins(lock)]
    return {r.name: str(r.specifier).removeprefix("==") for r in requirements if not r.marker or r.marker.evaluate()}


def declared() -> dict[str, list[Requirement]]:
    """What pyproject.toml asks for, by the lock that answers."""
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    asked = {
        "build.txt": project["dependency-groups"]["build"],
        "run.txt": project["project"]["dependencies"],
        "test.txt": project["project"]["dependencies"] + project["project"]["optional-dependencies"]["test"],
    }
    return {lock: [Requirement(each) for each in requirements] for lock, requirements in asked.items()}


@pytest.mark.parametrize("lock", ["build.txt", "run.txt", "test.txt"])
def test_a_lock_names_no_address_and_no_path(lock: str) -> None:
    strange = [line for line in (LOCKS / lock).read_text("utf-8").splitlines() if not LINE.fullmatch(line)]

    assert strange == []


@pytest.mark.parametrize("lock", ["build.txt", "run.txt", "test.txt"])
def test_each_pin_has_a_hash(lock: str) -> None:
    assert [pin for pin, hashes in pins(lock).items() if not hashes] == []
    assert pins(lock)


@pytest.mark.parametrize("lock", ["build.txt", "run.txt", "test.txt"])
def test_what_pyproject_asks_for_is_pinned_within_its_bounds(lock: str) -> None:
    versions = pinned(lock)

    for asked in declared()[lock]:
        assert versions[canonicalize_name(asked.name)] in asked.specifier


def test_what_is_tested_is_what_runs() -> None:
    run, test = pins("run.txt"), pins("test.txt")

    assert {pin: test.get(pin) for pin in run} == run


def test_this_environment_is_the_locked_one() -> None:
    locked = pinned("test.txt")

    assert {name: version(name) for name in locked} == locked


TRAINING = {ROOT / "surveyapp" / "analysis" / "train_sentiment.py"}  # is run by developers; what it makes is committed


def modules_imported(files: Iterable[Path]) -> set[str]:
    """The outermost name of everything that *files* import, inside functions too."""
    names: set[str] = set()
    for file in files:
        nodes = list(ast.walk(ast.parse(file.read_bytes())))
        names |= {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level}
    return {name.split(".")[0] for name in names}


@pytest.mark.parametrize(
    ("folders", "lock"), [(("surveyapp", "migrations", ".ci"), "run.txt"), (("surveyapp", "tests"), "test.txt")]
)
def test_everything_imported_is_locked(folders: tuple[str, ...], lock: str) -> None:
    files = {file for folder in folders for file in (ROOT / folder).rglob("*.py")}
    if lock == "run.txt":
        files -= TRAINING
    distributions = packages_distributions()
    imported = {canonicalize_name(name) for module in modules_imported(files) for name in distributions.get(module, [])}

    assert imported - set(pinned(lock)) == set()
    assert imported
