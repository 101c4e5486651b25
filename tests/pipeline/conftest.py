"""A tiny made-up shop, and a configuration that fits it in seconds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from modiste.config import Config, build_config
from modiste.data.sources.hm import import_hm
from modiste.data.synthetic import write_synthetic_shop

QUICK = {
    "seed": 3,
    "candidates": {"als": {"dim": 8, "epochs": 3}, "bpr": {"dim": 8, "epochs": 5}},
    "training": {"n_windows": 2, "negatives_per_user": 20, "pool_size": 80},
    "ranker": {"n_trees": 25, "n_seeds": 1, "threads": 1, "min_leaf_rows": 10},
}


@pytest.fixture(scope="session")
def quick() -> Config:
    """A configuration with few trees and windows."""
    return build_config(QUICK, "quick")


@pytest.fixture(scope="session")
def tiny_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up shop in the contest's files, without pictures."""
    out = tmp_path_factory.mktemp("tiny") / "files"
    write_synthetic_shop(out, "tiny", 5, pictures=False)
    return out


@pytest.fixture(scope="session")
def tiny_shop(tiny_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, imported; tests must not train in it: see `shop`."""
    shop = tmp_path_factory.mktemp("tiny-shop")
    import_hm(tiny_files, shop)
    return shop


@dataclass(frozen=True)
class Altered:
    """The contest's files with everything from a day on made otherwise."""

    files: Path
    as_of: str


@pytest.fixture(scope="session")
def altered(tiny_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Altered:
    """The tiny shop's files with every purchase of the last three weeks altered.

    Some are gone, some are of other articles at another price, some are made up: of customers that
    bought nothing before as well.
    """
    out = tmp_path_factory.mktemp("altered")
    for name in ("articles.csv", "customers.csv"):
        (out / name).write_bytes((tiny_files / name).read_bytes())
    rows = pl.read_csv(tiny_files / "transactions_train.csv", infer_schema=False)
    days = rows["t_dat"].unique().sort()
    as_of = days[-21]
    before, after = rows.filter(pl.col("t_dat") < as_of), rows.filter(pl.col("t_dat") >= as_of)
    customers = pl.read_csv(tiny_files / "customers.csv", infer_schema=False)["customer_id"]
    other = after.gather_every(2).with_columns(
        pl.col("article_id").reverse(), pl.lit("0.9").alias("price"), sales_channel_id=pl.lit("1")
    )
    added = after.head(len(customers)).with_columns(customers.head(len(after)).alias("customer_id"))
    assert len(added) > 50
    changed = pl.concat([before, pl.concat([other, added, added]).sort("t_dat")])
    changed.write_csv(out / "transactions_train.csv")
    return Altered(out, str(as_of))
