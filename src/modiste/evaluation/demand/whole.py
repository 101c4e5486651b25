"""The honest measure of a shop's demand models: past weeks foreseen, beside simple rules."""

from __future__ import annotations

import json
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import polars as pl

import modiste
from modiste.artifacts import write_text
from modiste.data import Dataset
from modiste.data.shop import dataset_store
from modiste.demand.propensity import PropensityFit
from modiste.demand.sales import SalesFit
from modiste.engine import collect
from modiste.errors import InputError
from modiste.evaluation.demand.backtest import Foreseen, Progress, foresee_weeks
from modiste.evaluation.demand.figures import chance_figures, count_figures

REPORT = Path("reports") / "demand.json"
"""Where the figures of a shop lie."""
MODEL = "modiste"
CHANCES = ("churn", "propensity")
COUNTS = ("item_sales", "item_sales_known", "department_sales")
_KEPT = ("week", "key", "kind", "actual")


def measure_demand(
    shop: Path,
    *,
    n_weeks: int = 26,
    refit_every: int = 4,
    seed: int = 0,
    predictions: Path | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Foresee past weeks and judge what was said.

    Args:
        shop: The shop's folder.
        n_weeks: How many of the last weeks.
        refit_every: Weeks for which one fit is used, see `foresee_weeks`.
        seed: Of fits and intervals.
        predictions: Parquet file for what was said of every row.
        progress: Told the stage and the share done.

    Returns:
        `tasks` (see `figures`), `by_week`, `revenue` (RelBench's error), `cpu_seconds`. It is
        written to `SHOP/reports/demand.json` too.

    Raises:
        ArtifactError: If nothing was imported.
        InputError: If the history is too short.
    """
    if n_weeks < 1 or refit_every < 1:
        raise InputError(f"weeks={n_weeks}, refit-every={refit_every}: each must be at least 1")
    began = process_time()
    version = dataset_store(shop).current()
    dataset = Dataset.read(version).in_memory()
    first, end = dataset.day_range()
    if end - 7 * n_weeks < first + 28:
        n_history, n_most = (end - first) // 7, (end - first - 28) // 7
        raise InputError(
            f"{n_weeks} weeks were asked for, the history has {n_history}: four before them are to "
            + (f"learn from, ask for at most {n_most}" if n_most > 0 else "learn from, give more")
        )
    trees = PropensityFit().trees
    foreseen = foresee_weeks(
        dataset,
        n_weeks=n_weeks,
        refit_every=refit_every,
        propensity=PropensityFit(trees=_seeded(trees, seed)),
        sales=SalesFit(held_out=0, trees=_seeded(SalesFit().trees, seed)),
        progress=progress,
    )
    if predictions is not None:
        write_predictions(dataset, foreseen, predictions)
    result = {
        "modiste": modiste.__version__,
        "dataset": version.name,
        "weeks": n_weeks,
        "refit_every": refit_every,
        "seed": seed,
        "tasks": judge(foreseen, seed),
        "by_week": by_week(foreseen),
        "revenue": revenue_error(foreseen.tables["item_revenue"]),
        "cpu_seconds": round(process_time() - began, 1),
    }
    (shop / REPORT).parent.mkdir(parents=True, exist_ok=True)
    write_text(shop / REPORT, json.dumps(result, indent=2) + "\n")
    return result


def judge(foreseen: Foreseen, seed: int) -> dict[str, Any]:
    """Give the figures of every task, see `figures.chance_figures` and `count_figures`."""
    rng = np.random.default_rng(seed)
    tasks: dict[str, Any] = {}
    for task in (*CHANCES, *COUNTS):
        rows = foreseen.tables.get(task)
        if rows is None or rows.is_empty():
            continue
        rows = rows.sort([name for name in ("week", "key", "kind") if name in rows.columns])
        names = ["value", *(name for name in rows.columns if name not in {*_KEPT, "value"})]
        models = {
            MODEL if name == "value" else name: rows[name].cast(pl.Float64).to_numpy()
            for name in names
        }
        actual = rows["actual"].to_numpy().astype(np.float64)
        owners = rows["key"].to_numpy().astype(np.int64)
        if task in CHANCES:
            tasks[task] = chance_figures(actual, models, owners, rng, chances=(MODEL,))
        else:
            tasks[task] = count_figures(actual, models, owners, rng)
    return tasks


def by_week(foreseen: Foreseen) -> list[dict[str, Any]]:
    """Sum what departments were to sell, and sold, in each week: `week_start, actual, value`."""
    rows = foreseen.tables["department_sales"].group_by("week").agg(pl.col("actual", "value").sum())
    day = pl.col("week").cast(pl.Date).dt.to_string("iso").alias("week_start")
    return rows.sort("week").select(day, "actual", "value").to_dicts()


def revenue_error(rows: pl.DataFrame) -> dict[str, float]:
    """Give RelBench's error of weekly sales: of the sum of prices of every article.

    The task `rel-hm / item-sales` asks for the sum of prices of each article of the catalogue in
    the next seven days, and judges the mean absolute error in the data's own unit. `normalised` is
    that error over the standard deviation of what was paid.

    Source: Robinson et al., "RelBench: a benchmark for deep learning on relational databases",
        NeurIPS 2024.
    """
    actual = rows["actual"].to_numpy()
    spread = float(actual.std()) or 1.0
    found: dict[str, float] = {}
    for name, column in ((MODEL, "value"), ("nothing", "nothing")):
        error = float(np.abs(actual - rows[column].to_numpy()).mean())
        found |= {name: error, f"{name}, normalised": error / spread}
    return found


def write_predictions(dataset: Dataset, foreseen: Foreseen, out: Path) -> None:
    """Write `task, week_start, key, value, actual` as Parquet, sorted.

    `key` is the shop's own id of the user or article, the name of a department, and for a
    propensity `user|kind`. What is said of revenue is not written: it is that of `item_sales`.
    """
    users = collect(dataset.users.select("user_idx", "user_id")).sort("user_idx")["user_id"]
    items = collect(dataset.items).sort("item_idx")
    names = {"item_sales": items["item_id"], "item_sales_known": items["item_id"], "churn": users}
    names["department_sales"] = _names_of(items, "department")
    kinds = _names_of(items, "kind").slice(1)
    frames = []
    for task in (*CHANCES, *COUNTS):
        rows = foreseen.tables[task]
        if task == "propensity":
            who, what = users.gather(rows["key"]), kinds.gather(rows["kind"])
            key = pl.select(pl.concat_str([pl.lit(who), pl.lit(what)], separator="|")).to_series()
        else:
            key = names[task].gather(rows["key"])
        frames.append(
            rows.select(
                pl.lit(task).alias("task"),
                pl.col("week").cast(pl.Date).alias("week_start"),
                key.alias("key"),
                pl.col("value").cast(pl.Float64),
                pl.col("actual").cast(pl.Float64),
            )
        )
    draft = out.with_name(f".{out.name}.draft")
    pl.concat(frames).sort("task", "week_start", "key").write_parquet(draft)
    draft.replace(out)


def _names_of(items: pl.DataFrame, attribute: str) -> pl.Series:
    """Name the parts of a panel: "" for what is unknown, then the values in order."""
    if attribute not in items.columns:
        return pl.Series([""])
    values = items[attribute].drop_nulls().unique().sort()
    return pl.concat([pl.Series([""]), values])


def _seeded(trees: Any, seed: int) -> Any:
    from dataclasses import replace

    return replace(trees, seed=seed)
