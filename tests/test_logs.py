"""Logs tell what happened, and never a secret (P7b, P27)."""

import logging

import pytest
import structlog

from surveyapp import logs

SECRET = "x7Qd_-43letters"


def test_p7b_the_secret_of_a_personal_link_is_in_no_line_whoever_writes_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure()
    logging.getLogger("some.library").warning("GET /a/%s?x=1 is slow", SECRET)
    logging.getLogger("some.library").warning("POST https://surveys.example/unsubscribe/%s", SECRET)
    structlog.get_logger().warning("refused", address=f"/a/{SECRET}")
    try:
        raise ValueError(f"no such page: '/a/{SECRET}'")
    except ValueError:
        structlog.get_logger().error("unexpected", exc_info=True)
    written = capsys.readouterr().err
    assert SECRET not in written
    assert written.count("/a/…") + written.count("/a/\\u2026") >= 3
