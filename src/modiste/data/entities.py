"""Items and users: distinct ids, attributes as text and as codes, pictures."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from modiste.data import checks
from modiste.data.dataset import attribute_codes
from modiste.data.intake import Intake
from modiste.data.pictures import find_pictures
from modiste.data.plans import Plan
from modiste.data.report import ImportReport
from modiste.errors import InputError

_FEW = 1000
_SAMPLE = 10_000

Attributes = tuple[str, ...]


def read_items(
    plan: Plan, intake: Intake, pictures: Path | None, report: ImportReport
) -> tuple[pl.DataFrame, Attributes]:
    """Read the items, sorted by id, see `schema.ITEMS`, and the names of their attributes.

    Raises:
        InputError: If there is not one item, or no such picture folder.
    """
    items, attributes = _read_distinct(plan, intake, "item_id", checks.DUPLICATE_ITEM)
    if items.is_empty():
        raise InputError(intake.nothing_left())
    n_repeats = intake.report.quarantined.get(checks.DUPLICATE_ITEM, 0)
    # The columns of known data sets are fixed, there is none to choose.
    if n_repeats and report.source in {"tables", "frames"}:
        in_python = report.source == "frames"
        way = 'mapping={"items.item_id": "COLUMN"}' if in_python else "--map items.item_id=COLUMN"
        intake.report.notes.append(
            f"{n_repeats:,} rows repeat a {plan.columns['item_id']} and were set aside: if each is "
            f"an item with an id of its own, name that column with {way}"
        )
    absent = [name for name in ("product_id", "name", "description") if name not in items.columns]
    items = items.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)
    # An item without a product code is a product of its own.
    items = items.with_columns(pl.coalesce("product_id", "item_id").alias("product_id"))
    items = _with_pictures(items, pictures, report)
    items = items.with_columns(pl.int_range(pl.len(), dtype=pl.Int32).alias("item_idx"))
    order = ["item_idx", "item_id", "product_id", "name", "description", "picture"]
    return attribute_codes(items.select(*order, *attributes), attributes), attributes


def no_users() -> tuple[pl.DataFrame, Attributes]:
    """Give the users of a shop that has no table of them."""
    return pl.DataFrame(schema={"user_id": pl.String, "age": pl.Float32}), ()


def read_users(plan: Plan, intake: Intake) -> tuple[pl.DataFrame, Attributes]:
    """Read the users, sorted by id: `user_id, age` and their attributes as text."""
    users, attributes = _read_distinct(plan, intake, "user_id", checks.DUPLICATE_USER)
    given = pl.col("age") if "age" in users.columns else pl.lit(None, pl.String)
    number = given.cast(pl.Float32, strict=False)
    aged = users.with_columns(pl.when(number.is_between(0, 150)).then(number).alias("age"))
    if "age" in users.columns:
        n_lost = aged["age"].null_count() - users["age"].null_count()
        if n_lost:
            intake.report.notes.append(f"{n_lost} ages are no number from 0 to 150: left empty")
    return aged.select("user_id", "age", *attributes), attributes


def _read_distinct(
    plan: Plan, intake: Intake, key: str, duplicate: str
) -> tuple[pl.DataFrame, Attributes]:
    """Read all rows with an id of their own, the first of each, as text sorted by id."""
    parts = [pl.DataFrame(schema=dict.fromkeys(intake.columns, pl.String))]
    seen = parts[0][key]
    for block, texts in intake.blocks():
        rows = texts.with_columns(checks.clean(name).alias(name) for name in texts.columns)
        rows = rows.with_columns(checks.entity_faults(key, seen, duplicate).alias("reason"))
        parts.append(intake.take(block, rows))
        seen = pl.concat([seen, parts[-1][key]])
    frame = pl.concat(parts).sort(key)
    few = [name for name in plan.guesses if _is_attribute(frame[name])]
    dropped = [name for name in plan.guesses if name not in few]
    intake.report.ignored += [plan.guesses[name] for name in dropped]
    for name in dropped:
        del intake.report.columns[name]
    return frame.drop(dropped), (*plan.attributes, *few)


def _is_attribute(texts: pl.Series) -> bool:
    """Whether a column is worth an attribute: words, not numbers, and few of them."""
    present = texts.drop_nulls()
    n_distinct = present.n_unique()
    if n_distinct < 2 or n_distinct > min(_FEW, max(20, len(present) // 2)):
        return False
    return present.head(_SAMPLE).cast(pl.Float64, strict=False).null_count() > 0


def _with_pictures(items: pl.DataFrame, folder: Path | None, report: ImportReport) -> pl.DataFrame:
    """Add each item's picture: the file its row names, else the one called by its id."""
    if folder is None:
        return items.with_columns(pl.lit(None, pl.String).alias("picture"))
    found = find_pictures(folder)
    by_id = found.select("item_id", pl.col("picture").alias("by_id"))
    by_id = by_id.unique("item_id", keep="first", maintain_order=True)
    named = pl.col("picture") if "picture" in items.columns else pl.lit(None, pl.String)
    items = items.join(by_id, on="item_id", how="left", maintain_order="left")
    exists = named.is_in(found["picture"].implode())
    items = items.with_columns(pl.when(exists).then(named).otherwise("by_id").alias("picture"))
    report.pictures = items.height - items["picture"].null_count()
    report.pictures_without_item = found.height - items["picture"].drop_nulls().n_unique()
    return items.drop("by_id")
