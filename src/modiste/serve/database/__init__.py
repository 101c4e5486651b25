"""Events, keys and settings in a database: SQLite beside the shop, or PostgreSQL by its URL."""

from modiste.serve.database.events import EventStore, Outcome
from modiste.serve.database.keys import Key, KeyStore, Scope
from modiste.serve.database.store import Database

__all__ = ["Database", "EventStore", "Key", "KeyStore", "Outcome", "Scope"]
