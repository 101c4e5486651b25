"""Limits of the server that were set for good, kept with the events and keys they protect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from sqlalchemy import delete, select

from modiste.component import build_component
from modiste.errors import ConfigError
from modiste.serve.database.store import Database
from modiste.serve.database.tables import settings
from modiste.serve.settings import ServeSettings

_PREFIX = "serve."
_OF_ONE_START = frozenset({"host", "port", "workers", "database", "allowed_hosts", "origins"})
"""Settings that belong to one start of the server, not to the shop."""


@dataclass(frozen=True)
class LimitStore:
    """The limits of a database."""

    database: Database

    def all(self) -> dict[str, str]:
        """Give what was set, by name, as text."""
        chosen = select(settings).where(settings.c.name.startswith(_PREFIX, autoescape=True))
        with self.database.reading() as connection:
            found = connection.execute(chosen.order_by(settings.c.name)).all()
        return {row.name.removeprefix(_PREFIX): row.value for row in found}

    def put(self, name: str, value: str) -> None:
        """Set a limit; it holds from the next start of the server on.

        Raises:
            ConfigError: If there is no such limit, or the value is outside of its bounds.
        """
        build_settings({name: value}, "limit", only=limit_names())
        row = {"name": _PREFIX + name, "value": value}
        with self.database.writing() as connection:
            connection.execute(delete(settings).where(settings.c.name == row["name"]))
            connection.execute(settings.insert(), row)

    def drop(self, name: str) -> None:
        """Let a limit have its default again."""
        with self.database.writing() as connection:
            connection.execute(delete(settings).where(settings.c.name == _PREFIX + name))


def limit_names() -> list[str]:
    """Name the settings that are limits."""
    return [part.name for part in fields(ServeSettings) if part.name not in _OF_ONE_START]


def build_settings(
    given: Mapping[str, object], place: str, *, only: list[str] | None = None
) -> ServeSettings:
    """Make settings of plain values.

    Args:
        given: Values by name; numbers may be text.
        place: Where they come from, for messages.
        only: The names that may be given; None: all.

    Raises:
        ConfigError: Naming every fault.
    """
    faults = [
        f"{place} {name}: belongs to a start of the server: give it to modiste serve"
        for name in given
        if only is not None and name not in only and name in _OF_ONE_START
    ]
    built = None if faults else build_component(ServeSettings, given, place, faults)
    if built is None or faults:
        raise ConfigError("\n".join(faults))
    return built
