"""Which column is what: from names, from `--map`, and from the values where there are no names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

import polars as pl

from modiste.data import checks, spellings
from modiste.data.plans import Plan, Sources, Table
from modiste.errors import InputError, SchemaError

Pairs = Sequence[tuple[str, str]]
"""Standard name and the table's own, as `--map` gives them."""
_STANDARD: Mapping[str, Mapping[str, Sequence[str]]] = {
    "interactions": spellings.INTERACTIONS,
    "items": spellings.ITEMS,
    "users": spellings.USERS,
}
_ATTRIBUTES: Mapping[str, Mapping[str, Sequence[str]]] = {
    "interactions": {},
    "items": spellings.ITEM_ATTRIBUTES,
    "users": spellings.USER_ATTRIBUTES,
}
_REQUIRED = {
    "interactions": ("user_id", "item_id", "day"),
    "items": ("item_id",),
    "users": ("user_id",),
}
_RESERVED = (
    "item_idx",
    "item_id",
    "product_id",
    "name",
    "description",
    "picture",
    "user_idx",
    "user_id",
    "age",
    "day",
    "price",
    "channel",
    "rank",
    "score",
    "reason",
)
_ALIASES = {"time": "day", "timestamp": "day", "date": "day", "color": "colour"}
_COMMA_PRICE = r"^\s*-?\d+,\d+\s*$"


def parse_mapping(given: Mapping[str, str] | Iterable[str] | None) -> Pairs:
    """Read `name=theirs` words, or a mapping of the same.

    Raises:
        InputError: If a word has no `=`.
    """
    if isinstance(given, Mapping):
        pairs = [(name, str(own)) for name, own in given.items()]
    else:
        pairs = []
        for word in given or ():
            name, sign, own = word.partition("=")
            if not (sign and name.strip() and own.strip()):
                raise InputError(f"--map {word!r}: expected name=column, such as item_id=sku")
            pairs.append((name.strip(), own.strip()))
    return [(_standard(name), own) for name, own in pairs]


def _standard(name: str) -> str:
    role, dot, column = name.rpartition(".")
    return role + dot + _ALIASES.get(column, column)


def _shown(name: str) -> str:
    """Call a standard column as users do in `--map`."""
    role, dot, column = name.rpartition(".")
    return role + dot + ("time" if column == "day" else column)


def _pair(kind: str, name: str, own: str) -> str:
    """Write a pair of names as it was given: in Python, or on the command line."""
    if kind == "frames":
        return f'mapping={{"{_shown(name)}": "{own}"}}'
    return f"--map {_shown(name)}={own}"


def _not_a_column(kind: str, name: str, own: str) -> InputError:
    column = name.rpartition(".")[2]
    tables = (*_STANDARD.values(), *_ATTRIBUTES.values())
    known = sorted({_shown(word) for words in tables for word in words})
    close = get_close_matches(column, [*known, "day"], n=1)
    meant = f"; did you mean {close[0]}?" if close else ""
    return InputError(
        f"{_pair(kind, name, own)}: {column!r} is none of {', '.join(known)} "
        f"(any other name is one for columns of items or users){meant}"
    )


def plan_tables(
    kind: str,
    interactions: Table,
    items: Table,
    users: Table | None = None,
    *,
    pictures: Path | None = None,
    mapping: Pairs = (),
    time_format: str | None = None,
) -> Sources:
    """Decide what every column of a shop's tables becomes.

    Args:
        kind: "tables" or "frames", for the report.
        interactions: One row a purchase.
        items: One row an item.
        users: One row a user.
        pictures: The picture folder.
        mapping: Standard name and own column; `items.item_id` names one table, `item_id` all of
            those that have the column.
        time_format: strftime pattern of the times; None: find out.

    Raises:
        InputError: If the mapping names a column that no table has, or one that means nothing.
        SchemaError: If a table lacks a column without which it cannot be used.
    """
    tables: dict[str, Table] = {"interactions": interactions, "items": items}
    if users is not None:
        tables["users"] = users
    _check_mapping(kind, mapping, tables)
    mapping = [*mapping, *_shared_item(interactions, items, mapping)]
    plans = {role: _plan(kind, role, table, mapping, time_format) for role, table in tables.items()}
    return Sources(kind, plans["interactions"], plans["items"], plans.get("users"), pictures)


def _shared_item(interactions: Table, items: Table, mapping: Pairs) -> Pairs:
    """Call the same column the item in both tables, where both have one of a known name.

    A catalogue of variants has ids of variants and of products: the sales tell which of them is
    the item.
    """
    left: list[list[str]] = []
    for role, table in (("interactions", interactions), ("items", items)):
        chosen = _own_mapping(role, table, mapping)
        if "item_id" in chosen or not table.has_header:
            return []
        left.append([own for own in table.columns if own not in set(chosen.values())])
    shared = spellings.shared_column(left[0], left[1], spellings.ITEMS["item_id"])
    if shared is None:
        return []
    return [("interactions.item_id", shared[0]), ("items.item_id", shared[1])]


def _unused(table: Table, used: Iterable[str]) -> Iterable[str]:
    """Say what is not made of columns that one might expect to count."""
    meanings = (
        (spellings.QUANTITIES, "every row counts once, repeat it for more pieces"),
        (spellings.RATINGS, "every row counts as a purchase, whatever was thought of it"),
    )
    taken = set(used)
    for words, meaning in meanings:
        plain = set(map(spellings.plain, words))
        for own in table.columns:
            if own not in taken and spellings.plain(own) in plain:
                yield f"{own} is not used: {meaning}"


