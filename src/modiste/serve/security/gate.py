"""The gate: what every request passes before a route sees it, and every answer on its way out."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from dataclasses import dataclass, field
from secrets import token_hex

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from modiste.serve import metrics
from modiste.serve.database import KeyStore
from modiste.serve.errors import Refusal, busy, refused, unforeseen
from modiste.serve.logs import log_facts, request_id
from modiste.serve.paths import ApiPaths
from modiste.serve.protocol import ARRIVED
from modiste.serve.security.bodies import Body, GoneError, Held
from modiste.serve.security.headers import SECURITY_HEADERS
from modiste.serve.security.hosts import (
    SAFE_METHODS,
    asks_beforehand,
    came_through_proxy,
    check_host,
    check_origin,
)
from modiste.serve.security.keys import KeyRing, needed_scope
from modiste.serve.security.limits import InFlight, RateLimit
from modiste.serve.settings import ServeSettings

_log = logging.getLogger(__name__)
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_BUSY = refused(busy())
_BUSY_HEADERS = [*_BUSY.raw_headers, *SECURITY_HEADERS, (b"x-request-id", b"busy")]
_UNKNOWN = "-"
"""Template of a path that no route has."""


@dataclass
class Passage:
    """One request on its way: what is known of it when it is logged."""

    started: float
    status: int = 0
    sent: int = 0
    key: str | None = None
    code: str | None = None
    counted: bool = False


@dataclass
class Gate:
    """An ASGI application around another one."""

    app: ASGIApp
    settings: ServeSettings
    keys: KeyStore
    paths: ApiPaths
    ring: KeyRing = field(init=False)
    rates: RateLimit = field(default_factory=RateLimit)
    in_flight: InFlight = field(init=False)
    held: Held = field(init=False)
    _told_busy: float = float("-inf")

    def __post_init__(self) -> None:
        """Make what counts."""
        self.ring = KeyRing(self.keys)
        self.in_flight = InFlight(self.settings.in_flight)
        self.held = Held(self.settings.held_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_health = scope["path"].startswith("/health/")
        started = time.perf_counter()
        # What is answered without a thread is never in flight when the next request is looked at:
        # how long that one waited for its turn tells that there are too many.
        arrived = scope.get("state", {}).get(ARRIVED, started)
        is_late = started - arrived > self.settings.wait_seconds
        if (is_late or self.in_flight.is_full) and not is_health:
            await self._turn_away(scope, send)
            return
        passage = Passage(started)
        headers = dict(scope["headers"])
        given = headers.get(b"x-request-id", b"")
        name = given if _REQUEST_ID.fullmatch(given) else token_hex(8).encode()
        token = request_id.set(name.decode())
        is_photo = headers.get(b"content-type", b"").lower().startswith(b"multipart/")
        most = self.settings.photo_bytes if is_photo else self.settings.body_bytes
        body = Body(receive, most, self.settings.body_seconds, self.held)
        answer = self._answer(send, name, passage)
        try:
            try:
                await self._check(scope, headers, passage, is_photo=is_photo)
                await body.collect(headers)
                if not is_health:
                    self.in_flight.enter()
                    passage.counted = True
                await self.app(scope, body, answer)
            except Refusal as refusal:
                passage.code = refusal.fault.code
                response = refused(refusal)
                if not body.ended and scope["method"] not in SAFE_METHODS:
                    response.headers["Connection"] = "close"
                    await body.drain()
                await response(scope, receive, answer)
            except GoneError:
                passage.code = "gone"
            except ConnectionError:
                raise
            except Exception as error:
                _log.error("unforeseen", exc_info=error)
                passage.code = "failed"
                if passage.status:
                    raise ConnectionError("the answer was cut off") from None
                await unforeseen(error)(scope, receive, answer)
        finally:
            body.release()
            if passage.counted:
                self.in_flight.leave()
            self._note(scope, body, passage)
            request_id.reset(token)

    async def _check(
        self,
        scope: Scope,
        headers: dict[bytes, bytes],
        passage: Passage,
        *,
        is_photo: bool,
    ) -> None:
        """Refuse what may not come in, the cheapest questions first.

        Raises:
            Refusal: With the status that says why.
        """
        path, method = scope["path"], scope["method"]
        check_host(headers, self.settings)
        check_origin(method, headers, self.settings)
        needed = needed_scope(path, self.paths.first_parts)
        must_show = not self.settings.open_to_all or came_through_proxy(headers)
        free = needed is None or self.paths.is_page(scope)
        if must_show and not free and not asks_beforehand(method, headers, self.settings):
            assert needed is not None
            key = await self.ring.check(headers, needed)
            passage.key = key.name
            rate = (key.rate or self.settings.rate) / self.settings.workers
            cost = self.settings.photo_cost if is_photo else 1.0
            self.rates.check(key.key_id, rate, cost)

    async def _turn_away(self, scope: Scope, send: Send) -> None:
        """Refuse in as little time as can be: whoever is busy has none."""
        metrics.REQUESTS.labels("other", _UNKNOWN, "503").inc()
        metrics.REFUSED.labels("busy").inc()
        if (moment := time.monotonic()) - self._told_busy > 1:
            self._told_busy = moment
            _log.warning("busy: requests are refused")
        headers = _BUSY_HEADERS
        if scope["method"] not in SAFE_METHODS:
            headers = [*headers, (b"connection", b"close")]  # its body is not waited for
        await send({"type": "http.response.start", "status": 503, "headers": headers})
        await send({"type": "http.response.body", "body": _BUSY.body})

    def _answer(self, send: Send, name: bytes, passage: Passage) -> Send:
        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                passage.status = message["status"]
                headers = MutableHeaders(raw=message["headers"])
                for key, value in SECURITY_HEADERS:
                    headers.raw.append((key, value))
                headers.raw.append((b"x-request-id", name))
                message["headers"] = headers.raw
            else:
                passage.sent += len(message.get("body", b""))
            async with asyncio.timeout(self.settings.send_seconds):
                await send(message)

        return answer

    def _note(self, scope: Scope, body: Body, passage: Passage) -> None:
        """Count and log one request; its template stands for its path."""
        seconds = time.perf_counter() - passage.started
        route = scope.get("route")
        path = getattr(route, "path", None) or _UNKNOWN
        metrics.count_request(scope["method"], path, passage.status, seconds)
        if passage.code is not None:
            metrics.REFUSED.labels(passage.code).inc()
        log_facts(
            _log,
            logging.INFO,
            "request",
            method=scope["method"],
            route=path,
            status=passage.status,
            ms=round(seconds * 1000, 2),
            received=body.n_bytes,
            sent=passage.sent,
            key=passage.key,
            refused=passage.code,
        )
