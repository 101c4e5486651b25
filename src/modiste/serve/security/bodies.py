"""Bodies of requests, counted and timed while they come in, held until they are whole.

A route sees a body only when all of it is there: a client that sends slowly keeps no work waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from starlette.types import Message, Receive

from modiste.serve.errors import Refusal, busy

_DRAIN_SECONDS = 2.0
_DRAIN_BYTES = 64_000_000


class GoneError(Exception):
    """The client left before its request was whole."""


@dataclass
class Held:
    """Bytes of all bodies that a process holds."""

    most: int
    n_bytes: int = 0


@dataclass
class Body:
    """What a client sends, taken no further than it may go."""

    receive: Receive
    most: int
    """Bytes."""
    seconds: float
    """For the whole body."""
    held: Held
    n_bytes: int = 0
    ended: bool = False
    _parts: list[bytes] = field(default_factory=list)
    _given: bool = False

    async def collect(self, headers: Mapping[bytes, bytes]) -> None:
        """Take the whole body.

        Raises:
            Refusal: 413 for more bytes than allowed, 408 for a body that is too slow, 503 where
                too many others are held.
            GoneError: If the client left.
        """
        length = headers.get(b"content-length", b"0")
        if length.isdigit() and int(length[:20]) > self.most:
            raise self._too_large()
        try:
            async with asyncio.timeout(self.seconds):
                while not self.ended:
                    self._take(await self.receive())
        except TimeoutError:
            raise Refusal(
                408,
                "too_slow",
                f"The body did not come within {self.seconds:g} seconds.",
                "send it again over a faster line, or less at once",
            ) from None

    async def __call__(self) -> Message:
        """Give the whole body once; then wait for the client to leave."""
        if self._given:
            return await self.receive()
        self._given = True
        return {"type": "http.request", "body": b"".join(self._parts), "more_body": False}

    async def drain(self) -> None:
        """Pass over a little of what is still coming, so that a client hears the refusal."""
        self.release()
        with suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN_SECONDS):
                while not self.ended and self.n_bytes < _DRAIN_BYTES:
                    message = await self.receive()
                    self.n_bytes += len(message.get("body", b""))
                    self.ended = not message.get("more_body", False)

    def release(self) -> None:
        """Let go of what is held."""
        self.held.n_bytes -= sum(map(len, self._parts))
        self._parts.clear()

    def _take(self, message: Message) -> None:
        if message["type"] == "http.disconnect":
            raise GoneError
        part = message.get("body", b"")
        self.n_bytes += len(part)
        self.ended = not message.get("more_body", False)
        if self.n_bytes > self.most:
            raise self._too_large()
        if self.held.n_bytes + len(part) > self.held.most:
            raise busy()
        self.held.n_bytes += len(part)
        self._parts.append(part)

    def _too_large(self) -> Refusal:
        return Refusal(
            413,
            "too_large",
            f"The body has more than {self.most / 1e6:g} MB.",
            "send a smaller photo, or fewer events at once",
        )
