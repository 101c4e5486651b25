"""The rules' file: TOML in, rules bound to one shop and day out.

```toml
only = ["stock>0"]              # shown only if every filter holds
hide = ["kind=Gift card"]       # never shown if one holds
stock = "stock.csv"             # item_id,stock: a column to filter by, read anew each time
hide_bought_days = 30           # what a customer bought lately is not shown to them
one_per_product = true          # one colour of a product in a list
at_most = { department = 4 }    # of one department in a list

[[promote]]
only = ["brand=Own"]
share = 0.25                    # of the places of every list
from = 2026-11-20               # both may be left out
until = 2026-12-01              # the first day it no longer holds

[[pin]]
item = "0108775015"
place = 1
```
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import date
from pathlib import Path
from typing import Annotated, Any, TypeVar

import numpy as np
import polars as pl
from pydantic import Field

from modiste.artifacts import hash_file
from modiste.component import build_component, component
from modiste.data import Dataset
from modiste.data.spellings import plain
from modiste.errors import ConfigError, InputError
from modiste.rules.engine import Pin, Promotion, Rules
from modiste.rules.filters import allowed, filter_table, find_column, parse_filter
from modiste.rules.stock import read_stock

T = TypeVar("T")
_EPOCH = date(1970, 1, 1)
_LISTS = ("promote", "pin")
_STOCK = "stock"


@component
class PromoteRule:
    """Items that get a share of every list's places for a while."""

    only: tuple[str, ...]
    """Filters that an item must meet."""
    share: Annotated[float, Field(gt=0, le=1)]
    """Of the places of a list, rounded down."""
    since: date | None = None
    """The first day; in the file `from`."""
    until: date | None = None
    """The first day on which it no longer holds."""


@component
class PinRule:
    """An item that has a place of its own in every list for a while."""

    item: str
    """Its id."""
    place: Annotated[int, Field(gt=0)]
    """From 1."""
    since: date | None = None
    """The first day; in the file `from`."""
    until: date | None = None
    """The first day on which it no longer holds."""


@component
class RuleFile:
    """What a rules' file says, before it meets a shop."""

    only: tuple[str, ...] = ()
    """Filters; an item is shown only if all hold."""
    hide: tuple[str, ...] = ()
    """Filters; an item is not shown if one holds."""
    stock: str = ""
    """A CSV or Parquet file of `item_id, stock`, from the rules' file's own folder; it gives the
    filters a column `stock`, which one of them must read. Items it does not name have 0."""
    hide_bought_days: Annotated[int, Field(ge=0)] = 0
    """What a user bought in so many days is not shown to them."""
    one_per_product: bool = False
    """Whether a list holds one variant of a product only, the best ranked."""
    at_most: dict[str, Annotated[int, Field(gt=0)]] = field(default_factory=dict)
    """Attribute to how many items of one value of it a list may hold."""
    promote: tuple[PromoteRule, ...] = ()
    """In this order; each works on what the one before left."""
    pin: tuple[PinRule, ...] = ()


