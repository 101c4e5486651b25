"""Tables and pictures into one dataset: checked, coded, sorted, published whole or not at all."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Protocol

import narwhals as nw
import numpy as np
import polars as pl

import modiste
from modiste.artifacts import fingerprint, hash_file
from modiste.data import checks
from modiste.data.codes import Codes
from modiste.data.dataset import Dataset, attribute_codes
from modiste.data.pictures import find_pictures
from modiste.data.quarantine import Quarantine
from modiste.data.reading import Advance
from modiste.data.records import Block
from modiste.data.report import FILE, ImportReport, TableReport
from modiste.data.shop import dataset_store
from modiste.data.sorting import SortedInteractions
from modiste.errors import InputError

Progress = Callable[[str, float], None]
"""Told the stage's name and the share of it that is done, 0 to 1."""
TABLES = ("items", "users", "interactions")
_FEW = 1000


class Table(Protocol):
    """Rows of text from anywhere."""

    @property
    def name(self) -> str:
        """What messages call it."""

    @property
    def size(self) -> int:
        """Bytes or rows, what `advance` counts."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""

    @property
    def sample(self) -> pl.DataFrame:
        """Some first rows."""

    def blocks(self, advance: Advance | None = None) -> Iterator[Block]:
        """Give all rows, block by block."""


@dataclass(frozen=True)
class Plan:
    """A table and what its columns become."""

    table: Table
    columns: Mapping[str, str]
    """Standard column to the table's own."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    """Attribute to the table's own column."""
    guesses: Mapping[str, str] = field(default_factory=dict)
    """Further columns that become attributes if they hold few distinct texts."""
    time_form: str | None = None
    """How times are written; None: find out."""
    decimal_comma: bool = False
    """Whether prices are written with a comma."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sources:
    """All that one import reads."""

    kind: str
    """"hm", "tables" or "frames"."""
    interactions: Plan
    items: Plan
    users: Plan | None = None
    pictures: Path | None = None

    def own_names(self) -> dict[str, str]:
        """Give the shop's own words for `user_id`, `item_id`, `day`."""
        return {
            name: own if not (own := self.interactions.columns[name]).isdigit() else name
            for name in ("user_id", "item_id", "day")
        }


def import_sources(
    sources: Sources, shop: Path, *, progress: Progress | None = None
) -> ImportReport:
    """Make a dataset of the sources and publish it as the shop's current one.

    Args:
        sources: Tables with their plans, and the picture folder.
        shop: The shop's folder; the dataset goes to its `data`.
        progress: Told how far it is.

    Returns:
        What was read, taken and set aside.

    Raises:
        InputError: If a file cannot be used; the shop stays as it was.
    """
    store = dataset_store(shop)
    facts: dict[str, object] = {}
    report = ImportReport(sources.kind)

    def name(_: Path) -> str:
        day = (report.last_day or "").replace("-", "")
        report.version = f"{day}-{report.identity[:8]}"
        return report.version

    with store.publish(name, facts) as folder:
        build_dataset(sources, folder, report, progress=progress)
        facts |= {"source": report.source, "identity": report.identity, "rows": _rows(report)}
    report.version = store.current_name() or ""
    return report


def build_dataset(
    sources: Sources, folder: Path, report: ImportReport, *, progress: Progress | None = None
) -> Dataset:
    """Write the dataset of the sources, its quarantine and its report into an empty folder.

    Raises:
        InputError: If a file cannot be used, or not one interaction can.
    """
    started = time.perf_counter()
    items, item_attributes = _read_entities(sources.items, "items", folder, report, progress)
    if items.is_empty():
        raise InputError(_nothing_left(report.tables["items"]))
    items = _finish_items(items, item_attributes, sources.pictures, report)
    known_users, user_attributes = _read_users(sources.users, folder, report, progress)
    users = _read_interactions(sources.interactions, items, known_users, folder, report, progress)
    users = users.with_columns(_age(users)).pipe(attribute_codes, user_attributes)
    items.write_parquet(folder / "items.parquet")
    users.write_parquet(folder / "users.parquet")
    report.n_items, report.n_users = items.height, users.height
    hashes = {name: hash_file(folder / f"{name}.parquet") for name in TABLES}
    report.identity = fingerprint(hashes)
    tables = {name: nw.from_native(pl.scan_parquet(folder / f"{name}.parquet")) for name in TABLES}
    dataset = Dataset(
        **tables,
        item_attributes=item_attributes,
        user_attributes=user_attributes,
        own_names=sources.own_names(),
        picture_folder=sources.pictures.resolve() if sources.pictures else None,
        identity=report.identity,
    )
    dataset.write_settings(folder)
    report.seconds = round(time.perf_counter() - started, 2)
    report.peak_memory_mb = round(_peak_memory(), 1)
    report.check()
    text = json.dumps({"modiste": modiste.__version__, **report.to_dict()}, indent=2)
    (folder / FILE).write_text(text + "\n", encoding="utf-8")
    return dataset