def _own_mapping(role: str, table: Table, mapping: Pairs) -> dict[str, str]:
    """Give the part of the mapping that belongs to one table."""
    found: dict[str, str] = {}
    for name, own in mapping:
        target, _, column = name.rpartition(".")
        if target in {"", role} and own in table.columns and _belongs(role, column, bool(target)):
            found[column] = own
    return found


def _belongs(role: str, column: str, named: bool) -> bool:
    if column in _STANDARD[role] or column in _ATTRIBUTES[role]:
        return True
    elsewhere = any(column in _STANDARD[other] for other in _STANDARD)
    return role != "interactions" and column.isidentifier() and (named or not elsewhere)


def _check_mapping(kind: str, mapping: Pairs, tables: Mapping[str, Table]) -> None:
    listed = "; ".join(f"{role}: {', '.join(table.columns)}" for role, table in tables.items())
    for name, own in mapping:
        target, _, column = name.rpartition(".")
        if target and target not in tables:
            raise InputError(
                f"{_pair(kind, name, own)}: there is no table {target}: "
                f"use one of {', '.join(tables)}"
            )
        roles = [target] if target else list(tables)
        if not any(own in tables[role].columns for role in roles):
            raise InputError(f"{_pair(kind, name, own)}: no column {own!r} among {listed}")
        if not any(column in _own_mapping(role, tables[role], mapping) for role in roles):
            raise _not_a_column(kind, name, own)
    for role, table in tables.items():
        chosen = _own_mapping(role, table, mapping)
        for own in set(chosen.values()):
            names = [_shown(name) for name, column in chosen.items() if column == own]
            if len(names) > 1:
                raise InputError(
                    f"{'mapping' if kind == 'frames' else '--map'}: column {own!r} of {table.name} "
                    f"cannot be {' and '.join(names)}: columns are {listed}"
                )


def _plan(kind: str, role: str, table: Table, mapping: Pairs, time_format: str | None) -> Plan:
    chosen = _own_mapping(role, table, mapping)
    notes = list(table.notes)
    if role == "interactions" and not table.has_header:
        found = {**_by_values(table, chosen), **chosen}
    elif not table.has_header:
        first = [name for name in table.columns if name not in set(chosen.values())][:1]
        found = {**dict(zip(_REQUIRED[role], first, strict=False)), **chosen}
    else:
        wanted = {k: words for k, words in _STANDARD[role].items() if k not in chosen}
        found = {**spellings.find_columns(table.columns, wanted, chosen.values()), **chosen}
    columns = {name: found[name] for name in _STANDARD[role] if name in found}
    missing = [name for name in _REQUIRED[role] if name not in columns]
    if missing:
        raise SchemaError(
            f"{table.name} has no column for {', '.join(map(_shown, missing))} among "
            f"{', '.join(table.columns)}: name it with {_pair(kind, missing[0], 'COLUMN')}"
        )
    if role == "interactions":
        sample = table.sample[columns["day"]].to_list()
        form = time_format or checks.time_form(sample)
        notes.append(f"times are {checks.describe_form(form)}")
        comma = _has_decimal_comma(table, columns)
        if comma:
            notes.append("prices have a decimal comma")
        notes += _unused(table, columns.values())
        return Plan(table, columns, time_form=form, decimal_comma=comma, notes=tuple(notes))
    attributes = {name: own for name, own in found.items() if name not in columns}
    used = {*columns.values(), *attributes.values()}
    known = {k: words for k, words in _ATTRIBUTES[role].items() if k not in attributes}
    attributes |= spellings.find_columns(table.columns, known, used)
    used |= set(attributes.values())
    guesses: dict[str, str] = {}
    for own in table.columns:
        if own not in used:
            guesses[spellings.attribute_name(own, {*_RESERVED, *attributes, *guesses})] = own
    if guesses and not table.has_header:
        notes.append(
            f"columns {', '.join(guesses.values())} have no names: give them with --map, such as "
            f"--map {role}.{'name' if role == 'items' else 'age'}={next(iter(guesses.values()))}"
        )
    return Plan(table, columns, attributes, guesses, notes=tuple(notes))


def _by_values(table: Table, chosen: Mapping[str, str]) -> dict[str, str]:
    """Tell user, item, time and price apart in a table without names, by order and by value."""
    left = [own for own in table.columns if own not in set(chosen.values())]
    found: dict[str, str] = {}
    if "day" not in chosen:
        # The usual order is user, item, time, so the third column is asked first.
        times = [own for own in (*left[2:], *left[:2]) if _holds(table, own, _is_time) >= 0.9]
        if not times:
            return found
        found["day"] = times[0]
        left.remove(times[0])
    time_place = table.columns.index(found.get("day") or chosen["day"])
    for name in ("user_id", "item_id"):
        if name not in chosen and left:
            found[name] = left.pop(0)
    behind = [own for own in left if table.columns.index(own) > time_place]
    if "price" not in chosen and behind and _holds(table, behind[0], _is_number) >= 0.9:
        found["price"] = behind[0]
        if "channel" not in chosen and behind[1:]:
            found["channel"] = behind[1]
    return found


def _holds(table: Table, own: str, test: pl.Expr) -> float:
    values = table.sample.select(pl.col(own).str.strip_chars().alias("value"))
    return float(values.select(test.fill_null(False).mean()).item() or 0.0)


_is_time = pl.any_horizontal(
    checks.day_of("value", form).is_between(checks.FIRST_DAY, checks.last_day())
    for form in checks.FORMS
)
_is_number = pl.col("value").str.contains(r"^-?\d+(?:[.,]\d+)?(?:[eE]-?\d+)?$")


def _has_decimal_comma(table: Table, columns: Mapping[str, str]) -> bool:
    if "price" not in columns:
        return False
    values = table.sample[columns["price"]].drop_nulls()
    return any(re.match(_COMMA_PRICE, value) for value in values.to_list())
