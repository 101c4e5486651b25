"""Filters on the catalogue: `colour=Red,Blue`, `price<20`, `kind~dress`, `season!=Winter`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl

from modiste.data import Dataset
from modiste.data.sources.fashion_product_images import ITEM_ATTRIBUTES as FASHION_NAMES
from modiste.data.sources.hm import ITEM_ATTRIBUTES as HM_NAMES
from modiste.data.spellings import ITEM_ATTRIBUTES, ITEMS, plain
from modiste.encoders.thesaurus import canonical, fold
from modiste.engine import collect
from modiste.errors import InputError

OPERATORS = ("<=", ">=", "!=", "=", "<", ">", "~")
"""At most, at least, not, is, less, more, holds the text."""
NUMBERS = ("price", "stock")
"""Columns of numbers that a table of items may have besides its texts."""
Mask = npt.NDArray[np.bool_]
_FORM = "COLUMN=VALUE[,VALUE …], !=, <, <=, >, >= or COLUMN~TEXT"
_PARTS = re.compile(r"\s*([^<>=!~]+?)\s*(<=|>=|!=|==|=|<|>|~)\s*(.*?)\s*", re.DOTALL)
_ORDERS: Mapping[str, Callable[[pl.Expr, float], pl.Expr]] = {
    "<": lambda column, bound: column < bound,
    "<=": lambda column, bound: column <= bound,
    ">": lambda column, bound: column > bound,
    ">=": lambda column, bound: column >= bound,
}
_SHOWN = 8


@dataclass(frozen=True)
class Filter:
    """One condition that every hit must meet."""

    column: str
    """A column of the items as the user wrote it: `colour`, `product_type_name`, `price` …"""
    operator: str
    """One of `OPERATORS`."""
    value: str
    """What stands behind the operator; several values stand between commas."""

    def __str__(self) -> str:
        """Give the text that `parse_filter` reads."""
        return f"{self.column}{self.operator}{self.value}"


def parse_filter(text: str) -> Filter:
    """Read a filter: `colour=Red`, `colour=Red,Blue`, `price<20`, `season!=Winter`, `kind~dress`.

    Whether there are such columns and values is seen when it meets a catalogue, see `allowed`.

    Raises:
        InputError: If there is no operator, no column or no value, or a bound is no number.
    """
    found = _PARTS.fullmatch(text)
    if found is None or not found[3]:
        raise InputError(f"filter {text!r}: expected {_FORM}")
    column, operator, value = found[1], found[2].replace("==", "="), found[3]
    if operator in _ORDERS and read_number(value) is None:
        advice = (
            f"write {column}{operator}20"
            if plain(column) in NUMBERS
            else f"{operator} compares numbers: write {column}={value} or {column}!={value}"
        )
        raise InputError(f"filter {text!r}: {value!r} is no number: {advice}")
    return Filter(column, operator, value)


def read_number(text: str) -> float | None:
    """Read a number with a decimal point or comma; None: it is none."""
    if re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", text):
        text = text.replace(",", "")
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return None
    return number if np.isfinite(number) else None


def filter_table(dataset: Dataset) -> pl.DataFrame:
    """Give the items by `item_idx` with their price: what filters are applied to.

    Returns:
        All columns of `dataset.items`, and `price` (Float32, null: unknown).
    """
    items = collect(dataset.items).sort("item_idx")
    return items.with_columns(item_prices(dataset).alias("price"))


def item_prices(dataset: Dataset) -> pl.Series:
    """Give each item's price: the median of what was paid on the last day it sold.

    Returns:
        `price`, Float32, by `item_idx`; null: it never sold at a known price.
    """
    paid = dataset.interactions.filter(~nw.col("price").is_null())
    last = paid.group_by("item_idx").agg(nw.col("day").max())
    now = paid.join(last, on=["item_idx", "day"], how="inner")
    prices = collect(now.group_by("item_idx").agg(nw.col("price").median()))
    items = collect(dataset.items.select("item_idx")).sort("item_idx")
    joined = items.join(prices, on="item_idx", how="left", maintain_order="left")
    return joined["price"].cast(pl.Float32)


def allowed(filters: Sequence[Filter], items: pl.DataFrame) -> Mask:
    """Tell which items meet all filters.

    Texts are compared without case and accents. An unknown value meets no filter but `!=`: what is
    not known to be red is kept by `colour!=Red`, what has no price by no bound on it.

    Args:
        filters: The conditions; none: every item is allowed.
        items: The catalogue by `item_idx`, with `price`, see `filter_table`.

    Returns:
        `[n_items]` in the order of `items`.

    Raises:
        InputError: If a column or a value is unknown; the message names the nearest.
    """
    mask = np.ones(items.height, dtype=bool)
    for one in filters:
        mask &= _kept(one, items)
    return mask


def filter_notes(filters: Sequence[Filter], items: pl.DataFrame) -> tuple[str, ...]:
    """Say what a user should know of filters: how many items have no value to compare."""
    columns = {find_column(one.column, items): one for one in filters if one.operator != "!="}
    missing = {name: int(items[name].null_count()) for name in columns}
    return tuple(
        f"{number:,} of {items.height:,} items have no known {name}, so {columns[name]} leaves "
        f"{'it' if number == 1 else 'them'} out"
        for name, number in missing.items()
        if number
    )


@dataclass(frozen=True)
class Loosening:
    """What leaving out one filter would do."""

    filter: Filter
    n_alone: int
    """Items, or groups of them, that it keeps when it is the only one."""
    n_without: int
    """Those that the others keep together."""


def loosenings(
    filters: Sequence[Filter],
    items: pl.DataFrame,
    among: Mask | None = None,
    groups: npt.NDArray[np.int64] | None = None,
) -> tuple[Loosening, ...]:
    """Tell what each filter costs, the one that is best left out first.

    Args:
        filters: The conditions.
        items: The catalogue by `item_idx`, with `price`, see `filter_table`.
        among: The items that count, `[n_items]`; None: all.
        groups: A number for each item's group, such as its product: groups are counted then.
    """
    masks = [_kept(one, items) for one in filters]
    start = np.ones(items.height, dtype=bool) if among is None else among
    found = []
    for position, one in enumerate(filters):
        others = start.copy()
        for mask in masks[:position] + masks[position + 1 :]:
            others &= mask
        alone = start & masks[position]
        found.append(Loosening(one, count_groups(alone, groups), count_groups(others, groups)))
    return tuple(sorted(found, key=lambda one: -one.n_without))


def count_groups(kept: Mask, groups: npt.NDArray[np.int64] | None) -> int:
    """Count the kept items, or the groups that they are of."""
    return int(kept.sum()) if groups is None else len(np.unique(groups[kept]))


def loosening_advice(filters: Sequence[Filter], items: pl.DataFrame, k: int) -> str | None:
    """Say which filter to loosen when fewer than `k` items meet them all; None: enough do."""
    left = int(allowed(filters, items).sum())
    if left >= k or not filters:
        return None
    best = loosenings(filters, items)[0]
    have = "no item passes" if left == 0 else f"{left:,} item{'s pass' if left > 1 else ' passes'}"
    every = f"{have} {'the filter' if len(filters) == 1 else f'all {len(filters)} filters'}"
    if best.n_without <= left:
        return f"{every}, and no single one can be left out for more"
    return f"{every}: without {best.filter} there are {best.n_without:,}"


def find_column(name: str, items: pl.DataFrame) -> str:
    """Find the column that a user means, by its standard name or the shop's own.

    Raises:
        InputError: If there is none; the message names the nearest.
    """
    columns = {plain(column): column for column in _columns(items)}
    if plain(name) in columns:
        return columns[plain(name)]
    for own_names in (HM_NAMES, FASHION_NAMES):
        for standard, own in own_names.items():
            if plain(own) == plain(name) and standard in columns.values():
                return standard
    for standard, spellings in {**ITEM_ATTRIBUTES, **ITEMS}.items():
        if plain(name) in map(plain, spellings) and standard in columns.values():
            return standard
    near = get_close_matches(plain(name), columns, n=1, cutoff=0.6)
    hint = (
        f"did you mean {columns[near[0]]}?" if near else f"choose of {', '.join(columns.values())}"
    )
    raise InputError(f"filter column {name!r}: the catalogue has no such column: {hint}")


def _columns(items: pl.DataFrame) -> list[str]:
    texts = [name for name, dtype in items.schema.items() if dtype == pl.String]
    numbers = [name for name in NUMBERS if name in items.columns]
    return [name for name in texts if name != "picture"] + numbers


def _kept(one: Filter, items: pl.DataFrame) -> Mask:
    column = find_column(one.column, items)
    if one.operator in _ORDERS or items[column].dtype != pl.String:
        kept = _compared(one, items[column])
    else:
        kept = _matched(one, items[column])
    return kept.fill_null(one.operator == "!=").to_numpy()


def _compared(one: Filter, values: pl.Series) -> pl.Series:
    """Compare numbers, or the numbers in a column of text."""
    numbers = values.cast(pl.Float64, strict=False)
    if numbers.null_count() == len(values) and values.null_count() < len(values):
        raise InputError(
            f"filter {one}: {one.column} holds no numbers: use {one.column}= with a value "
            f"of it, such as {', '.join(map(str, _common(values)[:3]))}"
        )
    if one.operator in _ORDERS:
        bound = read_number(one.value)
        assert bound is not None  # parse_filter read it
        # A Float32 price of 19.99 must not be more than the 19.99 that was asked for.
        bound = float(np.float32(bound)) if values.dtype == pl.Float32 else bound
        return numbers.to_frame("x").select(_ORDERS[one.operator](pl.col("x"), bound))["x"]
    asked = [read_number(text.strip()) for text in one.value.split(",")]
    if one.operator == "~" or None in asked:
        raise InputError(f"filter {one}: expected numbers: write {one.column}<20")
    found = numbers.cast(values.dtype).is_in(pl.Series(asked, dtype=values.dtype))
    return ~found if one.operator == "!=" else found


def _matched(one: Filter, values: pl.Series) -> pl.Series:
    """Compare texts by their distinct values: a catalogue has few of them."""
    distinct = values.drop_nulls().unique()
    folded = {text: fold(text) for text in distinct.to_list()}
    if one.operator == "~":
        part = fold(one.value)
        kept = [text for text, plain_text in folded.items() if part in plain_text]
    else:
        kept = _equal(one, folded, values)
    found = values.is_in(pl.Series(kept, dtype=pl.String))
    return ~found if one.operator == "!=" else found


def _equal(one: Filter, folded: Mapping[str, str], values: pl.Series) -> list[str]:
    """Give the shop's values that a filter names.

    Raises:
        InputError: If it names one that no item has.
    """
    by_fold: dict[str, list[str]] = {}
    for text, plain_text in folded.items():
        by_fold.setdefault(plain_text.strip(), []).append(text)
    whole = fold(one.value).strip()
    # A value may hold a comma itself: "Children Accessories, Swimwear".
    asked = [whole] if whole in by_fold else [part.strip() for part in whole.split(",")]
    asked = [part for part in asked if part]
    for part in asked:
        if part not in by_fold:
            raise InputError(_unknown_value(one, part, by_fold, values))
    return [text for part in asked for text in by_fold[part]]


def _unknown_value(
    one: Filter, part: str, by_fold: Mapping[str, list[str]], values: pl.Series
) -> str:
    said = f"filter {one}: no item has {one.column} {part!r}"
    form = canonical(part)
    same = [texts[0] for key, texts in by_fold.items() if canonical(key) == form]
    if same:
        return f"{said}: did you mean {' or '.join(sorted(same)[:3])}?"
    if any(re.search(rf"\b{re.escape(part)}\b", key) for key in by_fold):
        return f"{said}, but some hold it: use {one.column}~{part}"
    near = get_close_matches(part, by_fold, n=1, cutoff=0.6)
    if near:
        return f"{said}: did you mean {by_fold[near[0]][0]}?"
    return f"{said}: the most frequent are {', '.join(map(str, _common(values)))}"


def _common(values: pl.Series) -> list[str]:
    counts = (
        values.drop_nulls()
        .value_counts()
        .sort(pl.col("count"), pl.nth(0), descending=[True, False])
    )
    return counts.to_series(0).head(_SHOWN).to_list()
