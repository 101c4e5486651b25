"""A small shop on disk, with every text as hostile as a shop's own data may be."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
import pytest
from PIL import Image

from modiste.artifacts import Store
from modiste.data.dataset import Dataset, attribute_codes
from modiste.evaluation.context import build_context
from modiste.evaluation.summary import summarise
from modiste.report import write_report

FIRST_DAY = 17_800
N_DAYS = 400
N_USERS, N_ITEMS = 40, 60
HOSTILE = '<script>alert("1")</script>'
KINDS = ("Dress", "Trousers", "Hat & <b>scarf</b>", '"><img src=x onerror=alert(2)>', "$5 top")
COLOURS = ("Black", "White", "</style><p>Red", "Grün")


def made_tables(seed: int = 1) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Interactions, items and users of the small shop."""
    rng = np.random.default_rng(seed)
    n = 1500
    # The first two users bought nothing, the next four little.
    users = np.r_[rng.integers(6, N_USERS, n - 8), 2, 2, 3, 4, 4, 5, 5, 5]
    interactions = pl.DataFrame(
        {
            "user_idx": users.astype(np.int32),
            "item_idx": rng.integers(0, N_ITEMS, n).astype(np.int32),
            "day": (FIRST_DAY + rng.integers(0, N_DAYS, n)).astype(np.int32),
            "price": rng.lognormal(3, 0.5, n).astype(np.float32),
            "channel": np.ones(n, dtype=np.int8),
        }
    ).sort("day", "user_idx", "item_idx")
    numbers = range(N_ITEMS)
    items = pl.DataFrame(
        {
            "item_idx": pl.Series(numbers, dtype=pl.Int32),
            "item_id": [f"{number:04d}" for number in numbers],
            "product_id": [f"p{number // 2}" for number in numbers],
            "name": [HOSTILE if number == 7 else f"Article {number}" for number in numbers],
            "description": [f"Soft jersey with <i>buttons</i> {HOSTILE}" for _ in numbers],
            "picture": [None if number % 5 == 4 else f"{number:04d}.jpg" for number in numbers],
            "kind": [KINDS[number % len(KINDS)] for number in numbers],
            "colour": [COLOURS[number % len(COLOURS)] for number in numbers],
        }
    )
    customers = pl.DataFrame(
        {
            "user_idx": pl.Series(range(N_USERS), dtype=pl.Int32),
            "user_id": [f"{number:03d}<u>x" for number in range(N_USERS)],
            "age": pl.Series(
                [None if number % 7 == 6 else 18.0 + 1.5 * number for number in range(N_USERS)],
                dtype=pl.Float32,
            ),
        }
    )
    return interactions, attribute_codes(items, ("kind", "colour")), customers


def publish(
    shop: Path,
    tables: tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame],
    *,
    attributes: tuple[str, ...] = ("kind", "colour"),
    pictures: Path | None = None,
    report: Any = None,
) -> Dataset:
    """Store tables as a shop's current dataset."""
    interactions, items, users = (nw.from_native(table.lazy()) for table in tables)
    dataset = Dataset(
        interactions, items, users, item_attributes=attributes, picture_folder=pictures
    )
    with Store(shop / "data", "dataset").publish("v1", {}) as folder:
        dataset.write(folder)
        if report is not None:
            (folder / "import-report.json").write_text(json.dumps(report), encoding="utf-8")
    return dataset


