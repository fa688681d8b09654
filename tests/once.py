"""What is the same in every test is compiled once in a process: templates, addresses, statements.

Each test has an application and a database of its own; the application's own caches would begin empty with each.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy.engine import Engine
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from surveyapp import db

STATEMENTS = 4_000  # that are kept compiled
Builder = Callable[..., tuple[str, str]]


class CompiledTemplates(BytecodeCache):
    """Templates as they were compiled for an earlier test."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Look a template up."""
        if compiled := self._compiled.get(f"{bucket.key} {bucket.checksum}"):
            bucket.bytecode_from_string(compiled)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template."""
        self._compiled[f"{bucket.key} {bucket.checksum}"] = bucket.bytecode_to_string()


class KnownRule(Rule):
    """A rule for addresses whose program to build them, which knows nothing of its application, is made once."""

    _builders: dict[str, Builder] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Builder:
        key = repr((self.rule, self._trace, self.defaults, append_unknown))
        if key not in self._builders:
            self._builders[key] = super()._compile_builder(append_unknown)
        return self._builders[key]


class Engines:
    """Makes engines as the application does, which know the statements of those before them."""

    def __init__(self) -> None:
        self.make = db.make_engine
        self.first: dict[str, Engine] = {}
        self.statements: LRUCache[Any, Any] = LRUCache(STATEMENTS)

    def __call__(self, url: str) -> Engine:
        """An engine for *url*; what is compiled is kept by dialect, so all that speak one share its object."""
        engine = self.make(url)
        engine.dialect = self._speaker(engine).dialect
        engine.update_execution_options(compiled_cache=self.statements)
        return engine

    def _speaker(self, engine: Engine) -> Engine:
        """An engine that has asked its database what it can do."""
        name = engine.dialect.name
        if name not in self.first:
            self.first[name] = self.make("sqlite://") if name == "sqlite" else engine
            self.first[name].connect().close()
        return self.first[name]

    def dispose(self) -> None:
        """Close what is open."""
        for engine in self.first.values():
            engine.dispose()


@contextmanager
def compiled_once() -> Iterator[None]:
    """Let every application that is made within the block share what is compiled."""
    engines = Engines()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", {**Flask.jinja_options, "bytecode_cache": CompiledTemplates()})
        patch.setattr(Flask, "url_rule_class", KnownRule)
        patch.setattr(db, "make_engine", engines)
        yield
    engines.dispose()
