"""Frames of every library give the same dataset as files."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from modiste.data import Dataset
from modiste.data.frames import import_frames
from modiste.engine import collect
from modiste.errors import InputError, SchemaError
from tests.data.small_shop import accepted, quarantined, write

INTERACTIONS: dict[str, list[Any]] = {
    "customer_id": ["u2", "u1", "u1"],
    "sku": ["002", "001", "001"],
    "time": [datetime(2020, 9, 17, 8), datetime(2020, 9, 16, 23, 59), datetime(2020, 9, 16)],
    "price": [1.5, 2.0, 3.25],
}
ITEMS: dict[str, list[Any]] = {"sku": ["002", "001"], "name": ["B", "A"], "colour": ["blue", None]}
USERS: dict[str, list[Any]] = {
    "customer_id": ["u0", "u1"],
    "age": [30, None],
    "country": ["DE", "FR"],
}


def from_duckdb(columns: dict[str, list[Any]]) -> Any:
    table = pa.table(columns)
    return duckdb.connect().from_arrow(table)


MAKERS: dict[str, Callable[[dict[str, list[Any]]], Any]] = {
    "pandas": pd.DataFrame,
    "polars": pl.DataFrame,
    "polars-lazy": pl.LazyFrame,
    "pyarrow": pa.table,
    "duckdb": from_duckdb,
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_every_library_gives_the_same_dataset(
    make: Callable[[dict[str, list[Any]]], Any],
) -> None:
    shop = Dataset.from_frames(make(INTERACTIONS), make(ITEMS), make(USERS))
    assert collect(shop.interactions).rows() == [
        (1, 0, 18521, 2.0, None),
        (1, 0, 18521, 3.25, None),
        (2, 1, 18522, 1.5, None),
    ]
    assert collect(shop.items)["item_id"].to_list() == ["001", "002"]
    assert collect(shop.users).rows() == [
        (0, "u0", 30.0, "DE", 0),
        (1, "u1", None, "FR", 1),
        (2, "u2", None, None, None),
    ]
    assert shop.item_attributes == ("colour",)
    assert shop.own_names == {"user_id": "customer_id", "item_id": "sku", "day": "time"}
    reference = Dataset.from_frames(
        pl.DataFrame(INTERACTIONS), pl.DataFrame(ITEMS), pl.DataFrame(USERS)
    )
    assert shop.identity == reference.identity


def test_numbers_as_ids_are_text(rng: object) -> None:
    del rng
    shop = Dataset.from_frames(
        pd.DataFrame({"user": [7.0, 8.0], "item": [1, 2], "date": ["2020-09-16"] * 2}),
        pl.DataFrame({"item": [1, 2]}),
    )
    assert collect(shop.users)["user_id"].to_list() == ["7", "8"]
    assert collect(shop.items)["item_id"].to_list() == ["1", "2"]


def test_what_is_set_aside_is_said(caplog: pytest.LogCaptureFixture) -> None:
    rows = {**INTERACTIONS, "sku": ["002", "001", "9"]}
    with caplog.at_level(logging.WARNING, logger="modiste"):
        shop = Dataset.from_frames(pl.DataFrame(rows), pl.DataFrame(ITEMS))
    assert collect(shop.interactions).height == 2
    assert [record.getMessage() for record in caplog.records] == [
        "interactions: 1 of 3 rows set aside: 1 unknown item"
    ]


def test_columns_can_be_mapped_and_pictures_found(tmp_path: Path) -> None:
    write(tmp_path / "001.jpg", b"?")
    shop = Dataset.from_frames(
        pl.DataFrame({"who": ["u1"], "what": ["001"], "when": ["2020-09-16"]}),
        pl.DataFrame({"what": ["001"]}),
        mapping={"user_id": "who", "item_id": "what", "time": "when"},
        picture_folder=tmp_path,
    )
    assert collect(shop.items)["picture"].to_list() == ["001.jpg"]


def test_what_is_no_frame_is_refused() -> None:
    with pytest.raises(InputError, match="interactions is list: give a frame"):
        Dataset.from_frames([1], pl.DataFrame(ITEMS))
    with pytest.raises(SchemaError, match="interactions has no column for item_id, time") as error:
        Dataset.from_frames(pl.DataFrame({"user": ["a"]}), pl.DataFrame(ITEMS))
    assert str(error.value).endswith('among user: name it with mapping={"item_id": "COLUMN"}')
    with pytest.raises(InputError, match=r'mapping={"item_id": "what"}: no column .what.'):
        Dataset.from_frames(
            pl.DataFrame(INTERACTIONS), pl.DataFrame(ITEMS), mapping={"item_id": "what"}
        )


def test_frames_become_a_shop_with_its_quarantine(tmp_path: Path) -> None:
    rows = pl.DataFrame({**INTERACTIONS, "sku": ["002", "001", "9"]})
    report = import_frames(rows, pl.DataFrame(ITEMS), tmp_path / "shop")
    assert report.tables["interactions"].quarantined == {"unknown item": 1}
    assert quarantined(tmp_path) == [
        ("interactions", 3, "unknown item", "u1,9,2020-09-16 00:00:00,3.25")
    ]
    assert len(accepted(tmp_path)) == 2


def test_a_dataset_is_shown_in_one_short_line() -> None:
    shop = Dataset.from_frames(pl.DataFrame(INTERACTIONS), pl.DataFrame(ITEMS))
    assert repr(shop) == "Dataset(item_attributes=['colour'], user_attributes=[])"
    assert repr(shop.until(18522)).endswith("user_attributes=[], as_of=18522)")


def test_repeated_items_are_told_how_to_be_kept(tmp_path: Path) -> None:
    items = pl.DataFrame({"sku": ["001", "002", "002"]})
    report = import_frames(pl.DataFrame(INTERACTIONS), items, tmp_path / "shop")
    assert report.tables["items"].notes == [
        "1 rows repeat a sku and were set aside: if each is an item with an id of its own, "
        'name that column with mapping={"items.item_id": "COLUMN"}'
    ]
