"""How much one key may ask, and how much a process takes on at once."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from modiste.serve.errors import Refusal, busy

BURST_SECONDS = 2.0
"""A key that was quiet may ask so many seconds' worth at once."""
_MOST_BUCKETS = 10_000


@dataclass
class Bucket:
    """A token bucket: `rate` tokens a second flow in, up to two seconds' worth."""

    rate: float
    filled: float
    """When it was last filled, in seconds of the clock."""
    tokens: float

    def take(self, cost: float, moment: float) -> float:
        """Take tokens; give 0, or after how many seconds there will be enough.

        What costs more than a full bucket holds empties it: it is slow, not impossible.
        """
        full = max(1.0, self.rate * BURST_SECONDS)
        self.tokens = min(full, self.tokens + (moment - self.filled) * self.rate)
        self.filled = moment
        needed = min(cost, full)
        if self.tokens >= needed:
            self.tokens -= needed
            return 0.0
        return (needed - self.tokens) / self.rate


@dataclass
class RateLimit:
    """A bucket for each key."""

    clock: Callable[[], float] = time.monotonic
    _buckets: dict[str, Bucket] = field(default_factory=dict)

    def check(self, key_id: str, rate: float, cost: float) -> None:
        """Refuse a request of a key that asks too much.

        Raises:
            Refusal: 429 with `Retry-After`.
        """
        moment = self.clock()
        bucket = self._buckets.get(key_id)
        if bucket is None or bucket.rate != rate:
            if len(self._buckets) >= _MOST_BUCKETS:
                self._buckets.clear()
            bucket = Bucket(rate, moment, max(1.0, rate * BURST_SECONDS))
            self._buckets[key_id] = bucket
        if wait := bucket.take(cost, moment):
            raise Refusal(
                429,
                "too_many_requests",
                f"This key asks more than its {rate:g} requests a second.",
                "wait as long as Retry-After says",
                headers={"Retry-After": str(math.ceil(wait))},
            )


@dataclass
class InFlight:
    """How many requests are being worked on."""

    most: int
    count: int = 0

    @property
    def is_full(self) -> bool:
        """Whether no more can be taken on."""
        return self.count >= self.most

    def enter(self) -> None:
        """Count a request in.

        Raises:
            Refusal: 503 where there are too many.
        """
        if self.is_full:
            raise busy()
        self.count += 1

    def leave(self) -> None:
        """Count a request out."""
        self.count -= 1
