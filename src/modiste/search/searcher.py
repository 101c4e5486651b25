"""Search by words, by photo or by both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from modiste.data import Dataset, open_shop
from modiste.encoders.base import Vectors
from modiste.errors import InputError
from modiste.rules.filters import Filter, allowed, filter_table, parse_filter
from modiste.search.answer import SearchResult
from modiste.search.fields import Progress
from modiste.search.finder import Finder, Mask, Request, Strategy
from modiste.search.fusion import Positions, Ranked, Scores, collapsed, ranked
from modiste.search.hits import Evidence, build_hits
from modiste.search.lift import Attributes
from modiste.search.query.asked import Asked, Reader, Unwanted, conditions_of
from modiste.search.space import Spaces
from modiste.search.taste import (
    POOL,
    RankItems,
    ranker_scores,
    reordered,
    wardrobe,
    wardrobe_scores,
)
from modiste.search.told import lacks, most, shortage, strategy, wanted
from modiste.search.words import WordIndex

MOST_HITS = 1000
_MOST_TOLD, _MOST_SHOWN = 6, 80
_NO_ITEMS = np.empty(0, np.int64)
_NONE: tuple[Positions, Scores] = (_NO_ITEMS, np.empty(0, np.float32))


@dataclass(frozen=True)
class Searcher:
    """A shop, ready to be searched; open it once, it is safe to be used from many threads."""

    dataset: Dataset
    items: pl.DataFrame
    """The catalogue by `item_idx`, with `price`."""
    finder: Finder
    reader: Reader

    @classmethod
    def open(
        cls, shop: Path, encoder: str | None = None, progress: Progress | None = None
    ) -> Searcher:
        """Open a shop for search: its words, and its vectors and their encoder if there are any.

        Args:
            shop: The shop's folder.
            encoder: Whose vectors, a label or `NAME[=SOURCE]`; None: the best there are, see
                `choose_label`. A shop without vectors is searched by its words.
            progress: Told how much of the index of words is made, the first time.

        Raises:
            ArtifactError: If nothing was imported, or the asked encoder made no vectors.
            MissingExtraError: If a package is not installed.
        """
        dataset = open_shop(shop)
        spaces = Spaces.open(shop, dataset, dataset.n_items(), encoder)
        return cls.of(dataset, spaces, shop / "cache" / "words", progress)

    @classmethod
    def of(
        cls,
        dataset: Dataset,
        spaces: Spaces | None = None,
        cache: Path | None = None,
        progress: Progress | None = None,
    ) -> Searcher:
        """Make a searcher of a dataset in memory.

        Args:
            dataset: The catalogue, and what its users bought.
            spaces: Its vectors; None: it is searched by its words.
            cache: Where the index of words is stored; None: it is kept in memory.
            progress: Told how much of the index of words is made.
        """
        items = filter_table(dataset)
        index = WordIndex.open(items, dataset.item_attributes, cache, progress)
        attributes = Attributes.of(items, dataset.item_attributes)
        products = items["product_id"].rank("dense").to_numpy().astype(np.int64)
        finder = Finder(index, attributes, spaces or Spaces(), products)
        return cls(dataset, items, finder, Reader.of(dataset, index))

    def warm(self) -> None:
        """Load models and tables now, so that the first query is as quick as the next."""
        self.finder.spaces.warm()
        self.search("dress")

    def rank_words(
        self,
        texts: Sequence[str],
        k: int,
        strategy: Strategy = "fused",
        *,
        variants: bool = True,
        allowed: Mask | None = None,
    ) -> Ranked:
        """Find items for many texts at once: for measures and bulk answers.

        Args:
            texts: The queries.
            k: Items for each.
            strategy: `bm25`: words alone. `vectors`: the encoder alone, words against pictures and
                words. `fused`: both by rank, lifted by the attributes that the words name: what
                `search` does.
            variants: Whether several variants of a product may be given.
            allowed: Which items may be found, `[n_items]`; None: all.

        Returns:
            Positions (`item_idx`) and scores, `[n_queries, k]`; -1 and -inf where fewer were found.

        Raises:
            InputError: If `vectors` are asked for and no encoder of this shop reads words.
        """
        if strategy == "vectors" and self.finder.spaces.mouth is None:
            raise InputError(
                "no encoder of this shop reads words: fit one by modiste encoder fit and run "
                "modiste embed, or choose the strategy bm25"
            )
        request = Request([self.reader.read(text) for text in texts], kept=allowed)
        return self.finder.find(request, k, variants=variants, strategy=strategy)

    def search(
        self,
        words: str | None = None,
        photo: Path | bytes | Vectors | None = None,
        *,
        item: int | None = None,
        weight: float = 0.5,
        without: str | None = None,
        filters: Sequence[Filter | str] = (),
        allowed: Mask | None = None,
        user: str | None = None,
        ranker: RankItems | None = None,
        k: int = 12,
        variants: bool = False,
        spelling: bool = True,
    ) -> SearchResult:
        """Find items by words, by a photo, or by both ("this, but blue").

        Args:
            words: What is looked for.
            photo: A picture's file or bytes, or its vector, `[dim]`.
            item: Position of an item whose picture is looked for as a photo is; the item itself is
                left out.
            weight: What the photo counts beside the words, 0 to 1.
            without: What is not wanted: attributes of the shop are excluded, other words pushed
                away.
            filters: Conditions that every hit meets, see `parse_filter`.
            allowed: Which items may be found at all, `[n_items]`; None: all.
            user: Whose taste re-orders what was found.
            ranker: Scores items for that user, see `release.rank_items`; None: by wardrobe alone.
            k: Hits.
            variants: Whether several variants of a product may be given.
            spelling: Whether mistyped words are corrected; the answer tells which were.

        Raises:
            InputError: If neither words nor a photo is given, a filter or the photo cannot be used,
                or there are no pictures to compare a photo with.
            MissingExtraError: If a photo is given and what encodes photos is not installed.
        """
        words = words.strip() if words else None
        if item is not None and photo is None:
            photo = self._picture_of(item)
        if not words and photo is None:
            raise InputError("nothing to search for: give words, a photo or both")
        check_numbers(k, weight)
        photos = None if photo is None else self._look_at(photo)
        asked = self.reader.read(words, spelling=spelling) if words else None
        unwanted = self.reader.unwanted(asked, without)
        conditions = conditions_of(asked, read_filters(filters))
        kept = self._kept(conditions, unwanted)
        if allowed is not None:
            kept = allowed if kept is None else kept & allowed
        request = Request([asked] if asked else None, photos, weight, unwanted, kept, item)
        notes = [*self.finder.spaces.notes, *(asked.understood.notes if asked else ())]
        found, evidence, told = self._answer(request, asked, POOL * k if user else k, variants)
        notes += told
        positions, scores = found.row(0)
        if asked is None:  # cosines, which rounded vectors take a little over 1
            scores = np.minimum(scores, 1.0)
        if user is not None and len(positions):
            positions, scores, moved, told = self._for_user(user, ranker, positions, scores)
            evidence = replace(evidence, moved=moved)
            notes += told
            user = None if told else user
        positions, scores = positions[:k], scores[:k]
        unnamed = {} if unwanted is None else unwanted.named
        understood = {} if asked is None else wanted(asked.understood.attributes, unnamed)
        if not evidence.nameless:
            short = shortage(
                positions, k, conditions, self.items, kept, variants, asked, self.finder
            )
            if asked is not None and photos is None and not short:
                short = lacks(positions, self.items, asked, understood, self.finder)
            notes += short
        names = self.dataset.item_attributes
        hits = build_hits(self.items, names, positions, scores, evidence, self.finder)
        found_by = strategy(request, self.finder, evidence.nameless, user)
        corrected = {} if asked is None else asked.understood.corrections
        return SearchResult(hits, found_by, tuple(notes), understood, unnamed, corrected)

    def search_many(
        self,
        texts: Sequence[str] | None,
        photos: Sequence[Path | bytes] | None = None,
        *,
        weight: float = 0.5,
        without: str | None = None,
        filters: Sequence[Filter | str] = (),
        k: int = 12,
        variants: bool = False,
    ) -> tuple[Ranked, list[str]]:
        """Answer many queries at once, as `search` does each.

        Where nothing is close to a query it has no answer; `search` offers names spelt nearly so.

        Args:
            texts: The words of each query; None: photos only.
            photos: The photo of each; None: words only.
            weight: What photos count beside words.
            without: What is not wanted in any answer.
            filters: Conditions on every answer.
            k: Items for each.
            variants: Whether several variants of a product may be given.

        Returns:
            Items and scores of each query, and what is to be known: photos that cannot be used.
        """
        check_numbers(k, weight)
        vectors, faults = (None, []) if photos is None else self._look_many(photos)
        asked = None if texts is None else [self.reader.read(text) for text in texts]
        given = read_filters(filters)
        n_queries = len(asked) if asked is not None else 0 if vectors is None else len(vectors)
        groups: dict[Any, list[int]] = {}
        for query in range(n_queries):  # a query that names a price, or what it is not, is apart
            one = asked[query] if asked is not None else None
            key = (one.bounds, one.understood.without) if one is not None else ()
            if vectors is None and one is not None and self._nothing_close(one):
                continue
            if vectors is None or vectors[query].any():
                groups.setdefault(key, []).append(query)
        rows: list[tuple[Positions, Scores]] = [_NONE] * n_queries
        for queries in groups.values():
            first = None if asked is None else asked[queries[0]]
            unwanted = self.reader.unwanted(first, without)
            request = Request(
                None if asked is None else [asked[query] for query in queries],
                None if vectors is None else vectors[queries],
                weight,
                unwanted,
                self._kept(conditions_of(first, given), unwanted),
            )
            found = self.finder.find(request, k, variants=variants)
            for place, query in enumerate(queries):
                rows[query] = found.row(place)
        return ranked(rows, k), faults

    def _look_at(self, photo: Path | bytes | Vectors) -> Vectors:
        """Give a photo's vector, `[1, dim]`."""
        if isinstance(photo, np.ndarray):
            return photo[None]
        vectors, faults = self._look_many([photo])
        if faults:
            raise InputError(faults[0])
        return vectors

    def _picture_of(self, item: int) -> Vectors:
        """Give the vector of an item's picture, `[dim]`."""
        pictures, _ = self.finder.spaces.sight()
        vector: Vectors = pictures.of(np.array([item]))[0]
        if not vector.any():
            item_id = self.items["item_id"][item]
            raise InputError(f"item {item_id!r} has no picture to compare: search by its words")
        return vector

    def _look_many(self, photos: Sequence[Path | bytes]) -> tuple[Vectors, list[str]]:
        _, eye = self.finder.spaces.sight()
        vectors, faults = eye.photos(photos)
        return vectors, [fault for fault in faults if fault is not None]

    def _kept(self, conditions: Sequence[Filter], unwanted: Unwanted | None) -> Mask | None:
        """Tell which items may be found; None: all."""
        kept = allowed(conditions, self.items) if conditions else None
        if unwanted is not None and unwanted.excluded:
            wanted = ~self.finder.attributes.having(unwanted.excluded)
            kept = wanted if kept is None else kept & wanted
        return kept

    def _answer(
        self, request: Request, asked: Asked | None, k: int, variants: bool
    ) -> tuple[Ranked, Evidence, list[str]]:
        """Find `k` items for one query, why, and what is to be known of them."""
        finder = self.finder
        if request.photos is None and asked is not None and self._nothing_close(asked):
            if not asked.said:
                if asked.understood.notes:  # what it said cannot be used, and that is told already
                    return ranked([_NONE]), Evidence(asked, nameless=True), []
                said = f"{_short(asked.given)!r} says nothing to look for: name a kind, a colour …"
                return ranked([_NONE]), Evidence(asked, nameless=True), [said]
            near = ranked([finder.index.nearest_names(asked.given, MOST_HITS, request.kept)])
            near = near if variants else collapsed(near, finder.products, k)
            said = f"nothing in the shop is close to {_short(asked.given)!r}"
            said += ": these have the nearest names" if len(near.row(0)[0]) else most(self.items)
            return near.cut(k), Evidence(asked, nameless=True), [said]
        found = finder.find(request, k, variants=variants)
        photo = None if request.photos is None else request.photos[0]
        evidence = Evidence(asked, photo, of_item=request.item is not None)
        notes = []
        unknown = [] if asked is None else self._unknown(asked)
        if unknown:
            notes.append(f"the catalogue has no word like {', '.join(map(repr, unknown))}")
        if request.photos is not None and finder.spaces.pictures is not None:
            best = finder.spaces.pictures.nearest(request.photos, 1).scores.max(initial=-1.0)
            usual = finder.spaces.pictures.lonely
            if best < usual:
                notes.append(
                    f"nothing looks much like the photo: the nearest has {best:.2f}, while 99 of "
                    f"100 of the shop's own pictures have another at {usual:.2f} or nearer"
                )
        return found, evidence, notes

    def _unknown(self, asked: Asked) -> list[str]:
        """Give the words that the shop knows nothing of; an item's id is none of them."""
        exact = self.finder.index.exact
        return [word for word in asked.unknown if not len(exact(word))][:_MOST_TOLD]

    def _nothing_close(self, asked: Asked) -> bool:
        """Tell whether neither the words nor the vectors know what was asked for."""
        if not asked.strange or len(self.finder.index.exact(asked.given)):
            return False
        # To an encoder an unknown number is as good as any other.
        return not any(map(str.isalpha, asked.text)) or not self.finder.spaces.hears(asked.text)

    def _for_user(
        self, user: str, ranker: RankItems | None, positions: Positions, scores: Scores
    ) -> tuple[Positions, Scores, Positions, list[str]]:
        """Re-order by a user's taste; which items came forward, and what to say."""
        owned = wardrobe(self.dataset, user)
        if owned is None:
            told = f"user {user!r} is not known: the order is the same for everybody"
            return positions, scores, _NO_ITEMS, [told]
        by_wardrobe = wardrobe_scores(owned, positions, self.finder.spaces)
        item_ids = self.items["item_id"].gather(positions).to_list()
        by_ranker = ranker_scores(ranker, user, item_ids)
        tastes = [taste for taste in (by_wardrobe, by_ranker) if taste is not None]
        if not tastes:
            told = f"nothing is known of the taste of {user!r}: the order is the same for everybody"
            return positions, scores, _NO_ITEMS, [told]
        order, blended = reordered(scores, tastes)
        moved = positions[order[order > np.arange(len(order))]]
        return positions[order], blended, moved, []


def _short(text: str) -> str:
    """Give a text to be told of, cut where it is long."""
    return text if len(text) <= _MOST_SHOWN else text[:_MOST_SHOWN] + "…"


def check_numbers(k: int, weight: float) -> None:
    """Check what a search is asked with.

    Raises:
        InputError: If `k` or `weight` is out of its range.
    """
    if not 1 <= k <= MOST_HITS:
        raise InputError(f"k={k}: expected 1 to {MOST_HITS} hits")
    if not 0 <= weight <= 1:
        raise InputError(f"weight {weight}: expected 0 (only the words) to 1 (only the photo)")


def read_filters(filters: Sequence[Filter | str]) -> tuple[Filter, ...]:
    """Read the filters that are given as text."""
    return tuple(parse_filter(one) if isinstance(one, str) else one for one in filters)
