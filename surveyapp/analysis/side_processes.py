"""One function on many blocks, in processes beside this one: the results are those of a plain loop, in its order.

They are started as programs of their own and told what to do through pipes. So whoever calls needs no guard around the
main part of a script, may have threads, and may be a process that itself was started by another.
"""

import gc
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from queue import SimpleQueue
from typing import IO, Any, TypeVar, cast

MOST_PROCESSES = 8
"""Beyond that this process is busy with handing out blocks, and each takes some 100 MB."""

Block = TypeVar("Block")
Result = TypeVar("Result")

_PROGRAM = f"from {__name__} import serve; serve()"
_BROKEN = (OSError, EOFError, pickle.UnpicklingError)


def cores() -> int:
    """How many processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def map_blocks(function: Callable[[Block], Result], blocks: Iterable[Block]) -> Iterator[Result]:
    """The function of each block, in order; worked out in as many processes as there are cores.

    Args:
        function: A function of a module; what it is given and gives back can be pickled.
        blocks: Each worth some tenths of a second.
    """
    n_processes = min(cores(), MOST_PROCESSES)
    if n_processes == 1:
        yield from map(function, blocks)
        return
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "OMP_NUM_THREADS": "1"}
    started = [
        subprocess.Popen(
            [sys.executable, "-P", "-c", _PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            start_new_session=True,  # interrupting this one is for this one to answer
        )
        for _ in range(n_processes)
    ]
    idle: SimpleQueue[subprocess.Popen[bytes]] = SimpleQueue()

    def ask(block: Block) -> Result:
        process = idle.get()
        try:
            result: Result = _asked(process, (function, block))
        except _BROKEN:  # it has died, or found an error that shows here
            return function(block)
        finally:
            idle.put(process)
        return result

    for process in started:
        idle.put(process)
    try:
        with ThreadPoolExecutor(n_processes) as asking:
            yield from asking.map(ask, blocks)
    finally:
        for process in started:
            process.kill()
            process.communicate()


def _asked(process: subprocess.Popen[bytes], question: object) -> Any:
    """What a process answers."""
    asking, answering = cast(IO[bytes], process.stdin), cast(IO[bytes], process.stdout)
    pickle.dump(question, asking, pickle.HIGHEST_PROTOCOL)
    asking.flush()
    return pickle.load(answering)  # noqa: S301


@contextmanager
def without_collector() -> Iterator[None]:
    """Leave out the search for things that only refer to each other: an analysis makes none.

    It makes millions of small things that stay until its end, and the search would look at all of them again and
    again: a tenth of the time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@without_collector()
def serve() -> None:
    """Be one of the processes: answer each function and block until nobody asks any more."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever prints does not disturb the answers
    while True:
        try:
            function, block = pickle.load(sys.stdin.buffer)  # noqa: S301
        except EOFError:
            return
        pickle.dump(function(block), answers, pickle.HIGHEST_PROTOCOL)
        answers.flush()
