"""LightGBM on labelled windows: log-loss, lambdarank, or the better of both on past weeks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field

from modiste.component import component
from modiste.errors import ArtifactError
from modiste.ranking.members import Member

MAX_BINS = 63
"""Bins of a feature: fewer make smaller histograms, which is where the time goes."""
NOT_FEATURES = ("user_idx", "item_idx", "label", "week")
NEAR_DUPLICATES = (
    "popular_score",
    "popular_age_score",
    "popular_channel_score",
    "popular_together_score",
    "similar_users_rank",
    "bpr_score",
    "item_price_max",
    "item_price_now_share",
    "item_selling_share",
    "item_age_*",
    "item_web_share",
    "item_sales_1d",
    "item_sales_3d",
    "item_sales_14d",
    "item_sales_next_weeks_last_year",
    "item_trend_1_7",
    "item_trend_7_28",
    "product_sales_7d",
    "product_sales_decayed",
    "product_variants",
    "kind_sales_*",
    "kind_item_share",
    "kind_variants",
    "department_sales_*",
    "department_item_share",
    "department_variants",
    "department_season_rise",
    "pair_age_gap_relative",
    "pair_web_gap",
    "season_*",
    "taste_kind_group_count",
    "taste_kind_group_days",
    "taste_kind_group_share",
    "taste_colour_count",
    "taste_colour_family_*",
    "taste_division_*",
    "taste_pattern_count",
    "taste_pattern_days",
    "taste_shade_count",
    "taste_shade_days",
    "taste_audience_count",
    "taste_audience_days",
    "taste_section_count",
    "taste_section_days",
    "taste_garment_group_count",
    "taste_garment_group_days",
    "user_items",
    "user_visit*",
    "user_basket",
    "user_purchases_*",
    "user_price_*",
    "user_web_share",
    "user_days_since_first",
)
"""What other columns say as well, or what names a week or a user rather than tells a taste."""


@component
class LightGbmRanker:
    """Gradient boosted trees over the columns of the ranking table.

    Source: Ke et al., "LightGBM: a highly efficient gradient boosting decision tree", NIPS 2017.
    """

    objective: Literal["log-loss", "lambdarank", "auto"] = "log-loss"
    """What is minimised; `auto` fits both and takes the better one on the last training windows."""
    n_trees: Annotated[int, Field(gt=0)] = 200
    """Boosting rounds."""
    n_leaves: Annotated[int, Field(gt=1)] = 8
    """Leaves of a tree; few, since a small shop's weeks hold some hundred hits in all."""
    learning_rate: Annotated[float, Field(gt=0)] = 0.05
    """Shrinkage of a tree."""
    min_leaf_rows: Annotated[int, Field(gt=0)] = 200
    """Least rows in a leaf."""
    feature_share: Annotated[float, Field(gt=0, le=1)] = 0.4
    """Share of the features drawn for each tree."""
    row_share: Annotated[float, Field(gt=0, le=1)] = 0.8
    """Share of the rows drawn for each tree."""
    l2: Annotated[float, Field(ge=0)] = 10.0
    """L2 penalty of the leaves."""
    n_seeds: Annotated[int, Field(gt=0)] = 3
    """Rankers fitted with draws of their own, whose mean decides: where hits are few, one ranker
    owes much to luck. Time grows with their number."""
    leave_out: tuple[str, ...] = NEAR_DUPLICATES
    """Columns of the table that the trees do not see, by shell pattern. A small shop's weeks hold
    some hundred hits: columns that say nearly the same are chances to learn noise."""
    threads: Annotated[int, Field(ge=0)] = 0
    """Threads; 0: all cores."""
    members: tuple[Member, ...] = ()
    """Further rankers whose scores are joined with this one's, see `modiste.ranking.ensemble`; then
    `n_seeds` is not read. In a file: `[[ranker.members]]`."""

    def parameters(self, seed: int) -> dict[str, Any]:
        """Give the settings in LightGBM's words."""
        ranking = {"objective": "lambdarank", "lambdarank_truncation_level": 20}
        return {
            **(ranking if self.objective == "lambdarank" else {"objective": "binary"}),
            "num_leaves": self.n_leaves,
            "learning_rate": self.learning_rate,
            "min_data_in_leaf": self.min_leaf_rows,
            "feature_fraction": self.feature_share,
            "bagging_fraction": self.row_share,
            "bagging_freq": 1,
            "lambda_l2": self.l2,
            "num_threads": self.threads,
            "seed": seed,
            "deterministic": True,
            # By columns only the drawn share of the features is counted; by rows all of them are.
            "force_col_wise": True,
            "verbosity": -1,
            "max_bin": MAX_BINS,
        }


