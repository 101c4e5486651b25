"""Shops made up once for all tests here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from modiste.data.synthetic import Planted, write_synthetic_shop


@dataclass(frozen=True)
class Shop:
    """A made-up shop, read back from its files."""

    planted: Planted
    articles: pl.DataFrame
    customers: pl.DataFrame
    purchases: pl.DataFrame

    @classmethod
    def make(cls, folder: Path, scale: str, seed: int, **numbers: int) -> Shop:
        planted = write_synthetic_shop(
            folder,
            scale,
            seed,
            pictures=False,
            n_customers=numbers.get("n_customers"),
            n_articles=numbers.get("n_articles"),
        )
        return cls(
            planted=planted,
            articles=pl.read_csv(folder / "articles.csv", infer_schema=False),
            customers=pl.read_csv(folder / "customers.csv", infer_schema=False),
            purchases=pl.read_csv(
                folder / "transactions_train.csv",
                schema_overrides={"article_id": pl.String},
                try_parse_dates=True,
            ),
        )


def number(value: object) -> float:
    """A figure that Polars gives as one of many types."""
    assert isinstance(value, int | float)
    return float(value)


def share(hits: pl.Series) -> float:
    """How many of the answers are yes, 0 to 1."""
    return number(hits.mean())


@pytest.fixture(scope="package")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The shop other tests use."""
    return Shop.make(tmp_path_factory.mktemp("tiny") / "shop", "tiny", 5)


@pytest.fixture(scope="package")
def years(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop of two years, large enough to count in."""
    folder = tmp_path_factory.mktemp("years") / "shop"
    return Shop.make(folder, "small", 11, n_customers=3_000, n_articles=1_500)
