"""Hits with their reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from modiste.encoders.base import Vectors
from modiste.search.answer import SearchHit
from modiste.search.finder import Finder
from modiste.search.fusion import Positions, Scores, standardised
from modiste.search.lift import Attributes
from modiste.search.query.asked import Asked
from modiste.search.query.vocabulary import NEAR

_MOST_WORDS = 6
_CLEARLY = 2.0
"""Standard deviations above an ordinary item's cosine from which a picture fits the words."""
_NO_ITEMS = np.empty(0, np.int64)


@dataclass(frozen=True)
class Evidence:
    """What is known of why items were found."""

    asked: Asked | None = None
    photo: Vectors | None = None
    """Vector of the photo, `[dim]`."""
    moved: Positions = field(default_factory=lambda: np.empty(0, np.int64))
    """Items that the user's taste brought forward."""
    of_item: bool = False
    """The photo is the picture of an item of the shop."""
    nameless: bool = False
    """Items were only found by names spelt nearly like the words."""


def build_hits(
    items: pl.DataFrame,
    names: Sequence[str],
    positions: Positions,
    scores: Scores,
    evidence: Evidence,
    finder: Finder,
) -> tuple[SearchHit, ...]:
    """Give items as hits.

    Args:
        items: The catalogue by `item_idx`, with `price`.
        names: Its attributes.
        positions: The items found, best first.
        scores: Their scores.
        evidence: What speaks for them.
        finder: What they were found by.
    """
    found = items[positions]
    reasons = _reasons(found, names, positions, evidence, finder)
    rows = found.select("item_id", "name", "picture", "price", *names).iter_rows(named=True)
    return tuple(
        SearchHit(
            int(positions[place]),
            row["item_id"],
            row["name"] or "",
            place + 1,
            float(scores[place]),
            reasons[place],
            {name: row[name] for name in names if row[name] is not None},
            row["picture"],
            row["price"],
        )
        for place, row in enumerate(rows)
    )


def _reasons(
    found: pl.DataFrame,
    names: Sequence[str],
    positions: Positions,
    evidence: Evidence,
    finder: Finder,
) -> list[tuple[str, ...]]:
    asked = evidence.asked
    if evidence.nameless:
        return [("a name spelt nearly so",)] * len(positions)
    said = found.select(
        pl.concat_str("name", "description", *names, separator=" . ", ignore_nulls=True)
    ).to_series()
    exact = _NO_ITEMS if asked is None else finder.index.exact(asked.given)
    seen = _NO_ITEMS if asked is None else _seen(asked, positions, finder)
    cosines = _cosines(evidence.photo, positions, finder)
    looks = "looks like it" if evidence.of_item else "looks like your photo"
    every = []
    for position, text in zip(positions.tolist(), said.to_list(), strict=True):
        why = ["its very name or id"] if position in exact else []
        if asked is not None:
            why += _wishes_met(asked, position, finder.attributes)
            if words := _words_in(asked, set(finder.index.stems(text))):
                why.append(f"words: {', '.join(words)}")
        why += ["its picture fits the words"] if position in seen else []
        why += [f"{looks} ({cosines[position]:.2f})"] if position in cosines else []
        why += ["your taste"] if position in evidence.moved else []
        every.append(tuple(why or ["its description is near to the words"]))
    return every


def _seen(asked: Asked, positions: Positions, finder: Finder) -> Positions:
    """Give the items whose pictures are clearly nearer to the words than ordinary ones."""
    space, mouth = finder.spaces.pictures, finder.spaces.mouth
    if space is None or mouth is None or not finder.spaces.joined or not len(positions):
        return _NO_ITEMS
    spoken = mouth.words([asked.text])[0]
    above = standardised(space.cosines(spoken, positions), space.cosines(spoken, space.sample))
    return positions[(above > _CLEARLY) & (space.row_of[positions] >= 0)]


def _cosines(photo: Vectors | None, positions: Positions, finder: Finder) -> dict[int, float]:
    """Give the likeness of the items' pictures to the photo, of those that have one."""
    space = finder.spaces.pictures
    if photo is None or space is None:
        return {}
    there = positions[space.row_of[positions] >= 0]
    # A product of rounded vectors may be a little over 1.
    cosines = np.minimum(space.cosines(photo, there), 1.0)
    return dict(zip(there.tolist(), cosines.tolist(), strict=True))


def _wishes_met(asked: Asked, position: int, attributes: Attributes) -> list[str]:
    """Name the attributes that were asked for and that an item has."""
    met = []
    for name, wished in asked.wishes.items():
        value = attributes.value(name, position)
        if wished.get(value, 0.0) >= NEAR:
            met.append(f"{name} {value}")
    return met


def _words_in(asked: Asked, stems: set[str]) -> list[str]:
    """Name the words of the query that an item's texts hold, as the user wrote them."""
    there = []
    for word in asked.words:
        if held := [stem for stem in word if stem in stems]:
            first = next(iter(word))
            there.append(asked.said.get(first, asked.said.get(held[0], held[0])))
    return list(dict.fromkeys(there))[:_MOST_WORDS]
