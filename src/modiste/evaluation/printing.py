"""An evaluation's figures as tables for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

POOL = "pool"
"""The ledger's row of all sources together."""
ALONE = frozenset({"unique_recall", "overlap"})
"""What a source is beside the others: of all together it says nothing."""
_BESIDE = ("NDCG", "Recall", "HitRate", "MRR")
_TICK = "✓ the whole interval of the lead lies above zero"
_ENDLESS = " · –: no end, as the baseline scores nothing in some of the resamples"
_LEDGER = (
    ("recall", "recall"),
    ("unique_recall", "only here"),
    ("hit_rate", "hit rate"),
    ("overlap", "overlap"),
    ("n_candidates", "candidates"),
    ("seconds", "seconds"),
)


def print_summary(
    result: Mapping[str, Any], console: Console | None = None, *, brief: bool = False
) -> None:
    """Print the model beside its baselines, its lead, the segments and the candidate ledger.

    A ✓ marks a baseline that the model surpasses with its whole paired interval above zero.

    Args:
        result: What `summary.summarise` gave, or the same read from JSON.
        console: Where to print; the process's stdout by default.
        brief: Print one table alone: the main metric of all lists, and the model's ratio to each.
    """
    out = console or Console()
    if brief:
        tables = [_brief_table(result)]
    else:
        tables = [
            _models_table(result),
            _beside_table(result),
            _leads_table(result),
            _segments_table(result),
            _ledger_table(result.get("sources") or {}),
        ]
    for place, table in enumerate(table for table in tables if table.row_count):
        if place:
            out.print()
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


def interval(row: Mapping[str, Any], key: str, digits: int = 4, *, sign: str = "") -> str:
    """Write an interval, or a dash where an end has no value: half an interval says nothing."""
    low, high = row.get(f"{key}_low"), row.get(f"{key}_high")
    if low is None or high is None:
        return "–"
    return f"{number(low, digits, sign=sign)} to {number(high, digits, sign=sign)}"


def _brief_table(result: Mapping[str, Any]) -> Table:
    """Set the main metric of all lists beside the model's ratio to each."""
    models, key = result["models"], f"MAP@{result['k']}"
    first = next(iter(models))
    table = _table(
        _judged(result),
        caption=f"ratio: of {escape(first)} to the baseline · 95 %: bootstrap interval over "
        f"customers · {_TICK}",
    )
    _add_columns(table, ("lists", key, "95 %", "ratio", "95 %", ""))
    for name, row in models.items():
        paired = result.get("paired", {}).get(f"{first} - {name}", {})
        table.add_row(
            escape(name),
            number(row.get(key)),
            interval(row, key),
            number(paired.get(f"{key}_ratio"), 2) if paired else "",
            interval(paired, f"{key}_ratio", 2) if paired else "",
            "✓" if is_above(paired, key) else "",
            style="bold" if name == first else "",
        )
    return table


def _models_table(result: Mapping[str, Any]) -> Table:
    k, models = result["k"], result["models"]
    first, key = next(iter(models)), f"MAP@{k}"
    known = models[first]
    table = _table(
        _judged(result),
        caption="95 %: bootstrap interval over customers · coverage: share of the articles on sale "
        "that were shown · novelty: mean surprise in bits · to newcomers: share of the lists that "
        f"went to customers without history ({_percent(known.get('cold_users_bought'))} of the "
        "buyers) · never sold: share of the places given to articles without a sale before "
        f"({_percent(known.get('cold_items_bought'))} of the purchases)",
    )
    _add_columns(
        table, ("lists", key, "95 %", "coverage", "novelty", "to new-\ncomers", "never\nsold")
    )
    for name, row in models.items():
        table.add_row(
            escape(name),
            number(row.get(key)),
            interval(row, key),
            number(row.get(f"Coverage@{k}"), 3),
            number(row.get(f"Novelty@{k}"), 2),
            _percent(row.get("cold_users_shown")),
            _percent(row.get("cold_items_shown")),
            style="bold" if name == first else "",
        )
    return table


def _beside_table(result: Mapping[str, Any]) -> Table:
    """Give the other metrics, each with its interval beneath: four beside it are too wide."""
    k, models = result["k"], result["models"]
    table = _table("Other metrics", caption="beneath each figure its 95 % interval")
    _add_columns(table, ("lists", *(f"{metric}@{k}" for metric in _BESIDE)))
    for name, row in models.items():
        cells = (
            f"{number(row.get(key))}\n{interval(row, key).replace(' to ', '–')}"
            for key in (f"{metric}@{k}" for metric in _BESIDE)
        )
        table.add_row(escape(name), *cells, style="bold" if name == next(iter(models)) else "")
    return table


def _leads_table(result: Mapping[str, Any]) -> Table:
    key = f"MAP@{result['k']}"
    endless = any(row.get(f"{key}_ratio_high") is None for row in result.get("paired", {}).values())
    table = _table(
        f"Lead of {escape(next(iter(result['models'])))} in {key}, on the same customer-weeks",
        caption=_TICK + (_ENDLESS if endless else ""),
    )
    _add_columns(table, ("against", "lead", "95 %", "ratio", "95 %", ""))
    for name, row in result.get("paired", {}).items():
        table.add_row(
            escape(name.split(" - ", 1)[-1]),
            number(row[key], sign="+"),
            interval(row, key, sign="+"),
            number(row[f"{key}_ratio"], 2),
            interval(row, f"{key}_ratio", 2),
            "✓" if is_above(row, key) else "",
        )
    return table


def _segments_table(result: Mapping[str, Any]) -> Table:
    """Set the model beside the baseline that is strongest over all; the page has them all."""
    key, names = f"MAP@{result['k']}", list(result["models"])
    rival = strongest_baseline(result)
    table = _table(
        f"{key} by segment" + (f", beside {escape(rival)}" if rival else ""),
        caption=_TICK if rival else None,
    )
    titles = ("segment", "buyers", names[0], *(("baseline", "lead", "95 %", "") if rival else ()))
    _add_columns(table, titles)
    for kind, parts in result.get("segments", {}).items():
        for name, part in parts.items() if kind != "week" else ():
            models = part["models"]
            cells = [f"{kind}: {name}", f"{part['n_user_weeks']:,}", number(models[names[0]][key])]
            if rival:
                paired = part["paired"][f"{names[0]} - {rival}"]
                cells += [
                    number(models[rival][key]),
                    number(paired[key], sign="+"),
                    interval(paired, key, sign="+"),
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
            number(
                None if name == POOL and key in ALONE else row.get(key),
                1 if key in ("n_candidates", "seconds") else 4,
            )
            for key, _ in present
        )
        table.add_row(escape(name), *cells)
    return table


def _judged(result: Mapping[str, Any]) -> str:
    weeks = result["weeks"]
    return (
        f"{len(weeks)} {'week' if len(weeks) == 1 else 'weeks'} from {weeks[0]} to {weeks[-1]}, "
        f"{result['n_user_weeks']:,} customer-weeks"
    )


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"


def _add_columns(table: Table, titles: Sequence[str]) -> None:
    """Set names left, where they may wrap, and figures right, where they must not."""
    for place, title in enumerate(titles):
        left = place == 0
        table.add_column(escape(title), justify="left" if left else "right", no_wrap=not left)


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
