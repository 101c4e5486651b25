"""What users did since the release: where it comes from, and what it means for their lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from modiste.recommend.live import Signal
from modiste.serve.ports import Recalled
from modiste.serve.schemas import Event, EventKind

_SECONDS_A_DAY = 86_400


class EventSource(Protocol):
    """Where events are stored."""

    @property
    def is_near(self) -> bool:
        """Whether asking takes less time than handing the question to another thread."""

    def recall(self, user_id: str) -> Recalled:
        """Give what is known of a user."""

    def is_forgotten(self, user_id: str) -> bool:
        """Tell whether a user asked to be forgotten."""


class NoEvents:
    """A source without events: for measures, and shops that send none."""

    is_near = True

    def recall(self, user_id: str) -> Recalled:
        """Nothing is known."""
        return Recalled()

    def is_forgotten(self, user_id: str) -> bool:
        """Tell whether a user asked to be forgotten."""
        return self.recall(user_id).forgotten


@dataclass(frozen=True)
class Told:
    """What a user's events say."""

    signals: tuple[Signal, ...] = ()
    hidden: tuple[int, ...] = ()
    """`item_idx` that are not to be shown to them."""
    seen: tuple[tuple[int, str], ...] = ()
    """`item_idx` and kind of signals that are no purchases, the last one of an item."""

    @property
    def seen_as(self) -> dict[int, str]:
        """Kind of signal by `item_idx`."""
        return dict(self.seen)


def told_by(events: Sequence[Event], item_idx: Callable[[str], int | None]) -> Told:
    """Read a user's events.

    A purchase becomes an interaction on its day (UTC). A view, like or basket becomes a weaker one,
    see `recommend.live.AGES`. A hidden item stays hidden. Events of items that the release does not
    know say nothing.

    Args:
        events: In any order.
        item_idx: Gives an item's position in the release.
    """
    signals, hidden, bought = [], [], set()
    seen: dict[int, str] = {}
    for event in sorted(events, key=lambda event: (event.time, event.event_id)):
        place = item_idx(event.item_id)
        if place is None:
            continue
        if event.kind is EventKind.HIDE:
            hidden.append(place)
            continue
        day = int(event.time.timestamp() // _SECONDS_A_DAY)
        signals.append(Signal(place, event.kind.value, day, event.price))
        if event.kind is EventKind.PURCHASE:
            bought.add(place)
        else:
            seen[place] = event.kind.value
    left = tuple((place, kind) for place, kind in seen.items() if place not in bought)
    return Told(tuple(signals), tuple(hidden), left)
