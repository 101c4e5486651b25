"""Fitted models as tables, so that a release can hold them."""

from __future__ import annotations

import numpy as np
import polars as pl

from modiste.demand.calibration import Calibration
from modiste.demand.logistic import Logistic
from modiste.demand.propensity import Chance, Propensity, PropensityFit
from modiste.demand.trees import Forest

_LINE = ("centre", "spread", "weights")


def propensity_table(model: Propensity) -> pl.DataFrame:
    """Give a model as two rows, one for each of its chances."""
    chances = (model.any, model.kinds)
    return pl.DataFrame(
        {
            "chance": ["any", "kinds"],
            "text": [one.forest.text for one in chances],
            "constant": [one.forest.constant for one in chances],
            "columns": [list(one.columns) for one in chances],
            **{
                name: [getattr(one.line, name).tolist() if one.line else None for one in chances]
                for name in _LINE
            },
            "slope": [one.calibration.slope for one in chances],
            "dormant": [model.dormant] * 2,
            "attributes": [list(model.attributes)] * 2,
        },
        schema={
            "chance": pl.String,
            "text": pl.String,
            "constant": pl.Float64,
            "columns": pl.List(pl.String),
            **dict.fromkeys(_LINE, pl.List(pl.Float64)),
            "slope": pl.Float64,
            "dormant": pl.Float64,
            "attributes": pl.List(pl.String),
        },
    )


def propensity_of(table: pl.DataFrame, fit: PropensityFit) -> Propensity:
    """Give the model that `propensity_table` gave as a table."""
    rows = table.rows_by_key("chance", named=True, unique=True)

    def chance(row: dict[str, object]) -> Chance:
        forest = Forest(str(row["text"]), float(str(row["constant"])))
        known = row["centre"] is not None
        line = Logistic(*(np.array(row[name], float) for name in _LINE)) if known else None
        calibration = Calibration(float(str(row["slope"])))
        return Chance(forest, line, calibration, tuple(row["columns"]))  # type: ignore[arg-type]

    first = rows["any"]
    return Propensity(
        fit, chance(first), chance(rows["kinds"]), first["dormant"], tuple(first["attributes"])
    )
