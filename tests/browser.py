"""A real browser on a real server: what the browser tests share."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests import forked

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
]
STARTS_WITHIN = 60  # seconds


@dataclass
class Service:
    """The application as ``python -m surveyapp run`` serves it."""

    url: str
    instance: Path
    welcome: dict[str, Any] = field(default_factory=dict)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def command(*words: str) -> subprocess.CompletedProcess[str]:
    """Run ``python -m surveyapp`` with these words."""
    return subprocess.run(
        [sys.executable, "-m", "surveyapp", *words], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )


@contextlib.contextmanager
def serving(instance: Path, *options: str) -> Iterator[Service]:
    """Serve the installation in the folder *instance* until the block is left."""
    port = free_port()
    errors = (instance.parent / f"{instance.name}.log").open("w")
    words = ["run", "--instance", str(instance), "--port", str(port), "--json", *options]
    said, its_output = os.pipe()
    process = forked.start(words, dict(os.environ), its_output, errors.fileno())
    os.close(its_output)
    try:
        with os.fdopen(said) as output:
            line = output.readline()
        assert line, Path(errors.name).read_text()
        welcome = json.loads(line)
        _wait_until_ready(welcome["url"])
        yield Service(welcome["url"], instance, welcome)
    finally:
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(40)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        errors.close()


def _wait_until_ready(url: str) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=5):  # noqa: S310 - our own address
                return
        except OSError:
            assert time.monotonic() < until, "the service did not start"
            time.sleep(0.1)


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Headless Chromium, as Debian packages it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong with a page, one line each."""
    found = Axe().run(page).response["violations"]
    return [f"{page.url}: {one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


def sign_in(page: Page, service: Service, email: str, password: str) -> None:
    """Sign in through the form."""
    page.goto(f"{service.url}/login")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/login" not in url)
