"""The log tells what happened, and nothing of a customer."""

import json
import logging
import sys

import pytest

from modiste.serve.logs import JsonLines, log_facts, request_id
from tests.serve.conftest import Served

SECRETS = ("anna-the-first", "0001", "203.0.113.9", "blue dress", "hush")


def written(caplog: pytest.LogCaptureFixture) -> list[str]:
    ours = [record for record in caplog.records if record.name.startswith("modiste")]
    return [JsonLines().format(record) for record in ours]


def test_no_line_tells_of_a_customer(serve: Served, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "modiste")
    event = {
        "event_id": "1",
        "user_id": "anna-the-first",
        "item_id": "0001",
        "kind": "view",
        "time": "2026-01-01T00:00:00Z",
    }
    with serve() as client:
        client.post("/events?q=hush", json={"events": [event]})
        client.post("/events", json={"events": [event | {"kind": "blue dress"}]})
        client.get("/pictures/0001")
        client.get("/users?k=hush", headers={"X-Forwarded-For": "203.0.113.9"})
        client.get("/anna-the-first")

        def fail(user_id: str) -> bool:
            raise RuntimeError(f"no list of {user_id}")

        client.app.state.window.has_stored_list = fail
        assert client.delete("/users/anna-the-first").status_code == 500
    text = "\n".join(written(caplog))
    assert text.count('"what": "request"') == 6
    assert '"route": "/users/{user_id}"' in text
    assert "RuntimeError" in text
    assert "test_logs.py" in text, "where it happened is told"
    for secret in SECRETS:
        assert secret not in text, secret


def test_a_line_is_one_json_object_with_its_facts() -> None:
    logger = logging.getLogger("modiste.test")
    lines: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(JsonLines().format(record))

    logger.addHandler(Kept())
    logger.setLevel(logging.INFO)
    token = request_id.set("r-1")
    try:
        log_facts(logger, logging.INFO, "hello\nthere", status=200)
        raise ValueError("secret")
    except ValueError:
        logger.error("failed", exc_info=sys.exc_info())
    finally:
        request_id.reset(token)
    first, second = map(json.loads, lines)
    assert (first["what"], first["status"], first["request"]) == ("hello\nthere", 200, "r-1")
    assert first["time"].endswith("+00:00")
    assert second["error"] == "ValueError"
    assert "secret" not in lines[1]
    assert all("\n" not in line for line in lines)
