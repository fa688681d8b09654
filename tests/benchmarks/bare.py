"""The ceiling that `tests.benchmarks.submit` compares with: a bare Flask form of ten fields, one durable row each."""

import json
import os
import sqlite3

from flask import Flask, redirect, request
from werkzeug import Response

FIELDS = "".join(
    f'<p><label for="f{number}">Question {number}</label><input id="f{number}" name="f{number}"></p>'
    for number in range(10)
)
FORM = f'<!doctype html><title>Form</title><form method="post">{FIELDS}<button>Send</button></form>'
THANKS = "<!doctype html><title>Thanks</title><p>Thank you. Your answers are saved.</p>"

app = Flask(__name__)


def connected() -> sqlite3.Connection:
    """A connection that flushes what it commits."""
    connection = sqlite3.connect(os.environ["BARE_DATABASE"], timeout=10, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS response (id INTEGER PRIMARY KEY, content TEXT)")
    return connection


kept: list[sqlite3.Connection] = []
connected().close()  # the table is there before the first look


@app.get("/")
def form() -> str:
    """Ten fields."""
    return FORM


@app.post("/")
def send() -> Response:
    """One row."""
    if not kept:
        kept.append(connected())
    kept[0].execute("INSERT INTO response (content) VALUES (?)", [json.dumps(request.form.to_dict())])
    return redirect("/thanks", 303)


@app.get("/thanks")
def thanks() -> str:
    """The last page."""
    return THANKS
