"""Models of fixed days, remembered: a fit is as old in training as in serving.

As with relevance models, a model is fitted on the rows before the last multiple of some days.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar

import narwhals as nw
import polars as pl

from modiste.candidates.base import today
from modiste.data import Dataset
from modiste.engine import collect

T = TypeVar("T")
_REMEMBERED = 12
_FITTED: OrderedDict[str, Any] = OrderedDict()


def at_fixed_day(shop: Dataset, every_days: int) -> Dataset:
    """Give the shop before the last multiple of `every_days`, counted from 1970-01-01.

    Where most of the history lies after that day, the shop is given as it is.
    """
    end = today(shop)
    first = collect(shop.interactions.select(nw.col("day").min())).item()
    day = end - end % every_days
    if first is None or 2 * (day - first) < end - first:
        return shop
    return shop.until(day)


def remembered(shop: Dataset, settings: object, fit: Callable[[Dataset], T]) -> T:
    """Fit a model on a shop, or take the one that was fitted on the same rows.

    Args:
        shop: The shop before its `as_of`.
        settings: All that the fit depends on besides the shop.
        fit: Fits the model.
    """
    rows = collect(shop.interactions)
    known = collect(shop.items.select("item_idx", "item_id")).join(
        rows.select("item_idx").unique(), on="item_idx", how="semi"
    )
    # Sums of hashes: the order of the rows says nothing.
    marks = [int(frame.hash_rows(seed=1).sum() or 0) for frame in (rows, known)]
    users = collect(shop.users).join(rows.select("user_idx").unique(), on="user_idx", how="semi")
    codes = [pl.col(f"{name}_code") for name in shop.user_attributes]
    marks.append(int(users.select("user_idx", "age", *codes).hash_rows(seed=1).sum() or 0))
    key = f"{shop.as_of}/{rows.height}/{marks}/{shop.vectors_identity}/{settings}"
    if key not in _FITTED:
        while len(_FITTED) >= _REMEMBERED:
            _FITTED.popitem(last=False)
        _FITTED[key] = fit(shop)
    _FITTED.move_to_end(key)
    found: T = _FITTED[key]
    return found
