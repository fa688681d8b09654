"""Run the service on this machine: the web server and the worker that does its jobs, together."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surveyapp.errors import Misconfigured
from surveyapp.settings import Settings

if TYPE_CHECKING:  # the process that only watches the others does without
    from flask import Flask

    from surveyapp.jobs import Worker

DRAIN_SECONDS = 30  # what is under way may take this long to end when the service is stopped
MOST_DEATHS = 3  # of one process, in STEADY_SECONDS: more often, starting it again does not help
STEADY_SECONDS = 60
FOR_MEMBERS = ("responses/", "public_", "_")  # templates that are compiled before anybody comes


def refuse_busy_port(host: str, port: int) -> None:
    """See whether the service can listen there.

    Raises:
        Misconfigured: If another program does, or this user may not.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise Misconfigured(
                f"Port {port} needs more rights than you have. Choose one above 1023 with --port."
            ) from None
        except OSError:
            raise Misconfigured(
                f"Port {port} is in use by another program. Choose another with --port {port + 1}."
            ) from None


def run(settings: Settings, *, host: str, port: int, workers: int) -> None:
    """Serve until SIGINT or SIGTERM; if web server or worker dies, it is started again."""
    environ = {"MALLOC_ARENA_MAX": "1", **os.environ, "SURVEYAPP_PUBLIC_URL": settings.public_url}
    # one heap for all threads, which take turns anyway: several would hold some 30 MB more
    common = ["--instance", str(settings.instance)]
    commands = {
        "web": [*_python("serve-web"), *common, "--host", host, "--port", str(port), "--workers", str(workers)],
        "worker": [*_python("worker"), *common],
    }
    stop, began = threading.Event(), time.monotonic()
    _stop_on_signal(stop)
    children: dict[str, subprocess.Popen[bytes]] = {}
    deaths = dict.fromkeys(commands, 0)
    while not stop.is_set():
        for name, command in commands.items():
            if name in children and children[name].poll() is None:
                continue
            deaths[name] += name in children
            if deaths[name] > MOST_DEATHS:
                _end(list(children.values()))
                raise Misconfigured(f"The {name} process ended again and again. What it said last stands above.")
            children[name] = subprocess.Popen(command, env=environ, start_new_session=True)
        stop.wait(0.5)
        if stop.is_set() or time.monotonic() < began + STEADY_SECONDS:
            continue
        began, deaths = time.monotonic(), dict.fromkeys(commands, 0)
    _end(list(children.values()))


def _stop_on_signal(stop: threading.Event) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())


def _python(command: str) -> list[str]:
    return [sys.executable, "-m", "surveyapp", command, "--parent", str(os.getpid())]


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        child.send_signal(signal.SIGTERM)
    until = time.monotonic() + DRAIN_SECONDS
    for child in children:
        try:
            child.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()


def serve_web(settings: Settings, *, host: str, port: int, workers: int, parent: int | None) -> None:
    """Be the web server."""
    import gc

    import gunicorn.app.base

    from surveyapp import create_app

    app = create_app(settings)  # before the workers are made, which so share its memory
    app.extensions["surveyapp"].engine.dispose()  # but no connection
    for name in app.jinja_env.list_templates(filter_func=lambda name: name.startswith(FOR_MEMBERS)):
        app.jinja_env.get_template(name)
    gc.freeze()  # or looking for garbage would copy it
    options = {
        "bind": f"{host}:{port}",
        "workers": workers,
        "threads": 4,
        "worker_class": "gthread",
        "preload_app": False,
        "graceful_timeout": DRAIN_SECONDS,
        "timeout": 60,
        "keepalive": 5,
        "limit_request_line": 8190,
        "limit_request_fields": 60,
        "limit_request_field_size": 8190,
        "accesslog": None,
        "errorlog": "-",
        "loglevel": "warning",
        "control_socket_disable": True,
        "proc_name": "surveyapp",
        "forwarded_allow_ips": "",
    }

    class Server(gunicorn.app.base.BaseApplication):
        """gunicorn, told in code what it otherwise reads from a file."""

        def load_config(self) -> None:
            for name, value in options.items():
                if name in self.cfg.settings:
                    self.cfg.set(name, value)

        def load(self) -> "Flask":
            _when_parent_is_gone(os.getppid(), lambda: os.kill(os.getpid(), signal.SIGTERM))
            return app

    _when_parent_is_gone(parent, lambda: os.kill(os.getpid(), signal.SIGTERM))
    Server().run()


def serve_jobs(settings: Settings, *, parent: int | None) -> None:
    """Be the worker: do jobs until SIGTERM or SIGINT; the one that runs then is finished first."""
    from surveyapp import logs

    logs.configure(settings.log_level)
    stop = threading.Event()
    _stop_on_signal(stop)
    _when_parent_is_gone(parent, stop.set)
    worker_of(settings).run_until(stop)


def worker_of(settings: Settings) -> "Worker":
    """A worker for this installation."""
    from surveyapp import db
    from surveyapp.jobs import Worker

    is_sqlite = settings.database.startswith("sqlite")
    lock_file = settings.instance / "worker.lock" if is_sqlite else None
    return Worker(db.session_factory(db.make_engine(settings.database)), lock_file, settings)


def _when_parent_is_gone(parent: int | None, then: Callable[[], Any]) -> None:
    """Call *then* once the process *parent* no longer is ours: nobody is left behind when it is killed."""
    if parent is None:
        return

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        then()

    threading.Thread(target=watch, daemon=True, name="watches the parent").start()


def write_private(path: Path, text: str) -> None:
    """Write *text* to a file that its owner alone can read, as a whole or not at all."""
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.rename(path)
