"""The candidate ledger: what each source recalls, and what nobody else gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

PAIR = ["user_idx", "item_idx"]


@dataclass
class Ledger:
    """Counts of many weeks, added one by one."""

    sources: Sequence[str]
    """Names of the sources, in the order of the table."""
    n_bought: int = 0
    n_users: int = 0
    n_pool: int = 0
    n_found: int = 0
    _counts: dict[str, dict[str, float]] = field(default_factory=dict)

    def add(
        self, long: pl.DataFrame, bought: pl.DataFrame, n_users: int, seconds: Mapping[str, float]
    ) -> None:
        """Count one week (or one chunk of its users).

        Args:
            long: `source, user_idx, item_idx, rank` of the asked users.
            bought: Distinct `user_idx, item_idx` that they bought.
            n_users: Users asked.
            seconds: What each source took.
        """
        hit = bought.select(*PAIR, pl.lit(1, pl.Int64).alias("hit"))
        others = long.group_by(PAIR).agg(pl.len().alias("n_sources"))
        rows = (
            long.join(hit, on=PAIR, how="left")
            .join(others, on=PAIR)
            .with_columns(
                pl.col("hit").fill_null(0), alone=(pl.col("n_sources") == 1).cast(pl.Int64)
            )
        )
        counts = rows.group_by("source").agg(
            pl.len().cast(pl.Int64).alias("pairs"),
            pl.col("hit").sum().alias("hits"),
            (pl.col("hit") * pl.col("alone")).sum().alias("unique_hits"),
            pl.col("alone").sum().alias("unique_pairs"),
        )
        for row in counts.iter_rows(named=True):  # a row a source
            mine = self._counts.setdefault(row.pop("source"), {})
            for name, value in row.items():
                mine[name] = mine.get(name, 0) + value
        for name, value in seconds.items():
            mine = self._counts.setdefault(name, {})
            mine["seconds"] = mine.get("seconds", 0.0) + value
        self.n_bought += bought.height
        self.n_users += n_users
        self.n_pool += others.height
        self.n_found += int(others.join(hit, on=PAIR, how="semi").height)

    def rows(self) -> list[dict[str, str | float]]:
        """Give a row for each source, and one called `pool` for all of them together.

        `recall` is the share of bought pairs that a source proposed, `unique_recall` of those that
        no other source did; `hit_rate` the share of its proposals that were bought; `overlap` the
        share of its proposals that another source made too; `n_candidates` its proposals per user.
        """
        table: list[dict[str, str | float]] = []
        for name in self.sources:
            counts = self._counts.get(name, {})
            pairs = counts.get("pairs", 0)
            table.append(
                {
                    "source": name,
                    "recall": counts.get("hits", 0) / max(1, self.n_bought),
                    "unique_recall": counts.get("unique_hits", 0) / max(1, self.n_bought),
                    "hit_rate": counts.get("hits", 0) / max(1, pairs),
                    "overlap": 1 - counts.get("unique_pairs", 0) / max(1, pairs),
                    "n_candidates": pairs / max(1, self.n_users),
                    "seconds": counts.get("seconds", 0.0),
                }
            )
        table.append(
            {
                "source": "pool",
                "recall": self.n_found / max(1, self.n_bought),
                "unique_recall": self.n_found / max(1, self.n_bought),
                "hit_rate": self.n_found / max(1, self.n_pool),
                "overlap": 0.0,
                "n_candidates": self.n_pool / max(1, self.n_users),
                "seconds": sum(float(row["seconds"]) for row in table),
            }
        )
        return table
