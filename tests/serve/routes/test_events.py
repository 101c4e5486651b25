"""Events through the API: each counts once, and what is refused is told."""

import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.serve.conftest import Served


def event(event_id: str, **changed: Any) -> dict[str, Any]:
    time = datetime(2026, 1, 1, 12, tzinfo=UTC).isoformat()
    plain = {"event_id": event_id, "user_id": "anna", "item_id": "0001", "kind": "view"}
    return plain | {"time": time} | changed


def send(client: TestClient, *events: dict[str, Any]) -> Any:
    answer = client.post("/events", json={"events": list(events)})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_batch_is_counted_whole(serve: Served) -> None:
    later = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
    with serve() as client:
        taken = send(
            client,
            event("1"),
            event("2", time="1999-12-31T23:59:59-08:00", price=9.5, kind="purchase"),
            event("2"),
            event("3", item_id="0009"),
            event("4", time=later),
            event("5", time="2026-01-01T12:00:00"),
            event("6", time="1969-12-31T23:59:59Z"),
        )
        codes = {one["event_id"]: one["code"] for one in taken["rejected"]}
        assert (taken["accepted"], taken["repeated"]) == (2, 1)
        assert codes == {
            "3": "unknown_item",
            "4": "in_the_future",
            "5": "time_without_offset",
            "6": "too_old",
        }
        assert send(client, event("1"), event("2")) == {
            "accepted": 0,
            "repeated": 2,
            "rejected": [],
        }
        stored = client.app.state.events.events_of("anna")
    assert [one.event_id for one in stored] == ["2", "1"], "oldest first"
    assert stored[0].time == datetime(2000, 1, 1, 7, 59, 59, tzinfo=UTC)
    assert stored[0].price == 9.5


def test_a_deleted_user_stays_deleted(serve: Served) -> None:
    with serve() as client:
        send(client, event("1"), event("2"), event("3", user_id="ben"))
        assert client.delete("/users/anna").json() == {"events": 2, "stored_list": True}
        assert client.delete("/users/anna").json() == {"events": 0, "stored_list": False}
        events = client.app.state.events
        assert events.is_forgotten("anna")
        assert not events.is_forgotten("ben")
        late = send(client, event("1"))
        assert late["rejected"][0]["code"] == "user_deleted", "a queue that was offline"
        assert [user["id"] for user in client.get("/users").json()["users"]] == ["ben"]
        assert send(client, event("9", time=datetime.now(UTC).isoformat()))["accepted"] == 1


def test_a_locked_database_refuses_to_write_and_still_reads(
    serve: Served, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modiste.serve.database.store._WAIT_SECONDS", 0.05)
    with serve() as client:
        send(client, event("1"))
        other = sqlite3.connect(tmp_path / "live" / "events.sqlite", isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        answer = client.post("/events", json={"events": [event("2")]})
        assert (answer.status_code, answer.json()["code"]) == (503, "database_away")
        assert int(answer.headers["retry-after"]) > 0
        assert client.delete("/users/anna").status_code == 503
        assert client.get("/users").status_code == 200
        other.rollback()
        other.close()
        assert send(client, event("2"))["accepted"] == 1
        stored = client.app.state.events.events_of("anna")
    assert [one.event_id for one in stored] == ["1", "2"]


def test_deleting_leaves_no_trace_of_the_id(serve: Served, tmp_path: Any) -> None:
    with serve() as client:
        send(client, event("1", user_id="anna-the-first-of-her-name"))
        client.delete("/users/anna-the-first-of-her-name")
        live = {path.name: path.read_bytes() for path in (tmp_path / "live").iterdir()}
    assert len(live) == 3, "the database, its log of changes, the log's index"
    for name, content in live.items():
        assert b"anna-the-first-of-her-name" not in content, name
