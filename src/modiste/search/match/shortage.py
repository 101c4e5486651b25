"""Why there are fewer matches than were asked for, and what to loosen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from modiste.rules.filters import Filter, count_groups, filter_notes, loosenings
from modiste.search.finder import Mask
from modiste.search.match.fit import Fit
from modiste.search.match.wanted import Wanted, surest
from modiste.search.searcher import Searcher

KIND, WIDER = "kind", "kind_group"


def shortage(
    n_found: int,
    k: int,
    wanted: Wanted,
    fit: Fit,
    kept: Mask,
    filters: Sequence[Filter],
    searcher: Searcher,
    ruled: bool,
) -> list[str]:
    """Say why fewer than `k` products match, and what to loosen.

    Args:
        n_found: How many there are.
        k: How many were asked for.
        wanted: What was asked for.
        fit: Which items fit.
        kept: Which may be given, `[n_items]`.
        filters: The conditions.
        searcher: The shop.
        ruled: Whether the shop's rules were applied.
    """
    products, items = searcher.finder.products, searcher.items
    have = "nothing matches" if n_found == 0 else f"only {n_found} of {k} products match"
    fitting = count_groups(fit.fitting, products)
    left = count_groups(fit.fitting & kept, products)
    notes = list(filter_notes(filters, items))
    if filters and left < fitting:
        best = loosenings(filters, items, fit.fitting, products)[0]
        return [*notes, f"{have}: without {best.filter} there are {best.n_without:,}"]
    unwanted = wanted.unwanted
    if unwanted is not None and left < fitting:
        away = [*(value for values in unwanted.named.values() for value in values)]
        said = ", ".join(away) or unwanted.text
        return [*notes, f"{have}: with what is not wanted ({said}) there are {fitting:,}"]
    if ruled and n_found < left:
        return [*notes, f"{have}: the shop's rules show no more of the {left:,} that fit"]
    if ruled and left < fitting:
        return [*notes, f"{have}: the shop's rules show {left:,} of the {fitting:,} that fit"]
    kinds = surest(wanted.wishes).get(KIND, ())
    if kinds:
        said = f"{have}: the shop has {fitting:,} of kind {' or '.join(kinds)}"
        wider = _wider(fit.fitting, searcher)
        return [*notes, said + (f"; {wider}" if wider else "")]
    if wanted.named:
        asked = [*surest(wanted.wishes), *(repr(said.text) for said in wanted.said)]
        return [*notes, f"{have}: no more products have {' or '.join(asked)}; say fewer words"]
    return [*notes, f"{have}: no more products have a picture that can be compared"]


def _wider(fitting: Mask, searcher: Searcher) -> str:
    """Name the group of kinds that what fits is of, and how many products it has."""
    items = searcher.items
    if WIDER not in items.columns or not fitting.any():
        return ""
    groups = items.filter(pl.Series(fitting))[WIDER].drop_nulls().value_counts(sort=True)
    if groups.is_empty():
        return ""
    name = groups[WIDER][0]
    mask = (items[WIDER] == name).fill_null(False).to_numpy()
    n_wider = count_groups(np.asarray(mask, np.bool_), searcher.finder.products)
    return f"ask wider: {n_wider:,} are of its group {name}"
