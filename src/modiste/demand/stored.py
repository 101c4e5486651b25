"""Fitted models as tables, so that a release can hold them."""

from __future__ import annotations

import numpy as np
import polars as pl

from modiste.demand.calibration import Calibration
from modiste.demand.propensity import Chance, Propensity, PropensityFit
from modiste.demand.trees import Forest


def propensity_table(model: Propensity) -> pl.DataFrame:
    """Give a model as two rows, one for each of its chances."""
    chances = (model.any, model.kinds)
    return pl.DataFrame(
        {
            "chance": ["any", "kinds"],
            "text": [one.forest.text for one in chances],
            "constant": [one.forest.constant for one in chances],
            "columns": [list(one.columns) for one in chances],
            "said": [one.calibration.said.tolist() for one in chances],
            "happened": [one.calibration.happened.tolist() for one in chances],
            "dormant": [model.dormant] * 2,
            "attributes": [list(model.attributes)] * 2,
        },
        schema={
            "chance": pl.String,
            "text": pl.String,
            "constant": pl.Float64,
            "columns": pl.List(pl.String),
            "said": pl.List(pl.Float64),
            "happened": pl.List(pl.Float64),
            "dormant": pl.Float64,
            "attributes": pl.List(pl.String),
        },
    )


def propensity_of(table: pl.DataFrame, fit: PropensityFit) -> Propensity:
    """Give the model that `propensity_table` gave as a table."""
    rows = table.rows_by_key("chance", named=True, unique=True)

    def chance(row: dict[str, object]) -> Chance:
        forest = Forest(str(row["text"]), float(str(row["constant"])))
        curve = Calibration(np.array(row["said"], float), np.array(row["happened"], float))
        return Chance(forest, curve, tuple(row["columns"]))  # type: ignore[arg-type]

    first = rows["any"]
    return Propensity(
        fit, chance(first), chance(rows["kinds"]), first["dormant"], tuple(first["attributes"])
    )
