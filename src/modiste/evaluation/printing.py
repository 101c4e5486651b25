"""An evaluation's figures as tables for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

_BESIDE = ("NDCG", "Recall", "HitRate", "MRR")
_LEDGER = (
    ("recall", "recall"),
    ("unique_recall", "only here"),
    ("hit_rate", "hit rate"),
    ("overlap", "overlap"),
    ("n_candidates", "candidates"),
    ("seconds", "seconds"),
)


def print_summary(result: Mapping[str, Any], console: Console | None = None) -> None:
    """Print the model beside its baselines, its lead, the segments and the candidate ledger.

    A ✓ marks a baseline that the model surpasses with its whole paired interval above zero.

    Args:
        result: What `summary.summarise` gave, or the same read from JSON.
        console: Where to print; the process's stdout by default.
    """
    out = console or Console()
    tables = [_models_table(result), _leads_table(result), _segments_table(result)]
    if result.get("sources"):
        tables.append(_ledger_table(result["sources"]))
    for table in tables:
        if table.row_count:
            out.print(table)


def is_above(paired: Mapping[str, Any], metric: str) -> bool:
    """Say if a difference's whole interval lies above zero."""
    low = paired.get(f"{metric}_low")
    return low is not None and low > 0


def number(value: Any, digits: int = 4, *, sign: str = "") -> str:
    """Write a figure with so many digits after the point, or a dash for one without value."""
    if value is None:
        return "–"
    return f"{value:{sign},}" if isinstance(value, int) else f"{value:{sign},.{digits}f}"


def _models_table(result: Mapping[str, Any]) -> Table:
    k, weeks, models = result["k"], result["weeks"], result["models"]
    first, key = next(iter(models)), f"MAP@{k}"
    table = _table(
        f"{len(weeks)} weeks from {weeks[0]} to {weeks[-1]}, "
        f"{result['n_user_weeks']:,} customer-weeks",
        caption="95 %: bootstrap interval over customers",
    )
    for title in ("lists", key, "95 %", *_BESIDE):
        left = title == "lists"
        table.add_column(title, justify="left" if left else "right", no_wrap=not left)
    for name, row in models.items():
        table.add_row(
            escape(name),
            number(row[key]),
            _range(row, key),
            *(number(row[f"{metric}@{k}"]) for metric in _BESIDE),
            style="bold" if name == first else "",
        )
    return table


def _leads_table(result: Mapping[str, Any]) -> Table:
    key = f"MAP@{result['k']}"
    table = _table(
        f"Lead of {escape(next(iter(result['models'])))} in {key}, on the same customer-weeks",
        caption="✓ the whole interval lies above zero",
    )
    for title in ("against", "lead", "95 %", "ratio", "95 %", ""):
        left = title == "against"
        table.add_column(title, justify="left" if left else "right", no_wrap=not left)
    for name, row in result.get("paired", {}).items():
        table.add_row(
            escape(name.split(" - ", 1)[-1]),
            number(row[key], sign="+"),
            _range(row, key, sign="+"),
            number(row[f"{key}_ratio"], 2),
            _range(row, f"{key}_ratio", 2),
            "✓" if is_above(row, key) else "",
        )
    return table


def _segments_table(result: Mapping[str, Any]) -> Table:
    """Set the model beside the baseline that is strongest over all; the page has them all."""
    key, names = f"MAP@{result['k']}", list(result["models"])
    rival = strongest_baseline(result)
    table = _table(
        f"{key} by segment" + (f", beside {escape(rival)}" if rival else ""),
        caption="✓ the whole interval lies above zero" if rival else None,
    )
    titles = ("segment", "buyers", names[0], *(("baseline", "lead", "95 %", "") if rival else ()))
    for title in titles:
        left = title == "segment"
        table.add_column(escape(title), justify="left" if left else "right", no_wrap=not left)
    for kind, parts in result.get("segments", {}).items():
        for name, part in parts.items() if kind != "week" else ():
            models = part["models"]
            cells = [f"{kind}: {name}", f"{part['n_user_weeks']:,}", number(models[names[0]][key])]
            if rival:
                paired = part["paired"][f"{names[0]} - {rival}"]
                cells += [
                    number(models[rival][key]),
                    number(paired[key], sign="+"),
                    _range(paired, key, sign="+"),
                    "✓" if is_above(paired, key) else "",
                ]
            table.add_row(escape(cells[0]), *cells[1:])
    return table


def strongest_baseline(result: Mapping[str, Any]) -> str | None:
    """Name the baseline with the best MAP over all customer-weeks; None where there is none."""
    key, baselines = f"MAP@{result['k']}", list(result["models"])[1:]
    return max(baselines, key=lambda name: result["models"][name].get(key) or 0, default=None)


def _ledger_table(sources: Mapping[str, Mapping[str, Any]]) -> Table:
    present = [
        (key, title) for key, title in _LEDGER if any(key in row for row in sources.values())
    ]
    table = _table(
        "Candidate sources",
        caption="recall: share of what was bought that the source proposed · only here: proposed "
        "by no other source",
    )
    table.add_column("source")
    for _, title in present:
        table.add_column(title, justify="right")
    for name, row in sources.items():
        cells = (
            number(row.get(key), 1 if key in ("n_candidates", "seconds") else 4)
            for key, _ in present
        )
        table.add_row(escape(name), *cells)
    return table


def _range(row: Mapping[str, Any], key: str, digits: int = 4, *, sign: str = "") -> str:
    low, high = row.get(f"{key}_low"), row.get(f"{key}_high")
    if low is None and high is None:
        return "–"
    return f"{number(low, digits, sign=sign)} to {number(high, digits, sign=sign)}"


def _table(title: str, caption: str | None = None) -> Table:
    return Table(
        title=title,
        caption=caption,
        box=SIMPLE_HEAD,
        title_justify="left",
        caption_justify="left",
        pad_edge=False,
        collapse_padding=True,
    )
