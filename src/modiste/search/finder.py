"""Ranks a shop's items for words, photos or both, many queries at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from modiste.encoders.base import Vectors, unit
from modiste.search.fusion import Positions, Ranked, Scores, collapsed, fuse, ranked, rescored
from modiste.search.lift import Attributes
from modiste.search.photos import blend, mixed_scores
from modiste.search.query.asked import Asked, Unwanted
from modiste.search.query.vocabulary import HEAD
from modiste.search.space import Spaces
from modiste.search.words import WordIndex

Mask = npt.NDArray[np.bool_]
Strategy = Literal["bm25", "vectors", "fused"]

LIST_WEIGHTS = {"exact": 1.0, "bm25": 1.0, "named": 1.0, "pictures": 1.0, "words": 1.0}
"""What each way of finding items by words counts when they are fused."""
LIFT = 3.0
"""What an item that is all that the words name has added to its score, in scores; one that is half
of it has a quarter of that."""
EXACT = 10.0
"""What an exact name or id adds to a score: more than all else."""
AWAY = 0.5
"""Share of an unwanted thing's vector that is taken off the query's."""
_NOTHING = (np.empty(0, np.int64), np.empty(0, np.float32))
DEPTH = 200
"""Items looked at first in each way; more, while too few are left."""


@dataclass(frozen=True)
class Request:
    """Some queries under the same conditions."""

    asked: Sequence[Asked] | None = None
    """The words of each query; None: photos only."""
    photos: Vectors | None = None
    """The photo of each, `[n_queries, dim]`; None: words only."""
    share: float = 0.5
    """What photos count beside words."""
    unwanted: Unwanted | None = None
    """What is not wanted in any answer."""
    kept: Mask | None = None
    """Which items may be found, `[n_items]`; None: all."""
    item: int | None = None
    """The item whose picture the photos are: it is found by no query."""


@dataclass(frozen=True)
class Finder:
    """All that items are found by."""

    index: WordIndex
    attributes: Attributes
    spaces: Spaces
    products: Positions
    """A number for each item's product, `[n_items]`."""

    def find(
        self, request: Request, k: int, *, variants: bool, strategy: Strategy = "fused"
    ) -> Ranked:
        """Find `k` items for each query, or all that can be found.

        Deeper and deeper lists are looked at while variants of the same products, or a filter,
        leave fewer than `k`.
        """
        depth = max(DEPTH, 4 * k)
        while True:
            found = self._ranked(request, depth, strategy)
            # Where fewer than the depth were found, every list is at its end.
            every = (found.positions >= 0).sum(axis=1) < depth
            if request.item is not None:  # before it stands for the variants of its product
                itself = found.positions == request.item
                found = rescored(found, np.where(itself, -np.inf, found.scores))
            cut = found if variants else collapsed(found, self.products, k)
            enough = (cut.positions >= 0).sum(axis=1) >= k
            if depth >= len(self.products) or (enough | every).all():
                return cut.cut(k)
            depth *= 8

    def _ranked(self, request: Request, depth: int, strategy: Strategy) -> Ranked:
        if request.asked is None:
            assert request.photos is not None
            assert self.spaces.pictures is not None
            photos = self._away(request.photos, request)
            found = self.spaces.pictures.nearest(photos, depth, request.kept)
        else:
            spoken = self._spoken(request, strategy)
            found = self._by_words(request.asked, spoken, depth, strategy, request.kept)
            if request.photos is not None:
                photos = self._away(request.photos, request)
                found = self._mixed(request.asked, spoken, photos, found, depth, request)
        return found if request.unwanted is None else self._pushed(found, request.unwanted)

    def _spoken(self, request: Request, strategy: Strategy) -> Vectors | None:
        """Encode the words of all queries: `[n_queries, dim]`; None: no encoder reads words."""
        if strategy == "bm25" or self.spaces.mouth is None or request.asked is None:
            return None
        spoken = self.spaces.mouth.words([one.text for one in request.asked])
        return self._taken_off(spoken, request.unwanted)

    def _by_words(
        self,
        asked: Sequence[Asked],
        spoken: Vectors | None,
        depth: int,
        strategy: Strategy,
        kept: Mask | None,
    ) -> Ranked:
        lists: dict[str, Ranked] = {}
        if strategy != "vectors":
            lists["bm25"] = ranked([self.index.find(one.words, depth, kept) for one in asked])
        if strategy == "bm25":
            return lists["bm25"]
        if spoken is not None and self.spaces.joined and self.spaces.pictures is not None:
            lists["pictures"] = self.spaces.pictures.nearest(spoken, depth, kept)
        if spoken is not None and self.spaces.words is not None:
            lists["words"] = self.spaces.words.nearest(spoken, depth, kept)
        exact = [self.index.exact(one.given) for one in asked]
        if strategy == "fused":
            lists["named"] = ranked([self._named(one, depth, kept) for one in asked])
            named = exact if kept is None else [items[kept[items]] for items in exact]
            lists["exact"] = ranked([(items, np.ones(len(items), np.float32)) for items in named])
        found = fuse(list(lists.values()), [LIST_WEIGHTS[name] for name in lists])
        if strategy == "vectors":
            return found
        said = [lists[name] for name in ("bm25", "named", "exact")]
        return self._lifted(self._related(found, said, spoken, depth), asked, exact)

    def _related(
        self, found: Ranked, said: Sequence[Ranked], spoken: Vectors | None, depth: int
    ) -> Ranked:
        """Leave out what only vectors found, and that is no nearer to the words than to nonsense.

        Args:
            found: Items for each query.
            said: What was found by words and attributes: it stays.
            spoken: Vectors of the queries, `[n_queries, dim]`; None: no vectors were searched.
            depth: The longest that a list can be. Where words found so many, an item that is not
                among them may hold the words, too: all stay.
        """
        if spoken is None:
            return found
        scores = found.scores.copy()
        full = (said[0].positions >= 0).sum(axis=1) >= depth
        for query in np.flatnonzero(~full).tolist():
            vector = spoken[query]
            items, _ = found.row(query)
            silent = ~np.isin(items, np.concatenate([one.row(query)[0] for one in said]))
            places = np.flatnonzero(silent)
            far = ~self.spaces.near(vector, items[places])
            scores[query, places[far]] = -np.inf
        return rescored(found, scores)

    def _named(self, one: Asked, depth: int, kept: Mask | None) -> tuple[Positions, Scores]:
        """Find items among those that are all that the words name: red, and a dress.

        Where the words say nothing but a price, all that it leaves are found.
        """
        if one.wishes:
            held = self.attributes.holding(one.wishes, HEAD)
            held = held if kept is None else held & kept
            return self.index.find(one.words, depth, held)
        if one.bounds and not one.words and kept is not None:
            items = np.flatnonzero(kept)[:depth]
            return items, np.ones(len(items), np.float32)
        return _NOTHING

    def _lifted(self, found: Ranked, asked: Sequence[Asked], exact: Sequence[Positions]) -> Ranked:
        """Lift what meets the named attributes, and what is called or numbered exactly so."""
        scores = found.scores.copy()
        for query, one in enumerate(asked):
            items, values = found.row(query)
            if one.wishes:
                values = values * (1.0 + LIFT * self.attributes.met(one.wishes, items) ** 2)
            called = np.isin(items, exact[query])
            # Beside an id that is all a query says, nothing else was asked for.
            others = -np.inf if one.strange and called.any() else 0.0
            scores[query, : len(items)] = values + np.where(called, EXACT, others)
        return rescored(found, scores)

    def _mixed(
        self,
        asked: Sequence[Asked],
        spoken: Vectors | None,
        photos: Vectors,
        by_words: Ranked,
        depth: int,
        request: Request,
    ) -> Ranked:
        """Rank by photos and words at once.

        Candidates are the nearest to the photo, the nearest among those that have the named
        attributes, what the words alone find, and the nearest to the mean of both vectors where one
        encoder made both.
        """
        space = self.spaces.pictures
        assert space is not None
        near = [space.nearest(photos, depth, request.kept), by_words]
        if spoken is not None and self.spaces.joined:
            both = blend(spoken, photos, request.share)
            near.append(space.nearest(both, depth, request.kept))
        rows: list[tuple[Positions, Scores]] = []
        for query, one in enumerate(asked):
            lists = [found.row(query)[0][:depth] for found in near]
            if one.wishes:
                held = self.attributes.holding(one.wishes)
                held = held if request.kept is None else held & request.kept
                lists.append(space.nearest(photos[query][None], depth, held).row(0)[0])
            items = np.unique(np.concatenate(lists))
            scores = mixed_scores(
                items,
                photos[query],
                one,
                None if spoken is None else spoken[query],
                by_words.row(query),
                request.share,
                self.spaces,
                self.attributes,
            )
            order = np.lexsort((items, -scores))
            rows.append((items[order], scores[order]))
        return ranked(rows)

    def _pushed(self, found: Ranked, unwanted: Unwanted) -> Ranked:
        """Push what holds unwanted words behind the rest."""
        if not unwanted.words or not found.scores.size:
            return found
        held = np.isin(found.positions, self.index.containing(unwanted.words))
        there = found.positions >= 0
        low = np.where(there, found.scores, np.inf).min(axis=1, keepdims=True)
        span = np.where(there, found.scores - np.where(np.isfinite(low), low, 0.0), 0.0)
        behind = span.max(axis=1, keepdims=True) + 1e-3
        return rescored(found, np.where(held, found.scores - behind, found.scores))

    def _away(self, photos: Vectors, request: Request) -> Vectors:
        """Take what is not wanted off photos' vectors, where words can say it."""
        return self._taken_off(photos, request.unwanted) if self.spaces.joined else photos

    def _taken_off(self, vectors: Vectors, unwanted: Unwanted | None) -> Vectors:
        if unwanted is None or not unwanted.text or self.spaces.mouth is None:
            return vectors
        return unit(vectors - AWAY * self.spaces.mouth.words([unwanted.text]))