def read_rules(path: Path) -> RuleFile:
    """Read a rules' file.

    Raises:
        ConfigError: Listing every fault of the file, one a line.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"there is no file {path}: give a file of rules") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path} is no TOML ({error}): mend that line") from None
    faults: list[str] = []
    promote = _build_list(PromoteRule, values, "promote", path, faults)
    pins = _build_list(PinRule, values, "pin", path, faults)
    others = {key: value for key, value in values.items() if key not in _LISTS}
    rules = build_component(RuleFile, others, str(path), faults)
    columns = set()
    for text in _filters(values):
        try:
            columns.add(plain(parse_filter(text).column))
        except InputError as error:
            faults.append(f"{path}: {error}")
    if values.get("stock") and _STOCK not in columns:
        faults.append(
            f'{path}: stock names a file and no condition reads it: add only = ["stock>0"]'
        )
    if faults or rules is None:
        raise ConfigError("\n".join(faults))
    places = [pin.place for pin in pins]
    if len(set(places)) < len(places):
        raise ConfigError(f"{path}: pin: two pins have one place: give each a place of its own")
    settings = {name: getattr(rules, name) for name in RuleFile.__dataclass_fields__}
    return RuleFile(**settings | {"promote": tuple(promote), "pin": tuple(pins)})


def rules_key(path: Path | None) -> str:
    """Give a fingerprint of a rules' file; empty: no rules.

    The stock it names is no part of it: it changes all day, and is looked at when a list is given.

    Raises:
        ConfigError: If the file cannot be read.
    """
    if path is None:
        return ""
    read_rules(path)
    return hash_file(path)[:16]


def bind_rules(rules: RuleFile, shop: Dataset, folder: Path) -> Rules:
    """Make rules ready for a shop: filters become items, attributes become groups.

    Args:
        rules: What the file says.
        shop: The shop before `as_of`; rules with days hold or not on that day.
        folder: The rules' file's folder, where `stock` is looked for.

    Raises:
        ConfigError: Naming every filter, attribute or item that the shop does not have.
    """
    items = filter_table(shop)
    if rules.stock:
        items = items.join(read_stock(folder / rules.stock), on="item_id", how="left")
        items = items.sort("item_idx").with_columns(pl.col("stock").fill_null(0))
    faults: list[str] = []
    positions = items["item_idx"]
    may = _mask(rules.only, items, "only", faults)
    for text in rules.hide:
        may &= ~_mask([text], items, "hide", faults)
    at_most = [_group(items, name, most, faults) for name, most in rules.at_most.items()]
    if rules.one_per_product:
        at_most.insert(0, (items.select("item_idx", pl.col("product_id").alias("group")), 1))
    promotions = [
        Promotion(
            positions.filter(pl.Series(_mask(rule.only, items, "promote", faults))), rule.share
        )
        for rule in rules.promote
        if _holds(rule, shop)
    ]
    places = dict(zip(items["item_id"].to_list(), positions.to_list(), strict=True))
    pins = []
    for rule in rules.pin:
        if rule.item not in places:
            faults.append(f"pin: the catalogue has no item {rule.item!r}: check the id")
        elif _holds(rule, shop):
            pins.append(Pin(places[rule.item], rule.place))
    if faults:
        raise ConfigError("\n".join(f"rules: {fault}" for fault in faults))
    return Rules(
        positions.filter(pl.Series(may)) if not may.all() else None,
        tuple(at_most),
        tuple(promotions),
        tuple(pins),
        rules.hide_bought_days,
    )


def _build_list(
    kind: type[T], values: Mapping[str, Any], name: str, path: Path, faults: list[str]
) -> list[T]:
    given = values.get(name, [])
    if not isinstance(given, list):
        faults.append(f"{path}: {name}: write [[{name}]], with two brackets, for each")
        return []
    made = []
    for number, rule in enumerate(given, start=1):
        place = f"{path}: {name} {number}"
        if isinstance(rule, Mapping):
            rule = {"since" if key == "from" else key: value for key, value in rule.items()}
        built = build_component(kind, rule, place, faults)
        if built is not None:
            made.append(built)
    return made


def _filters(values: Mapping[str, Any]) -> list[str]:
    """Give the texts of all filters that are texts; others are faults already."""
    promotions = values.get("promote", [])
    rules = [values, *(promotions if isinstance(promotions, list) else [])]
    lists = [
        rule.get(key, []) for rule in rules if isinstance(rule, Mapping) for key in ("only", "hide")
    ]
    return [text for one in lists if isinstance(one, list) for text in one if isinstance(text, str)]


def _mask(
    texts: Sequence[str], items: pl.DataFrame, where: str, faults: list[str]
) -> np.ndarray[Any, Any]:
    try:
        return allowed([parse_filter(text) for text in texts], items)
    except InputError as error:
        faults.append(f"{where}: {error}")
        return np.ones(items.height, dtype=bool)


def _group(
    items: pl.DataFrame, name: str, most: int, faults: list[str]
) -> tuple[pl.DataFrame, int]:
    try:
        column = find_column(name, items)
    except InputError as error:
        faults.append(f"at_most: {error}")
        column = "item_id"
    groups = items.select("item_idx", pl.col(column).alias("group")).drop_nulls()
    return groups, most


def _holds(rule: PromoteRule | PinRule, shop: Dataset) -> bool:
    """Tell whether a rule holds on the day the lists are for."""
    if shop.as_of is None:
        raise ValueError("rules need dataset.until(as_of), given the whole shop")
    after = rule.since is None or shop.as_of >= (rule.since - _EPOCH).days
    return after and (rule.until is None or shop.as_of < (rule.until - _EPOCH).days)