def _rows(report: ImportReport) -> dict[str, dict[str, object]]:
    return {
        role: {"read": table.read, "accepted": table.accepted, "quarantined": table.quarantined}
        for role, table in report.tables.items()
    }


def _nothing_left(table: TableReport) -> str:
    if not table.read:
        return f"{table.file} has a header and no rows: give a file with rows"
    reason = max(table.quarantined, key=lambda name: table.quarantined[name])
    example = table.examples[reason]
    return (
        f"not one of the {table.read} rows of {table.file} can be used, mostly for {reason} "
        f"(line {example['line']}: {example['text']!r}): check the columns with --map"
    )


def _blocks(plan: Plan, role: str, progress: Progress | None) -> Iterator[Block]:
    size, done = max(plan.table.size, 1), 0

    def advance(amount: int) -> None:
        nonlocal done
        done += amount
        if progress:
            progress(f"read {role}", min(done / size, 1.0))

    yield from plan.table.blocks(advance)


def _report_table(report: ImportReport, plan: Plan, role: str) -> TableReport:
    used = {**plan.columns, **plan.attributes, **plan.guesses}
    table = TableReport(
        plan.table.name,
        columns=dict(used),
        ignored=[name for name in plan.table.columns if name not in set(used.values())],
        notes=list(plan.notes),
    )
    report.tables[role] = table
    return table