@dataclass(frozen=True)
class Ranker:
    """A fitted ranker."""

    boosters: tuple[Any, ...]
    """A `lightgbm.Booster` for each seed."""
    columns: tuple[str, ...]
    """The features in the order the booster reads them."""

    def score(self, rows: pl.DataFrame) -> npt.NDArray[np.float32]:
        """Score the rows of a ranking table, `[n_rows]`; higher is better."""
        values = rows.select(self.columns).to_numpy()
        total = sum(np.asarray(booster.predict(values)) for booster in self.boosters)
        return np.asarray(total / len(self.boosters), dtype=np.float32)

    def contributions(self, rows: pl.DataFrame) -> npt.NDArray[np.float32]:
        """Give what each feature adds to each row's score before it is made a chance.

        Returns:
            `[n_rows, n_columns]` in log-odds (of a ranker of log-loss), the mean of the boosters;
            a row's sum and the mean prediction make its score.

        Source: Lundberg et al., "From local explanations to global understanding with explainable
            AI for trees", Nature Machine Intelligence 2020 (TreeSHAP, as LightGBM has it).
        """
        values = rows.select(self.columns).to_numpy()
        total = sum(
            np.asarray(booster.predict(values, pred_contrib=True)) for booster in self.boosters
        )
        return np.asarray(total / len(self.boosters), dtype=np.float32)[:, :-1]

    def importance(self) -> pl.DataFrame:
        """Give `feature, gain, splits`, the largest total gain first."""
        return pl.DataFrame(
            {
                "feature": list(self.columns),
                "gain": sum(booster.feature_importance("gain") for booster in self.boosters),
                "splits": sum(booster.feature_importance("split") for booster in self.boosters),
            }
        ).sort("gain", "feature", descending=[True, False])

    def write(self, folder: Path) -> None:
        """Store the trees as LightGBM's own text, and the importance of the features."""
        for number, booster in enumerate(self.boosters):
            booster.save_model(folder / _file(number))
        self.importance().write_parquet(folder / "importance.parquet")

    @classmethod
    def read(cls, folder: Path) -> Ranker:
        """Open what `write` stored.

        Raises:
            ArtifactError: If the file is no model.
        """
        import lightgbm

        n_files = 1 + len(list(folder.glob("ranker-*.txt")))
        path = folder / _file(0)
        boosters = []
        try:
            for path in (folder / _file(number) for number in range(n_files)):
                boosters.append(lightgbm.Booster(model_file=path))
        except lightgbm.basic.LightGBMError as error:
            raise ArtifactError(f"{path} is no ranker ({error}): train") from None
        return cls(tuple(boosters), tuple(boosters[0].feature_name()))


def _file(number: int) -> str:
    return f"ranker-{number}.txt" if number else "ranker.txt"


def features_of(settings: LightGbmRanker, rows: pl.DataFrame) -> tuple[str, ...]:
    """Name the columns of a ranking table that trees may see."""
    return tuple(
        name
        for name in rows.columns
        if name not in NOT_FEATURES
        and not any(fnmatchcase(name, pattern) for pattern in settings.leave_out)
    )


def fit_ranker(settings: LightGbmRanker, windows: Sequence[pl.DataFrame], seed: int) -> Ranker:
    """Fit on the rows of labelled windows.

    Args:
        settings: The hyper-parameters; `auto` must have been decided, see `modiste.ranking.choice`.
        windows: `LabelledWindow.rows` of each window, with the same columns.
        seed: Start of LightGBM's draws.
    """
    import lightgbm

    columns = features_of(settings, windows[0])
    values = np.concatenate([rows.select(columns).to_numpy() for rows in windows])
    labels = np.concatenate([rows["label"].to_numpy() for rows in windows])
    group = None
    if settings.objective == "lambdarank":
        sizes = [rows["user_idx"].rle().struct.field("len").to_numpy() for rows in windows]
        group = np.concatenate(sizes)
    data = lightgbm.Dataset(
        values,
        labels,
        group=group,
        feature_name=list(columns),
        params={"max_bin": MAX_BINS},
        free_raw_data=False,
    )
    boosters = (
        lightgbm.train(
            settings.parameters((seed + n) % (1 << 31)), data, num_boost_round=settings.n_trees
        )
        for n in range(settings.n_seeds)
    )
    return Ranker(tuple(boosters), columns)
