"""A shop's catalogue as labelled pictures: kinds are categories, what is seen are attributes."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from modiste.data.dataset import Dataset
from modiste.data.garments.duplicates import Progress, find_copies
from modiste.data.garments.labels import Category, GarmentLabels, Vocabulary, check_labels, complete
from modiste.data.garments.parts import part_products
from modiste.data.garments.places import place_of
from modiste.data.shop import open_shop
from modiste.engine import collect
from modiste.errors import InputError

KIND = "kind"
SEEN = (
    "pattern",
    "colour",
    "colour_family",
    "shade",
    "material",
    "fabric",
    "neckline",
    "neck",
    "sleeve",
    "length",
    "fit",
    "style",
    "audience",
    "usage",
)
"""Attributes of a shop that a picture can show; those it has become groups."""
RAREST = 10
"""A value of a group that fewer garments have is not told."""


def labels_of_shop(shop: Path, *, progress: Progress | None = None) -> GarmentLabels:
    """Give the labels of a shop's items that have a picture.

    Args:
        shop: The shop's folder.
        progress: Told how far it is.

    Returns:
        A row an item, in the order of the items. No box and no landmarks are told. Products that
        share a picture, or nearly, are one product.

    Raises:
        InputError: If no item has a picture and a kind.
    """
    dataset = open_shop(shop)
    if dataset.picture_folder is None or KIND not in dataset.item_attributes:
        raise InputError(
            f"the shop {shop} has no pictures or no attribute {KIND}: import it with both"
        )
    groups = [name for name in SEEN if name in dataset.item_attributes]
    items = _items(dataset, groups)
    if items.is_empty():
        raise InputError(f"no item of the shop {shop} has a picture: import it with pictures")
    kinds = _values(items[KIND], 1)
    values = {name: _values(items[name], RAREST) for name in groups}
    values = {name: known for name, known in values.items() if len(known) > 1}
    vocabulary = Vocabulary(tuple(Category(name, place_of(name)) for name in kinds), values)
    products = _products(dataset.picture_folder, items, progress)
    table = items.select(
        "picture",
        part_products(products).alias("part"),
        products.alias("product"),
        _position(KIND, kinds).alias("category"),
        *(_position(name, known).alias(f"group.{name}") for name, known in values.items()),
    )
    labels = GarmentLabels(dataset.picture_folder, vocabulary, complete(table, vocabulary))
    check_labels(labels)
    return labels


def _items(dataset: Dataset, groups: list[str]) -> pl.DataFrame:
    wanted = dataset.items.select("picture", "product_id", KIND, *groups)
    found: pl.DataFrame = pl.DataFrame(collect(wanted))
    return found.filter(pl.col("picture").is_not_null())


def _values(column: pl.Series, rarest: int) -> tuple[str, ...]:
    counts = column.drop_nulls().alias("value").value_counts()
    return tuple(counts.filter(pl.col("count") >= rarest)["value"].sort().to_list())


def _position(column: str, known: tuple[str, ...]) -> pl.Expr:
    return pl.col(column).replace_strict(
        {name: place for place, name in enumerate(known)}, default=None, return_dtype=pl.Int32
    )


def _products(folder: Path, items: pl.DataFrame, progress: Progress | None) -> pl.Series:
    """Give each item its product, products with copies of one picture under one name."""
    pictures = items.unique("picture", keep="first", maintain_order=True)
    first = find_copies(folder, pictures["picture"].to_list(), progress)
    pairs = pl.DataFrame(
        {"one": pictures["product_id"], "other": pictures["product_id"].gather(first)}
    ).filter(pl.col("one") != pl.col("other"))
    # Few products share a picture: their names are put together one pair after the other.
    name: dict[str, str] = {}

    def root(product: str) -> str:
        while (above := name.get(product, product)) != product:
            product = above
        return product

    for one, other in pairs.iter_rows():
        low, high = sorted((root(one), root(other)))
        name[high] = low
    together = {product: root(product) for product in name}
    return items["product_id"].replace(together) if together else items["product_id"]
