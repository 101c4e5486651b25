"""Places turned into figures with intervals: over all judged users, and over parts of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from modiste.evaluation.intervals import Interval, Resampled, resample
from modiste.evaluation.relevance.placing import Places, Values
from modiste.evaluation.relevance.split import Rows, Split

Mask = npt.NDArray[np.bool_]
Figures = dict[str, float | None]
"""`NAME`, `NAME_low` and `NAME_high` for each figure; null: no value."""
SAMPLED_K, FULL_K = 10, 12
PROTOCOLS: Mapping[str, tuple[str, ...]] = {
    "sampled": ("AUC", f"HR@{SAMPLED_K}", f"NDCG@{SAMPLED_K}"),
    "full": ("AUC", f"Recall@{FULL_K}", f"NDCG@{FULL_K}"),
}
"""Figures of each protocol."""
WARM_USER, HOT_USER = 2, 5
"""A user with so many training purchases is warm, or hot; with one, cold."""
HOT_ITEM = 10
"""An item with so many training purchases is hot; with fewer, warm; without any, cold."""
_DIGITS = 5


@dataclass(frozen=True)
class Judged:
    """One model's places under both protocols, and its new items among new ones."""

    sampled: Places
    full: Places
    among_new: Places
    """Of the held-out items that nobody bought in training, among all such items."""

    def columns(self) -> Values:
        """Give the figures of `PROTOCOLS`, one after the other, `[n_judged, 6]`."""
        few, all_items = self.sampled, self.full
        return np.column_stack(
            [
                few.auc(),
                few.hit(SAMPLED_K),
                few.ndcg(SAMPLED_K),
                all_items.auc(),
                all_items.hit(FULL_K),
                all_items.ndcg(FULL_K),
            ]
        )


def parts_of_judged(split: Split) -> dict[str, dict[str, Mask]]:
    """Say which of the judged belong to each part of the users and of the items, `[n_judged]`."""
    bought, sold = split.user_sales, split.item_sales[split.judged_item]
    return {
        "users": {
            "cold": bought < WARM_USER,
            "warm": (bought >= WARM_USER) & (bought < HOT_USER),
            "hot": bought >= HOT_USER,
        },
        "items": {
            "seen": sold > 0,
            "hot": sold >= HOT_ITEM,
            "warm": (sold > 0) & (sold < HOT_ITEM),
            "cold": sold == 0,
        },
    }


class Sheet:
    """The figures of all models over the same judged users."""

    def __init__(self, models: Mapping[str, Judged], split: Split, seed: int) -> None:
        self.names = list(models)
        self._values = np.column_stack([judged.columns() for judged in models.values()])
        self._users = split.judged_user
        self._seed = seed

    def of(self, some: Mask) -> dict[str, dict[str, Figures]] | None:
        """Give each model's figures over a part of the judged, by model and protocol.

        Returns:
            None for an empty part.
        """
        if not some.any():
            return None
        drawn = self._drawn(self._values[some], self._users[some])
        return {name: _by_protocol(drawn, 6 * place) for place, name in enumerate(self.names)}

    def leads(self, first: str) -> dict[str, dict[str, Figures]]:
        """Compare one model with each other on the same resamples: its figure minus theirs."""
        drawn = self._drawn(self._values, self._users)
        start = 6 * self.names.index(first)
        found = {}
        for place, name in enumerate(self.names):
            if name == first:
                continue
            found[name] = {
                protocol: _figures(
                    names,
                    [
                        drawn.paired(start + column, 6 * place + column).difference
                        for column in _columns(protocol)
                    ],
                )
                for protocol, names in PROTOCOLS.items()
            }
        return found

    def _drawn(self, values: Values, users: Rows) -> Resampled:
        return resample(values, users, np.random.default_rng(self._seed))


def among_new(models: Mapping[str, Judged], users: Rows, seed: int) -> dict[str, Figures] | None:
    """Give each model's AUC of new items among new items.

    Args:
        models: Places by model.
        users: Users whose held-out item is new, in the order of the places.
        seed: Of the resamples.

    Returns:
        None where fewer than two items are new, or none of them was held out.
    """
    some = next(iter(models.values())).among_new
    if not len(users) or not some.others.all():
        return None
    values = np.column_stack([judged.among_new.auc() for judged in models.values()])
    drawn = resample(values, users, np.random.default_rng(seed))
    return {name: _figures(("AUC",), [drawn.interval(place)]) for place, name in enumerate(models)}


def _by_protocol(drawn: Resampled, start: int) -> dict[str, Figures]:
    return {
        protocol: _figures(names, [drawn.interval(start + column) for column in _columns(protocol)])
        for protocol, names in PROTOCOLS.items()
    }


def _columns(protocol: str) -> range:
    """Say where a protocol's figures stand among the columns."""
    return range(0, 3) if protocol == "sampled" else range(3, 6)


def _figures(names: tuple[str, ...], intervals: list[Interval]) -> Figures:
    found: Figures = {}
    for name, one in zip(names, intervals, strict=True):
        found |= {name: _plain(one.value)}
        found |= {f"{name}_low": _plain(one.low), f"{name}_high": _plain(one.high)}
    return found


def _plain(value: float) -> float | None:
    """Round a figure for JSON; one without value becomes null."""
    return None if np.isnan(value) else round(value, _DIGITS)
