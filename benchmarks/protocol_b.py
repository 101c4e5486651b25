"""How good the lists are with four days of history: H&M's last week.

    python benchmarks/protocol_b.py --validation   # learn 16 to 18 September, predict the 19th
    python benchmarks/protocol_b.py                # learn 16 to 19, predict 20 to 22: at the end

Three groups are judged, each against own history, then other colours of the same product, then best
sellers: everybody who buys; those who bought in the days before; and for these only the articles
they had not bought before, with what they had taken out of every list. The files are read from the
shared folder (MODISTE_SHARED, or `../shared` beside the checkout); nothing of them is kept.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

import numpy as np
import polars as pl

from modiste.candidates.popular import Popular
from modiste.candidates.repurchase import Repurchase
from modiste.candidates.same_product import SameProduct
from modiste.config import load_config
from modiste.data import Dataset
from modiste.data.shop import dataset_store
from modiste.data.sources.hm import import_hm
from modiste.engine import collect, lazy
from modiste.evaluation.baselines import Baseline
from modiste.evaluation.intervals import paired_interval
from modiste.evaluation.metrics import per_customer_week
from modiste.ranking.model import Model, fit_on_windows
from modiste.ranking.prepared import prepare, stream
from modiste.ranking.table import bought_in
from modiste.ranking.windows import Windows

K, LONG = 12, 60
"""Length of the judged lists, and of those from which owned articles are taken out."""
CHUNK_USERS = 8_000


def main() -> None:
    """Import the week, learn from its days, print each group's figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--validation", action="store_true", help="predict the 19th only")
    parser.add_argument("--config", default="days", help="a TOML file or a shipped name")
    options = parser.parse_args()
    root = Path(os.environ.get("MODISTE_SHARED") or Path(__file__).parents[2] / "shared")
    with tempfile.TemporaryDirectory() as folder:
        import_hm(
            root / "data" / "hm_last_week",
            Path(folder),
            articles=root / "data" / "hm_sample" / "articles.csv.gz",
            keep_pictures=False,
        )
        shop = Dataset.read(dataset_store(Path(folder)).current()).in_memory()
    end = shop.day_range()[1]
    as_of, days = (end - 4, 1) if options.validation else (end - 3, 3)
    past = shop.until(as_of)
    bought = bought_in(shop, as_of, as_of + days)
    users = bought["user_idx"].unique().sort()
    lists = {"modiste": _model_lists(options.config, past, users)}
    asked = past.of_users(lazy(users.to_frame()))
    own = Repurchase(k=LONG)
    sellers = Popular(k=2 * LONG, window_days=1)
    day = Baseline([own, SameProduct(k=LONG), sellers])
    lists["own + colours"] = day.recommend(past, asked, LONG, 1)
    lists["own"] = Baseline([own, sellers]).recommend(past, asked, LONG, 1)
    _print(lists, bought, collect(past.interactions).select("user_idx", "item_idx").unique())


def _model_lists(name: str, past: Dataset, users: pl.Series) -> pl.DataFrame:
    """Fit on the labelled days before `past.as_of` and rank for the asked users."""
    config = load_config(name)
    windows = Windows(config.recipe, config.training, config.seed)
    fit = fit_on_windows(config.ranker, config.training, windows, past, config.seed)
    print({key: fit.facts[key] for key in ("n_user_weeks", "n_rows", "pool_recall")})
    prepared = prepare(config.recipe, past, stream(config.seed, "prepare"))
    model = Model(config.recipe, prepared, fit, config.training.pool_size)
    parts = []
    for start in range(0, len(users), CHUNK_USERS):
        chunk = users.slice(start, CHUNK_USERS)
        asked = past.of_users(lazy(chunk.to_frame())).in_memory()
        parts.append(model.rank(asked, LONG).select("user_idx", "item_idx", "rank"))
    return pl.concat(parts)


def _print(lists: dict[str, pl.DataFrame], bought: pl.DataFrame, owned: pl.DataFrame) -> None:
    """Judge the three groups and print MAP@12 and the model's gain over each baseline."""
    pair = ["user_idx", "item_idx"]
    seen = bought.join(owned.select("user_idx").unique(), on="user_idx", how="semi")
    fresh = seen.join(owned, on=pair, how="anti")
    without = {
        name: rows.join(owned, on=pair, how="anti")
        .sort("user_idx", "rank")
        .with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("user_idx").alias("rank"))
        for name, rows in lists.items()
    }
    groups = {
        "all": (bought, lists),
        "seen before": (seen, lists),
        "seen before, new articles": (fresh, without),
    }
    for group, (relevant, mine) in groups.items():
        values = {name: _average_precision(rows, relevant) for name, rows in mine.items()}
        model = values.pop("modiste")
        print(f"{group}: {len(model)} customers, modiste {model['MAP'].mean():.4f}")
        for name, other in values.items():
            both = model.join(other, on="user_idx", suffix="_other").sort("user_idx")
            gain = paired_interval(
                both["MAP"].to_numpy(),
                both["MAP_other"].to_numpy(),
                both["user_idx"].to_numpy(),
                np.random.default_rng(1),
            )
            print(
                f"  {name} {other['MAP'].mean():.4f}: {gain.ratio.value:.3f} x, "
                f"{gain.difference.value:+.4f} "
                f"[{gain.difference.low:+.4f}, {gain.difference.high:+.4f}]"
            )


def _average_precision(ranked: pl.DataFrame, relevant: pl.DataFrame) -> pl.DataFrame:
    """Give `user_idx, MAP` for each user of `relevant`."""
    week = pl.lit(0, pl.Int32).alias("week")
    top = ranked.filter(pl.col("rank") <= K).join(
        relevant.select("user_idx").unique(), on="user_idx", how="semi"
    )
    return per_customer_week(top.with_columns(week), relevant.with_columns(week), K)


if __name__ == "__main__":
    main()
