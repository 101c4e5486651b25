"""Search under a shop's rules, in the shapes of the API."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from modiste.encoders.base import Vectors
from modiste.release import rank_items
from modiste.rules import Rules
from modiste.search import Searcher, SearchHit
from modiste.search.searcher import MOST_HITS
from modiste.serve.schemas import Found, Reason, SearchRequest
from modiste.serve.window.catalogue import Catalogue
from modiste.serve.window.personal import Personal
from modiste.serve.window.ruling import ruled

Mask = npt.NDArray[np.bool_]
Pixels = npt.NDArray[np.uint8]
"""A picture, upright and RGB: `[height, width, 3]`."""


@dataclass(frozen=True)
class Searching:
    """A searcher whose answers obey the rules."""

    searcher: Searcher
    catalogue: Catalogue
    rules: Rules
    personal: Personal | None

    def answer(
        self,
        request: SearchRequest,
        picture: Pixels | None,
        release: str | None,
        degraded: tuple[str, ...],
    ) -> Found:
        """Answer a search; deeper and deeper while the rules leave fewer than were asked for."""
        ranker = None
        if request.user is not None and self.personal is not None:
            ranker = rank_items(self.personal.release)
        looks, may = self._looks(picture), self._may()
        item = None
        if picture is None and request.item is not None:
            item = self.catalogue.position(request.item)
        hidden = self._hidden(request.user)
        depth, notes = request.k, None
        while True:
            result = self.searcher.search(
                request.words or None,
                looks,
                item=item,
                weight=1.0 - request.weight,
                without=request.without or None,
                filters=request.filters,
                allowed=may,
                user=request.user,
                ranker=ranker,
                k=depth,
                variants=request.variants,
                spelling=request.spelling,
            )
            notes = result.notes if notes is None else notes
            by_item = {hit.item_idx: hit for hit in result.hits}
            hits = [by_item[item] for item in ruled(self.rules, [*by_item], request.k, hidden)]
            if len(hits) == request.k or len(result.hits) < depth or depth == MOST_HITS:
                break
            depth = min(4 * depth, MOST_HITS)
        if len(hits) < min(request.k, len(result.hits)):
            notes = (*notes, f"the shop's rules show {len(hits)} of the {len(result.hits)} found")
        shown = [
            self.catalogue.shown(hit.item_idx, rank, hit.score, _reason(hit))
            for rank, hit in enumerate(hits, start=1)
        ]
        return Found(
            items=shown,
            release=release,
            strategy=result.strategy,
            fallback=False,
            degraded=list(degraded),
            # What the shop lacks is no shopper's business, and said in `degraded`.
            notes=[note for note in notes if note not in degraded],
            understood={name: list(values) for name, values in result.understood.items()},
            without={name: list(values) for name, values in result.without.items()},
            corrections=dict(result.corrections),
        )

    def matching(self, words: str) -> Mask:
        """Tell which items hold any of some words, `[n_items]`."""
        asked = self.searcher.reader.read(words)
        kept = np.zeros(len(self.searcher.items), np.bool_)
        kept[self.searcher.finder.index.containing(asked.words)] = True
        return kept

    def _looks(self, picture: Pixels | None) -> Vectors | None:
        """Give the vector of the picture that is looked for; None: none was given."""
        from PIL import Image

        if picture is None:
            return None
        _, eye = self.searcher.finder.spaces.sight()
        seen: Vectors = eye.pictures([Image.fromarray(picture)])[0]
        return seen

    def _may(self) -> Mask | None:
        if self.rules.allowed is None:
            return None
        may = np.zeros(len(self.searcher.items), np.bool_)
        may[self.rules.allowed.to_numpy()] = True
        return may

    def _hidden(self, user: str | None) -> set[int]:
        """Give what a user bought so lately that the rules do not show it again."""
        days = self.rules.hide_bought_days
        if user is None or self.personal is None or not days:
            return set()
        return self.personal.bought_lately(user, days)


def _reason(hit: SearchHit) -> Reason:
    return Reason(text="; ".join(hit.why), source="search")
