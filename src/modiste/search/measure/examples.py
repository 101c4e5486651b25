"""Questions and what was found, chosen for a page to look at: by chance, not for beauty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from modiste.search.measure.judged import Judged, codes
from modiste.search.measure.parts import Ask, Neighbours
from modiste.search.measure.questions import COLOUR, KIND, Questions

N_QUERIES, N_ITEMS, N_HITS = 5, 5, 6
_MOST_TEXT = 160


def choose(
    judged: Judged,
    asked: Mapping[str, Questions],
    asks: Mapping[str, Ask],
    ways: Mapping[str, Neighbours],
    texts: pl.Series,
    seed: int,
) -> dict[str, list[dict[str, Any]]]:
    """Draw some questions of each part and note the first hits, right ones marked.

    Args:
        judged: What is judged.
        asked: Queries by part.
        asks: Ways to ask by words.
        ways: Ways to find similar products.
        texts: What is said of each item.
        seed: Of the draw.

    Returns:
        By part, rows of `asked` (words), `item` (the id asked about, or null), `way` and `hits`
        (`item`, `right`).
    """
    rng = np.random.default_rng(seed)
    found: dict[str, list[dict[str, Any]]] = {}
    ids = judged.table["item_id"].to_list()
    looking = {way: ask for way, ask in asks.items() if way.startswith("pictures: ")}
    if looking and judged.n:
        found["own_picture"] = _own(judged, looking, texts, ids, rng)
    for part, some in asked.items():
        if not len(some):
            continue
        drawn = np.sort(rng.permutation(len(some))[:N_QUERIES])
        words = [some.texts[at] for at in drawn]
        rows = {way: ask(words, N_HITS) for way, ask in asks.items()}
        found[part] = [
            _row(words[row], None, way, shown[row], ids, some.relevant[at])
            for row, at in enumerate(drawn)
            for way, shown in rows.items()
        ]
    if KIND in judged.items.columns and judged.n > 1:
        found["similar_products"] = _similar(judged, ways, rng)
    return found


def _own(
    judged: Judged,
    asks: Mapping[str, Ask],
    texts: pl.Series,
    ids: list[str],
    rng: np.random.Generator,
) -> list[dict[str, Any]]:
    drawn = np.sort(rng.permutation(judged.n)[:N_ITEMS])
    said = texts.gather(judged.positions[drawn]).to_list()
    rows = {way: ask(said, N_HITS) for way, ask in asks.items()}
    return [
        _row(said[row][:_MOST_TEXT], ids[at], way, shown[row], ids, np.arange(judged.n) == at)
        for row, at in enumerate(drawn)
        for way, shown in rows.items()
    ]


def _similar(
    judged: Judged, ways: Mapping[str, Neighbours], rng: np.random.Generator
) -> list[dict[str, Any]]:
    kind = codes(judged.items[KIND])
    colour = codes(judged.items[COLOUR]) if COLOUR in judged.items.columns else np.zeros_like(kind)
    ids = judged.items["item_id"].to_list()
    drawn = np.sort(rng.permutation(judged.positions)[:N_ITEMS])
    rows = {way: find(drawn, N_HITS) for way, find in ways.items()}
    return [
        _row("", ids[item], way, shown[row], ids, (kind == kind[item]) & (colour == colour[item]))
        for row, item in enumerate(drawn)
        for way, shown in rows.items()
    ]


def _row(
    asked: str, item: str | None, way: str, shown: Any, ids: list[str], right: Any
) -> dict[str, Any]:
    hits = [{"item": ids[at], "right": bool(right[at])} for at in shown.tolist() if at >= 0]
    return {"asked": asked, "item": item, "way": way, "hits": hits}
