"""Bodies of requests, counted and timed while they come in."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from starlette.types import Message, Receive

from modiste.serve.errors import Refusal

_DRAIN_SECONDS = 2.0
_DRAIN_BYTES = 64_000_000


@dataclass
class Body:
    """What a client still sends, handed on no further than it may go."""

    receive: Receive
    most: int
    """Bytes."""
    seconds: float
    """For the whole body."""
    n_bytes: int = 0
    ended: bool = False
    _deadline: float | None = None

    def check_length(self, headers: Mapping[bytes, bytes]) -> None:
        """Refuse a body that tells beforehand that it is too large."""
        length = headers.get(b"content-length", b"0")
        if length.isdigit() and int(length[:20]) > self.most:
            raise self._too_large()

    async def __call__(self) -> Message:
        """Receive the next part.

        Raises:
            Refusal: 413 for more bytes than allowed, 408 for a body that is too slow.
        """
        if self.ended:
            return await self.receive()
        loop = asyncio.get_running_loop()
        self._deadline = self._deadline or loop.time() + self.seconds
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self.receive()
        except TimeoutError:
            raise Refusal(
                408,
                "too_slow",
                f"The body did not come within {self.seconds:g} seconds.",
                "send it again over a faster line, or less at once",
                headers={"Connection": "close"},
            ) from None
        self.n_bytes += len(message.get("body", b""))
        self.ended = not message.get("more_body", False)
        if self.n_bytes > self.most:
            raise self._too_large()
        return message

    async def drain(self) -> None:
        """Pass over a little of what is still coming, so that a client hears the refusal."""
        if self.ended:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN_SECONDS):
                while not self.ended and self.n_bytes < _DRAIN_BYTES:
                    message = await self.receive()
                    self.n_bytes += len(message.get("body", b""))
                    self.ended = not message.get("more_body", False)

    def _too_large(self) -> Refusal:
        return Refusal(
            413,
            "too_large",
            f"The body has more than {self.most / 1e6:g} MB.",
            "send a smaller photo, or fewer events at once",
            headers={"Connection": "close"},
        )
