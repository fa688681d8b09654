"""The two commands of the README: make this machine ready, then start the application or its checks.

    python3 -m surveyapp.bootstrap run  [what `python -m surveyapp run` takes]
    python3 -m surveyapp.bootstrap test [what pytest takes]

`install` makes ready for both and starts nothing; `--offline` fetches nothing. What is there already is not done again.
Standard library only, in a syntax that older Pythons read too: they are told what is missing.
"""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
UNFINISHED = ROOT / ".venv" / "unfinished"  # is there while the dependencies are being installed
OLDEST_PYTHON = (3, 11)
PACKAGES = {  # of Debian
    "run": (  # the PDF reports are drawn by Pango, in fonts of many scripts
        "libpango-1.0-0",
        "libpangoft2-1.0-0",
        "libharfbuzz-subset0",
        "fonts-noto-core",
        "fonts-noto-cjk",
        "fonts-noto-color-emoji",
    ),
    "test": (  # the browser, what the program that drives it needs, and what sees an answer synced before its reply
        "chromium",
        "libatomic1",
        "strace",
    ),
}
ROOM = {"run": 1.0, "test": 2.0}  # GB free before the dependencies are installed
BUILT_HERE = "flask-principal"  # the only dependency that is published as source alone
NO_NETWORK = "Something must be fetched, and the network does not answer: connect this machine, and repeat this."
CAUSES = {  # what apt-get and pip write when they fail, and what to do
    "No space left on device": "There is no room left on the disk: make some, and repeat this.",
    "Temporary failure resolving": NO_NETWORK,
    "Could not connect to": NO_NETWORK,
    "NewConnectionError": NO_NETWORK,
    "ConnectTimeoutError": NO_NETWORK,
}
USAGE = """\
python3 -m surveyapp.bootstrap [--offline] run [options]   install what is missing, then start the application
python3 -m surveyapp.bootstrap [--offline] test [options]  install what is missing, then run the checks
python3 -m surveyapp.bootstrap [--offline] install         install what both need, start nothing

The options of run are those of `python -m surveyapp run`, the options of test those of pytest."""


class NotReady(Exception):
    """This machine lacks something; the text says what to do about it."""


def main(arguments: Sequence[str]) -> NoReturn:
    """Do what the command line says, and exit as the program that was started does."""
    offline = "--offline" in arguments
    command, *rest = [argument for argument in arguments if argument != "--offline"] or ["--help"]
    if command in ("-h", "--help"):
        print(USAGE)
        sys.exit(0)
    if command not in ("run", "test", "install"):
        print(f"There is no command {command!r}.\n{USAGE}", file=sys.stderr)
        sys.exit(2)
    try:
        make_ready("run" if command == "run" else "test", offline=offline)
        if command == "run":
            become("surveyapp", "run", *rest)
        if command == "test":
            check(rest)
        sys.exit(0)
    except (NotReady, OSError) as trouble:
        print(trouble, file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def make_ready(purpose: str, *, offline: bool = False) -> None:
    """Install what *purpose*, "run" or "test", still needs on this machine.

    Raises:
        NotReady: Something is missing that cannot be installed from here.
    """
    if sys.version_info < OLDEST_PYTHON:
        found, needed = (".".join(map(str, version[:2])) for version in (sys.version_info, OLDEST_PYTHON))
        raise NotReady(f"This is Python {found}; surveyapp needs {needed} or newer: call this with such a python3.")
    with one_at_a_time():
        install_packages(purpose, offline=offline)
        install_dependencies(purpose, offline=offline)


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Wait until no other process makes this folder ready; the system lets go of the lock of one that died."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for another surveyapp.bootstrap in this folder.")
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


# Packages of the system


