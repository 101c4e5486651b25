"""Interactions: checked, coded and sorted while they are read; users whom only they know."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from modiste.data import checks
from modiste.data.codes import Codes
from modiste.data.intake import Intake
from modiste.data.plans import Plan, Progress
from modiste.data.report import ImportReport
from modiste.data.sorting import SortedInteractions
from modiste.errors import InputError

_LARGEST_CHANNEL = 127
_EMPTY = {
    "user_idx": pl.Int32,
    "item_idx": pl.Int32,
    "day": pl.Int32,
    "price": pl.Float32,
    "channel": pl.Int8,
}


def read_interactions(
    plan: Plan,
    intake: Intake,
    items: pl.Series,
    users: pl.DataFrame,
    folder: Path,
    report: ImportReport,
    progress: Progress | None,
) -> pl.DataFrame:
    """Write `interactions.parquet`, see `schema.INTERACTIONS`.

    Args:
        plan: What the columns become.
        intake: The table's way in.
        items: All item ids in the order of their positions.
        users: The users' table, sorted by id.
        folder: Where the file goes.
        report: Gets the counts.
        progress: Told how far it is.

    Returns:
        `users` and those whom only the interactions know, sorted by id, with `user_idx`.

    Raises:
        InputError: If not one row can be used.
    """
    form = plan.time_form or checks.time_form(plan.table.sample[plan.columns["day"]].to_list())
    rules = checks.InteractionChecks(form, checks.last_day(), plan.decimal_comma)
    known_items = pl.Enum(items)
    user_codes, channel_codes = Codes(users["user_id"]), Codes()
    sold, buys = np.zeros(len(items), dtype=bool), np.zeros(users.height, dtype=bool)
    spill = SortedInteractions(folder / "spill")
    for block, texts in intake.blocks():
        rows = intake.take(block, rules.typed(texts, known_items))
        rows = rows.select(
            user_codes.encode(rows["user_id"]).alias("user"),
            "item_idx",
            "day",
            "price",
            channel_codes.encode(rows["channel"]),
        )
        sold[rows["item_idx"].to_numpy()] = True
        known = rows["user"].filter(rows["user"] < len(buys))
        buys[known.to_numpy()] = True
        spill.add(rows)
    if not spill.n_rows:
        raise InputError(intake.nothing_left())
    if progress:
        progress("sort interactions", 0.0)
    everybody, position = _with_new_users(users, user_codes)
    spill.finish(folder / "interactions.parquet", position, _channels(channel_codes, report))
    if progress:
        progress("sort interactions", 1.0)
    first, last = int(spill.days[0]), int(spill.days[-1])
    report.first_day, report.last_day = str(_date(first)), str(_date(last))
    report.n_interactions = spill.n_rows
    report.items_never_sold = int((~sold).sum())
    report.users_without_purchase = int((~buys).sum())
    report.users_without_row = everybody.height - users.height
    return everybody


def no_interactions(
    n_items: int, users: pl.DataFrame, folder: Path, report: ImportReport
) -> pl.DataFrame:
    """Write an empty `interactions.parquet`: a catalogue alone can be searched.

    Returns:
        `users` with `user_idx`.
    """
    pl.DataFrame(schema=_EMPTY).write_parquet(folder / "interactions.parquet")
    report.items_never_sold, report.users_without_purchase = n_items, users.height
    position = pl.int_range(pl.len(), dtype=pl.Int32).alias("user_idx")
    return users.select(position, pl.all())


def _with_new_users(users: pl.DataFrame, codes: Codes) -> tuple[pl.DataFrame, pl.Series]:
    """Give all users sorted by id, and for each code the user's position there."""
    new = codes.texts().alias("user_id").slice(users.height).to_frame()
    everybody = pl.concat([users, new], how="diagonal").with_row_index("code").sort("user_id")
    everybody = everybody.with_columns(pl.int_range(pl.len(), dtype=pl.Int32).alias("user_idx"))
    position = everybody.select("code", "user_idx").sort("code")["user_idx"]
    return everybody.select("user_idx", pl.exclude("user_idx", "code")), position


def _channels(codes: Codes, report: ImportReport) -> pl.Series:
    """Give the channel of each code: the number itself, or a number for each word by alphabet."""
    texts = codes.texts()
    numbers = texts.cast(pl.Float64, strict=False)
    small = (numbers == numbers.round(0)) & (numbers.abs() <= _LARGEST_CHANNEL)
    if small.fill_null(value=False).all():
        return numbers.cast(pl.Int8)
    if len(texts) > _LARGEST_CHANNEL:
        report.notes.append(
            f"{len(texts)} channels are more than {_LARGEST_CHANNEL}: channel is left out"
        )
        return pl.Series([None] * len(texts), dtype=pl.Int8)
    ranks = (texts.rank("dense") - 1).cast(pl.Int8)
    named = sorted(zip(ranks.to_list(), texts.to_list(), strict=True))
    report.notes.append("channels: " + ", ".join(f"{code} = {text}" for code, text in named))
    return ranks


def _date(day: int) -> date:
    return date(1970, 1, 1) + timedelta(days=day)
