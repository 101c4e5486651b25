"""Full ranking: the held-out item among all items of the shop, own purchases left out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from modiste.evaluation.relevance.placing import Places, compute_places
from modiste.evaluation.relevance.scorers import Scorer, blocks
from modiste.evaluation.relevance.split import Split


def place_in_gallery(
    scorer: Scorer, split: Split, tell: Callable[[float], None] | None = None
) -> Places:
    """Place the held-out items among all items that their users had not bought before.

    What a user bought in training takes no place in the list: it is neither before nor behind.
    Users are scored in blocks, so memory does not grow with them.

    Args:
        scorer: The model.
        split: Purchases.
        tell: Told the share done.
    """
    owner, owned = split.owned
    parts = []
    for some in blocks(split.n_judged, split.n_items):
        scores = scorer.all_items(some)
        rows = np.arange(len(scores))
        items = split.judged_item[some]
        own = scores[rows, items].copy()
        first, last = np.searchsorted(owner, [some.start, some.stop])
        scores[owner[first:last] - some.start, owned[first:last]] = -np.inf
        scores[rows, items] = -np.inf  # its own is not one of the others
        n_others = split.n_items - 1 - split.user_sales[some]
        parts.append(compute_places(own, scores, n_others))
        if tell:
            tell(some.stop / split.n_judged)
    return _together(parts)


def place_among_new(scorer: Scorer, split: Split) -> Places:
    """Place the held-out items that nobody bought in training among all such items.

    Returns:
        Places of `split.of_new_items`; nobody owns one of the others.
    """
    new, judged = np.flatnonzero(split.item_sales == 0), split.of_new_items
    column = np.searchsorted(new, split.judged_item[judged])
    part = Scorer(scorer.users[judged], scorer.items[new], scorer.bias[new])
    parts = [Places(*(np.empty(0, np.int64) for _ in range(3)))]
    for some in blocks(len(judged), len(new)):
        scores = part.all_items(some)
        rows = np.arange(len(scores))
        own = scores[rows, column[some]].copy()
        scores[rows, column[some]] = -np.inf
        parts.append(compute_places(own, scores, np.full(len(rows), len(new) - 1, np.int64)))
    return _together(parts)


def _together(parts: list[Places]) -> Places:
    return Places(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("higher", "equal", "others")
        )
    )
