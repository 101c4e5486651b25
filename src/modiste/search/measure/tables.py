"""The measure of search as tables: for a terminal and for the page alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

CHANCE = "chance"


@dataclass(frozen=True)
class Shown:
    """A table of text cells."""

    title: str
    meaning: str
    """What the figures mean, in a sentence or two."""
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """The first cell names the row."""


def tables(result: Mapping[str, Any]) -> list[Shown]:
    """Put a measure into tables, those parts that could be measured.

    Args:
        result: What `search.measure.measure_search` gave, or the same read from JSON.
    """
    found = []
    if own := result["own_picture"]:
        found.append(
            Shown(
                f"Own picture found by its description among {own['gallery']:,}",
                f"The words of {own['n_queries']:,} judged items, each against the pictures of all "
                f"of them. Recall@k: share whose own picture is among the first k of a gallery of "
                f"{own['gallery']:,}, the mean over all galleries that could be drawn. MRR: mean "
                "of 1 / place. Words are the catalogue's own; no picture was seen in fitting.",
                *_cells(own["rows"]),
            )
        )
    titles = {
        "attribute_queries": "Attribute queries in the catalogue's words",
        "reworded_queries": "The same in other words",
    }
    for part, title in titles.items():
        if asked := result[part]:
            found.append(_asked(title, asked, reworded=part == "reworded_queries"))
            if "unseen" in asked:
                only = asked["unseen"]
                found.append(
                    Shown(
                        f"Of these, {only['n_queries']} in words that no text here holds",
                        "What has to be known from elsewhere: synonyms, or a word's spelling.",
                        *_cells(only["rows"]),
                    )
                )
    if alike := result["similar_products"]:
        found.append(
            Shown(
                "Similar products",
                f"{alike['n_queries']:,} judged items among {alike['gallery']:,}, without their "
                "own product. P@k: share of the k most alike that are of the same kind (and "
                "colour). Rows that use words read the names of kind and colour in the catalogue; "
                "those of pictures alone do not.",
                *_cells(alike["rows"]),
            )
        )
    if speed := result["index"]:
        found.append(_index(speed))
    return found


def _asked(title: str, asked: Mapping[str, Any], *, reworded: bool) -> Shown:
    k, n = asked["k"], asked["n_queries"]
    what = f"{n} queries"
    if reworded:
        what += f" for {asked['n_pairs']} pairs of colour and kind"
    return Shown(
        f"{title}, precision@{k}",
        f"{what}, each with 20 or more right answers. "
        + "Rows of pictures compare the query with vectors of pictures alone: they tell what was "
        "understood of pictures. Plain BM25 and search read the attribute's text, which names "
        "the answer; search: all is what modiste search gives.",
        *_cells(asked["rows"]),
    )


def _cells(
    rows: Mapping[str, Mapping[str, float | None]],
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Give a head and a line for each row: every figure with its interval."""
    names = [
        name
        for name in list(rows.values())[-1]
        if not name.endswith("_low") and not name.endswith("_high")
    ]
    lines = tuple((row, *(_figure(values, name) for name in names)) for row, values in rows.items())
    return ("", *names), lines


def _figure(values: Mapping[str, float | None], name: str) -> str:
    value, low, high = (values.get(name + end) for end in ("", "_low", "_high"))
    if value is None:
        return "–"
    interval = f" [{_short(low)}, {_short(high)}]" if low is not None and high is not None else ""
    return _short(value) + interval


def _short(value: float) -> str:
    return f"{value:.3f}".removeprefix("0") if abs(value) < 1 else f"{value:.3f}"


def _index(speed: Mapping[str, Mapping[str, Mapping[str, float]]]) -> Shown:
    rows = []
    for label, kinds in speed.items():
        for kind, one in kinds.items():
            rows.append(
                (
                    f"{label}, {kind}",
                    f"{one['recall']:.4f}",
                    f"{one['recall_1pct']:.4f}",
                    f"{one['ms_one']:.3f}",
                    f"{one['ms_batched']:.3f}",
                    f"{one['seconds_to_build']:.2f}",
                    f"{one['n_vectors']:,.0f}",
                )
            )
    return Shown(
        "Indexes",
        "Recall@10: share of the true ten nearest that are found, of all vectors and under a "
        "filter that allows one in a hundred. Milliseconds for one query, and for one of many.",
        (
            "",
            "recall@10",
            "under 1\N{NO-BREAK SPACE}%",
            "ms, one",
            "ms, batched",
            "s to build",
            "vectors",
        ),
        tuple(rows),
    )


def print_measure(result: Mapping[str, Any]) -> None:
    """Print the tables with what their figures mean, and what could not be measured."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    out = Console()
    judged = result["judged"]
    told = (
        f"Judged: {judged['items']:,} items of {judged['products']:,} products that no encoder was "
        f"fitted on ({judged['share']:.0%} by hash of the product's id) of {judged['of_items']:,}. "
        "In brackets: 95 % bootstrap intervals."
    )
    out.print(told, highlight=False)
    for shown in tables(result):
        table = Table(box=SIMPLE_HEAD, pad_edge=False)
        for place, name in enumerate(shown.head):
            # Two words of a head stand above each other, as a figure and its interval do.
            title = "\n".join(name.rsplit(" ", 1)) if len(shown.head) > 3 else name
            justify: Literal["left", "right"] = "right" if place else "left"
            table.add_column(title, justify=justify, no_wrap=bool(place), overflow="fold")
        for row in shown.rows:
            cells = [cell.replace(" [", "\n[") if len(row) > 3 else cell for cell in row]
            table.add_row(*map(escape, cells))
        out.print()
        out.print(shown.title, style="bold", highlight=False, markup=False)
        out.print(table)
        out.print(shown.meaning, style="dim", highlight=False, markup=False)
    for note in result["notes"]:
        out.print(f"note: {note}", highlight=False, markup=False, soft_wrap=True)
