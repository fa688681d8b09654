"""How many answers a second, and what one costs: our service beside a bare Flask form, in one run of `../shared/bench`.

    python -m tests.benchmarks.submit [--users 1 8 32] [--submissions 400]

A survey of ten questions on one page, `python -m surveyapp run` with 2 workers on SQLite, and the harness unchanged.
Both services are measured in turn, for the machine is rarely alone: its load is printed, and CPU per submission and
the ratio to the ceiling say more than the clock. "must" is the bar of PEERS.md.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from surveyapp import db, schema
from surveyapp.surveys.models import Layout
from tests.browser import ROOT, free_port
from tests.factories import make_community
from tests.responses.every_kind import FRUIT, make_asked
from tests.responses.killable import Service, family

HARNESS = ROOT.parent / "shared" / "bench" / "loadtest.py"
MUST = {"per second": 150, "CPU ms": 8, "p95 ms at 8": 100, "p95 ms at 32": 400, "memory MB": 250}
NAMES = ["way", "foods", "order", "rating", "recommend", "number", "day", "line", "text", "ideas"]
CLOSED: dict[str, Any] = {name: {"settings": {"options": FRUIT}} for name in ("way", "foods")}
"""Choices without "something else": the harness chooses it and leaves its line empty, which is no answer."""
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Bare(Service):
    """The ceiling, served by the same server with as many processes."""

    def start(self) -> float:
        """Start it, and wait until it answers."""
        self.words = ("-m", "gunicorn", "--workers", "2", "--log-level", "error", "--bind", f"127.0.0.1:{self.port}")
        os.environ["BARE_DATABASE"] = self.database_url
        self.process = subprocess.Popen(
            [sys.executable, *self.words, "tests.benchmarks.bare:app"], cwd=ROOT, start_new_session=True
        )
        while not self.answers():
            pass
        return 0.0

    def answers(self) -> bool:
        """Whether its form can be had."""
        import urllib.error
        import urllib.request

        try:
            return bool(urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=5).status == 200)
        except (urllib.error.URLError, OSError):
            return False


def used(pids: list[int]) -> float:
    """CPU seconds of some processes so far."""
    total = 0.0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) / TICKS
    return total


def memory(pids: list[int]) -> float:
    """Proportional set size of some processes, in MB: what is shared counts once."""
    lines = [line for pid in pids for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def measured(service: Service, address: str, count: str, users: int, submissions: int) -> dict[str, Any]:
    """One run of the harness on a service."""
    assert service.process is not None
    pids = family(service.process.pid)
    before = used(pids)
    words = [sys.executable, str(HARNESS), address, "-c", str(users), "-n", str(submissions), "--count-cmd", count]
    ran = subprocess.run([*words, "--warmup", "8", "--duration", "120"], capture_output=True, text=True, check=False)
    if not ran.stdout.strip():
        raise SystemExit(ran.stderr[-2000:])
    found: dict[str, Any] = json.loads(ran.stdout.strip().splitlines()[-1])
    found["cpu_ms"] = 1000 * (used(pids) - before) / max(1, found["acknowledged"] + 8)
    found["memory"] = memory(pids)
    found["status"] = ran.returncode
    return found


def make_ten_questions(database: Path) -> str:
    """A database with an open survey of ten questions on one page; its link."""
    engine = db.make_engine(f"sqlite:///{database}")
    schema.upgrade(engine)
    with db.session_factory(engine)() as session:
        survey, questions = make_asked(session, make_community(session), NAMES, layout=Layout.SURVEY, changed=CLOSED)
        assert len(questions) == 10
        session.commit()
        link = survey.link
    engine.dispose()
    return link


def counting(database: Path, condition: str) -> str:
    """A command that counts what is stored."""
    query = f"SELECT count(*) FROM response {condition}"
    program = f"import pysqlite3; print(pysqlite3.connect('{database}').execute('{query}').fetchone()[0])"
    return f'{sys.executable} -c "{program}"'


def main() -> None:
    """Measure both in turn, and print a table."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--users", type=int, nargs="*", default=[1, 8, 32])
    asked.add_argument("--submissions", type=int, default=400)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "ours").mkdir()
        ours_file, bare_file = Path(folder) / "ours.db", Path(folder) / "bare.db"
        link = make_ten_questions(ours_file)
        ours = Service(Path(folder) / "ours", f"sqlite:///{ours_file}")
        bare = Bare(Path(folder) / "bare", str(bare_file))
        bare.port = free_port()
        print("service   users  done/s  ratio    p50    p95    p99  CPU ms  load  all stored")
        try:
            ours.start()
            bare.start()
            for users in options.users:
                rates = []
                for name, service, address, count in (
                    ("ceiling", bare, f"http://127.0.0.1:{bare.port}/", counting(bare_file, "")),
                    ("ours", ours, f"http://127.0.0.1:{ours.port}/s/{link}", counting(ours_file, "WHERE is_sent")),
                ):
                    found = measured(service, address, count, users, options.submissions)
                    rates.append(found["throughput_per_s"])
                    latency = found["latency_ms"]
                    print(
                        f"{name:9} {users:5} {found['throughput_per_s']:7.1f} {rates[-1] / rates[0]:6.2f} "
                        f"{latency['p50']:6.0f} {latency['p95']:6.0f} {latency['p99']:6.0f} {found['cpu_ms']:7.1f} "
                        f"{os.getloadavg()[0]:5.1f}  {'yes' if found['status'] == 0 else found.get('errors', 'NO')}",
                        flush=True,
                    )
            print(f"memory of ours after load: {found['memory']:.0f} MB")
            print("must:", ", ".join(f"{name} {bar}" for name, bar in MUST.items()))
        finally:
            ours.kill()
            bare.kill()


if __name__ == "__main__":
    main()
