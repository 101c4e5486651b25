"""The measure of relevance as tables for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from modiste.evaluation.relevance.figures import HOT_ITEM, HOT_USER, PROTOCOLS, WARM_USER
from modiste.evaluation.relevance.models import DEFAULT

_ITEMS = {
    "seen": "once or more",
    "hot": f"{HOT_ITEM} times or more",
    "warm": f"1 to {HOT_ITEM - 1} times",
}
_USERS = {
    "cold": "1 item",
    "warm": f"{WARM_USER} to {HOT_USER - 1} items",
    "hot": f"{HOT_USER} items or more",
}
_NAME = 20
Row = Mapping[str, Any]
Shown = tuple[str, Table, str]
"""A title, a table, and what its figures mean."""


def print_relevance(result: Mapping[str, Any], console: Console | None = None) -> None:
    """Print how each model does, over all and over parts, and what it gains over the others.

    Args:
        result: What `whole.measure_relevance` gave, or the same read from JSON.
        console: Where to print; the process's stdout by default.
    """
    out = console or Console()
    judged = result["judged"]
    held = "chance" if result["ties"] == "seed" else "the highest id"
    out.print(
        f"Judged: the last purchase of {judged['users']:,} users, {judged['of_new_items']:,} of "
        f"them of articles that nobody bought in training; of several on a user's last day "
        f"{held} decides. Learned from {judged['training_pairs']:,} purchases of "
        f"{judged['items']:,} articles with a picture. In brackets: 95 % intervals by resampling "
        "users.",
        highlight=False,
    )
    for title, table, meaning in (
        _protocol(result, "sampled"),
        _protocol(result, "full"),
        _items(result),
        _new_items(result),
        _users(result),
        *([_leads(result)] if result["leads"] else []),
    ):
        out.print()
        out.print(title, style="bold", highlight=False, markup=False)
        out.print(table)
        out.print(meaning, style="dim", highlight=False, markup=False)
    for note in result["notes"]:
        out.print(f"note: {note}", highlight=False, markup=False, soft_wrap=True)


def _protocol(result: Mapping[str, Any], protocol: str) -> Shown:
    n, items = result["judged"]["negatives"], result["judged"]["items"]
    table = _table(PROTOCOLS[protocol])
    for name, row in result["models"].items():
        _add(table, name, [_figure(row[protocol], figure) for figure in PROTOCOLS[protocol]])
    if protocol == "sampled":
        return (
            f"Among {n}: the papers' protocol",
            table,
            f"The held-out article among {n} drawn at random that the user never bought. AUC: "
            f"share of them that are ranked behind it. HR: share of users for whom it is among the "
            "first.",
        )
    return (
        f"Among all {items:,}: full ranking",
        table,
        "The held-out article among all, without what the user had in training.",
    )


def _items(result: Mapping[str, Any]) -> Shown:
    parts = result["parts"]["items"]
    table = _table([f"{head}\n({parts[part]['judged']:,})" for part, head in _ITEMS.items()])
    _rows(table, result, lambda name: [_auc(parts[part]["models"], name) for part in _ITEMS])
    return (
        "By how often the article was bought: AUC",
        table,
        f"Purchases in training, by any user; among {result['judged']['negatives']}.",
    )


def _new_items(result: Mapping[str, Any]) -> Shown:
    part, new = result["parts"]["items"]["cold"], result["among_new"]
    table = _table(
        [f"among {result['judged']['negatives']}", "among all", f"among {new['items']:,} new"]
    )

    def cells(name: str) -> list[str]:
        row = part["models"][name] if part["models"] else {}
        return [
            _figure(row.get("sampled"), "AUC"),
            _figure(row.get("full"), "AUC"),
            _figure((new["models"] or {}).get(name), "AUC"),
        ]

    _rows(table, result, cells)
    return (
        f"New articles ({part['judged']:,} purchases): AUC",
        table,
        "Nobody bought them in training: their picture is all that a model can know of them, and "
        "a term of popularity puts them behind all others.",
    )


def _users(result: Mapping[str, Any]) -> Shown:
    parts = result["parts"]["users"]
    table = _table([f"{head}\n({parts[part]['judged']:,})" for part, head in _USERS.items()])
    _rows(table, result, lambda name: [_auc(parts[part]["models"], name) for part in _USERS])
    return (
        "By what the user had bought: AUC",
        table,
        f"Purchases in training; among {result['judged']['negatives']}.",
    )


def _leads(result: Mapping[str, Any]) -> Shown:
    first = next(iter(result["leads"]))
    table = _table(["AUC", "", PROTOCOLS["full"][1]])
    for name, row in result["leads"][first].items():
        few, full = row["sampled"], row["full"]
        ahead = few["AUC_low"] is not None and few["AUC_low"] > 0
        found = _figure(few, "AUC", sign="+"), _figure(full, PROTOCOLS["full"][1], sign="+")
        _add(table, name, [found[0], "✓" if ahead else "", found[1]])
    return (
        f"{first} minus each other",
        table,
        "On the same users and resamples. ✓: the whole interval of the AUC lies above zero.",
    )


def _rows(table: Table, result: Mapping[str, Any], cells: Callable[[str], list[str]]) -> None:
    for name in result["models"]:
        _add(table, name, cells(name))


def _add(table: Table, name: str, cells: Sequence[str]) -> None:
    table.add_row(escape(name), *cells, style="bold" if name == DEFAULT else "")


def _auc(models: Mapping[str, Any] | None, name: str) -> str:
    return _figure(models[name]["sampled"], "AUC") if models else "–"


def _figure(row: Row | None, name: str, *, sign: str = "") -> str:
    """Write a figure with its interval, or a dash where there is none."""
    value, low, high = ((row or {}).get(name + end) for end in ("", "_low", "_high"))
    if value is None:
        return "–"
    if low is None or high is None:
        return _short(value, sign)
    return f"{_short(value, sign)} \\[{_short(low, sign)}, {_short(high, sign)}]"


def _short(value: float, sign: str) -> str:
    text = f"{value:{sign}.3f}"
    return text.replace("0.", ".", 1) if abs(value) < 1 else text


def _table(heads: Sequence[str]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("", overflow="fold", max_width=_NAME)
    for head in heads:
        table.add_column(head, justify="right", no_wrap=True)
    return table
