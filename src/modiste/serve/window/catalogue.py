"""The catalogue in memory: items as tiles and pages, by id and by position."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl

from modiste.data import Dataset
from modiste.data.photos import PictureError, picture_path
from modiste.engine import collect
from modiste.errors import InputError
from modiste.search.similar.items import nearest_ids
from modiste.serve.schemas import Item, ItemPage, Reason, Shown

Positions = npt.NDArray[np.int64]


class UnknownItemError(InputError):
    """An item that the catalogue does not have."""


@dataclass(frozen=True)
class Catalogue:
    """A shop's items; a position is an item's place in `items`."""

    dataset: Dataset
    items: pl.DataFrame
    """By `item_idx`, with `price`, see `rules.filters.filter_table`."""

    @property
    def names(self) -> tuple[str, ...]:
        """The shop's own attributes."""
        return self.dataset.item_attributes

    @cached_property
    def ids(self) -> list[str]:
        """The items' ids by position."""
        return self.items["item_id"].to_list()

    @cached_property
    def _columns(self) -> Mapping[str, list[Any]]:
        wanted = ("item_id", "name", "product_id", "price", "picture", *self.names)
        return {name: self.items[name].to_list() for name in wanted}

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {item_id: place for place, item_id in enumerate(self.ids)}

    @cached_property
    def _of_product(self) -> Mapping[str, list[int]]:
        found: dict[str, list[int]] = {}
        for place, product in enumerate(self._columns["product_id"]):
            found.setdefault(product, []).append(place)
        return found

    def find(self, item_id: str) -> int | None:
        """Give the position of an item; None: there is none of this id."""
        return self._places.get(item_id)

    def position(self, item_id: str) -> int:
        """Give the position of an item.

        Raises:
            UnknownItemError: Naming the nearest ids.
        """
        place = self._places.get(item_id)
        if place is None:
            near = nearest_ids(item_id, self.items["item_id"])
            hint = f"did you mean {', '.join(near)}?" if near else "give an id of the shop's own"
            raise UnknownItemError(
                f"item {item_id!r} is not in the catalogue of {len(self.ids):,}: {hint}"
            )
        return place

    def item(self, place: int) -> Item:
        """Describe an item as a tile shows it."""
        return Item(**self._tile(place))

    def shown(self, place: int, rank: int, score: float | None, reason: Reason) -> Shown:
        """Describe an item in a list."""
        return Shown(**self._tile(place), rank=rank, score=score, reason=reason)

    def page(self, place: int, *, available: bool = True) -> ItemPage:
        """Describe an item with its variants, and say whether it is to be had."""
        own = self._columns["product_id"][place]
        others = [self.item(other) for other in self._of_product[own] if other != place]
        description = self.items.item(place, "description") or ""
        return ItemPage(
            **self._tile(place), description=description, variants=others, available=available
        )

    def name(self, place: int) -> str:
        """Give an item's name, its id where it has none."""
        columns = self._columns
        return str(columns["name"][place] or columns["item_id"][place])

    def value(self, name: str, place: int) -> str | None:
        """Give an item's value of an attribute; None: unknown, or no such attribute."""
        return self._columns[name][place] if name in self.names else None

    def product(self, place: int) -> str:
        """Give what an item's variants have in common."""
        return str(self._columns["product_id"][place])

    def variants(self, place: int) -> Sequence[int]:
        """Give the positions of all variants of an item's product, itself among them."""
        return self._of_product[self.product(place)]

    def picture(self, item_id: str) -> Path | None:
        """Give an item's picture file; None: it has none, or is no item."""
        place, folder = self.find(item_id), self._picture_folder
        if place is None or folder is None or self._columns["picture"][place] is None:
            return None
        try:
            return picture_path(folder, str(self._columns["picture"][place]))
        except PictureError:
            return None

    @cached_property
    def times_sold(self) -> pl.Series:
        """How often each item was sold, by position."""
        sold = self.dataset.interactions.group_by("item_idx").agg(
            nw.len().cast(nw.Int64).alias("sold")
        )
        places = self.items.select("item_idx")
        counted = places.join(collect(sold), on="item_idx", how="left", maintain_order="left")
        return counted["sold"].fill_null(0)

    @cached_property
    def _picture_folder(self) -> Path | None:
        folder = self.dataset.picture_folder
        return None if folder is None else folder.resolve()

    def _tile(self, place: int) -> dict[str, Any]:
        columns = self._columns
        item_id = columns["item_id"][place]
        values = ((name, columns[name][place]) for name in self.names)
        return {
            "id": item_id,
            "name": columns["name"][place] or item_id,
            "product": columns["product_id"][place],
            "attributes": {name: value for name, value in values if value is not None},
            "price": columns["price"][place],
            "picture": (
                None
                if columns["picture"][place] is None
                else f"/pictures/{quote(item_id, safe='')}"
            ),
        }
