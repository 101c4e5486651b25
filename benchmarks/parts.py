"""What each part of the final decision adds to the lists: past weeks without it and with it.

    python -m benchmarks.parts --shop DIR --weeks 26 --refit-every 13 --only none propensity life

`none` has neither columns of demand nor the relevance model, and one ranker. Every other variant
adds one part to it, `all` adds all. They predict the same customer-weeks, each from the rows before
it, so their differences are paired; intervals are of 95 %, by resampling customers. What a fit
draws is not in them: run it with other seeds to see how much that is. Seconds are the processor's,
of all threads. The relevance model needs vectors of pictures (`modiste embed`).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from time import process_time

import numpy as np
import polars as pl

from modiste.config import RELEVANCE, WARDROBE, Config, load_config
from modiste.data import Dataset
from modiste.data.shop import dataset_store
from modiste.demand.columns import DEMAND
from modiste.encoders.stored import with_vectors
from modiste.evaluation.backtest import MODEL, backtest
from modiste.evaluation.intervals import paired_interval
from modiste.evaluation.metrics import per_customer_week
from modiste.pipeline import as_of_day
from modiste.ranking.members import Member
from modiste.ranking.windows import Windows

K = 12
DEMANDED = DEMAND.names
MEMBERS = (
    Member(objective="lambdarank"),
    Member(n_windows=8),
    Member(library="xgboost"),
    Member(library="catboost"),
)


@dataclass(frozen=True)
class Judged:
    """What one variant reached."""

    values: pl.DataFrame
    """`week, user_idx, MAP`, by both."""
    pool: float
    """Recall of all candidates."""
    own: Mapping[str, str | float]
    """The source `wardrobe` in the ledger; empty where it is off."""
    seconds: float


def main() -> None:
    """Predict the weeks with every variant; print each as soon as it is done."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shop", type=Path, required=True)
    parser.add_argument("--config", help="a TOML file or a shipped name; default: every default")
    parser.add_argument("--weeks", type=int, default=8)
    parser.add_argument("--refit-every", type=int, default=1)
    parser.add_argument("--as-of", type=date.fromisoformat)
    parser.add_argument(
        "--seed", type=int, help="of all that is drawn; default: the configuration's"
    )
    parser.add_argument("--keep", type=int, default=60, help="size of the relevance filter")
    parser.add_argument("--only", nargs="*", default=[*VARIANTS], choices=[*VARIANTS])
    options = parser.parse_args()
    config = load_config(options.config)
    if options.seed is not None:
        config = replace(config, seed=options.seed)
    shop = with_vectors(Dataset.read(dataset_store(options.shop).current()), options.shop)
    shop = shop.until(as_of_day(shop, options.as_of)).in_memory()
    first: Judged | None = None
    print("| variant | MAP@12 | difference to the first | pool | wardrobe, alone | CPU-s |")
    print("| --- | --- | --- | --- | --- | --- |", flush=True)
    for name in options.only:
        done = judge(VARIANTS[name](config, options.keep), shop, options)
        first = first or done
        print(_row(name, done, first), flush=True)


def judge(config: Config, shop: Dataset, options: argparse.Namespace) -> Judged:
    """Predict the weeks with one variant."""
    start = process_time()
    folder = options.shop / "cache" / "windows"
    done = backtest(
        config.recipe,
        config.ranker,
        config.training,
        shop,
        n_weeks=options.weeks,
        seed=config.seed,
        k=K,
        refit_every=options.refit_every,
        windows=Windows(config.recipe, config.training, config.seed, folder),
    )
    values = per_customer_week(done.ranked[MODEL], done.relevant, K)
    sources = {str(row["source"]): row for row in done.ledger.rows()}
    pool = float(sources["pool"]["recall"])
    return Judged(values, pool, sources.get("wardrobe", {}), process_time() - start)


def _none(config: Config, _keep: int) -> Config:
    return config.without([RELEVANCE, *DEMANDED])


def _demand(*names: str) -> Callable[[Config, int], Config]:
    return lambda config, keep: _none(config, keep).including(names)


def _relevance(*, keep: bool = False) -> Callable[[Config, int], Config]:
    def made(config: Config, size: int) -> Config:
        plain = config.without(DEMANDED).including([RELEVANCE])
        return replace(plain, recipe=replace(plain.recipe, keep=size)) if keep else plain

    return made


def _source(config: Config, _keep: int) -> Config:
    plain = config.without(DEMANDED).including([RELEVANCE])
    features = {name: part for name, part in plain.recipe.features.items() if name != RELEVANCE}
    return replace(plain, recipe=replace(plain.recipe, features=features))


def _joined(config: Config) -> Config:
    return replace(config, ranker=replace(config.ranker, members=MEMBERS))


VARIANTS: Mapping[str, Callable[[Config, int], Config]] = {
    "none": _none,
    **{name: _demand(name) for name in DEMANDED},
    "demand": _demand(*DEMANDED),
    "column": lambda config, _keep: config.including([RELEVANCE]).without([WARDROBE, *DEMANDED]),
    "source": _source,
    "relevance": _relevance(),
    "filter": _relevance(keep=True),
    "ensemble": lambda config, keep: _joined(_none(config, keep)),
    "all": lambda config, _keep: _joined(config.including([RELEVANCE, *DEMANDED])),
}


def _row(name: str, done: Judged, first: Judged) -> str:
    values = [one.values.sort("week", "user_idx") for one in (done, first)]
    compared = paired_interval(
        values[0]["MAP"].to_numpy(),
        values[1]["MAP"].to_numpy(),
        values[0]["user_idx"].to_numpy(),
        np.random.default_rng(1),
    ).difference
    found = [f"{float(done.own[key]):.3f}" for key in ("recall", "unique_recall") if done.own]
    mean = float(values[0]["MAP"].to_numpy().mean())
    gain = f"{compared.value:+.4f} [{compared.low:+.4f}, {compared.high:+.4f}]"
    cells = [f"{mean:.4f}", "" if done is first else gain, f"{done.pool:.3f}"]
    return f"| {name} | " + " | ".join([*cells, ", ".join(found), f"{done.seconds:.0f}"]) + " |"


if __name__ == "__main__":
    main()
