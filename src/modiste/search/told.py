"""What an answer says of itself: why it is short, what it lacks, how it was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from modiste.rules.filters import Filter, count_groups, filter_notes, loosenings
from modiste.search.finder import Finder, Request
from modiste.search.fusion import Positions
from modiste.search.query.asked import Asked
from modiste.search.query.vocabulary import NEAR

_MOST_LACKED = 4
KIND = "kind"


def shortage(
    positions: Positions,
    k: int,
    filters: Sequence[Filter],
    items: pl.DataFrame,
    kept: npt.NDArray[np.bool_] | None,
    variants: bool,
    asked: Asked | None,
    finder: Finder,
) -> list[str]:
    """Say why fewer than `k` were found, and which filter to loosen; none where there are.

    Args:
        positions: The items found.
        k: How many were asked for.
        filters: The conditions.
        items: The catalogue by `item_idx`, with `price`.
        kept: Which items may be found, `[n_items]`; None: all.
        variants: Whether variants of a product count each.
        asked: The words; None: a photo alone.
        finder: What they were found by.
    """
    n_found = len(positions)
    if n_found >= k:
        return []
    groups = None if variants else finder.products
    notes = list(filter_notes(filters, items))
    kinds = () if asked is None else asked.understood.attributes.get(KIND, ())
    held = finder.attributes.having({KIND: dict.fromkeys(kinds, 1.0)}) if kinds else None
    if filters and kept is not None and held is not None and not (held & kept).any():
        best = loosenings(filters, items, held, groups)[0]
        more = f": without {best.filter} there {_are(best.n_without)}"
        more = more if best.n_without else ", whichever one is left out"
        every = "the filter" if len(filters) == 1 else "the filters"
        return [*notes, f"nothing of kind {' or '.join(kinds)} passes {every}{more}"]
    what = "item" if variants else "product"
    have = "nothing was" if n_found == 0 else f"only {n_found} of {k} {'were' if k > 1 else 'was'}"
    if filters and kept is not None:
        left = count_groups(kept, groups)
        if left < k:
            best = loosenings(filters, items, None, groups)[0]
            every = (
                "the filter leaves" if len(filters) == 1 else f"all {len(filters)} filters leave"
            )
            said = f"{have} found, since {every} {left:,} {what}{'' if left == 1 else 's'}"
            return [*notes, f"{said}: without {best.filter} there {_are(best.n_without)}"]
        best = loosenings(filters, items, held, groups)[0]
        fits = "matches and passes" if n_found <= 1 else "match and pass"
        return [*notes, f"{have} found that {fits} the filters: try without {best.filter}"]
    if n_found == 0:
        return [*notes, f"nothing was found: no {what} matches"]
    return [*notes, f"{n_found:,} {what}{' matches' if n_found == 1 else 's match'}"]


def lacks(
    positions: Positions,
    items: pl.DataFrame,
    asked: Asked,
    named: Mapping[str, tuple[str, ...]],
    finder: Finder,
) -> list[str]:
    """Say what the first hit lacks, where no hit is all that the words ask for.

    Args:
        positions: The items found, best first.
        items: The catalogue by `item_idx`.
        asked: The words.
        named: The attributes that they name, see `wanted`.
        finder: What they were found by.
    """
    first: list[str] = []
    called = finder.index.exact(asked.given)
    texts = items[positions].select(
        pl.concat_str(
            "name", "description", *finder.attributes.codes, separator=" . ", ignore_nulls=True
        )
    )
    for place, (position, text) in enumerate(
        zip(positions.tolist(), texts.to_series().to_list(), strict=True)
    ):
        stems = set(finder.index.stems(text)) if asked.others else set()
        lacking = [
            " or ".join(values)
            for name, values in named.items()
            if asked.wishes[name].get(finder.attributes.value(name, position), 0.0) < NEAR
        ]
        lacking += [repr(_said(word, asked)) for word in asked.others if not stems & word.keys()]
        if not lacking or position in called:
            return []
        first = first or lacking[:_MOST_LACKED] if place == 0 else first
    return [f"nothing found has all of it: the first lacks {', '.join(first)}"] if first else []


def most(items: pl.DataFrame) -> str:
    """Say what the shop has most of, where no name is near either."""
    if KIND not in items.columns:
        return ""
    kinds = items[KIND].drop_nulls().value_counts(sort=True).head(5)[KIND]
    return f"; the shop has most of: {', '.join(sorted(kinds))}" if len(kinds) else ""


def strategy(request: Request, finder: Finder, nameless: bool, user: str | None) -> str:
    """Say how hits were found."""
    if nameless:
        return "names spelt nearly so"
    spaces, parts = finder.spaces, []
    spoken = request.asked is not None and spaces.mouth is not None
    if request.asked is not None:
        parts.append("words (BM25)")
    if spoken and spaces.mouth is not None:
        parts.append(f"vectors of words ({spaces.mouth.label})")
    if request.photos is not None and spaces.pictures is not None:
        parts.append(f"photo ({spaces.pictures.label})")
    said = " + ".join(parts)
    space = spaces.pictures if request.photos is not None or spaces.joined else spaces.words
    if space is not None and (request.photos is not None or spoken):
        said += f", {space.how(request.kept)}"
    if request.kept is not None:
        said += f", filter leaves {request.kept.mean():.2%} of the items"
    return said + (", taste" if user is not None else "")


def wanted(
    understood: Mapping[str, tuple[str, ...]], without: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """Give the attributes that were named, less the values that are not wanted."""
    left = {
        name: tuple(value for value in values if value not in without.get(name, ()))
        for name, values in understood.items()
    }
    return {name: values for name, values in left.items() if values}


def _said(word: Mapping[str, float], asked: Asked) -> str:
    """Give a word as the user wrote it."""
    return next((asked.said[stem] for stem in word if stem in asked.said), next(iter(word)))


def _are(number: int) -> str:
    return f"is {number:,}" if number == 1 else f"are {number:,}"
