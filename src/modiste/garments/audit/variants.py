"""What the other variants of its product say of an item: one kind, but not one colour."""

from __future__ import annotations

from typing import Any

import numpy as np

from modiste.garments.audit.evidence import Floats, Whole

MOST = 3.0
"""All other variants together count like so many: they are not independent of each other."""
_BLOCK = 1 << 13


def weigh_variants(chances: Floats, labels: Whole, products: Whole) -> Floats:
    """Bend each item's chances by the values that the other variants of its product have.

    How often two variants share a value is counted over the whole shop: nearly always a kind,
    seldom a colour. A value that others have becomes that much likelier, or less likely.

    Args:
        chances: `[n_items, n_classes]`, rows sum to 1, made without the item's own product.
        labels: Class of each item, `[n_items]`, -1: not known. Its own is not used for an item.
        products: Number of each item's product, from 0, `[n_items]`.

    Returns:
        `[n_items, n_classes]`, rows sum to 1; as they were for items without other variants.
    """
    from scipy.sparse import csr_matrix

    n_items, n_classes = chances.shape
    known = np.flatnonzero(labels >= 0)
    cells = (np.ones(len(known), np.float32), (products[known], labels[known]))
    counts = csr_matrix(cells, shape=(int(products.max(initial=0)) + 1, n_classes))
    same = share_of_same(counts)
    if same is None:
        return chances
    prior = (np.bincount(labels[known], minlength=n_classes) + 1) / (len(known) + n_classes)
    # How much likelier a value is where one other variant has it.
    lift = np.log(same * (1 - prior) / ((1 - same) * prior)).astype(np.float32)
    bent = np.empty_like(chances)
    for start in range(0, n_items, _BLOCK):
        rows = np.arange(start, min(start + _BLOCK, n_items))
        others = counts[products[rows]].toarray()
        own = rows[labels[rows] >= 0]
        others[own - start, labels[own]] -= 1
        weight = np.minimum(MOST / np.maximum(others.sum(axis=1, keepdims=True), 1), 1)
        scores = np.log(np.maximum(chances[rows], 1e-12)) + others * weight * lift
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        bent[rows] = odds / odds.sum(axis=1, keepdims=True)
    return bent


def share_of_same(counts: Any) -> float | None:
    """Say how often two variants of a product share a value; each product counts once.

    Args:
        counts: `scipy.sparse.csr_matrix`, `[n_products, n_classes]`: variants with each value.

    Returns:
        Between 0.001 and 0.999; None where no product has two variants.
    """
    size = np.asarray(counts.sum(axis=1)).ravel()
    alike = np.asarray(counts.multiply(counts).sum(axis=1)).ravel() - size
    several = size > 1
    if not several.any():
        return None
    share = float((alike[several] / (size * (size - 1))[several]).mean())
    return min(max(share, 0.001), 0.999)
