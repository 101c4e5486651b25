"""Why an item is shown: the source that speaks for it most, and the purchase it relates to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from modiste.candidates.base import today
from modiste.data import Dataset
from modiste.engine import collect, lazy
from modiste.engine.plans import Index, take_rows
from modiste.ranking.model import Model, add_unknown_users, best_of
from modiste.recommend.lists import fallback_items, fill

PAIR = ["user_idx", "item_idx"]
FALLBACK = "popular now"
_RECENT, _HALF_LIFE = 40, 60.0
_LOW = (1 << 32) - 1


def explained_lists(model: Model, shop: Dataset, user_ids: Sequence[str], k: int) -> pl.DataFrame:
    """Give some users' lists with a reason for each item.

    Args:
        model: A fitted model.
        shop: The shop before the model's `as_of`, all users.
        user_ids: Text ids; unknown ones get what a new customer gets.
        k: Items for each user.

    Returns:
        `user_id, item_id, rank, score, source, reason`, by the order of `user_ids` and rank.
    """
    ids = collect(shop.users.select("user_idx", "user_id")).sort("user_idx")
    wanted = pl.DataFrame({"user_id": list(dict.fromkeys(user_ids))}, schema={"user_id": pl.String})
    wanted = wanted.with_row_index("place").join(ids, on="user_id", how="left")
    missing = pl.col("user_idx").is_null()
    number = (missing.cum_sum() - 1 + len(ids)).cast(pl.Int32)
    wanted = wanted.with_columns(
        pl.when(missing).then(number).otherwise("user_idx").alias("user_idx")
    )
    keys = wanted.get_column("user_idx").sort()
    asked = shop.of_users(lazy(keys.to_frame())).in_memory()
    asked = add_unknown_users(asked, keys.filter(keys >= len(ids)))
    spare = fallback_items(shop, k)
    rows = model.table(asked)
    lists = fill(best_of(rows, model.fit.ranker, k), keys, spare, k)
    items = collect(shop.items.select("item_idx", "item_id", "name"))
    reasons = Explainer(model).explain(rows, asked, lists)
    names = items.select(pl.col("item_idx").alias("because_idx"), pl.col("name").alias("because"))
    told = pl.concat_str("reason", pl.lit(": "), "because")
    reasons = reasons.join(names, on="because_idx", how="left").select(
        *PAIR, "source", pl.coalesce(told, "reason").alias("reason")
    )
    return (
        lists.join(reasons, on=PAIR, how="left")
        .with_columns(pl.col("source").fill_null("fallback"), pl.col("reason").fill_null(FALLBACK))
        .join(items, on="item_idx", how="left")
        .join(wanted, on="user_idx", how="left")
        .sort("place", "rank")
        .select("user_id", "item_id", "rank", "score", "source", "reason")
    )


class Explainer:
    """Says why items are in lists; safe to be used from many threads."""

    def __init__(self, model: Model) -> None:
        """Take the model that makes the lists."""
        self.model = model
        sources = model.recipe.sources
        self._names = sorted(sources)
        """Of equal rates the first name's source speaks."""
        self._texts = pl.DataFrame(
            {
                "source": self._names,
                "reason": [sources[name].reason for name in self._names],
            }
        )
        self._rates = _dense(model.fit.rates, self._names)

    @cached_property
    def _neighbours(self) -> dict[str, Index]:
        """Give the tables by which sources walk from a purchase to an item."""
        found = {}
        for name, tables in self.model.prepared.sources.items():
            if "neighbours" in tables:
                rows = collect(
                    tables["neighbours"].select("item_idx", "neighbour_idx", "similarity")
                )
                found[name] = Index(rows, ["item_idx"])
        return found

    def explain(self, rows: pl.DataFrame, asked: Dataset, lists: pl.DataFrame) -> pl.DataFrame:
        """Give for each recommended pair the source with the highest hit rate at the pair's rank.

        Args:
            rows: The ranking table that the lists were made of, at least `<source>_rank`.
            asked: The shop before `as_of`, cut to the users of the lists.
            lists: `user_idx, item_idx`.

        Returns:
            `user_idx, item_idx, source, reason, because_idx` (the own purchase that leads to it
            most; null: none does); a pair that no source proposed is absent.
        """
        # Arrays and single columns: live, a dozen expressions would cost more than the ranker.
        keys = _keys(rows, *PAIR)
        listed = np.flatnonzero(np.isin(keys, _keys(lists, *PAIR)))
        said = np.column_stack(
            [rows.get_column(f"{name}_rank").to_numpy()[listed] for name in self._names]
        )
        ranks = np.nan_to_num(said, nan=0.0).astype(np.int64).clip(max=self._rates.shape[1] - 1)
        rates = np.where(np.isnan(said), -1.0, self._rates[np.arange(len(self._names)), ranks])
        spoken = rates.max(axis=1, initial=-1.0) >= 0
        speaker, pairs = rates.argmax(axis=1)[spoken], keys[listed[spoken]]
        owned = recently_bought(asked)
        because = np.full(len(pairs), -1, np.int32)
        for number in np.unique(speaker).tolist():
            if (index := self._neighbours.get(self._names[number])) is not None:
                mine = speaker == number
                because[mine] = _leading(index, owned, pairs[mine])
        found = pl.DataFrame(
            {
                "user_idx": (pairs >> 32).astype(np.int32),
                "item_idx": (pairs & _LOW).astype(np.int32),
            }
        )
        purchases = np.where(because < 0, np.nan, because)  # null where none leads to it
        led = pl.Series("because_idx", purchases, nan_to_null=True).cast(pl.Int32)
        return found.hstack(take_rows(self._texts, speaker)).hstack([led])


