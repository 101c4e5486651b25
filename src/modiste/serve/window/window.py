"""The shop window: everything that is read from a shop, opened once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import zip_longest
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from modiste.errors import ModisteError
from modiste.rules import Rules
from modiste.rules.filters import allowed, loosening_advice
from modiste.search import Searcher
from modiste.search.searcher import read_filters
from modiste.search.similar.items import Similar
from modiste.serve.schemas import (
    Facets,
    Found,
    ItemPage,
    KnownUser,
    Listed,
    Reason,
    SearchRequest,
    Shown,
    Suggestions,
)
from modiste.serve.window.asked import RecommendationsAsked
from modiste.serve.window.catalogue import Catalogue
from modiste.serve.window.events import EventSource, NoEvents
from modiste.serve.window.facets import Counter
from modiste.serve.window.garments import GarmentFinder
from modiste.serve.window.opening import Parts, open_parts, renew_parts
from modiste.serve.window.personal import Personal
from modiste.serve.window.ruling import DEEPER, is_shown, needs_more, ruled
from modiste.serve.window.searching import Searching
from modiste.serve.window.shelves import Shelves
from modiste.serve.window.stamps import Stamps, is_another_shop
from modiste.serve.window.suggest import Suggester
from modiste.serve.window.together import Companions, bought_with_its_like, completing, of_its_style

Mask = npt.NDArray[np.bool_]
_SHARED = {"catalogue", "shelves", "companions", "counter", "suggester"}
"""What neither rules nor lists alter."""


@dataclass(frozen=True)
class ShopWindow:
    """A shop, ready to be asked; safe to be used from many threads."""

    searcher: Searcher
    similar_items: Similar
    events: EventSource
    rules: Rules = field(default_factory=Rules)
    """Bound to the catalogue that is searched."""
    personal: Personal | None = None
    """None: nothing was trained."""
    degraded: tuple[str, ...] = ()
    """What could not be opened."""
    folder: Path | None = None
    """The shop's folder, which the lab reads; None: it is in memory alone."""
    parts: Parts | None = None
    """What it was put together from; None: by hand."""

    @classmethod
    def open(
        cls,
        shop: Path,
        events: EventSource | None = None,
        *,
        rules: Path | None = None,
        encoder: str | None = None,
        garments: Path | None = None,
    ) -> ShopWindow:
        """Open a shop: its catalogue, search, release, rules and recogniser.

        Args:
            shop: The shop's folder.
            events: What users did since; None: nothing.
            rules: A rules' file; None: no rules.
            encoder: Whose vectors are searched, see `Searcher.open`.
            garments: A recogniser of garments; None: the shop's own, if it has one.

        Raises:
            ArtifactError: If nothing was imported, or a release cannot be opened.
            ConfigError: If the rules have faults.
        """
        events = NoEvents() if events is None else events
        return cls._of(open_parts(shop, events, rules, encoder, garments), events)

    @classmethod
    def _of(cls, parts: Parts, events: EventSource) -> ShopWindow:
        shop, lacking = parts.origin.shop, parts.degraded
        return cls(
            parts.searcher, parts.similar, events, parts.rules, parts.personal, lacking, shop, parts
        )

    @property
    def stamps(self) -> Stamps:
        """What it was opened from; empty: a shop that is in memory alone."""
        return {} if self.parts is None else self.parts.origin.stamps

    def look(self) -> Stamps:
        """Look at the shop's files again: equal to `stamps` where nothing changed."""
        return {} if self.parts is None else self.parts.origin.look()

    def renewed(self) -> ShopWindow:
        """Open the shop as it is now, beside this one; what did not change is shared.

        Raises:
            ArtifactError: If a release cannot be opened.
            ConfigError: If the rules have faults.
        """
        if self.parts is None:
            return self
        origin = self.parts.origin
        if is_another_shop(origin.stamps, origin.look()):
            named = (origin.rules, origin.encoder, origin.garments)
            return self._of(open_parts(origin.shop, self.events, *named), self.events)
        newer = self._of(renew_parts(self.parts), self.events)
        for name in _SHARED & vars(self).keys():
            vars(newer)[name] = vars(self)[name]
        return newer

    @property
    def release(self) -> str | None:
        """Name of the release that answers; None: nothing was trained."""
        return None if self.personal is None else self.personal.release.name

    @property
    def finder(self) -> GarmentFinder | None:
        """What finds garments in photos; None: the shop has no recogniser."""
        return None if self.parts is None else self.parts.finder

    @cached_property
    def catalogue(self) -> Catalogue:
        """The items."""
        if self.personal is not None:
            return self.personal.catalogue
        return Catalogue(self.searcher.dataset, self.searcher.items)

    @cached_property
    def shelves(self) -> Shelves:
        """What is the same for everybody."""
        return Shelves.of(self.searcher.dataset)

    @cached_property
    def companions(self) -> Companions:
        """What is bought together."""
        return Companions.of(self.searcher.dataset)

    @cached_property
    def searching(self) -> Searching:
        """Search under the rules."""
        return Searching(self.searcher, self.catalogue, self.rules, self.personal)

    @cached_property
    def counter(self) -> Counter:
        """Counts facets."""
        return Counter(self.catalogue, self.searcher.finder.attributes)

    @cached_property
    def suggester(self) -> Suggester:
        """Suggests queries."""
        words = self.searcher.reader.vocabulary
        names, sold = self.catalogue.names, self.catalogue.times_sold
        return Suggester.of(self.searcher.items, names, sold, words)

    def warm(self) -> list[str]:
        """Answer everything once; give what is missing, nothing where all answered."""
        missing = list(self.degraded)
        for ask in (
            self.searcher.warm,
            lambda: self.suggest("a", 1),
            self.facets,
            lambda: self.recommendations(RecommendationsAsked()),
            lambda: None if self.personal is None else self.personal.live.warm(),
            lambda: None if self.finder is None else self.finder.warm(),
            lambda: self.recommendations(RecommendationsAsked(explain=True)),  # made now
            lambda: self.recommendations(RecommendationsAsked(placement="new")),
            lambda: [self.goes_with(item_id, 1) for item_id in self.catalogue.ids[:1]],
            lambda: [self.similar(item_id, 1) for item_id in self.catalogue.ids[:1]],
        ):
            try:
                ask()
            except ModisteError as error:
                missing.append(str(error))
        return missing

    def recommendations(self, asked: RecommendationsAsked) -> Listed:
        """Give a list for a user, or one of the shelves that are the same for everybody.

        Raises:
            UnknownItemError: If an item named with the request is not in the catalogue.
            InputError: If a filter cannot be used.
        """
        if asked.placement in ("new", "trending"):
            return self._shelf(asked)
        if self.personal is None:
            return self._best(asked)
        return self.personal.answer(asked)

    def at_once(self, asked: RecommendationsAsked) -> Listed | None:
        """Give what `recommendations` gives where that takes no time worth a thread, else None."""
        if self.personal is None or asked.placement in ("new", "trending"):
            return None
        return self.personal.at_once(asked)

    def item(self, item_id: str) -> ItemPage:
        """Describe an item with its variants.

        Raises:
            UnknownItemError: If there is no such item.
        """
        place = self.catalogue.position(item_id)
        return self.catalogue.page(place, available=is_shown(self.rules, place))

    def similar(self, item_id: str, k: int, filters: Sequence[str] = ()) -> Listed:
        """Give the items most like one.

        Raises:
            UnknownItemError: If there is no such item.
            InputError: If a filter cannot be used.
        """
        place = self.catalogue.position(item_id)
        kept = self._kept(filters)
        depth = DEEPER * k if needs_more(self.rules) else k
        rows = self.similar_items.neighbours(np.array([place]), depth, allowed=kept)
        hits = {hit.item_idx: hit for hit in self.similar_items.hits(rows).get(place, [])}
        shown = [
            self.catalogue.shown(
                hit.item_idx,
                rank,
                hit.score,
                Reason(
                    text="looks like it" if "pictures" in " ".join(hit.why) else "much like it",
                    source=", ".join(hit.why) or "likeness",
                    because=item_id,
                ),
            )
            for rank, hit in enumerate(
                (hits[item] for item in ruled(self.rules, [*hits], k)), start=1
            )
        ]
        notes = [] if len(shown) == k else [self._few(len(shown), k, filters)]
        return self._listed(shown, self.similar_items.strategy, notes=notes)

    def goes_with(self, item_id: str, k: int) -> Listed:
        """Give what completes a look: bought together with an item, other kinds first.

        Raises:
            UnknownItemError: If there is no such item.
        """
        place = self.catalogue.position(item_id)
        kept = self._kept(())
        found = completing(self.catalogue, place, *self.companions.of_item(place))
        strategy, text, fallback = "bought together", "often bought with it", False
        if not found:
            found = bought_with_its_like(self.companions, self.similar_items, self.catalogue, place)
            strategy, fallback = "bought together with what looks like it", True
            text = "bought with what looks like it"
        if not found:
            attributes = self.searcher.finder.attributes
            found = of_its_style(self.catalogue, attributes, place, self.shelves.best)
            strategy, text = "other kinds of its style", "of the same style"
        scores = {item: score for item, score in found if kept is None or kept[item]}
        found = [(item, scores[item]) for item in ruled(self.rules, [*scores], k)]
        shown = [
            self.catalogue.shown(
                other, rank, score, Reason(text=text, source="bought_together", because=item_id)
            )
            for rank, (other, score) in enumerate(found, start=1)
        ]
        notes = [] if len(shown) == k else [self._few(len(shown), k, ())]
        return self._listed(shown, strategy, fallback=fallback, notes=notes)

    def search(self, request: SearchRequest, picture: npt.NDArray[np.uint8] | None = None) -> Found:
        """Find items by words, by a picture `[height, width, 3]`, by an item's, or by several.

        Raises:
            UnknownItemError: If there is no such item.
            InputError: If nothing is asked for, or a filter cannot be used.
        """
        return self.searching.answer(request, picture, self.release, self.degraded)

    def suggest(self, typed: str, k: int = 8) -> Suggestions:
        """Give what a half-typed query may become."""
        return Suggestions(suggestions=self.suggester.suggest(typed, k))

    def facets(self, filters: Sequence[str] = (), words: str = "") -> Facets:
        """Count what a shop can be filtered by, of what a query and filters leave.

        Raises:
            InputError: If a filter cannot be used.
        """
        kept = self._kept(filters)
        if words.strip():
            matching = self.searching.matching(words)
            kept = matching if kept is None else kept & matching
        return self.counter.count(kept)

    def picture(self, item_id: str) -> Path | None:
        """Give the file of an item's picture; None: it has none."""
        return self.catalogue.picture(item_id)

    def known_items(self, ids: Iterable[str]) -> set[str]:
        """Give those of some ids that are items of the shop."""
        return {item_id for item_id in ids if self.catalogue.find(item_id) is not None}

    def users(self, k: int) -> list[KnownUser]:
        """Give some users with a history, to look at the shop with their eyes."""
        return [] if self.personal is None else self.personal.known_users(k)

    def has_stored_list(self, user_id: str) -> bool:
        """Tell whether a list is stored for a user; `EventSource.is_forgotten` keeps it back."""
        return self.personal is not None and self.personal.has_stored_list(user_id)

    def _shelf(self, asked: RecommendationsAsked) -> Listed:
        if not self.shelves.sold:
            return self._best(replace(asked, items=()))
        new = asked.placement == "new"
        rows = self.shelves.new if new else self.shelves.trending
        text = "new in" if new else "selling faster this week"
        source = "new_arrivals" if new else "trending"
        return self._ranked(rows, asked, source, Reason(text=text, source=source))

    def _best(self, asked: RecommendationsAsked) -> Listed:
        if asked.items:
            return self._beside(asked)
        sold = self.shelves.sold
        reason = Reason(text="popular now" if sold else "from the catalogue", source="popular")
        strategy = "best sellers" if sold else "catalogue"
        listed = self._ranked(self.shelves.best, asked, strategy, reason)
        what = "what sells best" if sold else "some of the catalogue"
        told = f"nothing was trained for this shop: {what}"
        return listed.model_copy(update={"fallback": True, "notes": [told, *listed.notes]})

    def _beside(self, asked: RecommendationsAsked) -> Listed:
        """Give what is like the items named with a request, where nothing was trained."""
        lists = [self.similar(item_id, asked.k, asked.filters).items for item_id in asked.items]
        first = {one.id: one for rank in zip_longest(*lists) for one in rank if one is not None}
        shown = [one for one in first.values() if one.id not in asked.items][: asked.k]
        ranked = [one.model_copy(update={"rank": rank}) for rank, one in enumerate(shown, 1)]
        told = ["nothing was trained for this shop: what is like the items named"]
        return self._listed(ranked, self.similar_items.strategy, fallback=True, notes=told)

    def _ranked(
        self, rows: pl.DataFrame, asked: RecommendationsAsked, strategy: str, reason: Reason
    ) -> Listed:
        kept = self._kept(asked.filters)
        if kept is not None:
            rows = rows.filter(pl.Series(kept[rows["item_idx"].to_numpy()], dtype=pl.Boolean))
        scores = dict(rows.select("item_idx", "score").iter_rows())
        shown = [
            self.catalogue.shown(item, rank, scores[item], reason)
            for rank, item in enumerate(ruled(self.rules, [*scores], asked.k), start=1)
        ]
        notes = [] if len(shown) == asked.k else [self._few(len(shown), asked.k, asked.filters)]
        return self._listed(shown, strategy, notes=notes)

    def _kept(self, filters: Sequence[str]) -> Mask | None:
        """Tell which items pass the rules and some filters; None: all."""
        conditions = read_filters(filters)
        if not conditions and self.rules.allowed is None:
            return None
        kept = allowed(conditions, self.searcher.items)
        if self.rules.allowed is not None:
            may = np.zeros(len(kept), np.bool_)
            may[self.rules.allowed.to_numpy()] = True
            kept &= may
        return kept

    def _few(self, found: int, k: int, filters: Sequence[str]) -> str:
        advice = loosening_advice(read_filters(filters), self.searcher.items, k)
        return f"{found} of {k}: {advice or 'the shop has no more that may be shown'}"

    def _listed(
        self,
        shown: list[Shown],
        strategy: str,
        *,
        fallback: bool = False,
        notes: Sequence[str] = (),
    ) -> Listed:
        return Listed(
            items=shown,
            release=self.release,
            strategy=strategy,
            fallback=fallback,
            degraded=list(self.degraded),
            notes=list(notes),
        )
