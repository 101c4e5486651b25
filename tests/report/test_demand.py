"""The chapter on seasons and lives."""

import json
from pathlib import Path

import numpy as np

from modiste.data import Dataset
from modiste.demand.panel import Panel
from modiste.report.demand import demand_parts, heat_map, life_curves, stage_table
from modiste.report.parts import Chart, Table
from modiste.testing import make_shop, random_shop


def test_the_heat_map_names_the_week_of_each_kind() -> None:
    counts = np.ones((2, 104))
    end = 7 * 104  # 1970-01-01 and two years on
    counts[0, 10] = 60
    chart = heat_map(["coat", "shorts"], counts, end)
    assert chart is not None
    assert "coat in week 11" in chart.alt
    assert chart.svg.count("<path") > 104


def test_launch_curves_are_of_kinds_with_enough_articles() -> None:
    counts = np.zeros((24, 60), np.float32)
    counts[:12, 5:15] = 4  # launched, sold for ten weeks, over
    panel = Panel(420, counts, {"kind": np.repeat([1, 2], 12)})
    chart = life_curves(["dress", "hat"], panel)
    assert chart is not None
    assert "dress sells 40 %" in chart.alt
    assert "hat" not in chart.alt


def test_stages_are_counted() -> None:
    counts = np.zeros((3, 60), np.float32)
    counts[0] = 5
    counts[1, :50] = 5
    rows = {row[0].split(":")[0]: row for row in stage_table(Panel(420, counts, {})).rows}
    assert (rows["peak"][1], rows["gone"][1], rows["new"][1]) == ("1", "1", "1")


def test_a_shop_without_purchases_or_evaluation_is_no_fault(tmp_path: Path) -> None:
    nothing = make_shop([], n_users=1, n_items=1, attributes={"kind": ["hat"]})
    assert demand_parts(tmp_path, nothing) == []
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "demand.json").write_text("{", encoding="utf-8")
    assert titles(tmp_path, random_shop())[-1] == "Stages of life"


def test_an_evaluation_is_drawn(tmp_path: Path) -> None:
    row = {"auroc": 0.7, "auroc_low": 0.6, "auroc_high": 0.8, "calibration_error": 0.01}
    bins = [{"said": 0.1, "happened": 0.1, "rows": 5}, {"said": 0.4, "happened": 0.3, "rows": 5}]
    rule = row | {"auroc": 0.65}
    churn = {
        "models": {"modiste": row, "before calibration": row, "recency alone": rule},
        "reliability": bins,
    }
    weeks = [{"week_start": f"2020-09-0{n}", "actual": 5.0, "value": 4.0} for n in (1, 8)]
    (tmp_path / "reports").mkdir()
    found = {"weeks": 2, "tasks": {"churn": churn}, "by_week": weeks}
    (tmp_path / "reports" / "demand.json").write_text(json.dumps(found), encoding="utf-8")
    assert titles(tmp_path, random_shop())[-3:] == [
        "Foreseen and sold",
        "Chances to buy",
        "What was foreseen, beside simple rules",
    ]
    table = demand_parts(tmp_path, random_shop())[-1]
    assert isinstance(table, Table)
    assert table.rows[0][-1] == "0.650 (recency alone)", "what is not yet calibrated is no rule"


def titles(shop: Path, dataset: Dataset) -> list[str]:
    parts = demand_parts(shop, dataset)
    assert all(part.svg for part in parts if isinstance(part, Chart))
    return [part.title for part in parts]
