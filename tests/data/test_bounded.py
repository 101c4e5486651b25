"""Small limits in place of large files: many blocks, many spilled parts, many quarantine files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from modiste.data import quarantine, reading, sorting
from modiste.data.shop import dataset_store
from tests.data.small_shop import accepted, import_rows, quarantined

N_ROWS = 3_000


def many_rows(rng: np.random.Generator, *, sort: bool) -> str:
    days = rng.integers(0, 300, N_ROWS)
    days = np.sort(days) if sort else days
    dates = np.datetime64("2020-01-01") + days
    users, items = rng.integers(0, 200, N_ROWS), rng.integers(0, 4, N_ROWS)
    return "".join(
        f"u{user},00{item},{day},{price}\n"
        for user, item, day, price in zip(
            users, items, dates, rng.integers(1, 9, N_ROWS), strict=True
        )
    )


@pytest.mark.parametrize("sort", [True, False])
def test_parts_on_disk_give_the_table_of_one_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator, sort: bool
) -> None:
    rows = many_rows(rng, sort=sort)
    whole = import_rows(tmp_path / "whole", rows)
    monkeypatch.setattr(reading, "BLOCK", 2_000)
    monkeypatch.setattr(sorting, "_SPILL_ROWS", 500)
    monkeypatch.setattr(sorting, "_SPILL_GROUP", 64)
    monkeypatch.setattr(quarantine, "_FLUSH_BYTES", 4_000)
    parts = import_rows(tmp_path / "parts", rows)
    assert parts.identity == whole.identity
    assert parts.tables["interactions"].quarantined == whole.tables["interactions"].quarantined
    assert accepted(tmp_path / "parts") == accepted(tmp_path / "whole")
    assert quarantined(tmp_path / "parts") == quarantined(tmp_path / "whole")
    folder = dataset_store(tmp_path / "parts" / "shop").current()
    assert len(list((folder / "quarantine").glob("interactions-*.parquet"))) > 1
    assert not (folder / "spill").exists()


def test_rows_are_sorted_in_groups_of_one_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator
) -> None:
    monkeypatch.setattr(sorting, "ROW_GROUP", 1_000)
    report = import_rows(tmp_path, many_rows(rng, sort=False))
    path = dataset_store(tmp_path / "shop").current() / "interactions.parquet"
    rows = pl.read_parquet(path)
    assert rows.equals(rows.sort("day", "user_idx", "item_idx", "price"))
    assert rows.height == report.n_interactions > 2_000
    import pyarrow.parquet as pq

    groups = pq.ParquetFile(path).metadata
    sizes = [groups.row_group(place).num_rows for place in range(groups.num_row_groups)]
    assert sizes[:-1] == [1_000] * (len(sizes) - 1)


def test_a_duplicate_is_known_across_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BLOCK", 20)
    items = "item,title\n" + "".join(f"{n % 40:03},title {n}\n" for n in range(60))
    report = import_rows(tmp_path, "u1,001,2020-09-16,1\n", items=items)
    assert report.tables["items"].quarantined == {"duplicate item": 20}
    assert report.n_items == 40
