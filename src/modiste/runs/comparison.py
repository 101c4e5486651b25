"""Runs beside each other: what was asked differently, what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from rich.box import SIMPLE_HEAD
from rich.table import Table

from modiste.runs.record import Run, Value

HEADLINES: Mapping[str, tuple[str, ...]] = {
    "train": ("training.pool_recall", "training.n_rows"),
    "tune": ("best", "first"),
    "evaluate": ("models.modiste.MAP@12", "models.modiste.Recall@12"),
    "evaluate-relevance": ("models.*.auc",),
    "evaluate-demand": (
        "tasks.churn.models.modiste.auroc",
        "tasks.item_sales.models.modiste.rmse",
    ),
}
"""The figures that a list of runs shows, by command, by shell pattern; others: the first two."""


def headline(run: Run) -> str:
    """Give a run's main figures in a line."""
    patterns = HEADLINES.get(run.command, ("*",))
    found = [
        (key, value)
        for pattern in patterns
        for key, value in run.figures.items()
        if fnmatchcase(key, pattern)
    ]
    return ", ".join(f"{key.rpartition('.')[2]} {written(value)}" for key, value in found[:2])


def written(value: float) -> str:
    """Write a figure for the eye."""
    return f"{value:,.0f}" if value.is_integer() else f"{value:,.4g}"


def runs_table(runs: Sequence[Run]) -> Table:
    """Give a table of runs, the newest first."""
    table = Table(box=SIMPLE_HEAD)
    for name in ("run", "started (UTC)", "took", "release", "figures"):
        table.add_column(name, justify="right" if name == "took" else "left", overflow="fold")
    for run in reversed(runs):
        started = run.started[:16].replace("T", " ")
        table.add_row(run.name, started, f"{run.seconds:,.0f} s", run.release, headline(run))
    return table


def differing(runs: Sequence[Run]) -> dict[str, list[Value]]:
    """Give the parameters in which runs differ: a value for each run, None where it has none."""
    names = dict.fromkeys(name for run in runs for name in run.parameters)
    rows = {name: [run.parameters.get(name) for run in runs] for name in names}
    return {name: values for name, values in rows.items() if len(set(map(repr, values))) > 1}


def beside(runs: Sequence[Run]) -> dict[str, list[float | None]]:
    """Give the figures that at least two runs have: a value for each run."""
    names = dict.fromkeys(name for run in runs for name in run.figures)
    rows = {name: [run.figures.get(name) for run in runs] for name in names}
    return {
        name: values
        for name, values in rows.items()
        if sum(value is not None for value in values) > 1
    }


def comparison_tables(runs: Sequence[Run]) -> list[Table]:
    """Give what differs between runs as tables: what was asked, and what came of it."""
    asked = Table(box=SIMPLE_HEAD, title="asked", title_justify="left")
    came = Table(box=SIMPLE_HEAD, title="came of it", title_justify="left")
    for table in (asked, came):
        table.add_column("")
        for run in runs:
            table.add_column(run.name, justify="right", overflow="fold")
    for name, values in differing(runs).items():
        asked.add_row(name, *("–" if value is None else str(value) for value in values))
    for name, figures in beside(runs).items():
        if len(set(figures)) > 1:
            came.add_row(name, *("–" if one is None else written(one) for one in figures))
    return [table for table in (asked, came) if table.row_count]
