"""What was planted in a synthetic shop: the truth a recommender is to find.

It lies beside the contest's files and no importer reads it; tests compare with it.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import polars as pl

from modiste.data.synthetic.audiences import AUDIENCES, SEGMENTS
from modiste.data.synthetic.calendar import compute_week_seasons
from modiste.data.synthetic.catalogue import Catalogue
from modiste.data.synthetic.colours import COLOURS, MASTERS, PATTERN_CLASSES, PATTERNS
from modiste.data.synthetic.customers import Customers, list_bits
from modiste.data.synthetic.kinds import KINDS, SHAPES
from modiste.data.synthetic.purchases import THOUGHTS
from modiste.data.synthetic.scales import Scale
from modiste.errors import InputError

SUMMARY = "planted.json"
FOLDER = "planted"


@dataclass(frozen=True, kw_only=True)
class Planted:
    """A synthetic shop's folder, its size, and what was planted in it."""

    folder: Path
    """Where the shop lies."""
    scale: str
    seed: int
    first_day: dt.date
    last_day: dt.date
    n_customers: int
    n_articles: int
    n_products: int
    n_purchases: int
    n_visits: int
    n_pairs: int
    """Ordered pairs of articles that go together."""
    n_pictures: int
    thoughts: dict[str, float]
    """Share of the pieces that came from each of `purchases.THOUGHTS`."""

    def read_articles(self) -> pl.DataFrame:
        """One row per article: kind, look, launch, peak and last day, popularity, hidden style."""
        return pl.read_parquet(self.folder / FOLDER / "articles.parquet")

    def read_customers(self) -> pl.DataFrame:
        """One row per customer: segment, cluster, favourite kinds, colours, pattern, price."""
        return pl.read_parquet(self.folder / FOLDER / "customers.parquet")

    def read_pairs(self) -> pl.DataFrame:
        """Ordered pairs `article_id, goes_with, weight` put into one basket more often than chance.

        `weight` is the share of the thoughts of the first article that go to the second.
        """
        return pl.read_parquet(self.folder / FOLDER / "pairs.parquet")

    def read_seasons(self) -> pl.DataFrame:
        """`kind, week, factor`: sales of a kind in a week of the year (1 to 52), mean 1."""
        return pl.read_parquet(self.folder / FOLDER / "seasons.parquet")

    @classmethod
    def read(cls, folder: Path) -> Planted:
        """What was planted in the shop in `folder`.

        Raises:
            InputError: The folder holds no `planted.json`.
        """
        path = folder / SUMMARY
        if not path.is_file():
            raise InputError(
                f"{folder}: no {SUMMARY} in it, expected a folder that `modiste synth` wrote: "
                "name another or make one"
            )
        stored = json.loads(path.read_text(encoding="utf-8"))
        stored["first_day"] = dt.date.fromisoformat(stored["first_day"])
        stored["last_day"] = dt.date.fromisoformat(stored["last_day"])
        return cls(folder=folder, **stored)

    def write(self) -> None:
        """Write the summary into the shop's folder."""
        summary = asdict(self)
        del summary["folder"]
        summary |= {"first_day": str(self.first_day), "last_day": str(self.last_day)}
        text = json.dumps(summary, indent=2) + "\n"
        (self.folder / SUMMARY).write_text(text, encoding="utf-8")


def write_planted_tables(
    folder: Path, scale: Scale, catalogue: Catalogue, customers: Customers
) -> int:
    """Write the tables of what was planted into the shop's folder.

    Returns:
        How many ordered pairs of articles go together.
    """
    target = folder / FOLDER
    target.mkdir(exist_ok=True)
    ids = pl.Series("article_id", catalogue.article_ids.tolist())
    pairs = _list_pairs(catalogue, ids)
    tables = {
        "articles": _list_articles(scale, catalogue, ids),
        "customers": _list_customers(customers),
        "pairs": pairs,
        "seasons": _list_seasons(),
    }
    for name, table in tables.items():
        table.write_parquet(target / f"{name}.parquet")
    return len(pairs)


def _list_articles(scale: Scale, catalogue: Catalogue, ids: pl.Series) -> pl.DataFrame:
    first = scale.first_day
    # The wave of compute_life is highest one rise after the launch.
    peak = catalogue.launch + np.round(catalogue.rise).astype(np.int64) - 1
    day_zero = (first - dt.date(1970, 1, 1)).days
    week = np.asarray([kind.peak_week for kind in KINDS])[catalogue.kind]
    return pl.DataFrame(
        {
            "article_id": ids,
            "product_code": catalogue.product_codes.astype(str).tolist(),
            "kind": pl.Series(SHAPES).gather(catalogue.kind),
            "audience": pl.Series([a.name for a in AUDIENCES]).gather(catalogue.audience),
            "colour": pl.Series([c.master_name for c in COLOURS]).gather(catalogue.colour),
            "pattern": pl.Series([PATTERN_CLASSES[p.taste] for p in PATTERNS]).gather(
                catalogue.pattern
            ),
            "evergreen": catalogue.evergreen,
            "launch_day": (catalogue.launch + day_zero).astype(np.int32),
            "peak_day": pl.select(
                pl.when(pl.Series(~catalogue.evergreen)).then(
                    pl.Series((peak + day_zero).astype(np.int32))
                )
            ).to_series(),
            "last_day": (catalogue.last + day_zero).astype(np.int32),
            "life_days": (catalogue.last - catalogue.launch + 1).astype(np.int32),
            "season_peak_week": pl.Series(week).replace(0, None),
            "popularity": catalogue.popularity,
            "repeat": catalogue.repeat,
            "price": catalogue.cents / 100,
            "style": pl.Series(catalogue.style).arr.to_list(),
        }
    )


def _list_customers(customers: Customers) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "customer_id": customers.ids,
            "segment": pl.Series([s.name for s in SEGMENTS]).gather(customers.segment),
            "cluster": customers.cluster,
            "second_cluster": customers.second_cluster,
            "kinds": list_bits(customers.kinds, SHAPES),
            "colours": list_bits(customers.colours, MASTERS),
            "pattern": pl.Series(PATTERN_CLASSES).gather(customers.patterns),
            "price_level": np.exp(customers.price),
            "online": customers.online,
            "loyalty": customers.loyalty,
        }
    )


def _list_pairs(catalogue: Catalogue, ids: pl.Series) -> pl.DataFrame:
    article, column = np.nonzero(catalogue.partner >= 0)
    weight = np.where(column == 0, 0.7, 0.3)
    frame = pl.DataFrame(
        {
            "article_id": ids.gather(article),
            "goes_with": ids.gather(catalogue.partner[article, column]),
            "weight": weight,
        }
    )
    return frame.group_by("article_id", "goes_with", maintain_order=True).agg(
        pl.col("weight").sum()
    )


def _list_seasons() -> pl.DataFrame:
    factors = compute_week_seasons()
    n_kinds, n_weeks = factors.shape
    return pl.DataFrame(
        {
            "kind": pl.Series(SHAPES).gather(np.repeat(np.arange(n_kinds), n_weeks)),
            "week": np.tile(np.arange(1, n_weeks + 1), n_kinds).astype(np.int32),
            "factor": factors.ravel(),
        }
    )


def name_thoughts(counts: list[int]) -> dict[str, float]:
    """Shares of `purchases.THOUGHTS` from how often each was had."""
    total = max(sum(counts), 1)
    return {name: round(count / total, 6) for name, count in zip(THOUGHTS, counts, strict=True)}
