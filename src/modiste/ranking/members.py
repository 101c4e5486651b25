"""The further rankers of an ensemble: LightGBM otherwise, XGBoost, CatBoost."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from math import ceil, log2
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field

from modiste.component import component
from modiste.errors import require

if TYPE_CHECKING:
    from modiste.ranking.lightgbm import LightGbmRanker

Values = npt.NDArray[np.float32]
Library = Literal["lightgbm", "xgboost", "catboost"]


@component
class Member:
    """One more ranker: what it does otherwise than the ranker itself."""

    library: Library = "lightgbm"
    """Who grows its trees; xgboost and catboost come with the extra `ensemble`."""
    objective: Literal["log-loss", "lambdarank"] = "log-loss"
    """What is minimised; as lambdarank XGBoost has rank:ndcg, CatBoost has YetiRank."""
    n_windows: Annotated[int, Field(ge=0)] = 0
    """Newest training windows that it learns from; 0: all."""
    least_sources: Annotated[int, Field(ge=1)] = 1
    """It learns from pairs that at least so many sources proposed: 1 is the whole pool."""

    def rows_of(self, windows: Sequence[pl.DataFrame]) -> list[pl.DataFrame]:
        """Give the rows that it learns from, of windows from the oldest on."""
        enough = pl.col("n_sources") >= self.least_sources
        kept = [rows.filter(enough) for rows in windows[-self.n_windows :]]
        return [rows for rows in kept if rows["label"].sum() > 0]


class Trees(ABC):
    """The fitted trees of one library."""

    suffix: ClassVar[str]
    """Of its file, a plain one of the library's own."""

    @abstractmethod
    def margins(self, values: Values) -> npt.NDArray[np.float64]:
        """Score rows, before a score is made a chance: `[n_rows, n_columns]` to `[n_rows]`."""

    @abstractmethod
    def contributions(self, values: Values) -> npt.NDArray[np.float64]:
        """Give what each column adds to each row's margin: `[n_rows, n_columns]` (TreeSHAP)."""

    @abstractmethod
    def write(self, path: Path) -> None:
        """Store the trees."""


class LightGbmTrees(Trees):
    """Trees of LightGBM."""

    suffix = ".txt"

    def __init__(self, booster: Any) -> None:
        self.booster = booster

    @classmethod
    def fit(
        cls, settings: LightGbmRanker, values: Values, labels: Any, sizes: Any, seed: int
    ) -> LightGbmTrees:
        """Grow trees; `sizes` are rows a user, the rows sorted by user within a window."""
        import lightgbm

        data = lightgbm.Dataset(
            values,
            labels,
            group=sizes if settings.objective == "lambdarank" else None,
            params={"max_bin": settings.parameters(0)["max_bin"]},
        )
        parameters = settings.parameters(seed % (1 << 31))
        return cls(lightgbm.train(parameters, data, num_boost_round=settings.n_trees))

    @classmethod
    def read(cls, path: Path) -> LightGbmTrees:
        """Open what `write` stored."""
        import lightgbm

        return cls(lightgbm.Booster(model_file=path))

    def margins(self, values: Values) -> npt.NDArray[np.float64]:
        """See `Trees`."""
        return np.asarray(self.booster.predict(values, raw_score=True), np.float64)

    def contributions(self, values: Values) -> npt.NDArray[np.float64]:
        """See `Trees`."""
        return np.asarray(self.booster.predict(values, pred_contrib=True), np.float64)[:, :-1]

    def write(self, path: Path) -> None:
        """See `Trees`."""
        self.booster.save_model(path)


