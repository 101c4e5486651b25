"""How well items fit what was asked for: what they are first, then what they look like."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from modiste.encoders.base import Vectors
from modiste.search.finder import Mask
from modiste.search.fusion import Positions, Scores, standardised
from modiste.search.lift import IMPORTANCE, Attributes
from modiste.search.match.wanted import Said, Wanted
from modiste.search.query.vocabulary import NEAR
from modiste.search.space import Space
from modiste.search.words import WordIndex

KIND = "kind"
STEPS = 100
"""Fits are told apart by hundredths."""
BAND = 0.5
"""Standard deviations of likeness within which pictures look equally like the photo."""
MOST_SEEN = 1_000
"""Items compared with the photo one by one."""


@dataclass(frozen=True)
class Fit:
    """How well each item is what was asked for."""

    share: Scores
    """`[n_items]`, 0 to 1: the share of what was asked for, kind and colour counting more."""
    fitting: Mask
    """`[n_items]`: whether it is a match at all."""
    held: npt.NDArray[np.bool_]
    """`[n_items, n_said]`: which words that name no attribute it holds."""


def compute_fit(wanted: Wanted, attributes: Attributes, index: WordIndex) -> Fit:
    """Compare all items with what was asked for.

    Where a kind was asked for, a match is of that kind or a near one: nothing else makes up for
    it. Otherwise it is at least something of what was asked for.
    """
    n_items = attributes.n_items
    held = np.zeros((n_items, len(wanted.said)), np.bool_)
    for column, said in enumerate(wanted.said):
        held[:, column] = _holding(said, index, n_items)
    points, total = np.zeros(n_items, np.float32), 0.0
    kinds: Scores | None = None
    for name, wished in wanted.wishes.items():
        surest = max(wished.values())
        worth = np.zeros(max(attributes.values[name].values(), default=-1) + 2, np.float32)
        for value, weight in wished.items():
            if (code := attributes.values[name].get(value)) is not None:
                worth[code] = weight / surest
        met = worth[attributes.codes[name]]
        kinds = met if name == KIND else kinds
        # What a photo shows half surely counts half.
        importance = IMPORTANCE.get(name, 1.0) * min(1.0, surest)
        points += importance * met
        total += importance
    for column, said in enumerate(wanted.said):
        points += said.weight * held[:, column]
        total += said.weight
    share = (np.round(points / max(total, 1e-9) * STEPS) / STEPS).astype(np.float32)
    fitting = np.ones(n_items, np.bool_)
    if kinds is not None:
        fitting = kinds >= NEAR
    elif wanted.named:
        fitting = share > 0
    return Fit(share, fitting, held)


def best_fitting(fit: Fit, allowed: Mask, products: Positions, enough: int) -> Positions:
    """Give the items that fit best, down to a share that leaves enough products.

    Args:
        fit: See `compute_fit`.
        allowed: Which items may be given, `[n_items]`.
        products: A number for each item's product, `[n_items]`.
        enough: Products wanted; fewer only where no more fit.
    """
    items = np.flatnonzero(fit.fitting & allowed)
    shares = fit.share[items]
    best = np.full(int(products.max(initial=-1)) + 1, -1.0, np.float32)
    np.maximum.at(best, products[items], shares)
    ordered = np.sort(best[best >= 0])[::-1]
    least = float(ordered[min(enough, len(ordered)) - 1]) if len(ordered) else 0.0
    return items[shares >= least]


def likeness(photo: Vectors, items: Positions, space: Space, n_items: int) -> Scores:
    """Compare items with a photo: `[len(items)]`, NaN where there is no picture or it is far off.

    Args:
        photo: The photo's vector, `[dim]`.
        items: The items.
        space: The pictures' vectors.
        n_items: Items of the catalogue.
    """
    allowed = np.zeros(n_items, np.bool_)
    allowed[items] = True
    near, cosines = space.nearest(photo[None], MOST_SEEN, allowed).row(0)
    found = np.full(n_items, np.nan, np.float32)
    found[near] = np.minimum(cosines, 1.0)
    return found[items]


def bands(shares: Scores, cosines: Scores, usual: Scores) -> npt.NDArray[np.int64]:
    """Say which items look equally like the photo, 0 first, among those of an equal share.

    A band is `BAND` standard deviations of ordinary likeness wide, from the most alike of a share
    downwards; what has no picture is in the last one.

    Args:
        shares: Of what was asked for, `[n]`.
        cosines: See `likeness`, `[n]`.
        usual: Cosines of ordinary items with the photo.
    """
    above = standardised(cosines, usual)
    _, level = np.unique(shares, return_inverse=True)
    best = np.full(int(level.max(initial=-1)) + 1, -np.inf, np.float32)
    np.fmax.at(best, level, above)
    below = np.floor((best[level] - above) / BAND)
    last = np.iinfo(np.int32).max
    return np.where(np.isnan(below) | np.isinf(below), last, below).astype(np.int64)


def _holding(said: Said, index: WordIndex, n_items: int) -> Mask:
    """Tell which items hold each of some words, `[n_items]`."""
    every = np.ones(n_items, np.bool_)
    for word in said.words:
        one = np.zeros(n_items, np.bool_)
        one[index.containing([word])] = True
        every &= one
    return every
