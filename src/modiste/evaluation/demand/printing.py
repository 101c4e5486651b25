"""The figures of demand as tables for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from modiste.evaluation.demand.whole import CHANCES, COUNTS

TITLES = {
    "churn": "buys in the next week, of users who bought in the last 28 days",
    "propensity": "buys of a kind in the next week, of the same users",
    "item_sales": "weekly pieces of articles that sell at least 10 times in all of the data",
    "item_sales_known": "weekly pieces of articles that sold at least 10 times before the week",
    "department_sales": "weekly pieces by department",
}


def print_demand(result: Mapping[str, Any], console: Console | None = None) -> None:
    """Print what was said of past weeks beside simple rules; intervals are of 95 %.

    A ✓ marks a rule that the model surpasses with its whole paired interval.

    Args:
        result: What `measure_demand` gave.
        console: Where to print; the process's stdout by default.
    """
    out = console or Console()
    for task in (*CHANCES, *COUNTS):
        if task in result["tasks"]:
            found = result["tasks"][task]
            out.print(_chances(task, found) if task in CHANCES else _counts(task, found))
    revenue = result["revenue"]
    own, nothing = revenue["modiste"], revenue["nothing"]
    told = (
        f"mean absolute error {own:.5f}, {revenue['modiste, normalised']:.4f} of its standard "
        f"deviation; predicting nothing {nothing:.5f}, {revenue['nothing, normalised']:.4f}"
    )
    told = told if own or nothing else "nothing to foresee, no purchase tells a price"
    out.print(
        f"sum of prices of every article (RelBench's item-sales): {told}",
        highlight=False,
        soft_wrap=True,
    )
    out.print(f"{result['cpu_seconds']:.0f} CPU seconds", highlight=False)


def _chances(task: str, found: Mapping[str, Any]) -> Table:
    table = Table(title=_title(task, found, "rate"), box=SIMPLE_HEAD, title_justify="left")
    for head in ("", "AUROC", "lead", "calibration error"):
        table.add_column(head, justify="left" if not head else "right")
    for name, row in found["models"].items():
        lead = found["leads"].get(name)
        error = row.get("calibration_error")
        table.add_row(
            name,
            _interval(row, "auroc"),
            "" if lead is None else _lead(lead, "auroc"),
            "" if error is None else f"{error:.4f}",
        )
    return table


def _counts(task: str, found: Mapping[str, Any]) -> Table:
    table = Table(title=_title(task, found, "mean"), box=SIMPLE_HEAD, title_justify="left")
    for head in ("", "RMSE", "worse by", "Poisson deviance", "worse by", "MAE"):
        table.add_column(head, justify="left" if not head else "right")
    for name, row in found["models"].items():
        lead = found["leads"].get(name)
        table.add_row(
            name,
            _interval(row, "rmse"),
            "" if lead is None else _lead(lead, "rmse"),
            _interval(row, "deviance"),
            "" if lead is None else _lead(lead, "deviance"),
            f"{row['mae']:.3f}",
        )
    return table


def _title(task: str, found: Mapping[str, Any], what: str) -> str:
    return f"{TITLES[task]}: {found['rows']:,} rows, {what} {found[what]:.4f}"


def _interval(row: Mapping[str, Any], metric: str) -> str:
    low, high = row[f"{metric}_low"], row[f"{metric}_high"]
    ends = "" if low is None else f" [{low:.3f}, {high:.3f}]"
    return f"{row[metric]:.3f}{ends}"


def _lead(row: Mapping[str, Any], metric: str) -> str:
    low = row[f"{metric}_low"]
    return _interval(row, metric) + (" ✓" if low is not None and low > 0 else "")
