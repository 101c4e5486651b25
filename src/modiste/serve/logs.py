"""Logs as one JSON object a line on stderr; nothing in them tells of a customer.

What a line may hold: the request's id, method, the route's template (`/users/{user_id}`, never the
path), status, milliseconds, bytes, the name of the key. Queries, ids, words, bodies and addresses
are never written.
"""

from __future__ import annotations

import json
import logging
import logging.config
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Id of the request that is being answered, empty outside of one."""
_FACTS = "facts"


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record with its facts and, of an error, where it happened."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "what": record.getMessage(),
        }
        if known := request_id.get():
            line["request"] = known
        line |= getattr(record, _FACTS, {})
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["where"] = _places(record.exc_info[2])
        return json.dumps(line, ensure_ascii=False)


def _places(trace: Any) -> list[str]:
    """Give the calls of a traceback; an exception's text may quote what a customer sent."""
    places = []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return places[-12:]


def log_facts(logger: logging.Logger, level: int, what: str, **facts: Any) -> None:
    """Write a line with plain values beside its text."""
    if logger.isEnabledFor(level):
        logger.log(level, what, extra={_FACTS: facts})


def configure_logs() -> None:
    """Send the logs of modiste and of the HTTP server to stderr as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    for name, level in (
        ("modiste", logging.INFO),
        ("uvicorn.error", logging.WARNING),
    ):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.propagate = False
        logger.setLevel(level)
