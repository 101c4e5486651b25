"""Keys: who may ask for what. The secret is shown once and kept as its hash."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, select, update

from modiste.errors import InputError
from modiste.serve.database.store import Database, now
from modiste.serve.database.tables import keys

_PREFIX = "modiste"


class Scope(StrEnum):
    """What a key allows; each allows what those before it do."""

    READ = "read"
    """Recommendations, items, search."""
    WRITE = "write"
    """Sending events too."""
    ADMIN = "admin"
    """Deleting users, figures of the server and the laboratory too."""

    def allows(self, needed: Scope) -> bool:
        """Tell whether this scope is enough for what another one allows."""
        order = list(Scope)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True)
class Key:
    """A key as it is known: without its secret."""

    key_id: str
    name: str
    scope: Scope
    rate: float | None
    """Requests a second; None: the server's own rate."""
    created: datetime
    revoked: bool
    secret_hash: str

    def fits(self, secret: str) -> bool:
        """Tell whether a secret is this key's, in a time that tells nothing of it."""
        return hmac.compare_digest(self.secret_hash, _hash(secret))


@dataclass(frozen=True)
class KeyStore:
    """The keys of a database."""

    database: Database

    def add(self, name: str, scope: Scope, rate: float | None = None) -> tuple[Key, str]:
        """Make a key.

        Returns:
            The key, and the text that a client sends: it is kept nowhere and never shown again.
        """
        key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        row = {
            "key_id": key_id,
            "name": name,
            "secret_hash": _hash(secret),
            "scope": scope.value,
            "rate": rate,
            "created": now(),
            "revoked": None,
        }
        with self.database.writing() as connection:
            connection.execute(keys.insert(), row)
        made = next(key for key in self.all() if key.key_id == key_id)
        return made, f"{_PREFIX}_{key_id}_{secret}"

    def all(self) -> list[Key]:
        """Give every key, revoked ones too, by age."""
        with self.database.reading() as connection:
            found = connection.execute(select(keys).order_by(keys.c.created, keys.c.key_id))
            return [_key(row) for row in found]

    def revoke(self, key_id: str) -> Key:
        """Take a key back for good.

        Raises:
            InputError: If there is none of that id.
        """
        changed = update(keys).where(keys.c.key_id == key_id, keys.c.revoked.is_(None))
        with self.database.writing() as connection:
            connection.execute(changed.values(revoked=now()))
        for key in self.all():
            if key.key_id == key_id:
                return key
        raise InputError(f"no key {key_id!r}: modiste keys list shows them")


def split_key(text: str) -> tuple[str, str] | None:
    """Part what a client sent into the key's id and its secret; None: it is no key."""
    prefix, _, rest = text.partition("_")
    key_id, _, secret = rest.partition("_")
    return (key_id, secret) if prefix == _PREFIX and key_id and secret else None


def _hash(secret: str) -> str:
    # A secret of 256 random bits cannot be guessed: a slow hash would protect nothing more.
    return sha256(secret.encode()).hexdigest()


def _key(row: Row[Any]) -> Key:
    return Key(
        key_id=row.key_id,
        name=row.name,
        scope=Scope(row.scope),
        rate=row.rate,
        created=datetime.fromtimestamp(row.created / 1e6, UTC),
        revoked=row.revoked is not None,
        secret_hash=row.secret_hash,
    )
