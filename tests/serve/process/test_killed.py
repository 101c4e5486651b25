"""No acknowledged event is lost when the process is killed, however often."""

import random
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from modiste.serve.database import Database, EventStore
from tests.serve.process.served import Served, served

pytestmark = pytest.mark.slow


def send_until_killed(server: Served, round_: int, acknowledged: dict[str, int]) -> None:
    """Send batches from two clients; note what was acknowledged, and only that."""

    def client(name: int) -> None:
        with httpx.Client(base_url=server.address, timeout=10) as http:
            for number in range(10**6):
                ids = [f"{round_}-{name}-{number}-{place}" for place in range(3)]
                batch = [
                    {
                        "event_id": event_id,
                        "user_id": f"user {name}",
                        "item_id": "0001",
                        "kind": "view",
                        "time": "2026-01-01T00:00:00Z",
                    }
                    for event_id in ids
                ]
                try:
                    answer = http.post("/events", json={"events": batch})
                except httpx.TransportError:
                    return
                assert answer.json()["accepted"] == 3
                acknowledged.update(dict.fromkeys(ids, round_))

    clients = [threading.Thread(target=client, args=(name,)) for name in range(2)]
    for thread in clients:
        thread.start()
    before, end = len(acknowledged), time.monotonic() + 30
    while len(acknowledged) == before and time.monotonic() < end:
        time.sleep(0.005)
    time.sleep(random.Random(round_).uniform(0, 0.4))
    server.kill()
    for thread in clients:
        thread.join()


@pytest.mark.parametrize(("kind", "n_kills"), [("sqlite", 20), ("postgresql", 6)])
def test_what_was_acknowledged_is_there_after_a_kill(
    tmp_path: Path, request: Any, kind: str, n_kills: int
) -> None:
    url = f"sqlite:///{tmp_path / 'live' / 'e.sqlite'}"
    if kind == "postgresql":
        url = request.getfixturevalue("new_postgres")
    acknowledged: dict[str, int] = {}
    for round_ in range(n_kills):
        before = len(acknowledged)
        with served(tmp_path, database=url) as server:
            send_until_killed(server, round_, acknowledged)
        assert len(acknowledged) > before, "nothing was acknowledged: the kill proves nothing"
        database = Database(url)
        store = EventStore(database)
        stored = [
            event.event_id for name in range(2) for event in store.events_of(f"user {name}", 10**6)
        ]
        database.close()
        assert len(stored) == len(set(stored))
        assert set(acknowledged) <= set(stored)
        n_more = len(stored) - len(acknowledged)
        assert n_more <= 2 * 3 * (round_ + 1), "more than the batches that were under way"
