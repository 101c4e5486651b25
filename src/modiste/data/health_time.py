"""Do the purchases cover time as a shop's do?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import polars as pl

from modiste.data.findings import Finding, share

_ENOUGH_DAYS = 56
_WEEK = 7
_HOLIDAY = 2


def examine_time(interactions: pl.LazyFrame) -> Iterator[Finding]:
    """Look for a short history and for days without a sale.

    Args:
        interactions: The shop's interactions.
    """
    days = interactions.select(pl.col("day").unique()).collect(engine="streaming")["day"]
    sold = np.sort(days.to_numpy())
    first, last = int(sold[0]), int(sold[-1])
    n_days = last - first + 1
    short = n_days < _ENOUGH_DAYS
    yield Finding(
        "warning" if short else "ok",
        "history",
        f"{n_days} days, {_date(first)} to {_date(last)}",
        f"training asks for {_ENOUGH_DAYS} days or more: export a longer time" if short else "",
    )
    empty = np.setdiff1d(np.arange(first, last + 1), sold)
    if not len(empty):
        yield Finding("ok", "gaps in time", "every day has a sale")
        return
    # 1970-01-01 was a Thursday, the fourth day of its week.
    weekdays = set(((empty + 3) % _WEEK).tolist())
    closed = len(weekdays) == 1 and len(empty) >= n_days // _WEEK - 2
    if closed:
        name = _date(int(empty[0])).strftime("%A")
        yield Finding("note", "gaps in time", f"no sale on any {name} ({len(empty)} days)")
        return
    breaks = np.diff(sold)
    longest, at = int(breaks.max()) - 1, _date(int(sold[breaks.argmax()]) + 1)
    found = f"{share(len(empty), n_days)} days have no sale, the longest gap is {longest} from {at}"
    if longest <= _HOLIDAY and len(empty) < n_days / 50:
        yield Finding("note", "gaps in time", found)
    else:
        yield Finding("warning", "gaps in time", found, "check that the export is complete")


def _date(day: int) -> date:
    return date(1970, 1, 1) + timedelta(days=day)
