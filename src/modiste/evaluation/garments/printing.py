"""The measure of recognition as tables, for a terminal and for a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

HEAD = ("figure", "model", "95 %", "majority and mean", "median box")


def figure_table(measured: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    """Give the figures of one set as a head and rows of text, without columns that are empty."""
    rows = []
    for name, figure in measured["figures"].items():
        low, high = figure["low"], figure["high"]
        between = f"[{low:.3f}, {high:.3f}]" if low is not None and high is not None else ""
        beside = (_number(figure["baselines"].get(kind)) for kind in HEAD[3:])
        rows.append([name, _number(figure["value"]), between, *beside])
    kept = [at for at in range(len(HEAD)) if at < 2 or any(row[at] for row in rows)]
    return [HEAD[at] for at in kept], [[row[at] for at in kept] for row in rows]


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
        head, rows = figure_table(measured)
        for title in head:
            table.add_column(title, justify="left" if title == HEAD[0] else "right")
        for row in rows:
            table.add_row(*row)
        out.print(table)
    out.print("Published on the whole of DeepFashion, not comparable:", style="dim")
    for row in result["references"]:
        line = f"  {row['method']}: {row['figure']} {row['value']}"
        out.print(line, style="dim", highlight=False, markup=False)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
