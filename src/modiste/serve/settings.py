"""How the server is run: where it listens, who may ask, and how much it takes at once."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

from pydantic import Field

from modiste.component import component

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
"""Names by which a browser on the same machine calls the server."""
_Seconds = Annotated[float, Field(gt=0)]


@component
class ServeSettings:
    """All that can be set of a server; every limit has a default that holds on two cores."""

    host: str = "127.0.0.1"
    """Address to listen on; another than loopback asks every client for a key."""
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    workers: Annotated[int, Field(ge=1, le=64)] = 1
    """Processes; each loads the shop by itself."""
    database: str = ""
    """URL of the database of events and keys; empty: SQLite in SHOP/live."""
    allowed_hosts: tuple[str, ...] = ()
    """Names under which the server may be called besides loopback; a name here asks for keys."""
    origins: tuple[str, ...] = ()
    """Other sites whose pages may call the server, such as `https://shop.example`."""
    rate: Annotated[float, Field(gt=0)] = 600.0
    """Requests a second of a key that has no rate of its own; two seconds' worth at once."""
    photo_cost: Annotated[float, Field(ge=1)] = 50.0
    """Requests that a search by photo counts as."""
    in_flight: Annotated[int, Field(ge=1)] = 32
    """Requests that one process works on at a time; more get 503 at once."""
    wait_seconds: _Seconds = 0.25
    """Longest time that a request may have waited for its turn; one that waited longer gets 503."""
    body_bytes: Annotated[int, Field(ge=1)] = 2_000_000
    """Largest body, photos aside."""
    photo_bytes: Annotated[int, Field(ge=1)] = 10_000_000
    """Largest body with a photo."""
    held_bytes: Annotated[int, Field(ge=1)] = 200_000_000
    """Bytes of bodies that one process holds at a time; more get 503."""
    photo_pixels: Annotated[int, Field(ge=1)] = 25_000_000
    """Largest photo in pixels."""
    photo_seconds: _Seconds = 5.0
    """Time that decoding a photo may take."""
    photo_memory: Annotated[int, Field(ge=300_000_000)] = 1_000_000_000
    """Address space of the process that decodes photos, in bytes."""
    header_seconds: _Seconds = 10.0
    """Time in which the head of a request must have come."""
    body_seconds: _Seconds = 30.0
    """Time in which the body of a request must have come."""
    send_seconds: _Seconds = 30.0
    """Time in which a client must have taken a part of an answer."""
    picture_cache_bytes: Annotated[int, Field(ge=0)] = 64_000_000
    """Bytes of scaled pictures that one process holds."""
    look_seconds: _Seconds = 3.0
    """How often is looked whether there is a new release, import, list, rule or stock."""
    price_unit: Annotated[str, Field(max_length=12)] = ""
    """What the page shows beside prices, such as EUR; empty: nothing."""

    @property
    def open_to_all(self) -> bool:
        """Whether no key is asked for: listening on loopback, called by its names only."""
        return _is_loopback(self.host) and all(map(_is_loopback, self.allowed_hosts))

    @property
    def hosts(self) -> frozenset[str]:
        """The names, without a port and in small letters, that the Host header may give."""
        named = {name.lower() for name in (*LOOPBACK_NAMES, *self.allowed_hosts)}
        if not _is_loopback(self.host):
            named.add(f"[{self.host}]" if ":" in self.host else self.host.lower())
        return frozenset(named)

    def database_url(self, shop: Path) -> str:
        """Give the URL of the database: the one that is set, or SQLite's in the shop's folder."""
        return self.database or f"sqlite:///{(shop / 'live' / 'events.sqlite').resolve()}"


def _is_loopback(host: str) -> bool:
    if host.lower() in LOOPBACK_NAMES:
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