class XgboostTrees(Trees):
    """Trees of XGBoost."""

    suffix = ".json"

    def __init__(self, booster: Any) -> None:
        self.booster = booster

    @classmethod
    def fit(
        cls, settings: LightGbmRanker, values: Values, labels: Any, sizes: Any, seed: int
    ) -> XgboostTrees:
        """Grow trees; see `LightGbmTrees.fit`."""
        require("xgboost", extra="ensemble")
        import xgboost

        ranks = settings.objective == "lambdarank"
        parameters = {
            "objective": "rank:ndcg" if ranks else "binary:logistic",
            "tree_method": "hist",
            "grow_policy": "lossguide",
            "max_leaves": settings.n_leaves,
            "max_depth": 0,
            "max_bin": settings.parameters(0)["max_bin"],
            "eta": settings.learning_rate,
            "subsample": settings.row_share,
            "colsample_bytree": settings.feature_share,
            "lambda": settings.l2,
            "nthread": settings.threads or None,
            "seed": seed % (1 << 31),
            "verbosity": 0,
        }
        users = np.repeat(np.arange(len(sizes)), sizes) if ranks else None
        data = xgboost.DMatrix(values, labels, qid=users)
        return cls(xgboost.train(parameters, data, num_boost_round=settings.n_trees))

    @classmethod
    def read(cls, path: Path) -> XgboostTrees:
        """Open what `write` stored."""
        require("xgboost", extra="ensemble")
        import xgboost

        return cls(xgboost.Booster(model_file=path))

    def margins(self, values: Values) -> npt.NDArray[np.float64]:
        """See `Trees`."""
        import xgboost

        data = xgboost.DMatrix(values)
        return np.asarray(self.booster.predict(data, output_margin=True), np.float64)

    def contributions(self, values: Values) -> npt.NDArray[np.float64]:
        """See `Trees`."""
        import xgboost

        data = xgboost.DMatrix(values)
        return np.asarray(self.booster.predict(data, pred_contribs=True), np.float64)[:, :-1]

    def write(self, path: Path) -> None:
        """See `Trees`."""
        self.booster.save_model(path)


class CatboostTrees(Trees):
    """Trees of CatBoost: each level splits by one question, so leaves become a depth."""

    suffix = ".cbm"

    def __init__(self, model: Any) -> None:
        self.model = model

    @classmethod
    def fit(
        cls, settings: LightGbmRanker, values: Values, labels: Any, sizes: Any, seed: int
    ) -> CatboostTrees:
        """Grow trees; see `LightGbmTrees.fit`."""
        require("catboost", extra="ensemble")
        import catboost

        ranks = settings.objective == "lambdarank"
        model = catboost.CatBoost(
            {
                "loss_function": "YetiRank" if ranks else "Logloss",
                "iterations": settings.n_trees,
                "learning_rate": settings.learning_rate,
                "depth": min(10, max(2, ceil(log2(settings.n_leaves)))),
                "l2_leaf_reg": settings.l2,
                "rsm": settings.feature_share,
                "border_count": settings.parameters(0)["max_bin"],
                "random_seed": seed % (1 << 31),
                "thread_count": settings.threads or -1,
                "allow_writing_files": False,
                "logging_level": "Silent",
            }
        )
        users = np.repeat(np.arange(len(sizes)), sizes) if ranks else None
        model.fit(catboost.Pool(values, labels, group_id=users))
        return cls(model)

    @classmethod
    def read(cls, path: Path) -> CatboostTrees:
        """Open what `write` stored."""
        require("catboost", extra="ensemble")
        import catboost

        return cls(catboost.CatBoost().load_model(str(path)))

    def margins(self, values: Values) -> npt.NDArray[np.float64]:
        """See `Trees`."""
        return np.asarray(self.model.predict(values, prediction_type="RawFormulaVal"), np.float64)

    def contributions(self, values: Values) -> npt.NDArray[np.float64]:
        """See `Trees`."""
        import catboost

        shares = self.model.get_feature_importance(catboost.Pool(values), type="ShapValues")
        return np.asarray(shares, np.float64)[:, :-1]

    def write(self, path: Path) -> None:
        """See `Trees`."""
        self.model.save_model(str(path))


LIBRARIES: dict[str, type[LightGbmTrees] | type[XgboostTrees] | type[CatboostTrees]] = {
    "lightgbm": LightGbmTrees,
    "xgboost": XgboostTrees,
    "catboost": CatboostTrees,
}
"""Who grows trees, by name."""