def install_packages(purpose: str, *, offline: bool) -> None:
    """Install the missing Debian packages; elsewhere, look whether Pango is there."""
    if shutil.which("dpkg-query") is None:
        if not has_pango():
            raise NotReady(
                "This is not a Debian system, and Pango was not found. With your system's package manager, install"
                " Pango, the subset library of HarfBuzz and the Noto fonts (for `test` also Chromium), and repeat this."
            )
        return
    if not (missing := missing_packages(purpose)):
        return
    names = " ".join(missing)
    by_hand = f"apt-get update && apt-get install --no-install-recommends {names}"
    if offline:
        raise NotReady(f"These packages are missing, and --offline forbids fetching them: {names}")
    apt_get = "DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=600"
    # One list that cannot be read, of some other source, need not be in the way: the second command decides.
    script = f"{apt_get} update; {apt_get} install --yes --no-install-recommends {names}"
    if (command := as_root("sh", "-c", script)) is None:
        raise NotReady(f"Packages are missing, and only root may install them. As root: {by_hand}")
    say(f"Installing packages of the system (some minutes): {names}")
    quietly(command, f"apt-get could not install what is missing. By hand, as root: {by_hand}")


def missing_packages(purpose: str) -> list[str]:
    """Name the Debian packages that *purpose* needs and that are not installed."""
    needed = [*PACKAGES["run"], *(PACKAGES["test"] if purpose == "test" else ())]
    asked = ["dpkg-query", "--show", "--showformat", "${db:Status-Status} ${Package}\\n", *needed]
    answer = subprocess.run(asked, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    installed = {line.split()[1] for line in answer.stdout.splitlines() if line.startswith("installed ")}
    if importlib.util.find_spec("ensurepip") is None:  # Debian's own Python comes without; others bring it along
        needed.insert(0, "python3-venv")
    return [package for package in needed if package not in installed]


def as_root(*command: str) -> list[str] | None:
    """Give *command* as this user can run it with the rights of root, or None."""
    if os.geteuid() == 0:
        return list(command)
    sudo = ["sudo"] if sys.stdin is not None and sys.stdin.isatty() else ["sudo", "-n"]
    if shutil.which("sudo") and subprocess.run([*sudo, "true"], stderr=subprocess.DEVNULL, check=False).returncode == 0:
        return [*sudo, *command]
    return None


def has_pango() -> bool:
    """Can the library that draws the text of the reports be loaded?"""
    for name in ("libpango-1.0.so.0", "libpango-1.0.0.dylib", "libpango-1.0.dylib"):
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return True
    return False


# Dependencies of Python


def install_dependencies(purpose: str, *, offline: bool) -> None:
    """Bring `.venv` to the locked dependencies, unless its stamp says that it has them."""
    if is_stamped(purpose):
        return
    lock = ROOT / "surveyapp" / "locks" / f"{purpose}.txt"
    if offline:
        raise NotReady(f"The dependencies of {lock.name} are not installed, and --offline forbids fetching them.")
    if not os.access(ROOT, os.W_OK):
        raise NotReady(f"Nothing can be written to {ROOT}: give yourself the right to, or copy the folder elsewhere.")
    if (free := shutil.disk_usage(ROOT).free / 1e9) < ROOM[purpose]:
        raise NotReady(f"{ROOT} needs {ROOM[purpose]:.1f} GB for the dependencies and has {free:.1f}: make room.")
    say("Installing the locked dependencies into .venv (some minutes)")
    if UNFINISHED.exists() or not is_whole():  # an installation that was cut off may have left any file half-written
        base = getattr(sys, "_base_executable", sys.executable)  # not the one in .venv, which is about to be made anew
        quietly([base, "-m", "venv", "--clear", str(UNFINISHED.parent)], "The virtual environment could not be made.")
    UNFINISHED.touch()
    for done in PACKAGES:
        stamp(done).unlink(missing_ok=True)
    pip_install("--only-binary=:all:", "-r", str(lock.with_name("build.txt")))
    # What is built here is built by the setuptools of build.txt, not by one that pip would fetch without a hash.
    pip_install(
        *("--only-binary=:all:", f"--no-binary={BUILT_HERE}", "--use-pep517", "--no-build-isolation", "-r", str(lock))
    )
    for done in PACKAGES if purpose == "test" else ("run",):  # test.txt holds all of run.txt
        stamp(done).write_text(fingerprint(done), encoding="ascii")
    UNFINISHED.unlink()


def pip_install(*what: str) -> None:
    """Install *what* into `.venv`: nothing that the locks do not name with its hash."""
    options = ["--quiet", "--disable-pip-version-check", "--no-input", "--require-hashes", "--no-deps"]
    quietly(
        [str(python()), "-m", "pip", "install", *options, *what],
        "The dependencies could not be installed. The lines above say why; when that is mended, repeat this.",
    )


def python() -> Path:
    """The interpreter of the virtual environment."""
    return ROOT / ".venv" / "bin" / "python"


def is_whole() -> bool:
    """Is there a virtual environment of this very Python, with a pip that starts?"""
    version = "import sys, pip; print(sys.version_info[:2])"
    try:
        answer = subprocess.run([python(), "-c", version], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return answer.stdout.strip() == str(sys.version_info[:2])


def stamp(purpose: str) -> Path:
    """The file that is written last, when all dependencies of *purpose* are in place."""
    return ROOT / ".venv" / f"installed-{purpose}"


def is_stamped(purpose: str) -> bool:
    """Were the dependencies of *purpose* installed as they are locked now?"""
    try:
        return python().exists() and stamp(purpose).read_text(encoding="ascii") == fingerprint(purpose)
    except (OSError, UnicodeDecodeError):
        return False


def fingerprint(purpose: str) -> str:
    """What the environment for *purpose* depends on: the locks and the version of Python."""
    locks = ROOT / "surveyapp" / "locks"
    content = (locks / "build.txt").read_bytes() + (locks / f"{purpose}.txt").read_bytes()
    return f"{sys.version_info[0]}.{sys.version_info[1]} {hashlib.sha256(content).hexdigest()}\n"


# Starting programs


def check(pytest_arguments: Sequence[str]) -> NoReturn:
    """Run every check, the quick ones first; stop at the first that fails, with its exit code."""
    for step in ("ruff check .", "ruff format --check .", "mypy"):
        say(f"== {step}")
        if code := subprocess.run([python(), "-m", *step.split()], cwd=ROOT, check=False).returncode:
            sys.exit(code)
    if not os.environ.get("SURVEYAPP_TEST_POSTGRES"):
        say(
            "== NOT RUN: the half of the database tests that needs PostgreSQL. Set SURVEYAPP_TEST_POSTGRES to the"
            " address of an empty database to run it, such as postgresql+psycopg://user:password@127.0.0.1/name"
        )
    workers = str(max(2, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 2))
    say("== pytest")
    become("pytest", "-n", workers, *pytest_arguments)


def become(module: str, *arguments: str) -> NoReturn:
    """Go on as *module* of the virtual environment: signals, and so Ctrl-C, reach it directly."""
    os.chdir(ROOT)
    sys.stdout.flush()
    os.execv(python(), [str(python()), "-m", module, *arguments])


def quietly(command: Sequence[str], on_failure: str) -> None:
    """Run *command*, and show what it wrote only if it fails for a reason that is not plain.

    Raises:
        NotReady: It failed; the text says what to do, by *on_failure* if the cause is not a known one.
    """
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    if not done.returncode:
        return
    told = done.stdout.decode(errors="replace")
    for sign, cause in CAUSES.items():
        if sign in told:
            raise NotReady(cause)
    lines = [f"  {line}" for line in told.splitlines() if not line.startswith("WARNING: Location")]
    raise NotReady("\n".join([*lines[-12:], on_failure]))


def say(text: str) -> None:
    """Print at once, so that the lines of the programs that are started come after it."""
    print(text, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
