"""The shop as tables, and the shop as it stood before a day.

`Dataset.until(as_of)` is the only way a stage sees the past: whatever happened on that day or later
is not in what it gives. Training, evaluation, the nightly batch and a live request call the same
functions with another `as_of`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl

from modiste.engine import collect, lazy
from modiste.errors import ArtifactError, InputError
from modiste.schema import INTERACTIONS, ITEMS, USERS, check_schema

_SETTINGS = "dataset.json"
OWN_NAMES: Mapping[str, str] = {"user_id": "user_id", "item_id": "item_id", "day": "day"}
"""The shop's own words for the columns that outputs echo, when it has no others."""


@dataclass(frozen=True)
class Dataset:
    """A shop's interactions, items and users.

    Besides the columns of `modiste.schema`, `items` and `users` hold the shop's own attributes:
    each as text, and as a dense Int32 code in a column with the suffix `_code` (0, 1, … in the
    order of the text; null stays null).
    """

    interactions: nw.LazyFrame
    """Purchases, see `schema.INTERACTIONS`."""
    items: nw.LazyFrame
    """The whole catalogue, see `schema.ITEMS`."""
    users: nw.LazyFrame
    """All users, or the asked ones after `of_users`; see `schema.USERS`."""
    item_attributes: tuple[str, ...] = ()
    """Text columns of `items` that describe an item (kind, colour, department …)."""
    user_attributes: tuple[str, ...] = ()
    """Text columns of `users` that describe a user."""
    own_names: Mapping[str, str] = field(default_factory=lambda: dict(OWN_NAMES))
    """The shop's own words for `user_id`, `item_id`, `day`, echoed in outputs."""
    picture_folder: Path | None = None
    """Where `items.picture` paths start."""
    item_vectors: Mapping[str, nw.LazyFrame] = field(default_factory=dict)
    """What items look and read like, by "pictures" and "words": `item_idx, vector`, the vectors of
    length 1; an item without a picture has no row. Empty where nothing was embedded."""
    identity: str = ""
    """Fingerprint of the imported rows; part of every cache key."""
    vectors_identity: str = ""
    """Fingerprint of `item_vectors`; part of every cache key."""
    as_of: int | None = None
    """The day before which everything here happened; None: no limit was set."""

    def __repr__(self) -> str:
        """Name what is known without running a plan."""
        past = "" if self.as_of is None else f", as_of={self.as_of}"
        return (
            f"Dataset(item_attributes={list(self.item_attributes)}, "
            f"user_attributes={list(self.user_attributes)}{past})"
        )

    def until(self, as_of: int) -> Dataset:
        """Give the shop as it stood before the day `as_of`: interactions of earlier days only."""
        limit = as_of if self.as_of is None else min(as_of, self.as_of)
        return replace(
            self, interactions=self.interactions.filter(nw.col("day") < limit), as_of=limit
        )

    def of_users(self, users: nw.LazyFrame) -> Dataset:
        """Give the part of the shop that belongs to some users.

        Args:
            users: A table with `user_idx`, without repeats.
        """
        keys = users.select("user_idx")
        return replace(
            self,
            interactions=self.interactions.join(keys, on="user_idx", how="semi"),
            users=self.users.join(keys, on="user_idx", how="semi"),
        )

    def of_user_range(self, start: int, stop: int) -> Dataset:
        """Give the part of the shop of the users with `start <= user_idx < stop`."""
        within = (nw.col("user_idx") >= start) & (nw.col("user_idx") < stop)
        return replace(
            self, interactions=self.interactions.filter(within), users=self.users.filter(within)
        )

    def between(self, start: int, end: int) -> nw.LazyFrame:
        """Give the interactions of the days `start <= day < end`."""
        return self.interactions.filter((nw.col("day") >= start) & (nw.col("day") < end))

    def in_memory(self) -> Dataset:
        """Run the plans of the three tables once, so that later stages read rows, not files."""
        return replace(
            self,
            interactions=lazy(collect(self.interactions)),
            items=lazy(collect(self.items)),
            users=lazy(collect(self.users)),
        )

    def n_users(self) -> int:
        """Count the users."""
        return count(self.users)

    def n_items(self) -> int:
        """Count the items."""
        return count(self.items)

    def day_range(self) -> tuple[int, int]:
        """Give the half-open range `[first day, last day + 1)` of the interactions.

        Raises:
            InputError: If there are no interactions.
        """
        days = self.interactions.select(
            nw.col("day").min().alias("first"), nw.col("day").max().alias("last")
        )
        first, last = collect(days).row(0)
        if first is None and self.as_of is None:
            raise InputError(
                "the shop has a catalogue and no purchases: it can be searched, but there is "
                "nothing to learn recommendations from; import interactions too"
            )
        if first is None:
            raise InputError("the shop has no interactions before this day: import some first")
        return first, last + 1

    @classmethod
    def from_frames(
        cls,
        interactions: Any,
        items: Any,
        users: Any = None,
        *,
        mapping: Mapping[str, str] | None = None,
        picture_folder: Path | None = None,
    ) -> Dataset:
        """Make a dataset from any frames that Narwhals knows (pandas, Polars, Arrow, DuckDB …).

        The rows are checked like a file's: what cannot be used is set aside, never an abort.

        Args:
            interactions: One row a purchase: user, item, time, and price and channel if known.
            items: One row an item.
            users: One row a user; None: the users of the interactions.
            mapping: The frames' own names for standard columns, such as `{"item_id": "sku"}`;
                common spellings are found without.
            picture_folder: A folder of pictures called by item id.
        """
        from modiste.data.frames import dataset_from_frames

        return dataset_from_frames(
            interactions, items, users, mapping=mapping, picture_folder=picture_folder
        )

    @classmethod
    def read(cls, folder: Path) -> Dataset:
        """Open a stored dataset; tables stay on disk until a plan reads them.

        Raises:
            ArtifactError: If the folder holds no dataset of this version.
        """
        try:
            settings = json.loads((folder / _SETTINGS).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ArtifactError(f"{folder} holds no dataset ({error}): import it anew") from None
        pictures = settings["picture_folder"]
        tables: dict[str, Any] = {
            name: nw.from_native(pl.scan_parquet(folder / f"{name}.parquet", glob=False))
            for name in ("interactions", "items", "users")
        }
        return cls(
            **tables,
            item_attributes=tuple(settings["item_attributes"]),
            user_attributes=tuple(settings["user_attributes"]),
            own_names=settings["own_names"],
            picture_folder=Path(pictures) if pictures else None,
            identity=settings["identity"],
        )

    def write(self, folder: Path) -> None:
        """Store the dataset in an existing folder, as Parquet and `dataset.json`.

        Raises:
            SchemaError: If a table does not hold the columns of `modiste.schema`.
        """
        for name, schema in (("interactions", INTERACTIONS), ("items", ITEMS), ("users", USERS)):
            table = getattr(self, name)
            check_schema(table, schema, name)
            native = nw.to_native(table)
            native.sink_parquet(folder / f"{name}.parquet", compression="zstd", statistics=True)
        self.write_settings(folder)

    def write_settings(self, folder: Path) -> None:
        """Write `dataset.json`, all that is not a table."""
        settings = {
            "item_attributes": list(self.item_attributes),
            "user_attributes": list(self.user_attributes),
            "own_names": dict(self.own_names),
            "picture_folder": str(self.picture_folder) if self.picture_folder else None,
            "identity": self.identity,
        }
        (folder / _SETTINGS).write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")


def count(frame: nw.LazyFrame) -> int:
    """Count a table's rows."""
    return int(collect(frame.select(nw.len())).item())


def attribute_codes(frame: pl.DataFrame, attributes: tuple[str, ...]) -> pl.DataFrame:
    """Add `<attribute>_code`: the attribute's text as a dense Int32 in the order of the text."""
    return frame.with_columns(
        (pl.col(name).rank("dense") - 1).cast(pl.Int32).alias(f"{name}_code") for name in attributes
    )
