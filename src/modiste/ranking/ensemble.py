"""Several rankers whose scores a small model joins, fitted on a week that none of them had seen.

Source: Wolpert, "Stacked generalization", Neural Networks 1992; weights that are never negative as
    in Breiman, "Stacked regressions", Machine Learning 1996.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from modiste.errors import ArtifactError
from modiste.ranking.lightgbm import LightGbmRanker, Ranker, features_of, fit_ranker
from modiste.ranking.members import LIBRARIES, Library, LightGbmTrees, Member, Trees

FILE = "ensemble.json"
_PULL = 1e-3
"""What draws the weights towards each other: a week's rows are few where hits are."""
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Part:
    """A fitted member, and how its scores count."""

    library: Library
    trees: Trees
    middle: float
    """Mean of its scores on the held-out week."""
    spread: float
    """Standard deviation of them."""
    weight: float
    """Of its standardised score; never negative."""


@dataclass(frozen=True)
class Ensemble:
    """Fitted rankers, joined; it is asked as a `Ranker` is."""

    parts: tuple[Part, ...]
    bias: float
    columns: tuple[str, ...]
    """The features, in the order that all members read them."""

    def score(self, rows: pl.DataFrame) -> npt.NDArray[np.float32]:
        """Score the rows of a ranking table, `[n_rows]`; higher is better."""
        values = _values(rows, self.columns)
        joined = np.full(len(values), self.bias)
        for part in self.parts:
            if part.weight:
                joined += part.weight * (part.trees.margins(values) - part.middle) / part.spread
        return np.asarray(1 / (1 + np.exp(-joined)), np.float32)

    def contributions(self, rows: pl.DataFrame) -> npt.NDArray[np.float32]:
        """Give what each feature adds to each row's score before it is made a chance.

        Returns:
            `[n_rows, n_columns]`, the members' own by their weights; see `Ranker.contributions`.
        """
        values = _values(rows, self.columns)
        joined = np.zeros(values.shape)
        for part in self.parts:
            if part.weight:
                joined += part.weight / part.spread * part.trees.contributions(values)
        return joined.astype(np.float32)

    def importance(self) -> pl.DataFrame:
        """Give `feature, gain, splits` of the members by LightGBM, the largest total gain first."""
        boosters = [
            part.trees.booster
            for part in self.parts
            if isinstance(part.trees, LightGbmTrees) and part.weight
        ]
        return Ranker(tuple(boosters), self.columns).importance()

    def write(self, folder: Path) -> None:
        """Store each member in its library's own form, the weights as JSON."""
        told = []
        for number, part in enumerate(self.parts):
            file = f"member-{number}{part.trees.suffix}"
            part.trees.write(folder / file)
            told.append(
                {
                    "library": part.library,
                    "file": file,
                    "middle": part.middle,
                    "spread": part.spread,
                    "weight": part.weight,
                }
            )
        facts = {"bias": self.bias, "columns": self.columns, "members": told}
        (folder / FILE).write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
        self.importance().write_parquet(folder / "importance.parquet")

    @classmethod
    def read(cls, folder: Path) -> Ensemble:
        """Open what `write` stored.

        Raises:
            ArtifactError: If the file is no ensemble.
            MissingExtraError: If a member's library is not installed.
        """
        try:
            facts = json.loads((folder / FILE).read_text(encoding="utf-8"))
            parts = tuple(
                Part(
                    one["library"],
                    LIBRARIES[one["library"]].read(folder / Path(one["file"]).name),
                    float(one["middle"]),
                    float(one["spread"]),
                    float(one["weight"]),
                )
                for one in facts["members"]
            )
            return cls(parts, float(facts["bias"]), tuple(facts["columns"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ArtifactError(f"{folder / FILE} is no ensemble ({error}): train") from None


AnyRanker = Ranker | Ensemble
"""What orders a pool."""


def read_ranker(folder: Path) -> AnyRanker:
    """Open a release's ranker, alone or several joined."""
    return Ensemble.read(folder) if (folder / FILE).is_file() else Ranker.read(folder)


def fit_ranking(
    settings: LightGbmRanker, windows: Sequence[pl.DataFrame], seed: int
) -> tuple[AnyRanker, dict[str, object]]:
    """Fit the ranker, and its further members where the settings name some.

    The newest window is held out first: members are fitted on the older ones, and the small model
    on what they say of it. Then all are fitted on every window; the weights stay.

    Args:
        settings: The hyper-parameters.
        windows: `LabelledWindow.rows` of each window, the oldest first.
        seed: Start of the draws.

    Returns:
        The ranker, and the weights for the manifest.
    """
    if not settings.members:
        return fit_ranker(settings, windows, seed), {}
    columns = features_of(settings, windows[0])
    own = Member() if settings.objective != "lambdarank" else Member(objective="lambdarank")
    members = [own, *settings.members]
    older, newest = windows[:-1], windows[-1]
    weights, bias = np.full(len(members), 1 / len(members)), 0.0
    middles, spreads = np.zeros(len(members)), np.ones(len(members))
    if older and newest["label"].sum() > 0:
        values = _values(newest, columns)
        fitted = [_fit(one, settings, older, columns, seed + n) for n, one in enumerate(members)]
        margins = np.column_stack([trees.margins(values) for trees in fitted])
        middles, spreads = margins.mean(axis=0), np.maximum(margins.std(axis=0), 1e-9)
        weights, bias = blend((margins - middles) / spreads, newest["label"].to_numpy())
    parts = []
    for number, member in enumerate(members):
        trees = _fit(member, settings, windows, columns, seed + number)
        middle, spread = float(middles[number]), float(spreads[number])
        parts.append(Part(member.library, trees, middle, spread, float(weights[number])))
    told = {f"{number}-{part.library}": round(part.weight, 4) for number, part in enumerate(parts)}
    return Ensemble(tuple(parts), bias, columns), {"ensemble": told}


def blend(scores: Floats, labels: npt.NDArray[np.generic]) -> tuple[Floats, float]:
    """Fit the weights of standardised scores by logistic regression, none of them negative.

    Args:
        scores: `[n_rows, n_members]`.
        labels: `[n_rows]`, 1: bought.

    Returns:
        The weights and the bias.
    """
    from scipy.optimize import minimize

    n_members = scores.shape[1]
    signs = np.where(labels == 1, 1.0, -1.0)

    def cost(given: Floats) -> tuple[float, Floats]:
        weights, bias = given[:-1], given[-1]
        margins = signs * (scores @ weights + bias)
        pull = weights - weights.mean()
        slopes = -signs / (1 + np.exp(margins)) / len(signs)
        gradient = np.append(scores.T @ slopes + 2 * _PULL * pull, slopes.sum())
        return float(np.logaddexp(0, -margins).mean() + _PULL * pull @ pull), gradient

    start = np.append(np.full(n_members, 1 / n_members), 0.0)
    bounds = [(0.0, None)] * n_members + [(None, None)]
    found = minimize(cost, start, jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(found.x[:-1]), float(found.x[-1])


def _fit(
    member: Member,
    settings: LightGbmRanker,
    windows: Sequence[pl.DataFrame],
    columns: tuple[str, ...],
    seed: int,
) -> Trees:
    own = replace(settings, objective=member.objective, members=())
    rows = member.rows_of(windows) or list(windows)
    values = np.concatenate([_values(one, columns) for one in rows])
    labels = np.concatenate([one["label"].to_numpy() for one in rows])
    sizes = np.concatenate([one["user_idx"].rle().struct.field("len").to_numpy() for one in rows])
    return LIBRARIES[member.library].fit(own, values, labels, sizes, seed)


def _values(rows: pl.DataFrame, columns: Sequence[str]) -> npt.NDArray[np.float32]:
    return rows.select(columns).to_numpy()
