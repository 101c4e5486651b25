"""A photo with words: "this, but blue"."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from modiste.encoders.base import Vectors, unit
from modiste.search.fusion import Positions, Scores, standardised
from modiste.search.lift import Attributes
from modiste.search.query.asked import Asked
from modiste.search.space import Space, Spaces

NAMED = 6.0
"""Standard deviations of likeness that meeting all named attributes is worth: more than a photo's
own colour is, so that "this, but blue" is blue."""
SAID_TWICE = 0.75
"""Share of the written words' worth that is taken off where all of them name attributes: "blue" is
often said of shirts, but the photo tells the kind."""
WRITTEN = 2.0
"""Standard deviations that the best match of the written words is worth."""


def mixed_scores(
    items: Positions,
    photo: Vectors,
    asked: Asked,
    spoken: Vectors | None,
    by_words: tuple[Positions, Scores],
    share: float,
    spaces: Spaces,
    attributes: Attributes,
) -> Scores:
    """Score items by a photo and words at once.

    Cosines between pictures are higher than between words and pictures: each is put as how far it
    lies above that of ordinary items, in standard deviations.

    Args:
        items: The items to score.
        photo: Vector of the photo, `[dim]`.
        asked: The words.
        spoken: Vector of the words, `[dim]`; None: no encoder reads words.
        by_words: What the words alone find, with scores.
        share: What the photo counts, 0 to 1; the words count the rest.
        spaces: The vectors.
        attributes: The attributes of the catalogue.
    """
    space = spaces.pictures
    assert space is not None  # the photo was encoded for it
    looks = _above(space, photo, items)
    reads = WRITTEN * _relative(*by_words, items)
    if spoken is not None:
        sides = [spaces.words, space if spaces.joined else None]
        values = [_above(side, spoken, items) for side in sides if side is not None]
        reads = reads + np.mean(values, axis=0)
    reads = reads * (1.0 - SAID_TWICE * asked.named)
    if asked.wishes:
        reads = reads + NAMED * attributes.met(asked.wishes, items)
    scores: Scores = (share * looks + (1.0 - share) * reads).astype(np.float32)
    return scores


def blend(first: Vectors, second: Vectors, share: float) -> Vectors:
    """Mix vectors of `[n, dim]` pair by pair, the second with this share, to length 1."""
    return unit((1.0 - share) * first + share * second)


def _above(space: Space, query: Vectors, items: Positions) -> npt.NDArray[np.float32]:
    return standardised(space.cosines(query, items), space.cosines(query, space.sample))


def _relative(found: Positions, scores: Scores, items: Positions) -> npt.NDArray[np.float32]:
    """Give each item's score as a share of the best, 0 where it was not found."""
    shares = np.zeros(int(max(items.max(initial=0), found.max(initial=0))) + 1, np.float32)
    if len(scores):
        shares[found] = scores / max(float(scores.max()), 1e-9)
    return shares[items]
