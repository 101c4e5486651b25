"""Events in SQLite and in PostgreSQL: each once, whatever the order and whoever else writes."""

import threading
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from modiste.errors import ArtifactError, InputError
from modiste.serve.database import Database, EventStore
from modiste.serve.database.store import DatabaseAwayError
from modiste.serve.schemas import Event, EventKind

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def known(ids: Iterable[str]) -> set[str]:
    return set(ids)


def event(number: int, user: str = "anna", **changed: Any) -> Event:
    facts: dict[str, Any] = {
        "event_id": f"e{number}",
        "user_id": user,
        "item_id": f"item {number % 3}",
        "kind": EventKind.VIEW,
        "time": NOON + timedelta(seconds=number % 5),
        "price": number / 7,
    }
    return Event(**facts | changed)


def test_what_goes_in_comes_out(database: Database) -> None:
    store = EventStore(database)
    sent = [
        event(1, price=None),
        event(2, kind=EventKind.PURCHASE, time=NOON - timedelta(days=9000)),
        event(3, item_id="ä☃'; DROP TABLE events; --", time=NOON.replace(microsecond=123457)),
    ]
    assert store.add(sent, known).taken.accepted == 3
    assert store.events_of("anna") == tuple(sorted(sent, key=lambda one: one.time))
    assert store.events_of("anna", 1) == (max(sent, key=lambda one: one.time),)
    assert store.events_of("nobody") == ()


@settings(max_examples=8, suppress_health_check=list(HealthCheck))
@given(batches=st.lists(st.lists(st.integers(0, 12), max_size=8), min_size=1, max_size=6))
def test_any_order_and_any_repetition_end_alike(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[int]]
) -> None:
    ends = []
    for order in (batches, [batch[::-1] for batch in batches[::-1]]):
        opened = Database(f"sqlite:///{tmp_path_factory.mktemp('order')}/e.sqlite")
        store = EventStore(opened)
        n_accepted = n_repeated = 0
        for batch in order:
            taken = store.add([event(number) for number in batch], known).taken
            n_accepted += taken.accepted
            n_repeated += taken.repeated
        ends.append(store.events_of("anna"))
        opened.close()
        assert n_accepted == len({number for batch in batches for number in batch})
        assert n_accepted + n_repeated == sum(map(len, batches))
    assert ends[0] == ends[1]


def test_writers_at_once_count_each_event_once(url: str) -> None:
    databases = [Database(url) for _ in range(2)]
    accepted = []

    def write(store: EventStore, first: int) -> None:
        for start in range(first, 200, 10):
            taken = store.add([event(n) for n in range(start, min(start + 20, 200))], known).taken
            accepted.append(taken.accepted)

    threads = [
        threading.Thread(target=write, args=(EventStore(databases[place % 2]), place % 3))
        for place in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(accepted) == 200
    assert len(EventStore(databases[0]).events_of("anna")) == 200
    for opened in databases:
        opened.close()


def test_a_users_deletion_is_whole_and_stays(database: Database) -> None:
    store = EventStore(database)
    store.add([event(1), event(2), event(3, "ben")], known)
    assert store.forget("anna") == 2
    assert store.events_of("anna") == ()
    assert len(store.events_of("ben")) == 1
    assert store.is_forgotten("anna")
    assert store.add([event(1), event(4)], known).taken.accepted == 0
    assert store.add([event(5, time=datetime.now(UTC))], known).taken.accepted == 1
    assert store.forget("anna") == 1, "it can be asked for again"
    assert store.is_forgotten("anna")
    with database.reading() as connection:
        rows = connection.execute(text("SELECT * FROM forgotten")).all()
    assert len(rows) == 1
    assert "anna" not in str(rows)


def test_it_opens_again_and_knows_what_it_knew(url: str) -> None:
    first = Database(url)
    EventStore(first).add([event(1)], known)
    EventStore(first).forget("ben")
    first.close()
    again = Database(url)
    store = EventStore(again)
    assert store.events_of("anna") == (event(1),)
    assert store.is_forgotten("ben"), "the salt of the hashes stayed"
    again.close()


def test_tables_of_another_layout_are_refused(url: str) -> None:
    opened = Database(url)
    with opened.writing() as connection:
        connection.execute(text("UPDATE settings SET value = '99' WHERE name = 'layout'"))
    opened.close()
    with pytest.raises(ArtifactError, match="layout 99"):
        Database(url)


def test_sqlite_flushes_every_commit(tmp_path: Path) -> None:
    opened = Database(f"sqlite:///{tmp_path / 'e.sqlite'}")
    with opened.reading() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2
    opened.close()


@pytest.mark.slow
def test_a_database_that_went_away_is_told_and_found_again(new_postgres: str) -> None:
    opened = Database(new_postgres)
    store = EventStore(opened)
    store.add([event(1)], known)
    end_all = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    other = Database(new_postgres)
    with other.writing() as connection:
        connection.execute(text("ALTER TABLE events RENAME TO away"))
        connection.execute(text(f"{end_all} AND datname = current_database()"))
    with other.writing() as connection:
        connection.execute(text("ALTER TABLE away RENAME TO events"))
    other.close()
    assert store.events_of("anna") == (event(1),), "lost connections are made anew"
    gone = Database(new_postgres)
    gone.engine.dispose()
    gone.engine = create_engine("postgresql+psycopg://modiste@127.0.0.1:1/none")
    with pytest.raises(DatabaseAwayError):
        EventStore(gone).add([event(2)], known)
    with pytest.raises(DatabaseAwayError):
        EventStore(gone).events_of("anna")
    opened.close()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "give sqlite:///PATH"),
        ("mysql://x/y", "mysql is not known"),
        ("sqlite://", "keeps nothing"),
        ("sqlite:////proc/nothing/e.sqlite", "cannot be made"),
        ("postgresql://modiste:hush@127.0.0.1:1/none?connect_timeout=1", "cannot be used"),
    ],
)
def test_what_is_no_database_is_told(url: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as error:
        Database(url)
    assert "hush" not in str(error.value), "a password is not repeated"
