"""Which scope a request needs, and whether its key has it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from anyio import Lock
from starlette.concurrency import run_in_threadpool

from modiste.serve.database import Key, KeyStore, Scope
from modiste.serve.database.keys import split_key
from modiste.serve.database.store import DatabaseAwayError
from modiste.serve.errors import Refusal, away

FRESH_SECONDS = 2.0
"""A revoked key is refused after so long at the latest."""

SCOPES: Mapping[str, Scope | None] = {
    "health": None,
    "pictures": None,
    "docs": Scope.READ,
    "openapi.json": Scope.READ,
    "recommendations": Scope.READ,
    "items": Scope.READ,
    "search": Scope.READ,
    "suggest": Scope.READ,
    "facets": Scope.READ,
    "garments": Scope.READ,
    "events": Scope.WRITE,
    "users": Scope.ADMIN,
    "metrics": Scope.ADMIN,
    "lab-data": Scope.ADMIN,
}
"""What the first part of a path needs; None: nothing. One that is not named needs all."""


def needed_scope(path: str, api: frozenset[str]) -> Scope | None:
    """Give the scope that a path needs; None for the page and what it is made of.

    Args:
        path: Of the request.
        api: First parts of the paths of all routes.
    """
    first = path.lstrip("/").partition("/")[0]
    return SCOPES.get(first, Scope.ADMIN) if first in api else None


@dataclass
class KeyRing:
    """The keys of the database, read anew every two seconds.

    While the database does not answer, those that were known last stay so.
    """

    store: KeyStore
    _known: dict[str, Key] = field(default_factory=dict)
    _read: float = float("-inf")
    _reading: Lock = field(default_factory=Lock)

    async def check(self, headers: Mapping[bytes, bytes], needed: Scope) -> Key:
        """Give the key of a request.

        Raises:
            Refusal: 401 if it has none that is known, 403 if its scope is too small.
        """
        given = _bearer(headers)
        if given is None:
            raise _refused("key_needed", "This server asks for a key and none was given.")
        await self._refresh()
        parts = split_key(given)
        key = self._known.get(parts[0]) if parts else None
        if parts is None or key is None or not key.fits(parts[1]) or key.revoked:
            raise _refused("unknown_key", "The given key is not known or was taken back.")
        if not key.scope.allows(needed):
            raise Refusal(
                403,
                "scope_too_small",
                f"The key may {key.scope.value}; this needs the scope {needed.value}.",
                "use a key of that scope; modiste keys add makes one",
            )
        return key

    async def _refresh(self) -> None:
        if time.monotonic() - self._read < FRESH_SECONDS:
            return
        async with self._reading:
            if time.monotonic() - self._read >= FRESH_SECONDS:
                try:
                    keys = await run_in_threadpool(self.store.all)
                except DatabaseAwayError:
                    if not self._known:
                        raise away() from None
                else:
                    self._known = {key.key_id: key for key in keys}
                self._read = time.monotonic()


def _bearer(headers: Mapping[bytes, bytes]) -> str | None:
    scheme, _, given = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    return given.strip() or None if scheme.lower() == "bearer" else None


def _refused(code: str, message: str) -> Refusal:
    return Refusal(
        401,
        code,
        message,
        "send Authorization: Bearer KEY; modiste keys add makes one",
        headers={"WWW-Authenticate": "Bearer"},
    )
