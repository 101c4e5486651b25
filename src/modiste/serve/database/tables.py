"""The tables, the same in SQLite and PostgreSQL.

Times are whole microseconds since 1970 in UTC: they compare and sort alike everywhere.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, MetaData, String, Table, Text

LAYOUT = "1"
"""Number of this layout; a database of another one is refused."""

metadata = MetaData()

events = Table(
    "events",
    metadata,
    Column("event_id", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("item_id", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("price", Float(53)),
    Column("received", BigInteger, nullable=False),
    Index("events_of_user", "user_id", "time"),
)
"""What shoppers did, one row an event."""

forgotten = Table(
    "forgotten",
    metadata,
    Column("user_hash", String(64), primary_key=True),
    Column("time", BigInteger, nullable=False),
)
"""Users who were deleted, by a keyed hash of their id, so that it stays so and names nobody."""

keys = Table(
    "keys",
    metadata,
    Column("key_id", String(16), primary_key=True),
    Column("name", Text, nullable=False),
    Column("secret_hash", String(64), nullable=False),
    Column("scope", String(16), nullable=False),
    Column("rate", Float(53)),
    Column("created", BigInteger, nullable=False),
    Column("revoked", BigInteger),
)
"""Keys; of the secret only its SHA-256."""

settings = Table(
    "settings",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)
"""What belongs to the database itself: its layout and the salt of its hashes."""
