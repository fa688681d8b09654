"""The service in processes of its own that can be killed at any instant, and members who answer over HTTP."""

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from surveyapp.surveys.models import Survey
from surveyapp.surveys.rules import name_of
from tests import forked
from tests.browser import ROOT, free_port
from tests.forked import Forked
from tests.responses.member import form_values, question

PROGRAM = ("-m", "surveyapp")
STARTS_WITHIN = 60  # seconds, on a machine that has other things to do


@dataclass
class Service:
    """``python -m surveyapp run`` on an installation, or another program that serves it there."""

    instance: Path
    database_url: str
    words: tuple[str, ...] = (*PROGRAM, "run", "--no-demo", "--workers", "2")
    before: tuple[str, ...] = ()  # a program that starts it, and looks on
    settings: dict[str, str] = field(default_factory=dict)  # by name in capitals, as the environment says them
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | Forked | None = None
    is_cold: bool = False  # started by a new interpreter, as the program is outside of tests

    def start(self) -> float:
        """Start, and wait until a page can be had; give back how many seconds that took."""
        began = time.monotonic()
        self.begin("--instance", str(self.instance), "--port", str(self.port))
        assert self.process is not None
        while time.monotonic() - began < STARTS_WITHIN and self.process.poll() is None:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.answers():
                    return time.monotonic() - began
            time.sleep(0.02)
        raise AssertionError((self.instance.parent / f"{self.instance.name}.log").read_text())

    def begin(self, *where: str) -> None:
        """Start its program, and wait for nothing."""
        told = {"DATABASE_URL": self.database_url, "LOG_LEVEL": "error", **self.settings}
        with (self.instance.parent / f"{self.instance.name}.log").open("ab") as log:
            environment = {**os.environ, **{f"SURVEYAPP_{name}": value for name, value in told.items()}}
            if self.words[:2] == PROGRAM and not self.before and not self.is_cold:
                self.process = forked.start([*self.words[2:], *where], environment, log.fileno(), log.fileno())
                return
            self.process = subprocess.Popen(
                [*self.before, sys.executable, *self.words, *where],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def answers(self) -> bool:
        """Whether the service has its database and answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        finally:
            connection.close()

    def kill(self) -> int:
        """Kill all its processes at once, as a power switch would end them; give back how many there were."""
        if self.process is None:
            return 0
        pids = family(self.process.pid)
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        until = time.monotonic() + STARTS_WITHIN
        while any(map(is_alive, pids)):
            assert time.monotonic() < until, "a process survived its kill"
            time.sleep(0.01)
        return len(pids)

    def stop(self) -> None:
        """End it in order; a program that looks on ends with it."""
        assert self.process is not None
        os.kill(family(self.process.pid)[1 if self.before else 0], signal.SIGTERM)
        self.process.wait(40)


def family(pid: int) -> list[int]:
    """A process and all that descend from it, parents first."""
    found = [pid]
    for parent in found:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for task in Path(f"/proc/{parent}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
    return found


def is_alive(pid: int) -> bool:
    """Whether a thread of a process still runs, and so holds its files; one that waits to be buried does not."""
    try:
        stats = [task.read_text() for task in Path(f"/proc/{pid}/task").glob("*/stat")]
    except (FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/task").exists() and is_alive(pid)  # one ended meanwhile
    return any(stat.rpartition(")")[2].split()[0] not in "ZX" for stat in stats)


class Browser:
    """A browser that keeps its connection and its cookie; an answer is taken as a whole, or as none."""

    def __init__(self, service: Service) -> None:
        self.port = service.port
        self.cookie = ""
        self.connection = self._connect()

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def get(self, path: str) -> tuple[int, str, str]:
        """Status, body and where it leads."""
        return self._request("GET", path, None)

    def post(self, path: str, data: dict[str, str]) -> tuple[int, str, str]:
        """Status, body and where it leads."""
        return self._request("POST", path, urlencode(data))

    def headers(self) -> dict[str, str]:
        """What it sends along."""
        return {"Cookie": self.cookie} if self.cookie else {}

    def _request(self, method: str, path: str, body: str | None) -> tuple[int, str, str]:
        headers = self.headers()
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        text = response.read().decode()
        if cookie := response.getheader("Set-Cookie"):
            self.cookie = cookie.partition(";")[0]
        return response.status, text, response.getheader("Location") or ""

    def close(self) -> None:
        """Let the connection go."""
        self.connection.close()

    def renew(self) -> None:
        """Take another connection, as after a lost one; the cookie stays."""
        self.connection.close()
        self.connection = self._connect()


@dataclass
class Sheet:
    """One member's form, with a mark in two of its parts by which its row is known."""

    browser: Browser
    survey: Survey
    mark: str
    last: dict[str, str] = field(default_factory=dict)  # the form of the last part, once it was shown
    receipt: str = ""  # once it was acknowledged

    def fill(self) -> None:
        """Answer part by part, as the pages ask, and send."""
        self.prepare()
        self.send()

    def prepare(self) -> None:
        """Answer part by part, up to the last button."""
        base = f"/s/{self.survey.link}"
        _, page, _ = self.browser.get(base)
        _, _, where = self.browser.post(base, form_values(page))
        for number in (1, 2):
            _, page, _ = self.browser.get(where)
            typed = form_values(page)
            if number == 2:
                typed |= {name_of(question(self.survey, "way")): self.mark}
            status, _, where = self.browser.post(where, typed)
            assert status == 303, status
        _, page, _ = self.browser.get(where)
        self.last = form_values(page) | {
            name_of(question(self.survey, "Anything")): self.mark,
            name_of(question(self.survey, "worth")): "4",
        }

    def send(self) -> None:
        """Send the last part, once more if need be."""
        status, _, where = self.browser.post(f"/s/{self.survey.link}/3", self.last)
        assert status == 303, status
        self.receipt = where.partition("receipt=")[2]
