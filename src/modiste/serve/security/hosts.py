"""Which names the server answers under, and whose pages may write to it.

A page of another site can make a browser send requests to this machine; under a name of its own
that points here (DNS rebinding) it could read the answers too. The Host header gives that away.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from modiste.serve.errors import Refusal
from modiste.serve.settings import ServeSettings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]]+)(?::\d{1,5})?")
_FORWARDED = (b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-real-ip")


def check_host(headers: Mapping[bytes, bytes], settings: ServeSettings) -> None:
    """Refuse a request under a name that is not the server's."""
    host = headers.get(b"host", b"").decode("latin-1")
    if _name(host) not in settings.hosts:
        raise Refusal(
            403,
            "wrong_host",
            "The Host header names another server.",
            "call it by its own name; modiste serve --allow-host adds one",
        )


def check_origin(method: str, headers: Mapping[bytes, bytes], settings: ServeSettings) -> None:
    """Refuse what another site's page sends, unless that site is allowed to."""
    if method in SAFE_METHODS:
        return
    origin = headers.get(b"origin", b"").decode("latin-1")
    host = headers.get(b"host", b"").decode("latin-1")
    own = headers.get(b"sec-fetch-site", b"none") in (b"none", b"same-origin")
    if origin in settings.origins or (_host_of(origin) == host if origin else own):
        return
    raise Refusal(
        403,
        "wrong_origin",
        "The request comes from another site's page.",
        "send it from the server's own page; modiste serve --allow-origin adds a site",
    )


def asks_beforehand(method: str, headers: Mapping[bytes, bytes], settings: ServeSettings) -> bool:
    """Tell whether a browser asks if an allowed site may send a request: it sends no key then."""
    origin = headers.get(b"origin", b"").decode("latin-1")
    asks = method == "OPTIONS" and b"access-control-request-method" in headers
    return asks and origin in settings.origins


def came_through_proxy(headers: Mapping[bytes, bytes]) -> bool:
    """Tell whether a proxy passed a request on: then loopback says nothing of who asks."""
    return any(name in headers for name in _FORWARDED)


def _host_of(origin: str) -> str | None:
    """Give host and port of an origin; None for `null` and what is no origin."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return None
    return parts.netloc if parts.scheme in ("http", "https") else None


def _name(host: str) -> str:
    """Give a Host header without its port, in small letters; empty if it is none."""
    found = _HOST.fullmatch(host)
    return found[1].lower() if found else ""