def explain(shop: Path, user_ids: Sequence[str], k: int) -> pl.DataFrame:
    """Stand in for the recommender: the same articles to all, reasons with markup."""
    rows = [
        (user, f"{(3 * rank) % N_ITEMS:04d}", rank, 1 / rank, "repurchase", f"because {HOSTILE}")
        for user in user_ids
        for rank in range(1, k + 1)
    ]
    schema = {
        "user_id": pl.String,
        "item_id": pl.String,
        "rank": pl.Int32,
        "score": pl.Float32,
        "source": pl.String,
        "reason": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def draw_pictures(folder: Path) -> None:
    """Draw a picture of each article; one of them is broken."""
    folder.mkdir()
    for number in range(N_ITEMS):
        colour = (40 + 3 * number, 90, 200 - 2 * number)
        Image.new("RGB", (300, 400), colour).save(folder / f"{number:04d}.jpg")
    (folder / "0003.jpg").write_bytes(b"not a picture")


def evaluation_of(dataset: Dataset) -> dict[str, Any]:
    """Evaluate two lists on the small shop's last weeks."""
    rows = dataset.interactions.to_native().collect()
    end = FIRST_DAY + N_DAYS
    weeks = [end - 7 * back for back in (3, 2, 1)]
    relevant = pl.concat(
        rows.filter(pl.col("day").is_between(week, week + 6)).select(
            pl.lit(week, dtype=pl.Int32).alias("week"), "user_idx", "item_idx"
        )
        for week in weeks
    ).unique()
    keys = relevant.select("week", "user_idx").unique().sort("week", "user_idx")
    places = pl.DataFrame({"rank": range(1, 13)}, schema={"rank": pl.Int32})
    lists = {
        name: keys.join(places, how="cross").with_columns(
            ((pl.col("rank") * step) % N_ITEMS).cast(pl.Int32).alias("item_idx")
        )
        for name, step in {"model": 5, "popular_28 <b>": 1}.items()
    }
    return summarise(
        lists,
        relevant,
        build_context(dataset, relevant),
        np.random.default_rng(0),
        ledger=[
            {"source": "popular", "recall": 0.02, "unique_recall": 0.01, "n_candidates": 12.0},
            {"source": "repurchase", "recall": 0.05, "unique_recall": 0.04, "n_candidates": 9.5},
        ],
        seconds={"model": 1.0},
    )


@pytest.fixture(scope="session")
def whole_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop that has everything the page shows."""
    shop = tmp_path_factory.mktemp("shops") / "whole & <shop>"
    pictures = shop / "pictures"
    shop.mkdir()
    draw_pictures(pictures)
    table = {
        "file": "t<r>.csv",
        "read": 1510,
        "accepted": 1500,
        "quarantined": {"unknown item": 10},
    }
    report = {"tables": {"interactions": table}, "items_never_sold": 3, "notes": [HOSTILE]}
    dataset = publish(shop, made_tables(), pictures=pictures, report=report)
    (shop / "reports").mkdir()
    result = json.dumps(evaluation_of(dataset))
    (shop / "reports" / "evaluation.json").write_text(result, encoding="utf-8")
    with Store(shop / "releases", "release").publish("r1", {}) as folder:
        pl.DataFrame(
            {
                "feature": ["user_recency <b>", "pair_count", "item_trend"],
                "gain": [70.0, 20.0, 10.0],
                "splits": [30, 20, 10],
            }
        ).write_parquet(folder / "importance.parquet")
    return shop


@pytest.fixture(scope="session")
def steps() -> list[str]:
    """What was told while `whole_page` was written."""
    return []


@pytest.fixture(scope="session")
def whole_page(whole_shop: Path, steps: list[str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of the shop that has everything."""
    out = tmp_path_factory.mktemp("pages") / "report.html"
    write_report(whole_shop, out, explain=explain, progress=steps.append)
    return out.read_text(encoding="utf-8")


@pytest.fixture
def no_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests that look at words alone: a page's drawings take most of its time."""
    for module in ("demand", "glance_charts", "measure_charts"):
        monkeypatch.setattr(f"modiste.report.{module}.draw", lambda *_, **__: "<svg></svg>")


@pytest.fixture
def page_of(tmp_path: Path) -> Callable[..., str]:
    """Write the page of a shop made of given tables, and give its text."""

    def write(tables: tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame], **settings: Any) -> str:
        publish(tmp_path / "shop", tables, **settings)
        return write_report(tmp_path / "shop", explain=explain).read_text(encoding="utf-8")

    return write
