"""From lists and purchases to the figures of an evaluation, as plain values for JSON.

```
{"k", "weeks": [...], "n_user_weeks",
 "models":   {MODEL: {"MAP@12", "MAP@12_low", "MAP@12_high", …, "Coverage@12", …, "seconds"}},
 "paired":   {"MODEL - BASELINE": {"MAP@12", "MAP@12_low", "MAP@12_high", "MAP@12_ratio", …}},
 "segments": {KIND: {SEGMENT: {"n_user_weeks", "models": {…}, "paired": {…}}}},
 "sources":  {SOURCE: {"recall", "unique_recall", …}}}
```
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import polars as pl

from modiste.errors import InputError
from modiste.evaluation.context import Context
from modiste.evaluation.intervals import Interval, resample
from modiste.evaluation.metrics import (
    CUSTOMER_WEEK,
    RANKING_METRICS,
    coverage,
    first_ranks,
    novelty,
    per_customer_week,
    share_of_rows,
)
from modiste.evaluation.printing import print_summary
from modiste.evaluation.segments import (
    AGE_BANDS,
    HISTORY_SEGMENTS,
    customer_segments,
    iso_day,
    item_segments,
    unseen_items,
)

__all__ = ["print_summary", "summarise"]

Result = dict[str, Any]


def summarise(
    ranked: Mapping[str, pl.DataFrame],
    relevant: pl.DataFrame,
    context: Context,
    rng: np.random.Generator,
    *,
    model: str = "model",
    k: int = 12,
    ledger: Iterable[Mapping[str, Any]] = (),
    seconds: Mapping[str, float] | None = None,
) -> Result:
    """Give every figure of an evaluation.

    The first `k` ranks of each list are judged. Intervals hold 95 % of the bootstrap resamples of
    customers; what compares two lists is resampled jointly.

    Args:
        ranked: For each model its lists: `week, user_idx, item_idx, rank`. Those of customers who
            bought nothing in that week are not judged.
        relevant: What was bought: `week, user_idx, item_idx`, no row twice.
        context: What was known before the weeks, see `context.build_context`.
        rng: Source of randomness of the intervals.
        model: The name among `ranked` that the others are baselines of.
        k: Length of list that is judged.
        ledger: For each candidate source a row with its name as `source`, and its figures.
        seconds: How long each model took for all weeks, if measured.

    Returns:
        Plain values in the form of this module's first lines; None stands for what has no value,
        such as the interval of one customer.

    Raises:
        InputError: If `model` is not among `ranked`, or nobody bought anything.
    """
    if model not in ranked:
        raise InputError(f"model {model!r} has no lists: choose one of {', '.join(ranked)}")
    if not relevant.height:
        raise InputError("nobody bought anything in the judged weeks: choose other weeks")
    names = [model, *(name for name in ranked if name != model)]
    lists = {name: _judged(ranked[name], relevant, k) for name in names}
    values = {name: per_customer_week(lists[name], relevant, k) for name in names}
    whole = _compare(values, k, rng)
    for name in names:
        whole["models"][name] |= _list_figures(lists[name], relevant, context, k)
        whole["models"][name]["seconds"] = _plain((seconds or {}).get(name))
    return {
        "k": k,
        "weeks": [iso_day(week) for week in context.weeks],
        "n_user_weeks": whole["n_user_weeks"],
        "models": whole["models"],
        "paired": whole["paired"],
        "segments": {
            **_customer_parts(values, context, k, rng),
            "items": _item_parts(lists, relevant, context, k, rng),
        },
        "sources": {
            str(row["source"]): {key: _plain(row[key]) for key in row if key != "source"}
            for row in ledger
        },
    }


def _judged(ranked: pl.DataFrame, relevant: pl.DataFrame, k: int) -> pl.DataFrame:
    keys = relevant.select(pl.col(CUSTOMER_WEEK).cast(pl.Int32)).unique()
    return first_ranks(ranked, k).join(keys, on=CUSTOMER_WEEK, how="semi")


def _compare(values: Mapping[str, pl.DataFrame], k: int, rng: np.random.Generator) -> Result:
    """Give means, intervals and differences to the first model, of the same customer-weeks."""
    names = list(values)
    first = values[names[0]]
    columns = np.column_stack(
        [values[name][metric] for name in names for metric in RANKING_METRICS]
    )
    drawn = resample(columns, first["user_idx"].to_numpy().astype(np.int64), rng)
    width = len(RANKING_METRICS)
    models: Result = {name: {} for name in names}
    paired: Result = {f"{names[0]} - {name}": {} for name in names[1:]}
    for row, name in enumerate(names):
        for column, metric in enumerate(RANKING_METRICS):
            key = f"{metric}@{k}"
            models[name] |= _flat(key, drawn.interval(row * width + column))
            if row:
                both = drawn.paired(column, row * width + column)
                paired[f"{names[0]} - {name}"] |= _flat(key, both.difference)
                paired[f"{names[0]} - {name}"] |= _flat(f"{key}_ratio", both.ratio)
    return {"n_user_weeks": first.height, "models": models, "paired": paired}


def _list_figures(
    shown: pl.DataFrame, relevant: pl.DataFrame, context: Context, k: int
) -> dict[str, float | None]:
    cold_customers = context.history.filter(pl.col("n_before") == 0)
    reached = shown.select(CUSTOMER_WEEK).unique()
    everybody = relevant.select(CUSTOMER_WEEK).unique()
    return {
        f"Coverage@{k}": coverage(shown, context.on_sale, k),
        f"Novelty@{k}": novelty(shown, context.popularity, k),
        "cold_items_shown": _share(unseen_items(shown, context).height, shown.height),
        "cold_items_bought": _share(unseen_items(relevant, context).height, relevant.height),
        "cold_users_shown": share_of_rows(reached, cold_customers, CUSTOMER_WEEK),
        "cold_users_bought": share_of_rows(everybody, cold_customers, CUSTOMER_WEEK),
        "users_without_list": _share(everybody.height - reached.height, everybody.height),
    }


def _customer_parts(
    values: Mapping[str, pl.DataFrame], context: Context, k: int, rng: np.random.Generator
) -> Result:
    segments = customer_segments(next(iter(values.values())), context).with_columns(
        week_name=pl.col("week").cast(pl.Date).dt.to_string("iso")
    )
    weeks = tuple(iso_day(week) for week in context.weeks)
    kinds = (
        ("history", "history", HISTORY_SEGMENTS),
        ("age", "age", AGE_BANDS),
        ("week", "week_name", weeks),
    )
    parts: Result = {}
    for kind, column, names in kinds:
        parts[kind] = {}
        for name in names:
            keys = segments.filter(pl.col(column) == name).select(CUSTOMER_WEEK)
            if keys.height:
                part = {
                    label: frame.join(keys, on=CUSTOMER_WEEK, how="semi", maintain_order="left")
                    for label, frame in values.items()
                }
                parts[kind][name] = _compare(part, k, rng)
    return parts


def _item_parts(
    lists: Mapping[str, pl.DataFrame],
    relevant: pl.DataFrame,
    context: Context,
    k: int,
    rng: np.random.Generator,
) -> Result:
    parts: Result = {}
    for name, counted in item_segments(relevant, context).items():
        if counted.height:
            values = {label: per_customer_week(shown, counted, k) for label, shown in lists.items()}
            parts[name] = _compare(values, k, rng)
    return parts


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _flat(key: str, interval: Interval) -> dict[str, float | None]:
    return {
        key: _plain(interval.value),
        f"{key}_low": _plain(interval.low),
        f"{key}_high": _plain(interval.high),
    }


def _plain(value: Any) -> Any:
    """Give a value that JSON has: NumPy numbers as Python's, what is not finite as None."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
