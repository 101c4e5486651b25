"""LightGBM on labelled windows: log-loss, lambdarank, or the better of both on past weeks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field

from modiste.component import component
from modiste.errors import ArtifactError

MAX_BINS = 63
"""Bins of a feature: fewer make smaller histograms, which is where the time goes."""
NOT_FEATURES = ("user_idx", "item_idx", "label", "week")


@component
class LightGbmRanker:
    """Gradient boosted trees over the columns of the ranking table.

    Source: Ke et al., "LightGBM: a highly efficient gradient boosting decision tree", NIPS 2017.
    """

    objective: Literal["log-loss", "lambdarank", "auto"] = "log-loss"
    """What is minimised; `auto` fits both and takes the better one on the last training windows."""
    n_trees: Annotated[int, Field(gt=0)] = 250
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
    threads: Annotated[int, Field(ge=0)] = 0
    """Threads; 0: all cores."""

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

    booster: Any
    """The `lightgbm.Booster`."""
    columns: tuple[str, ...]
    """The features in the order the booster reads them."""

    def score(self, rows: pl.DataFrame) -> npt.NDArray[np.float32]:
        """Score the rows of a ranking table, `[n_rows]`; higher is better."""
        values = rows.select(self.columns).to_numpy()
        return np.asarray(self.booster.predict(values), dtype=np.float32)

    def importance(self) -> pl.DataFrame:
        """Give `feature, gain, splits`, the largest total gain first."""
        return pl.DataFrame(
            {
                "feature": list(self.columns),
                "gain": self.booster.feature_importance("gain"),
                "splits": self.booster.feature_importance("split"),
            }
        ).sort("gain", "feature", descending=[True, False])

    def write(self, folder: Path) -> None:
        """Store the trees as LightGBM's own text, and the importance of the features."""
        self.booster.save_model(folder / "ranker.txt")
        self.importance().write_parquet(folder / "importance.parquet")

    @classmethod
    def read(cls, folder: Path) -> Ranker:
        """Open what `write` stored.

        Raises:
            ArtifactError: If the file is no model.
        """
        import lightgbm

        try:
            booster = lightgbm.Booster(model_file=folder / "ranker.txt")
        except lightgbm.basic.LightGBMError as error:
            raise ArtifactError(f"{folder / 'ranker.txt'} is no ranker ({error}): train") from None
        return cls(booster, tuple(booster.feature_name()))


def fit_ranker(settings: LightGbmRanker, windows: Sequence[pl.DataFrame], seed: int) -> Ranker:
    """Fit on the rows of labelled windows.

    Args:
        settings: The hyper-parameters; `auto` must have been decided, see `modiste.ranking.choice`.
        windows: `LabelledWindow.rows` of each window, with the same columns.
        seed: Start of LightGBM's draws.
    """
    import lightgbm

    columns = tuple(name for name in windows[0].columns if name not in NOT_FEATURES)
    values = np.concatenate([rows.select(columns).to_numpy() for rows in windows])
    labels = np.concatenate([rows["label"].to_numpy() for rows in windows])
    group = None
    if settings.objective == "lambdarank":
        sizes = [rows["user_idx"].rle().struct.field("len").to_numpy() for rows in windows]
        group = np.concatenate(sizes)
    data = lightgbm.Dataset(
        values, labels, group=group, feature_name=list(columns), params={"max_bin": MAX_BINS}
    )
    booster = lightgbm.train(settings.parameters(seed), data, num_boost_round=settings.n_trees)
    return Ranker(booster, columns)
