"""HTTP/1.1 as uvicorn speaks it, with an end to patience and faults in the house's form."""

from __future__ import annotations

import asyncio
import json
import time
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from modiste.serve.security.headers import SECURITY_HEADERS

HEADER_SECONDS = "header_seconds"
"""Name in the application's state of how long the head of a request may take."""
MOST_HEAD_BYTES = 32_768
"""Longest head of a request: its first line and all its headers."""
ARRIVED = "arrived"
"""Name in a request's state of when its head was whole, by `time.perf_counter`."""
_DEFAULT_SECONDS = 10.0
_BROKEN = {
    "code": "bad_request",
    "message": "This is no HTTP request, or its head is too large.",
    "remedy": "send HTTP/1.1 with a shorter path and fewer headers",
}


class PatientProtocol(HttpToolsProtocol):
    """Cuts a client off that does not bring the head of its request to an end."""

    _clock: asyncio.TimerHandle | None = None
    _in_head = False
    _head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request, not for ever."""
        super().connection_made(transport)
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        """Take what came; the clock runs while a head is incomplete and stands still after it."""
        if self.transport.is_closing():
            return
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_bytes > MOST_HEAD_BYTES:
            self.send_400_response("")
        elif self._clock is None and (self._in_head or self._nothing_asked):
            self._wait_for_head()

    def on_message_begin(self) -> None:
        """Begin to count: the parser itself takes a head of any length."""
        super().on_message_begin()
        self._in_head, self._head_bytes = True, 0

    def on_headers_complete(self) -> None:
        """Stop the clock and note when the request came.

        Raises:
            ValueError: If the head came at once and is too long, or does not name one host; the
                parser makes a fault of it.
        """
        self._in_head = False
        self._stop_waiting()
        n_bytes = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if n_bytes > MOST_HEAD_BYTES:
            raise ValueError("the head is too long")
        n_hosts = sum(name == b"host" for name, _ in self.headers)
        if n_hosts != 1 and self.parser.get_http_version() == "1.1":
            raise ValueError("HTTP/1.1 names its host once")
        state: dict[str, Any] = self.scope["state"]
        state[ARRIVED] = time.perf_counter()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._stop_waiting()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP as everything else is refused, unless an answer is on its way."""
        self._in_head = False
        self._stop_waiting()
        if self._answered:
            self.transport.write(_refusal())
        self.transport.close()

    @property
    def _nothing_asked(self) -> bool:
        """Whether what came was neither a head nor part of a request: blank lines."""
        return self._answered and self.timeout_keep_alive_task is None

    @property
    def _answered(self) -> bool:
        """Whether no answer is owed."""
        cycle: RequestResponseCycle | None = self.cycle  # None until the first request
        return cycle is None or cycle.response_complete

    def _wait_for_head(self) -> None:
        state: dict[str, Any] = self.app_state
        seconds = state.get(HEADER_SECONDS, _DEFAULT_SECONDS)
        self._clock = self.loop.call_later(seconds, self._cut_off)

    def _stop_waiting(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _cut_off(self) -> None:
        self._clock = None
        if not self.transport.is_closing():
            self.transport.close()


def _refusal() -> bytes:
    body = json.dumps(_BROKEN).encode()
    status = HTTPStatus.BAD_REQUEST
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
        *SECURITY_HEADERS,
    ]
    lines = [f"HTTP/1.1 {status.value} {status.phrase}".encode()]
    lines += [name + b": " + value for name, value in headers]
    return b"\r\n".join([*lines, b"", body])
