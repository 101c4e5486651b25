"""The measure of recognition as tables, for a terminal and for a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

HEAD = ("figure", "model", "95 %", "majority and mean", "median box")


def figure_rows(measured: Mapping[str, Any]) -> list[list[str]]:
    """Give the figures of one set as rows of text under `HEAD`."""
    rows = []
    for name, figure in measured["figures"].items():
        low, high = figure["low"], figure["high"]
        between = f"[{low:.3f}, {high:.3f}]" if low is not None and high is not None else ""
        baselines = figure["baselines"]
        rows.append(
            [
                name,
                _number(figure["value"]),
                between,
                *(_number(baselines.get(kind)) for kind in HEAD[3:]),
            ]
        )
    return rows


def sentences(measured: Mapping[str, Any]) -> list[str]:
    """Say in words what was judged."""
    judged = measured["judged"]
    lines = [
        f"{judged['garments']:,} garments in {judged['pictures']:,} pictures of "
        f"{judged['products']:,} products that nothing was learnt from"
    ]
    if judged["unreadable"]:
        lines.append(f"{judged['unreadable']:,} pictures could not be read and are left out")
    if judged["found"] is not None:
        lines.append(f"something was found in {judged['found']:.1%} of the pictures with a garment")
    if "silent" in judged:
        lines.append(
            f"nothing was found in {judged['silent']:.1%} of {judged['nothing']:,} pictures without"
        )
    for name, given in measured["calibration"].items():
        if name == "category" and given["error"] is not None:
            lines.append(f"a category's probability is off by {given['error']:.3f} on average")
    return lines


def print_garments(result: Mapping[str, Any], console: Console | None = None) -> None:
    """Print the figures of every set with intervals and baselines.

    Args:
        result: What `whole.measure_garments` gave, or the same read from JSON.
        console: Where to print; the process's stdout by default.
    """
    out = console or Console()
    for name, measured in result["sets"].items():
        out.print()
        out.print(name, style="bold", highlight=False, markup=False)
        for line in sentences(measured):
            out.print(line, highlight=False, markup=False)
        table = Table(box=SIMPLE_HEAD)
        table.add_column(HEAD[0])
        for title in HEAD[1:]:
            table.add_column(title, justify="right")
        for row in figure_rows(measured):
            table.add_row(*row)
        out.print(table)
    out.print("Published on the whole of DeepFashion, not comparable:", style="dim")
    for row in result["references"]:
        line = f"  {row['method']}: {row['figure']} {row['value']}"
        out.print(line, style="dim", highlight=False, markup=False)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
