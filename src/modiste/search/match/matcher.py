"""Products that match a photo or words, then in the order of a user's purchases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl

from modiste.encoders.base import Vectors
from modiste.errors import InputError
from modiste.garments import Recogniser as FittedRecogniser
from modiste.rules import Rules, apply_rules
from modiste.rules.filters import Filter, allowed
from modiste.search.attributes import AttributeFinder
from modiste.search.attributes.garments import find_model
from modiste.search.attributes.learning import Progress
from modiste.search.attributes.stored import open_word_vectors
from modiste.search.finder import Mask
from modiste.search.fusion import Positions, Scores
from modiste.search.match.answer import MatchResult
from modiste.search.match.fit import Fit, bands, best_fitting, compute_fit, likeness
from modiste.search.match.look import Look, look_at
from modiste.search.match.reasons import Evidence, build_matches
from modiste.search.match.seen import Recogniser
from modiste.search.match.shortage import shortage
from modiste.search.match.taste import Liked, Purchases
from modiste.search.match.wanted import Wanted, surest, with_photo, words_wanted
from modiste.search.query.asked import conditions_of
from modiste.search.query.understood import Wishes
from modiste.search.searcher import Searcher, check_numbers, read_filters

POOL = 4
"""So many times the asked number of products are compared: rules may take some away."""
KIND = "kind"


@dataclass(frozen=True)
class Matcher:
    """A shop, ready for matches; open it once, it is safe to be used from many threads."""

    searcher: Searcher
    recogniser: Recogniser | None = None
    """Sees garments in photos; None: photos are compared as a whole."""
    shop: Path | None = None
    """The shop's folder, for its word vectors."""
    progress: Progress | None = field(default=None, compare=False)

    @classmethod
    def open(
        cls,
        shop: Path,
        encoder: str | None = None,
        model: Path | None = None,
        progress: Progress | None = None,
    ) -> Matcher:
        """Open a shop for matches.

        Args:
            shop: The shop's folder.
            encoder: Whose vectors of pictures, see `Searcher.open`.
            model: The folder of a garments model; None: the shop's, if it has one.
            progress: Told how much of what is made the first time is done.

        Raises:
            ArtifactError: If nothing was imported, or a file was altered.
            InputError: If the named folder holds no model.
            MissingExtraError: If a package is not installed.
        """
        folder = find_model(shop, model)
        recogniser = None if folder is None else FittedRecogniser.open(folder)
        return cls(Searcher.open(shop, encoder, progress), recogniser, shop, progress)

    @cached_property
    def purchases(self) -> Purchases:
        """Who bought what."""
        searcher = self.searcher
        return Purchases(searcher.dataset, searcher.items, searcher.finder.attributes)

    @cached_property
    def attributes(self) -> AttributeFinder:
        """What words mean that the shop has no word for."""
        dataset = self.searcher.dataset
        ear = open_word_vectors(dataset, self.shop, self.progress)
        return AttributeFinder.of(dataset, ear, self.searcher.reader.vocabulary)

    def match(
        self,
        words: str | None = None,
        photo: Path | bytes | None = None,
        *,
        user: str | None = None,
        without: str | None = None,
        filters: Sequence[Filter | str] = (),
        rules: Rules | None = None,
        k: int = 10,
        spelling: bool = True,
    ) -> MatchResult:
        """Give the products that match words, a photo or both, each once.

        Fit comes first, and taste never undoes it. What an item is of what was asked for, by kind,
        colour and the other attributes, is a share; of equal shares those come first that look more
        like the photo, in bands within which no eye would tell. Only within a band does the user's
        taste order, and then the likeness itself and what sold lately.

        Args:
            words: What is looked for.
            photo: A picture's file or bytes.
            user: Whose purchases order what fits equally well.
            without: What is not wanted.
            filters: Conditions that every match meets.
            rules: The shop's rules; pins are left out.
            k: Products.
            spelling: Whether mistyped words are corrected.

        Raises:
            InputError: If neither words nor a photo is given, or something given cannot be used.
            MissingExtraError: If a package that it takes is not installed.
        """
        words = words.strip() if words else None
        if not words and photo is None:
            raise InputError("nothing to match: give words, a photo or both")
        check_numbers(k, 0.5)
        reader, finder = self.searcher.reader, self.searcher.finder
        asked = reader.read(words, spelling=spelling) if words else None
        unwanted = reader.unwanted(asked, without)
        notes = list(asked.understood.notes) if asked else []
        if asked is not None and asked.unknown:
            notes.append(f"the catalogue has no word like {', '.join(map(repr, asked.unknown))}")
        wanted = words_wanted(asked, unwanted)
        look = Look()
        if photo is not None:
            kinds = wanted.by_words.get(KIND, {})
            look = look_at(
                photo, kinds, self.recogniser, reader, finder.spaces, self._attributes, unwanted
            )
            wanted = with_photo(wanted, look.seen.wishes, look.seen.said)
            notes += look.notes
        conditions = conditions_of(asked, read_filters(filters))
        kept = self._kept(conditions, wanted, rules)
        named = {} if unwanted is None else dict(unwanted.named)
        if unwanted is not None and unwanted.words:
            named["words"] = tuple(unwanted.text.split())
        told = (surest(wanted.by_words), surest(wanted.by_photo), named)
        corrected = {} if asked is None else asked.understood.corrections
        if not wanted.named and look.vector is None and not conditions:
            if not notes:
                notes.append(f"{words!r} says nothing to match: name a kind, a colour …")
            return MatchResult((), "nothing to compare", tuple(notes), *told, corrected)
        fit = compute_fit(wanted, finder.attributes, finder.index)
        enough = POOL * k
        while True:
            items = best_fitting(fit, kept, finder.products, enough)
            cosines = self._likeness(look.vector, items)
            if not wanted.named and look.vector is not None:  # nothing else to match it by
                items, cosines = items[~np.isnan(cosines)], cosines[~np.isnan(cosines)]
            liked, moved = self._liked(user, items)
            order = self._ordered(fit, items, cosines, look.vector, liked)
            chosen = self._chosen(items[order], rules, user, k)
            # The rules may leave few of many: more are looked at then.
            if rules is None or len(chosen) == k or enough >= self.searcher.items.height:
                break
            enough *= 8
        notes += moved
        evidence = Evidence(wanted, fit, items, cosines, liked)
        names = self.searcher.dataset.item_attributes
        matches = build_matches(self.searcher.items, names, chosen, evidence, finder.attributes)
        if len(matches) < k:
            notes += shortage(
                len(matches), k, wanted, fit, kept, conditions, self.searcher, rules is not None
            )
        strategy = _strategy(wanted, look, liked, sold=bool(self.purchases.sales.any()))
        return MatchResult(matches, strategy, tuple(notes), *told, corrected)

    def _attributes(self) -> AttributeFinder:
        return self.attributes

    def _kept(self, conditions: Sequence[Filter], wanted: Wanted, rules: Rules | None) -> Mask:
        """Tell which items may be given at all, `[n_items]`."""
        kept = allowed(conditions, self.searcher.items)
        if rules is not None and rules.allowed is not None:
            may = np.zeros(len(kept), np.bool_)
            may[rules.allowed.to_numpy()] = True
            kept &= may
        if wanted.unwanted is not None:
            kept &= ~self.searcher.finder.attributes.having(wanted.unwanted.excluded)
            if wanted.unwanted.words:
                index = self.searcher.finder.index
                known = [word for word in wanted.unwanted.words if next(iter(word)) in index.terms]
                kept[index.containing(known)] = False
        return kept

    def _likeness(self, photo: Vectors | None, items: Positions) -> Scores:
        space = self.searcher.finder.spaces.pictures
        if photo is None or space is None:
            return np.full(len(items), np.nan, np.float32)
        return likeness(photo, items, space, self.searcher.items.height)

    def _liked(self, user: str | None, items: Positions) -> tuple[Liked | None, list[str]]:
        if user is None:
            return None, []
        liked = self.purchases.of(user, items)
        if liked is None:
            return None, [f"user {user!r} is not known: the order is the same for everybody"]
        if not liked.n_owned:
            return None, [f"user {user!r} bought nothing: the order is the same for everybody"]
        return liked, []

    def _ordered(
        self,
        fit: Fit,
        items: Positions,
        cosines: Scores,
        photo: Vectors | None,
        liked: Liked | None,
    ) -> Positions:
        """Order items: by fit, by bands of likeness, by taste, by likeness, by sales."""
        shares = fit.share[items]
        band = np.zeros(len(items), np.int64)
        space = self.searcher.finder.spaces.pictures
        if photo is not None and space is not None:
            band = bands(shares, cosines, space.cosines(photo, space.sample))
        taste = np.zeros(len(items), np.float32) if liked is None else liked.score
        near = np.nan_to_num(cosines, nan=-1.0)
        sold = self.purchases.sales[items]
        order: Positions = np.lexsort((items, -sold, -near, -taste, band, -shares))
        return order

    def _chosen(self, items: Positions, rules: Rules | None, user: str | None, k: int) -> list[int]:
        """Keep the best item of each product, and what the shop's rules let stand: `k` in all."""
        products = self.searcher.finder.products[items]
        first = np.sort(np.unique(products, return_index=True)[1])
        ranked = pl.DataFrame({"item_idx": items[first].astype(np.int32)})
        if rules is None:
            return ranked["item_idx"].head(k).to_list()
        ranked = ranked.with_columns(
            pl.lit(0, pl.Int32).alias("user_idx"),
            pl.int_range(1, pl.len() + 1, dtype=pl.Int32).alias("rank"),
            pl.lit(None, pl.Float32).alias("score"),
        )
        hidden = self.purchases.bought_lately(user, rules.hide_bought_days)
        lists = apply_rules(replace(rules, pins=(), allowed=None), ranked, k, hidden=hidden)
        return lists.sort("rank")["item_idx"].to_list()


def _strategy(wanted: Wanted, look: Look, liked: Liked | None, *, sold: bool) -> str:
    """Say how matches were found and ordered."""
    parts = []
    if wanted.by_words or wanted.by_photo:
        parts.append("attributes of " + " and ".join(_sources(wanted)))
    if wanted.said:
        parts.append("words in what is said of items")
    if look.vector is not None:
        parts.append(f"likeness to the {look.whole} ({look.label})")
    if liked is not None:
        parts.append("taste")
    elif sold:
        parts.append("what sold lately")
    return ", then ".join(parts)


def _sources(wanted: Wanted) -> list[str]:
    by: Mapping[str, Wishes] = {"the words": wanted.by_words, "the photo": wanted.by_photo}
    return [name for name, wishes in by.items() if wishes]