def _leading(
    index: Index, owned: pl.DataFrame, pairs: npt.NDArray[np.int64]
) -> npt.NDArray[np.int32]:
    """Give for each pair the own purchase that leads to it most, `item_idx`; -1: none does."""
    reached = index.inner(owned)
    order = np.argsort(pairs)
    keys = _keys(reached, "user_idx", "neighbour_idx")
    at = np.searchsorted(pairs[order], keys).clip(max=len(pairs) - 1)
    wanted = np.flatnonzero(pairs[order][at] == keys)
    at = at[wanted]
    strength = (reached.get_column("weight") * reached.get_column("similarity")).to_numpy()[wanted]
    purchase = reached.get_column("item_idx").to_numpy()[wanted]
    best = np.lexsort((purchase, -strength, at))
    first = np.flatnonzero(np.diff(at[best], prepend=-1))
    found = np.full(len(pairs), -1, np.int32)
    found[order[at[best[first]]]] = purchase[best[first]]
    return found


def _keys(rows: pl.DataFrame, user: str, item: str) -> npt.NDArray[np.int64]:
    """Give one whole number for each pair."""
    users = rows.get_column(user).to_numpy().astype(np.int64)
    keys: npt.NDArray[np.int64] = users << 32 | rows.get_column(item).to_numpy()
    return keys


def _dense(rates: pl.DataFrame, names: Sequence[str]) -> npt.NDArray[np.float64]:
    """Give the rate of each source and rank, `[n_sources, highest rank + 2]`; 0: not known."""
    highest = rates["rank"].max()
    dense = np.zeros((len(names), (highest if isinstance(highest, int) else 0) + 2))
    places = {name: place for place, name in enumerate(names)}
    known = rates.filter(pl.col("source").is_in(names))
    dense[[places[name] for name in known["source"]], known["rank"].to_numpy()] = known["rate"]
    return dense


def recently_bought(asked: Dataset) -> pl.DataFrame:
    """Give what each user bought last: `user_idx, item_idx, weight`, which halves with age."""
    rows = collect(asked.interactions.select("user_idx", "item_idx", "day"))
    day, pairs = rows.get_column("day").to_numpy(), _keys(rows, *PAIR)
    order = np.lexsort((-day, pairs))
    newest = order[np.diff(pairs[order], prepend=-1) != 0]
    users, items = pairs[newest] >> 32, pairs[newest] & _LOW
    order = np.lexsort((items, -day[newest], users))
    starts = np.flatnonzero(np.diff(users[order], prepend=-1))
    place = np.arange(len(order)) - np.repeat(starts, np.diff(starts, append=len(order)))
    last = order[place < _RECENT]
    age = (today(asked) - 1 - day[newest][last]).astype(np.float64)
    return pl.DataFrame(
        {
            "user_idx": users[last].astype(np.int32),
            "item_idx": items[last].astype(np.int32),
            "weight": 0.5 ** (age / _HALF_LIFE),
        }
    )
