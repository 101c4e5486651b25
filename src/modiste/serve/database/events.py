"""What shoppers did, kept once each whatever order and how often it comes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, select

from modiste.serve.database.store import Database, Question, now
from modiste.serve.database.tables import events, forgotten
from modiste.serve.ports import Recalled
from modiste.serve.schemas import Event, EventKind, Rejected, Taken

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(seconds=5)
"""How far a client's clock may run ahead."""
_MOST_READ = 1000
_EVENTS_OF = Question(
    select(events.c.event_id, events.c.item_id, events.c.kind, events.c.time, events.c.price)
    .where(events.c.user_id == bindparam("user_id"))
    .order_by(events.c.time.desc(), events.c.event_id.desc())
    .limit(bindparam("most"))
)
_FORGOTTEN = Question(
    select(forgotten.c.time).where(forgotten.c.user_hash == bindparam("user_hash"))
)


@dataclass(frozen=True)
class Outcome:
    """What became of a batch, and whom it told of."""

    taken: Taken
    users: frozenset[str]
    """Users with new events."""


@dataclass(frozen=True)
class EventStore:
    """The events of a database."""

    database: Database

    def add(
        self, given: Sequence[Event], known_items: Callable[[Iterable[str]], set[str]]
    ) -> Outcome:
        """Keep a batch: what is acknowledged is on disk.

        An event that is known by its `event_id` counts once, whatever else it says; late ones and
        any order are fine. Refused are times without an offset, before 1970 or in the future,
        unknown items, and what a deleted user did before the deletion.
        """
        moment = now()
        items = known_items({event.item_id for event in given})
        rejected: list[Rejected] = []
        rows: dict[str, dict[str, object]] = {}
        n_repeated = 0
        with self.database.writing() as connection:
            deleted = self._deletions(connection, {event.user_id for event in given})
            for event in given:
                if event.event_id in rows:
                    n_repeated += 1
                    continue
                if fault := _fault(event, moment, items, deleted):
                    rejected.append(fault)
                    continue
                rows[event.event_id] = {
                    "event_id": event.event_id,
                    "user_id": event.user_id,
                    "item_id": event.item_id,
                    "kind": event.kind.value,
                    "time": _micros(event.time),
                    "price": event.price,
                    "received": moment,
                }
            new = self._insert(connection, list(rows.values()))
        taken = Taken(
            accepted=len(new), repeated=n_repeated + len(rows) - len(new), rejected=rejected
        )
        return Outcome(taken, frozenset(str(rows[event_id]["user_id"]) for event_id in new))

    def events_of(self, user_id: str, most: int = _MOST_READ) -> tuple[Event, ...]:
        """Give a user's newest events, at most so many, oldest first."""
        found = self.database.ask(_EVENTS_OF, user_id=user_id, most=most)
        return tuple(_event(user_id, *row) for row in reversed(found))

    def is_forgotten(self, user_id: str) -> bool:
        """Tell whether a user was deleted."""
        return bool(self.database.ask(_FORGOTTEN, user_hash=self.database.hash_user(user_id)))

    @property
    def is_near(self) -> bool:
        """Whether the database is a file: an answer takes a tenth of a millisecond."""
        return self.database.is_sqlite

    def recall(self, user_id: str) -> Recalled:
        """Give a user's newest events, oldest first, and whether the user was deleted."""
        user_hash = self.database.hash_user(user_id)
        found, deleted = self.database.ask_all(
            (_EVENTS_OF, {"user_id": user_id, "most": _MOST_READ}),
            (_FORGOTTEN, {"user_hash": user_hash}),
        )
        return Recalled(tuple(_event(user_id, *row) for row in reversed(found)), bool(deleted))

    def forget(self, user_id: str) -> int:
        """Delete a user's events for good and remember, by a hash, that the user was deleted.

        Returns:
            How many events were deleted.
        """
        row = {"user_hash": self.database.hash_user(user_id), "time": now()}
        with self.database.writing(alone=True) as connection:
            gone = connection.execute(delete(events).where(events.c.user_id == user_id)).rowcount
            connection.execute(delete(forgotten).where(forgotten.c.user_hash == row["user_hash"]))
            connection.execute(self.database.insert_new(forgotten), row)
        self.database.sweep()
        return gone

    def _deletions(self, connection: Connection, user_ids: set[str]) -> dict[str, int]:
        """Give when those of some users that were deleted were."""
        hashes = {self.database.hash_user(user_id): user_id for user_id in user_ids}
        chosen = select(forgotten).where(forgotten.c.user_hash.in_(list(hashes)))
        return {hashes[row.user_hash]: row.time for row in connection.execute(chosen)}

    def _insert(self, connection: Connection, rows: list[dict[str, object]]) -> list[str]:
        """Insert what is new; give its ids."""
        if not rows:
            return []
        insert = self.database.insert_new(events).returning(events.c.event_id)
        return list(connection.execute(insert, rows).scalars())


def _fault(
    event: Event, moment: int, items: set[str], deleted: Mapping[str, int]
) -> Rejected | None:
    if event.time.utcoffset() is None:
        code, message = "time_without_offset", "its time has no offset: write 12:00:00+02:00 or Z"
    elif (time := _micros(event.time)) < 0:
        code, message = "too_old", "its time is before 1970: send when it happened"
    elif time > moment + _AHEAD // timedelta(microseconds=1):
        code, message = "in_the_future", "its time is in the future: set the client's clock"
    elif event.item_id not in items:
        code, message = "unknown_item", "the shop has no such item: send ids of its catalogue"
    elif time <= deleted.get(event.user_id, -1):
        code, message = "user_deleted", "it happened before its user was deleted: drop it"
    else:
        return None
    return Rejected(event_id=event.event_id, code=code, message=message)


def _micros(time: datetime) -> int:
    return (time - _EPOCH) // timedelta(microseconds=1)


def _event(
    user_id: str, event_id: str, item_id: str, kind: str, time: int, price: float | None
) -> Event:
    # What the database holds was checked when it came.
    return Event.model_construct(
        event_id=event_id,
        user_id=user_id,
        item_id=item_id,
        kind=EventKind(kind),
        time=_EPOCH + timedelta(microseconds=time),
        price=price,
    )
