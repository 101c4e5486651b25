"""The tables that flow through modiste: their columns, types and meaning.

Inside the trip a user or an item is a dense position (`user_idx`, `item_idx`, Int32) in the
dataset's own `users` and `items` table, both sorted by their text id. Joins over 4 bytes are an
order of magnitude cheaper than over 64-character ids, and a tie broken by position is a tie broken
by id. Text ids exist at the borders only: files in, recommendations out.
"""

from __future__ import annotations

from collections.abc import Mapping

import narwhals as nw

from modiste.errors import SchemaError

Schema = Mapping[str, type[nw.dtypes.DType]]

INTERACTIONS: Schema = {
    "user_idx": nw.Int32,
    "item_idx": nw.Int32,
    "day": nw.Int32,
    "price": nw.Float32,
    "channel": nw.Int8,
}
"""One row a purchase, sorted by day, user, item. `day` counts from 1970-01-01; `price` is in the
shop's own unit (null: unknown); `channel` is a small code (null: unknown)."""

ITEMS: Schema = {
    "item_idx": nw.Int32,
    "item_id": nw.String,
    "product_id": nw.String,
    "name": nw.String,
    "description": nw.String,
    "picture": nw.String,
}
"""One row an item, sorted by `item_id`, followed by the shop's own attributes as text.
`product_id` groups the variants (colours) of one product; `picture` is a path relative to the
dataset's picture folder (null: no picture)."""

USERS: Schema = {"user_idx": nw.Int32, "user_id": nw.String, "age": nw.Float32}
"""One row a user, sorted by `user_id`, followed by the shop's own attributes as text."""

CANDIDATES: Schema = {
    "user_idx": nw.Int32,
    "item_idx": nw.Int32,
    "score": nw.Float32,
    "rank": nw.Int32,
}
"""What one source proposes: no pair twice, `rank` from 1 without gaps per user, falling score,
ties by `item_idx`."""

RECOMMENDATIONS: Schema = {
    "user_idx": nw.Int32,
    "item_idx": nw.Int32,
    "rank": nw.Int32,
    "score": nw.Float32,
}
"""The final lists, sorted by user and rank."""


def check_schema(frame: nw.LazyFrame, schema: Schema, what: str) -> None:
    """Compare a table's columns and types with its schema; further columns are allowed.

    Args:
        frame: The table.
        schema: What it must hold.
        what: The table's name, for the message.

    Raises:
        SchemaError: Naming every column that is missing or of another type.
    """
    found = frame.collect_schema()
    faults = [f"column {name} is missing" for name in schema if name not in found]
    faults += [
        f"column {name} is {found[name]}, expected {dtype.__name__}"
        for name, dtype in schema.items()
        if name in found and found[name] != dtype
    ]
    if faults:
        raise SchemaError(f"{what}: {'; '.join(faults)}: give it the columns {', '.join(schema)}")
