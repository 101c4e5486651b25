"""When the synthetic shop sells: days of the week, times of the year, lives of articles.

Days are counted from the first day of the story, which is day 0.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt

from modiste.data.synthetic.kinds import KINDS

Floats = npt.NDArray[np.float64]

WEEKDAYS = (0.92, 0.90, 0.98, 1.00, 1.05, 1.25, 0.95)
"""Visits on Monday to Sunday, relative to one another."""

_EVERGREEN_LEVEL = 0.3
_FADED_LEVEL = 0.02


def list_dates(first_day: dt.date, n_days: int) -> list[str]:
    """The story's days in ISO form, in order."""
    return [(first_day + dt.timedelta(days=day)).isoformat() for day in range(n_days)]


def compute_day_weights(first_day: dt.date, n_days: int) -> Floats:
    """How much of the whole story's visits falls on each day `[n_days]`; sums to 1.

    Weekdays, a gentle wave with its crest in early summer, the sale at midsummer and in late
    November, and a slow growth of the shop.
    """
    dates = [first_day + dt.timedelta(days=day) for day in range(n_days)]
    weekday = np.asarray(WEEKDAYS)[[date.weekday() for date in dates]]
    year_day = np.asarray([date.timetuple().tm_yday for date in dates], dtype=np.float64)
    wave = 1.0 + 0.15 * np.cos(2 * np.pi * (year_day - 160) / 365.25)
    sales = 0.35 * (np.abs(year_day - 176) <= 6) + 0.60 * (np.abs(year_day - 331) <= 3)
    growth = 1.0 + 0.15 * np.arange(n_days) / 734
    weights: Floats = weekday * (wave + sales) * growth
    return np.asarray(weights / weights.sum())


def compute_kind_seasons(first_day: dt.date, n_days: int) -> Floats:
    """Season factor of each kind on each day `[n_kinds, n_days]`; its mean over a year is 1."""
    start = first_day.timetuple().tm_yday
    year_day = start + np.arange(n_days, dtype=np.float64)
    return _season(year_day)


def compute_week_seasons() -> Floats:
    """Season factor of each kind in each week of the year `[n_kinds, 52]`."""
    return _season(np.arange(52, dtype=np.float64) * 7 + 4)


def _season(year_day: Floats) -> Floats:
    peak = np.asarray([kind.peak_week for kind in KINDS], dtype=np.float64)[:, None]
    swing = np.asarray([kind.swing for kind in KINDS])[:, None]
    swing = np.where(peak > 0, swing, 0.0)
    raw = np.exp(swing * np.cos(2 * np.pi * (year_day[None, :] - (peak * 7 - 3)) / 365.25))
    # The mean of exp(a cos x) over a turn is the modified Bessel function I0(a).
    return np.asarray(raw / np.i0(swing), dtype=np.float64)


def compute_life(
    age: npt.NDArray[np.integer], rise: Floats, evergreen: npt.NDArray[np.bool_]
) -> Floats:
    """How wanted an article is at an age: up to 1 at its peak, fading to a remainder.

    Args:
        age: Days since its launch, 0 on the day itself.
        rise: Days from launch to peak.
        evergreen: Articles that stay as they are for ever.
    """
    scaled = (age + 1) / rise
    wave = np.maximum(scaled * np.exp(1.0 - scaled), _FADED_LEVEL)
    return np.where(evergreen, _EVERGREEN_LEVEL, wave)
