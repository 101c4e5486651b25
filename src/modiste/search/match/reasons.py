"""Why a product matches, what it lacks, and why it stands where it stands for this user."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from modiste.search.fusion import Positions, Scores
from modiste.search.lift import Attributes
from modiste.search.match.answer import Match
from modiste.search.match.fit import Fit
from modiste.search.match.taste import Liked
from modiste.search.match.wanted import Wanted, surest
from modiste.search.query.vocabulary import NEAR

USUAL = 0.8
"""From this likeness of price on, an item is told to be in the user's usual range."""
_PLAIN = 0.1
"""A share of purchases below this is no reason."""


@dataclass(frozen=True)
class Evidence:
    """What is known of the items that were compared."""

    wanted: Wanted
    fit: Fit
    items: Positions
    """Those compared, `[n]`; the others' columns are in this order."""
    cosines: Scores
    """Likeness to the photo, `[n]`, NaN: none."""
    liked: Liked | None = None


def build_matches(
    catalogue: pl.DataFrame,
    names: Sequence[str],
    chosen: Sequence[int],
    evidence: Evidence,
    attributes: Attributes,
) -> tuple[Match, ...]:
    """Give the chosen items as matches.

    Args:
        catalogue: The items by `item_idx`, with `price`.
        names: Its attributes.
        chosen: `item_idx`, best first; of those that were compared.
        evidence: What speaks for them.
        attributes: The catalogue's attributes as codes.
    """
    place_of = {item: place for place, item in enumerate(evidence.items.tolist())}
    columns = ("item_idx", "item_id", "product_id", "name", "picture", "price", *names)
    rows = catalogue[list(chosen)].select(*dict.fromkeys(columns)).iter_rows(named=True)
    found = []
    for rank, row in enumerate(rows, start=1):
        item = row["item_idx"]
        place = place_of[item]
        fits, lacks = _fits(evidence, item, attributes)
        cosine = float(evidence.cosines[place])
        if not np.isnan(cosine):
            fits.append(f"looks like your photo ({cosine:.2f})")
        liked = evidence.liked if evidence.liked and evidence.liked.n_owned else None
        found.append(
            Match(
                item_idx=item,
                item_id=row["item_id"],
                product_id=row["product_id"],
                name=row["name"] or "",
                rank=rank,
                fit=float(evidence.fit.share[item]) if evidence.wanted.named else None,
                likeness=None if np.isnan(cosine) else cosine,
                taste=None if liked is None else float(liked.score[place]),
                fits=tuple(fits),
                lacks=tuple(lacks),
                for_you=() if liked is None else tuple(_for_you(liked, place, item, attributes)),
                attributes={name: row[name] for name in names if row[name] is not None},
                picture=row["picture"],
                price=row["price"],
            )
        )
    return tuple(found)


def _fits(evidence: Evidence, item: int, attributes: Attributes) -> tuple[list[str], list[str]]:
    """Tell what of the asked an item is, and what it is not."""
    fits, lacks = [], []
    meant = surest(evidence.wanted.wishes)
    for name, wished in evidence.wanted.wishes.items():
        value = attributes.value(name, item)
        if wished.get(value, 0.0) >= NEAR * max(wished.values()):
            fits.append(f"{name} {value}")
        else:
            lacks.append(f"{name} {' or '.join(meant[name])}")
    held = evidence.fit.held[item].tolist()
    there = [said.text for said, holds in zip(evidence.wanted.said, held, strict=True) if holds]
    lacks += [repr(said.text) for said in evidence.wanted.said if said.text not in there]
    return fits + ([f"words: {', '.join(there)}"] if there else []), lacks


def _for_you(liked: Liked, place: int, item: int, attributes: Attributes) -> list[str]:
    """Tell what a user's purchases say for an item."""
    why = ["you bought it before"] if liked.owned[place] else []
    for name, shares in liked.shares.items():
        if (share := float(shares[place])) >= _PLAIN:
            why.append(f"{share:.0%} of your purchases are {name} {attributes.value(name, item)}")
    if liked.price[place] >= USUAL:
        why.append("in the price range that you buy in")
    if n_people := int(liked.people[place]):
        people = "person" if n_people == 1 else "people"
        why.append(f"bought by {n_people} {people} who bought what you bought")
    return why
