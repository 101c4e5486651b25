"""Figures by hand arithmetic."""

import numpy as np
import pytest

from modiste.evaluation.demand.figures import auroc, chance_figures, count_figures, deviance


def test_auroc_counts_pairs_and_ties_half() -> None:
    happened = np.array([1.0, 0.0, 1.0, 0.0])
    # Pairs of a yes and a no: 0.9 > 0.1, 0.9 > 0.5, 0.5 > 0.1, and 0.5 ties.
    assert auroc(happened, np.array([0.9, 0.1, 0.5, 0.5])) == pytest.approx(3.5 / 4)
    assert np.isnan(auroc(np.ones(2), np.array([0.1, 0.2])))


def test_intervals_hold_the_figure_and_a_better_model_leads() -> None:
    rng = np.random.default_rng(1)
    happened = (rng.random(4000) < 0.2).astype(float)
    good, bad = happened + rng.normal(0, 1, 4000), happened + rng.normal(0, 4, 4000)
    owners = np.arange(4000) % 500
    found = chance_figures(happened, {"good": good, "bad": bad}, owners, rng)
    row = found["models"]["good"]
    assert row["auroc_low"] < row["auroc"] < row["auroc_high"]
    assert row["auroc_high"] - row["auroc_low"] < 0.1
    assert found["leads"]["bad"]["auroc_low"] > 0


def test_counts_are_judged_by_error_and_deviance() -> None:
    sold = np.array([0.0, 2.0])
    assert deviance(sold, np.array([1.0, 1.0])) == pytest.approx([2.0, 2 * (2 * np.log(2) - 1)])
    rng = np.random.default_rng(1)
    said = {"own": np.array([0.0, 1.0]), "nothing": np.zeros(2)}
    found = count_figures(sold, said, np.array([0, 1]), rng)
    assert found["models"]["own"]["rmse"] == pytest.approx(np.sqrt(0.5))
    assert found["models"]["nothing"]["mae"] == pytest.approx(1.0)
    assert found["leads"]["nothing"]["rmse"] == pytest.approx(np.sqrt(2) - np.sqrt(0.5))