def _read_entities(
    plan: Plan, role: str, folder: Path, report: ImportReport, progress: Progress | None
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Read items or users: text columns by their new names, ids distinct, and the attributes."""
    table = _report_table(report, plan, role)
    key = f"{role[:-1]}_id"
    duplicate = checks.DUPLICATE_ITEM if role == "items" else checks.DUPLICATE_USER
    wanted = {**plan.columns, **plan.attributes, **plan.guesses}
    quarantine = Quarantine(folder / "quarantine", role, plan.table.name)
    parts: list[pl.DataFrame] = []
    seen = pl.Series(key, [], dtype=pl.String)
    for block in _blocks(plan, role, progress):
        rows = block.rows.select(pl.col(own).alias(name) for name, own in wanted.items())
        rows = rows.with_columns(checks.clean(name).alias(name) for name in rows.columns)
        rows = rows.with_columns(checks.entity_faults(key, seen, duplicate).alias("reason"))
        parts.append(_set_aside(block, rows, quarantine, table))
        seen = pl.concat([seen, parts[-1][key]])
    quarantine.flush()
    table.quarantined, table.examples = quarantine.counts, quarantine.examples
    empty = pl.DataFrame(schema=dict.fromkeys(wanted, pl.String))
    frame = pl.concat([empty, *parts]).sort(key)
    few = [name for name in plan.guesses if _is_attribute(frame[name])]
    dropped = [name for name in plan.guesses if name not in few]
    table.ignored += [plan.guesses[name] for name in dropped]
    table.columns = {name: own for name, own in wanted.items() if name not in dropped}
    return frame.drop(dropped), (*plan.attributes, *few)


def _is_attribute(texts: pl.Series) -> bool:
    """Whether a column is worth an attribute: words, not numbers, and few of them."""
    present = texts.drop_nulls()
    n_distinct = present.n_unique()
    if n_distinct < 2 or n_distinct > min(_FEW, max(20, len(present) // 2)):
        return False
    return present.head(10_000).cast(pl.Float64, strict=False).null_count() > 0


def _set_aside(
    block: Block, rows: pl.DataFrame, quarantine: Quarantine, table: TableReport
) -> pl.DataFrame:
    """Move the rows with a `reason` into quarantine, count them, and give the others."""
    quarantine.add(block.broken)
    table.read += rows.height + block.broken.height
    if rows["reason"].null_count() < rows.height:
        faulty = rows["reason"].is_not_null().arg_true()
        places = block.places(faulty.to_numpy().astype(np.int64))
        quarantine.add(places.with_columns(rows["reason"].gather(faulty)))
        rows = rows.filter(pl.col("reason").is_null())
    table.accepted += rows.height
    return rows.drop("reason")


def _finish_items(
    items: pl.DataFrame, attributes: tuple[str, ...], pictures: Path | None, report: ImportReport
) -> pl.DataFrame:
    for name in ("product_id", "name", "description"):
        if name not in items.columns:
            items = items.with_columns(pl.lit(None, pl.String).alias(name))
    # An item without a product code is a product of its own.
    items = items.with_columns(pl.coalesce("product_id", "item_id").alias("product_id"))
    if pictures is None:
        items = items.with_columns(pl.lit(None, pl.String).alias("picture"))
    else:
        found = find_pictures(pictures)
        items = items.drop("picture", strict=False).join(
            found, on="item_id", how="left", maintain_order="left"
        )
        report.pictures = items["picture"].len() - items["picture"].null_count()
        report.pictures_without_item = found.height - report.pictures
    items = items.with_columns(pl.int_range(pl.len(), dtype=pl.Int32).alias("item_idx"))
    order = ["item_idx", "item_id", "product_id", "name", "description", "picture"]
    return attribute_codes(items.select(*order, *attributes), attributes)


def _read_users(
    plan: Plan | None, folder: Path, report: ImportReport, progress: Progress | None
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    if plan is None:
        return pl.DataFrame(schema={"user_id": pl.String, "age": pl.String}), ()
    users, attributes = _read_entities(plan, "users", folder, report, progress)
    if "age" not in users.columns:
        users = users.with_columns(pl.lit(None, pl.String).alias("age"))
    return users.select("user_id", "age", *attributes), attributes


def _age(users: pl.DataFrame) -> pl.Expr:
    age = pl.col("age").cast(pl.Float32, strict=False)
    return pl.when(age.is_between(0, 150)).then(age).alias("age")


def _read_interactions(
    plan: Plan,
    items: pl.DataFrame,
    users: pl.DataFrame,
    folder: Path,
    report: ImportReport,
    progress: Progress | None,
) -> pl.DataFrame:
    """Write `interactions.parquet`; give the users with those whom only the interactions know."""
    table = _report_table(report, plan, "interactions")
    form = plan.time_form or checks.time_form(plan.table.sample[plan.columns["day"]].to_list())
    rules = checks.InteractionChecks(form, checks.last_day(), plan.decimal_comma)
    known_items = pl.Enum(items["item_id"])
    user_codes, channel_codes = Codes(users["user_id"]), Codes()
    sold = np.zeros(items.height, dtype=bool)
    quarantine = Quarantine(folder / "quarantine", "interactions", plan.table.name)
    spill = SortedInteractions(folder / "spill")
    for block in _blocks(plan, "interactions", progress):
        rows = block.rows.select(pl.col(own).alias(name) for name, own in plan.columns.items())
        rows = _set_aside(block, rules.typed(rows, known_items), quarantine, table)
        rows = rows.select(
            user_codes.encode(rows["user_id"]).alias("user"),
            "item_idx",
            "day",
            "price",
            channel_codes.encode(rows["channel"]),
        )
        sold[rows["item_idx"].to_numpy()] = True
        spill.add(rows)
    quarantine.flush()
    table.quarantined, table.examples = quarantine.counts, quarantine.examples
    if not table.accepted:
        raise InputError(_nothing_left(table))
    if progress:
        progress("sort interactions", 0.0)
    all_users, position = _with_new_users(users, user_codes)
    spill.finish(folder / "interactions.parquet", position, _channels(channel_codes, report))
    if progress:
        progress("sort interactions", 1.0)
    first, last = int(spill.days[0]), int(spill.days[-1])
    report.first_day, report.last_day = str(_date(first)), str(_date(last))
    report.n_interactions = spill.n_rows
    report.items_never_sold = int((~sold).sum())
    report.users_without_row = all_users.height - users.height
    return all_users


def _with_new_users(users: pl.DataFrame, codes: Codes) -> tuple[pl.DataFrame, pl.Series]:
    """Give all users sorted by id, and for each code the user's position there."""
    texts = codes.texts().alias("user_id")
    new = texts.slice(users.height).to_frame()
    everybody = pl.concat([users, new], how="diagonal").with_row_index("code").sort("user_id")
    position = everybody.select("code", pl.int_range(pl.len(), dtype=pl.Int32).alias("user_idx"))
    table = everybody.drop("code").with_columns(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("user_idx")
    )
    return table.select("user_idx", pl.exclude("user_idx")), position.sort("code")["user_idx"]


def _channels(codes: Codes, report: ImportReport) -> pl.Series:
    """Give the channel of each code: the number itself, or a number for each word by alphabet."""
    texts = codes.texts()
    numbers = texts.cast(pl.Float64, strict=False)
    if numbers.null_count() == 0 and (numbers == numbers.round(0)).all():
        if numbers.is_empty() or numbers.abs().max() <= 127:  # type: ignore[operator]
            return numbers.cast(pl.Int8)
    if len(texts) > 127:
        report.notes.append(f"{len(texts)} channels are more than 127: channel is left out")
        return pl.Series([None] * len(texts), dtype=pl.Int8)
    ranks = (texts.rank("dense") - 1).cast(pl.Int8)
    named = sorted(zip(ranks.to_list(), texts.to_list(), strict=True))
    report.notes.append("channels: " + ", ".join(f"{code} = {text}" for code, text in named))
    return ranks


def _date(day: int) -> date:
    return date(1970, 1, 1) + timedelta(days=day)


def _peak_memory() -> float:
    """Give the largest resident memory of this process so far, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10
