"""Logs: one event, one line of JSON, in UTC, on standard error; never a body, an address or a secret."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

SECRET_PATH = re.compile(r"(/(?:a|unsubscribe)/)[^\s/?#\"'&]+")  # addresses that are secrets themselves


def mask_secrets(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take the secrets of personal links out of whatever is told, also where a library or a traceback tells it."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = SECRET_PATH.sub(r"\1…", value)
    return event


def configure(level: str = "info") -> None:
    """Send the service's own events, and what libraries warn of, to standard error as JSON lines."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.format_exc_info,
        mask_secrets,
    ]
    renderer = structlog.processors.JSONRenderer(ensure_ascii=True)  # control and bidi characters arrive escaped
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
