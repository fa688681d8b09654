import ast
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from zipfile import ZipFile

import pytest

from surveyapp import bootstrap

ROOT = Path(__file__).parent.parent
ALL = [*bootstrap.PACKAGES["run"], *bootstrap.PACKAGES["test"]]


# A project with the real bootstrap, and toys for all that it installs and starts

TOY = """
import os, sys
print({name!r}, os.getpid(), *sys.argv[1:], flush=True)
sys.exit(3 if os.environ.get("TOY_FAILS") == {name!r} else 0)
"""


def make_program(folder: Path, name: str, script: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def make_dpkg_query(folder: Path, installed: list[str]) -> None:
    """As Debian's: it lists what it knows, and fails when it was asked for more."""
    known = [*(f"installed {name}" for name in installed), "config-files chromium"]
    make_program(folder, "dpkg-query", "\n".join([*(f"echo '{line}'" for line in known), "exit 1"]))


def make_project(folder: Path) -> Path:
    """A project whose dependencies are one wheel with toys named ruff, mypy and pytest."""
    locks = folder / "surveyapp" / "locks"
    locks.mkdir(parents=True)
    shutil.copy(bootstrap.__file__, folder / "surveyapp")
    (folder / "surveyapp" / "__init__.py").touch()
    (folder / "surveyapp" / "__main__.py").write_text(TOY.format(name="surveyapp"))
    (folder / "wheels").mkdir()
    wheel = folder / "wheels" / "toy-1-py3-none-any.whl"
    with ZipFile(wheel, "w") as archive:
        for name in ("ruff", "mypy", "pytest"):
            archive.writestr(f"{name}.py", TOY.format(name=name))
        archive.writestr("toy-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: toy\nVersion: 1\n")
        archive.writestr("toy-1.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("toy-1.dist-info/RECORD", "")
    for name in ("build", "run", "test"):
        pin = f"toy==1 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"
        (locks / f"{name}.txt").write_text(pin)
    make_dpkg_query(folder / "programs", ["python3-venv", *ALL])
    return folder


def start(project: Path, *arguments: str, **environ: str) -> subprocess.Popen[str]:
    environ = {
        "PATH": f"{project / 'programs'}:{os.environ['PATH']}",
        "HOME": str(project),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(project / "wheels"),
        **environ,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "surveyapp.bootstrap", *arguments],
        cwd=project,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that was made ready for everything. Tests leave it as it is."""
    project = make_project(tmp_path_factory.mktemp("installed"))
    code, out, err = finish(start(project, "install"))
    assert (code, err) == (0, "")
    assert "Installing the locked dependencies" in out
    return project


def test_run_becomes_the_application_so_that_signals_reach_it(installed: Path) -> None:
    process = start(installed, "run", "--port", "8001", "--json")

    assert finish(process) == (0, f"surveyapp {process.pid} run --port 8001 --json\n", "")


def test_what_is_installed_needs_no_network_and_no_word(installed: Path) -> None:
    code, out, err = finish(start(installed, "run", "--offline", PIP_FIND_LINKS=str(installed / "nowhere")))

    assert (code, err) == (0, "")
    assert out.startswith("surveyapp ")
    assert out.count("\n") == 1


def test_test_checks_the_quick_things_first_and_ends_with_pytest(installed: Path) -> None:
    code, out, _ = finish(start(installed, "test", "-k", "journey", SURVEYAPP_TEST_POSTGRES="postgresql://somewhere"))
    lines = out.splitlines()

    assert code == 0
    assert [line for line in lines if line.startswith("==")] == [
        "== ruff check .",
        "== ruff format --check .",
        "== mypy",
        "== pytest",
    ]
    assert lines[-1].startswith("pytest ")
    assert lines[-1].endswith("-k journey")
    assert " -n " in lines[-1]


def test_test_says_loudly_that_half_was_not_run(installed: Path) -> None:
    assert "NOT RUN" in finish(start(installed, "test"))[1]


@pytest.mark.parametrize(
    ("tool", "last_step"), [("ruff", "== ruff check ."), ("mypy", "== mypy"), ("pytest", "== pytest")]
)
def test_test_stops_at_the_first_failure_with_its_exit_code(installed: Path, tool: str, last_step: str) -> None:
    code, out, _ = finish(start(installed, "test", TOY_FAILS=tool))

    assert code == 3
    assert [line for line in out.splitlines() if line.startswith("== ")][-1] == last_step


# What can go wrong, and how it goes on


def test_a_file_that_is_not_the_locked_one_is_refused_and_the_next_try_starts_clean(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project")
    lock = project / "surveyapp" / "locks" / "build.txt"
    right = lock.read_text()
    lock.write_text(f"toy==1 --hash=sha256:{'0' * 64}\n")

    code, _, err = finish(start(project, "run"))
    half_made = project / ".venv" / "lib" / "half-made"
    half_made.touch()
    lock.write_text(right)
    second_code, out, _ = finish(start(project, "run"))

    assert code == 1
    assert "DO NOT MATCH THE HASHES" in err
    assert second_code == 0
    assert out.splitlines()[-1].startswith("surveyapp ")
    assert not half_made.exists()


def test_two_at_once_install_once(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project")

    ends = [finish(process) for process in (start(project, "run"), start(project, "run"))]

    assert [code for code, _, _ in ends] == [0, 0]
    assert sorted("Installing" in out for _, out, _ in ends) == [False, True]


def test_offline_says_what_it_may_not_fetch(tmp_path: Path) -> None:
    code, out, err = finish(start(make_project(tmp_path / "project"), "--offline", "test"))

    assert (code, out) == (1, "")
    assert err == "The dependencies of test.txt are not installed, and --offline forbids fetching them.\n"


def test_a_folder_without_room_is_told_how_much_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=10**8))

    with pytest.raises(bootstrap.NotReady, match=r"needs 1.0 GB for the dependencies and has 0.1: make room"):
        bootstrap.install_dependencies("run", offline=False)


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write to any

    with pytest.raises(bootstrap.NotReady, match=f"Nothing can be written to {tmp_path}"):
        bootstrap.install_dependencies("run", offline=False)


def test_an_old_python_is_told_which_it_must_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(bootstrap.NotReady) as trouble:
        bootstrap.make_ready("run")
    monkeypatch.undo()

    assert str(trouble.value).startswith("This is Python 3.9; surveyapp needs 3.11 or newer")


@pytest.mark.parametrize("module", ["__init__.py", "bootstrap.py"])
def test_an_old_python_can_read_what_tells_it_so(module: str) -> None:
    ast.parse((ROOT / "surveyapp" / module).read_bytes(), feature_version=(3, 8))


def test_bootstrap_needs_nothing_but_the_standard_library() -> None:
    without_packages = [sys.executable, "-S", "-c", "import surveyapp.bootstrap"]

    assert subprocess.run(without_packages, cwd=ROOT, check=False).returncode == 0


def test_an_unknown_command_shows_the_known_ones(tmp_path: Path) -> None:
    code, _, err = finish(start(make_project(tmp_path / "project"), "jump"))

    assert code == 2
    assert err.startswith("There is no command 'jump'.\npython3 -m surveyapp.bootstrap")


# Packages of the system


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of programs that stand before those of the system; what apt-get is asked goes to `asked`."""
    folder = tmp_path / "programs"
    make_program(folder, "apt-get", f'echo "$DEBIAN_FRONTEND $@" >> {tmp_path}/asked')
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


def test_the_missing_packages_are_those_that_dpkg_does_not_call_installed(programs: Path) -> None:
    make_dpkg_query(programs, ["python3-venv", "libpango-1.0-0", "fonts-noto-cjk"])

    assert bootstrap.missing_packages("test") == [
        name for name in ALL if name not in ("libpango-1.0-0", "fonts-noto-cjk")
    ]
    assert "chromium" not in bootstrap.missing_packages("run")


def test_apt_is_not_asked_when_nothing_is_missing(programs: Path, tmp_path: Path) -> None:
    make_dpkg_query(programs, ALL)

    bootstrap.install_packages("test", offline=False)

    assert not (tmp_path / "asked").exists()


def test_root_installs_what_is_missing(programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_dpkg_query(programs, [name for name in ALL if name != "libpango-1.0-0"])
    monkeypatch.setattr(os, "geteuid", lambda: 0)

    bootstrap.install_packages("test", offline=False)

    assert (tmp_path / "asked").read_text().splitlines() == [
        "noninteractive -q -o DPkg::Lock::Timeout=600 update",
        "noninteractive -q -o DPkg::Lock::Timeout=600 install --yes --no-install-recommends libpango-1.0-0",
    ]


def test_who_has_sudo_installs_by_it(programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_dpkg_query(programs, ALL[1:])
    make_program(programs, "sudo", f'[ "$1" = -n ] && shift; echo sudo >> {tmp_path}/asked; exec "$@"')
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    bootstrap.install_packages("test", offline=False)

    asked = (tmp_path / "asked").read_text().splitlines()
    assert asked[-3:] == [
        "sudo",
        "noninteractive -q -o DPkg::Lock::Timeout=600 update",
        f"noninteractive -q -o DPkg::Lock::Timeout=600 install --yes --no-install-recommends {ALL[0]}",
    ]


@pytest.mark.parametrize("has_sudo", [False, True])
def test_without_root_and_sudo_the_command_and_the_packages_are_named(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_sudo: bool
) -> None:
    make_dpkg_query(programs, ALL[2:])
    monkeypatch.setenv("PATH", str(programs))
    if has_sudo:
        make_program(programs, "sudo", "echo 'sudo: a password is required' >&2; exit 1")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    with pytest.raises(bootstrap.NotReady) as trouble:
        bootstrap.install_packages("test", offline=False)

    assert str(trouble.value) == (
        "Packages are missing, and only root may install them. As root:"
        f" apt-get update && apt-get install --no-install-recommends {ALL[0]} {ALL[1]}"
    )
    assert not (tmp_path / "asked").exists()


def test_what_apt_says_is_shown_when_it_fails(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_dpkg_query(programs, ALL[1:])
    make_program(programs, "apt-get", "echo 'E: Unable to locate package'; exit 100")
    monkeypatch.setattr(os, "geteuid", lambda: 0)

    with pytest.raises(bootstrap.NotReady, match="E: Unable to locate package") as trouble:
        bootstrap.install_packages("test", offline=False)

    assert str(trouble.value).endswith(f"apt-get install --no-install-recommends {ALL[0]}")


def test_a_list_that_apt_cannot_read_is_not_in_the_way(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_dpkg_query(programs, ALL[1:])
    make_program(programs, "apt-get", 'case "$*" in *update) exit 100;; esac')
    monkeypatch.setattr(os, "geteuid", lambda: 0)

    bootstrap.install_packages("test", offline=False)


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ("Err:1 bookworm InRelease\n  Temporary failure resolving 'example.org'", "connect this machine"),
        ("WARNING: Retrying after connection broken by 'NewConnectionError(...)'", "connect this machine"),
        ("OSError: [Errno 28] No space left on device", "There is no room left on the disk"),
    ],
)
def test_a_known_cause_gets_one_sentence(told: str, sentence: str) -> None:
    with pytest.raises(bootstrap.NotReady, match=sentence) as trouble:
        bootstrap.quietly([sys.executable, "-c", f"print({told!r}); raise SystemExit(2)"], "Look above.")

    assert "\n" not in str(trouble.value)


@pytest.mark.parametrize("is_there", [False, True])
def test_where_there_is_no_dpkg_pango_is_enough(monkeypatch: pytest.MonkeyPatch, is_there: bool) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(bootstrap, "has_pango", lambda: is_there)

    if is_there:
        bootstrap.install_packages("run", offline=False)
    else:
        with pytest.raises(bootstrap.NotReady, match="install Pango, the subset library of HarfBuzz"):
            bootstrap.install_packages("run", offline=False)


def test_pango_is_looked_for_by_loading_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert bootstrap.has_pango()

    monkeypatch.setattr("ctypes.CDLL", lambda name: (_ for _ in ()).throw(OSError(name)))
    assert not bootstrap.has_pango()


def test_python3_venv_is_needed_only_by_a_python_without_ensurepip(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_dpkg_query(programs, ALL)
    assert bootstrap.missing_packages("run") == []

    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert bootstrap.missing_packages("run") == ["python3-venv"]
