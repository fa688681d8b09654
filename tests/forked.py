"""``python -m surveyapp`` started by a fork of a process that has loaded it: a tenth of the work of a cold start.

What runs then is the program itself: its processes, its signals, its files. Its parts, which it would start as new
interpreters, are forked too. Each start has memory of its own, as nothing was done in the process that is forked.
"""

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parent.parent
LONGEST_ORDER = 1 << 17


class Forked:
    """A process that somebody else forked, as subprocess shows one."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        try:
            self._handle = os.pidfd_open(pid)
        except ProcessLookupError:
            self._handle = -1  # it has ended already

    def poll(self) -> int | None:
        """None while it runs."""
        return self._ends_within(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended."""
        if self._ends_within(timeout) is None:
            raise subprocess.TimeoutExpired("surveyapp", timeout or 0)
        return 0

    def send_signal(self, number: int) -> None:
        """Send it a signal."""
        if self.poll() is None:
            signal.pidfd_send_signal(self._handle, number)

    def _ends_within(self, seconds: float | None) -> int | None:
        if self._handle >= 0 and select.select([self._handle], [], [], seconds)[0]:
            os.close(self._handle)
            self._handle = -1
        return 0 if self._handle < 0 else None


class Part:
    """A part of the program, forked where the program would start an interpreter: what serve.py asks of it."""

    def __init__(self, command: list[str], env: dict[str, str], start_new_session: bool) -> None:
        self.pid = fork(lambda: become(command[command.index("surveyapp") + 1 :], env))
        self._ended: int | None = None

    def poll(self) -> int | None:
        """None while it runs."""
        if self._ended is None and os.waitpid(self.pid, os.WNOHANG)[0]:
            self._ended = 0
        return self._ended

    def wait(self, timeout: float) -> None:
        """Wait until it has ended."""
        until = time.monotonic() + timeout
        while self.poll() is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired("surveyapp", timeout)
            time.sleep(0.01)

    def send_signal(self, number: int) -> None:
        """Send it a signal."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


def fork(do: Callable[[], NoReturn]) -> int:
    """Have a new process, in a session of its own, do something; its number."""
    if pid := os.fork():
        return pid
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    return do()


def become(words: list[str], environment: dict[str, str]) -> NoReturn:
    """Be ``python -m surveyapp`` with these words, and end as it does."""
    from surveyapp import cli, serve

    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["surveyapp", *words]
    vars(cli).update(get_context=lambda _: get_context("fork"))
    vars(serve).update(subprocess=SimpleNamespace(Popen=Part, TimeoutExpired=subprocess.TimeoutExpired))
    code: Any = 1
    try:
        cli.main(words)
    except SystemExit as end:
        code = end.code
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else bool(code))


def start(words: list[str], environment: dict[str, str], stdout: int, stderr: int) -> Forked:
    """Start the program with these words, which writes to these two files."""
    orders = _orders()
    socket.send_fds(orders, [json.dumps([words, environment]).encode()], [stdout, stderr])
    return Forked(int(orders.recv(20)))


@cache
def _orders() -> socket.socket:
    """Where to order a start; the process that forks ends with this one, or when this one does."""
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with there:
        forks = subprocess.Popen(
            [sys.executable, "-c", f"from tests.forked import fork_on_order; fork_on_order({there.fileno()})"],
            cwd=ROOT,
            env={**os.environ, "PYTHONWARNINGS": "default"},
            pass_fds=[there.fileno()],
            start_new_session=True,
        )
    atexit.register(forks.wait)
    atexit.register(here.close)
    return here


def fork_on_order(descriptor: int) -> None:
    """Load everything, then fork for each order."""
    import gunicorn.workers.gthread  # noqa: F401

    from surveyapp import cli, create_app, db, jobs, schema, serve, tables  # noqa: F401 - what the program loads
    from surveyapp.demo import found_demo  # noqa: F401
    from surveyapp.responses import views  # noqa: F401

    signal.signal(signal.SIGCHLD, bury)
    with socket.socket(fileno=descriptor) as orders:
        while True:
            order, files, _, _ = socket.recv_fds(orders, LONGEST_ORDER, 2)
            if not order:
                return
            words, environment = json.loads(order)

            def do(
                words: list[str] = words, environment: dict[str, str] = environment, files: list[int] = files
            ) -> NoReturn:
                orders.close()
                for number, file in enumerate(files, 1):
                    os.dup2(file, number)
                    os.close(file)
                become(words, environment)

            orders.send(str(fork(do)).encode())
            for file in files:
                os.close(file)


def bury(*_: object) -> None:
    """Let those that have ended go."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return
