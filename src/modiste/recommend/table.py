"""The ranking table as a file, user × item × week, for a trainer of one's own."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import polars as pl

from modiste.candidates.base import today
from modiste.candidates.pool import hit_rates
from modiste.data import Dataset
from modiste.engine import collect
from modiste.errors import InputError
from modiste.ranking.prepared import Progress
from modiste.ranking.table import score_table
from modiste.ranking.windows import Windows, window_starts
from modiste.recommend.lists import chunk_users
from modiste.recommend.parts import join_parts, parts_of, write_part

_EPOCH = date(1970, 1, 1)


class WrittenTable(NamedTuple):
    """What was written."""

    n_rows: int
    n_features: int
    n_weeks: int
    n_positives: int
    """Rows whose item was bought in their week."""


def write_training_table(
    windows: Windows, shop: Dataset, out: Path, *, progress: Progress | None = None
) -> WrittenTable:
    """Write the labelled rows that the ranker learns from, past week after past week.

    Args:
        windows: Makes or remembers the weeks' rows.
        shop: `dataset.until(as_of)`: no week ends after that day, and every column but `label` was
            known before its week began.
        out: The file, `.parquet` or `.csv`: the shop's own names of user and item, `week_start` (a
            date), `label` (1: bought in the week) and the features, null where nothing is known.
            Weeks follow each other, the oldest first; the order within a user is shuffled.
        progress: Told the share of weeks done.

    Raises:
        InputError: If the history is too short for a week, or the file cannot be written.
    """
    csv = _is_csv(out)
    starts = window_starts(windows.training, shop.day_range()[0], today(shop))
    names = _names(shop)
    n_rows = n_positives = n_features = n_weeks = 0
    with parts_of(out) as parts:
        for number, start in enumerate(reversed(starts)):
            window = windows.window(shop, start)
            if window.rows.height:
                write_part(_named(window.rows, *names, start), parts, number)
                n_weeks += 1
            n_rows += window.rows.height
            n_positives += window.n_in_pool
            n_features = window.rows.width - 3
            windows.forget(before=start + 1)
            if progress:
                progress("write past weeks", (number + 1) / len(starts))
        if not n_rows:
            raise InputError(
                f"{len(starts)} past weeks hold no purchase to learn from: import a longer history"
            )
        join_parts(parts, out, csv=csv)
    return WrittenTable(n_rows, n_features, n_weeks, n_positives)


def write_scoring_table(
    windows: Windows,
    shop: Dataset,
    out: Path,
    *,
    memory: int = 8_000_000_000,
    progress: Progress | None = None,
) -> WrittenTable:
    """Write the rows that are to be scored: every user's pool as of `shop.as_of`, without label.

    Args:
        windows: Makes or remembers the past weeks that say how far each source is to be trusted.
        shop: `dataset.until(as_of)`.
        out: See `write_training_table`; `week_start` is `as_of`.
        memory: Budget in bytes.
        progress: Told the share of users done.
    """
    csv = _is_csv(out)
    day, names = today(shop), _names(shop)
    starts = window_starts(windows.training, shop.day_range()[0], day)
    rates = hit_rates(pl.concat([windows.window(shop, start).counts for start in reversed(starts)]))
    prepared = windows.prepared(shop, day)
    history = collect(shop.interactions).height
    n_rows = n_features = 0
    with parts_of(out) as parts:
        # How wide the table is shows in the first users' rows.
        size, number, start, n_users = 500, 0, 0, shop.n_users()
        while start < n_users:
            asked = shop.of_user_range(start, min(start + size, n_users)).in_memory()
            rows = score_table(windows.recipe, prepared, asked, rates, windows.training.pool_size)
            write_part(_named(rows, *names, day), parts, number)
            n_rows, n_features = n_rows + rows.height, rows.width - 2
            start, number = start + size, number + 1
            size = chunk_users(memory, history, windows.training.pool_size, n_features)
            if progress:
                progress("write what is to be scored", min(1.0, start / n_users))
        join_parts(parts, out, csv=csv)
    return WrittenTable(n_rows, n_features, 1, 0)


def _names(shop: Dataset) -> tuple[pl.DataFrame, pl.DataFrame, dict[str, str]]:
    users = collect(shop.users.select("user_idx", "user_id"))
    items = collect(shop.items.select("item_idx", "item_id"))
    own = {name: shop.own_names.get(name, name) for name in ("user_id", "item_id")}
    return users, items, own


def _named(
    rows: pl.DataFrame, users: pl.DataFrame, items: pl.DataFrame, own: dict[str, str], week: int
) -> pl.DataFrame:
    named = rows.join(users, on="user_idx", how="left", maintain_order="left").join(
        items, on="item_idx", how="left", maintain_order="left"
    )
    first = ["user_id", "item_id", "week_start", *(["label"] if "label" in rows.columns else [])]
    week_start = pl.lit(_EPOCH + timedelta(days=week)).alias("week_start")
    return (
        named.with_columns(week_start)
        .select(*first, pl.exclude(*first, "user_idx", "item_idx"))
        .rename(own)
    )


def _is_csv(out: Path) -> bool:
    if out.suffix not in {".parquet", ".csv"}:
        raise InputError(f"--out {out}: the ending tells no format: end it in .parquet or .csv")
    return out.suffix == ".csv"
