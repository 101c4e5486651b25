"""HTTP/1.1 as uvicorn speaks it, with an end to patience and faults in the house's form."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from modiste.serve.security.headers import SECURITY_HEADERS

HEADER_SECONDS = "header_seconds"
"""Name in the application's state of how long the head of a request may take."""
_DEFAULT_SECONDS = 10.0
_BROKEN = {
    "code": "bad_request",
    "message": "This is no HTTP request, or its head is too large.",
    "remedy": "send HTTP/1.1 with a shorter path and fewer headers",
}


class PatientProtocol(H11Protocol):
    """Cuts a client off that does not bring the head of its request to an end."""

    _head: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request, not for ever."""
        super().connection_made(transport)
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        """Take what came; the clock runs while a head is incomplete and stands still after it."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._stop_waiting()
        elif self._head is None and self.timeout_keep_alive_task is None:
            self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._stop_waiting()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP as everything else is refused."""
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.close()
            return
        body = json.dumps(_BROKEN).encode()
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
            *SECURITY_HEADERS,
        ]
        for event in (
            h11.Response(status_code=400, headers=headers, reason=b"Bad Request"),
            h11.Data(data=body),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _wait_for_head(self) -> None:
        state: dict[str, Any] = self.app_state
        seconds = state.get(HEADER_SECONDS, _DEFAULT_SECONDS)
        self._head = self.loop.call_later(seconds, self._cut_off)

    def _stop_waiting(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None

    def _cut_off(self) -> None:
        self._head = None
        if not self.transport.is_closing():
            self.transport.close()
