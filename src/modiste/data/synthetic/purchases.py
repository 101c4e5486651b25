"""What is bought: day by day, visit by visit, piece by piece.

Each piece comes from one of five thoughts, tried in this order: something that goes with a piece
already in the basket; something that goes with an earlier purchase; an earlier purchase again; an
earlier purchase in another colour; and, where none of these applies or what it finds is not on
sale, whatever suits the customer: their cluster's appeal times popularity, life and season of the
article, then weighed by their own favourite kinds, colours, patterns and prices.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from modiste.data.synthetic.calendar import compute_kind_seasons, compute_life
from modiste.data.synthetic.catalogue import N_PARTNERS, Catalogue
from modiste.data.synthetic.colours import COLOURS, MASTERS, PATTERNS
from modiste.data.synthetic.customers import Customers, compute_cluster_appeal
from modiste.data.synthetic.scales import Scale
from modiste.data.synthetic.streams import open_stream
from modiste.data.synthetic.visits import Visits

Ints = npt.NDArray[np.int64]
Int32s = npt.NDArray[np.int32]

THOUGHTS = ("partner in basket", "partner of earlier", "again", "other colour", "taste")
"""Where a piece comes from, in the order of the codes in `Day.thought`."""

_CHANCE_PARTNER_IN_BASKET = 0.35
_CHANCE_PARTNER_OF_EARLIER = 0.15
_CHANCE_OTHER_COLOUR = 0.07
_MEMORY = 12
_FORGETTING = 3.0
_N_OFFERS = 6
_OWNED = 0.25
"""What is left of the wish for an article bought lately; buying again is a thought of its own."""
_LIKES_KIND, _LIKES_COLOUR, _LIKES_PATTERN, _MINDS_PRICE = 4.0, 4.0, 2.0, 1.2


@dataclass(frozen=True, kw_only=True)
class Day:
    """The purchases of one day `[n]`, ordered by customer, then as they went into the basket."""

    day: int
    customer: Int32s
    article: Int32s
    cents: Int32s
    """Price paid in hundredths `[n]`."""
    online: npt.NDArray[np.bool_]
    thought: npt.NDArray[np.int8]
    """Position in `THOUGHTS` `[n]`."""


class Rail:
    """What hangs in the shop on a day, laid out for quick drawing.

    For each cluster of customers a row of a fixed number of places, in which each article takes
    as many places as its share of the cluster's purchases asks for: drawing is then one look-up.
    """

    def __init__(self, scale: Scale, catalogue: Catalogue, seed: int) -> None:
        """Prepare the parts that no day alters."""
        self._catalogue = catalogue
        self._appeal = compute_cluster_appeal(scale, catalogue, seed)
        self._seasons = compute_kind_seasons(scale.first_day, scale.n_days)
        self._seed = seed
        self.n_places = 1 << min(max(len(catalogue) * 2, 4096).bit_length(), 16)

    def lay_out(self, day: int) -> Int32s:
        """The articles of each cluster's places on a day `[n_clusters, n_places]`."""
        c = self._catalogue
        here = np.flatnonzero((c.launch <= day) & (day <= c.last))
        life = compute_life(day - c.launch[here], c.rise[here], c.evergreen[here])
        wanted = c.popularity[here] * life * self._seasons[c.kind[here], day]
        weights = self._appeal[:, here] * wanted.astype(np.float32)
        bounds = np.cumsum(weights, axis=1, dtype=np.float64)
        bounds *= self.n_places / bounds[:, -1:]
        # One random shift a cluster: an article worth half a place gets it every other day.
        shift = open_stream(self._seed, "rail", day).random((len(bounds), 1))
        edges = np.floor(bounds + shift).astype(np.int64)
        edges[:, -1] = self.n_places
        np.minimum(edges, self.n_places, out=edges)
        counts = np.diff(edges, axis=1, prepend=0)
        places = np.repeat(np.broadcast_to(here, counts.shape).ravel(), counts.ravel())
        return places.astype(np.int32).reshape(len(bounds), self.n_places)


def draw_purchases(
    scale: Scale, catalogue: Catalogue, customers: Customers, visits: Visits, seed: int
) -> Iterator[Day]:
    """The shop's purchases, one day after the other."""
    rail = Rail(scale, catalogue, seed)
    till = _Till(scale, catalogue)
    shopper = _Shopper(catalogue, customers)
    for day in range(scale.n_days):
        chosen = visits.day(day)
        who, size = visits.customer[chosen], visits.size[chosen]
        rng = open_stream(seed, "day", day)
        shopper.enter(rail.lay_out(day), day)
        article, thought, visit = shopper.fill(who, size, rng)
        yield Day(
            day=day,
            customer=who[visit],
            article=article,
            cents=till.price(article, day, visit, len(who), rng),
            online=visits.online[chosen][visit],
            thought=thought,
        )


class _Shopper:
    """Fills baskets, and remembers what every customer bought last."""

    def __init__(self, catalogue: Catalogue, customers: Customers) -> None:
        self._c = catalogue
        self._customers = customers
        self._memory = np.full((len(customers), _MEMORY), -1, dtype=np.int32)
        self._n_bought = np.zeros(len(customers), dtype=np.int32)
        master = np.asarray([MASTERS.index(colour.master_name) for colour in COLOURS])
        taste = np.asarray([pattern.taste for pattern in PATTERNS])
        self._family = master[catalogue.colour].astype(np.int8)
        self._pattern = taste[catalogue.pattern].astype(np.int8)
        self._kind = catalogue.kind.astype(np.int8)
        log_cents = np.log(catalogue.cents.astype(np.float64))
        # Price against what such a thing costs in the shop: socks are cheap for everybody.
        n_of_kind = np.bincount(catalogue.kind).clip(1)
        usual = np.bincount(catalogue.kind, weights=log_cents) / n_of_kind
        self._dearness = (log_cents - usual[catalogue.kind]).astype(np.float32)
        self._rail = np.empty((0, 0), dtype=np.int32)
        self._on_sale = np.zeros(len(catalogue), dtype=np.bool_)

    def enter(self, rail: Int32s, day: int) -> None:
        """Begin a day with what hangs on the rail."""
        self._rail = rail
        self._on_sale = (self._c.launch <= day) & (day <= self._c.last)

    def fill(
        self, who: Int32s, size: npt.NDArray[np.int8], rng: np.random.Generator
    ) -> tuple[Int32s, npt.NDArray[np.int8], Ints]:
        """Articles, thoughts and visits `[n_pieces]` of baskets of these sizes, in basket order."""
        n = len(who)
        widest = int(size.max()) if n else 0
        basket = np.full((n, max(widest, 1)), -1, dtype=np.int32)
        thoughts = np.zeros_like(basket, dtype=np.int8)
        before = self._n_bought[who]
        for place in range(widest):
            visit = np.flatnonzero(size > place)
            article, thought = self._take(who[visit], before[visit], basket[visit], place, rng)
            basket[visit, place], thoughts[visit, place] = article, thought
        self._remember(who, size, basket, widest)
        taken = np.arange(basket.shape[1])[None, :] < size[:, None]
        return basket[taken], thoughts[taken], np.nonzero(taken)[0]

    def _remember(
        self, who: Int32s, size: npt.NDArray[np.int8], basket: Int32s, widest: int
    ) -> None:
        for place in range(widest):
            visit = np.flatnonzero(size > place)
            customer = who[visit]
            self._memory[customer, self._n_bought[customer] % _MEMORY] = basket[visit, place]
            self._n_bought[customer] += 1

    def _take(
        self, who: Int32s, before: Int32s, basket: Int32s, place: int, rng: np.random.Generator
    ) -> tuple[Int32s, npt.NDArray[np.int8]]:
        n = len(who)
        article = np.full(n, -1, dtype=np.int32)
        thought = np.full(n, 4, dtype=np.int8)
        dice = rng.random(n)
        edge = np.zeros(n)
        if place:
            row = np.flatnonzero(dice < _CHANCE_PARTNER_IN_BASKET)
            piece = basket[row, rng.integers(0, place, len(row))]
            self._settle(article, thought, row, self._partner(piece, rng), 0)
            edge += _CHANCE_PARTNER_IN_BASKET
        regular = before > 0
        row = np.flatnonzero(regular & (dice >= edge) & (dice < edge + _CHANCE_PARTNER_OF_EARLIER))
        earlier = self._recall(who[row], before[row], rng)
        self._settle(article, thought, row, self._partner(earlier, rng), 1)
        edge += _CHANCE_PARTNER_OF_EARLIER
        again_edge = edge + self._customers.loyalty[who]
        row = np.flatnonzero(regular & (dice >= edge) & (dice < again_edge))
        earlier = self._recall(who[row], before[row], rng)
        willing = rng.random(len(row)) < self._c.repeat[earlier]
        self._settle(article, thought, row, np.where(willing, earlier, -1), 2)
        colour_edge = again_edge + _CHANCE_OTHER_COLOUR
        row = np.flatnonzero(regular & (dice >= again_edge) & (dice < colour_edge))
        earlier = self._recall(who[row], before[row], rng)
        self._settle(article, thought, row, self._other_colour(earlier, rng), 3)
        row = np.flatnonzero(article < 0)
        article[row] = self._choose(who[row], rng)
        return article, thought

    def _settle(
        self, article: Int32s, thought: npt.NDArray[np.int8], row: Ints, found: Int32s, code: int
    ) -> None:
        good = (found >= 0) & self._on_sale[found]
        article[row[good]] = found[good]
        thought[row[good]] = code

    def _recall(self, who: Int32s, before: Int32s, rng: np.random.Generator) -> Int32s:
        """An article bought before today, the latest the likeliest."""
        back = np.floor(rng.exponential(_FORGETTING, len(who))).astype(np.int64)
        back %= np.minimum(before, _MEMORY)
        earlier: Int32s = self._memory[who, (before - 1 - back) % _MEMORY]
        return earlier

    def _partner(self, article: Int32s, rng: np.random.Generator) -> Int32s:
        # The first partner is the usual one.
        column = (rng.random(len(article)) < 0.3).astype(np.int64) % N_PARTNERS
        return self._c.partner[article, column]

    def _other_colour(self, article: Int32s, rng: np.random.Generator) -> Int32s:
        product = self._c.product[article]
        n_colours = self._c.n_colours[product]
        first = self._c.first_of_product[product]
        step = 1 + np.floor(rng.random(len(article)) * (n_colours - 1)).astype(np.int32)
        other = first + (article - first + step) % n_colours
        return np.where(n_colours > 1, other, -1).astype(np.int32)

    def _choose(self, who: Int32s, rng: np.random.Generator) -> Int32s:
        """Of a few articles that the cluster's rail offers, the one that suits the customer."""
        n = len(who)
        people = self._customers
        wander = rng.random(n, dtype=np.float32) < 0.15
        cluster = np.where(wander, people.second_cluster[who], people.cluster[who])
        places = self._rail.shape[1]
        spot = (rng.random((n, _N_OFFERS), dtype=np.float32) * places).astype(np.int32)
        offers = self._rail[cluster[:, None], spot]
        kind, family = self._kind[offers], self._family[offers]
        liked_kind = (people.kinds[who][:, None] >> kind) & 1
        liked_colour = (people.colours[who][:, None] >> family) & 1
        liked_pattern = people.patterns[who][:, None] == self._pattern[offers]
        distance = np.abs(self._dearness[offers] - people.price[who][:, None])
        weight = np.exp(-_MINDS_PRICE * distance)
        weight *= 1 + (_LIKES_KIND - 1) * liked_kind.astype(np.float32)
        weight *= 1 + (_LIKES_COLOUR - 1) * liked_colour.astype(np.float32)
        weight *= 1 + (_LIKES_PATTERN - 1) * liked_pattern.astype(np.float32)
        owned = np.zeros(offers.shape, dtype=np.bool_)
        for column in range(_MEMORY):
            owned |= offers == self._memory[who, column][:, None]
        weight[owned] *= _OWNED
        bounds = np.cumsum(weight, axis=1)
        pick = (rng.random((n, 1), dtype=np.float32) * bounds[:, -1:] > bounds).sum(axis=1)
        chosen: Int32s = offers[np.arange(n), pick.clip(0, _N_OFFERS - 1)]
        return chosen


class _Till:
    """What a piece costs on a day."""

    def __init__(self, scale: Scale, catalogue: Catalogue) -> None:
        self._c = catalogue
        life = (catalogue.last - catalogue.launch).astype(np.float64)
        never = np.where(catalogue.evergreen, np.inf, 0.0)
        # An article still on sale when the story ends is not marked down yet.
        open_ended = np.where(catalogue.last >= scale.n_days - 1, np.inf, 0.0)
        self._reduced = catalogue.launch + 0.70 * life + never + open_ended
        self._halved = catalogue.launch + 0.88 * life + never + open_ended

    def price(
        self, article: Int32s, day: int, visit: Ints, n_visits: int, rng: np.random.Generator
    ) -> Int32s:
        """Price in hundredths `[n]`: marked down late in life, less for those with a voucher."""
        factor = np.where(day > self._reduced[article], 0.7, 1.0)
        factor = np.where(day > self._halved[article], 0.5, factor)
        voucher = np.where(rng.random(n_visits) < 0.08, 0.9, 1.0)
        paid = np.round(self._c.cents[article] * factor * voucher[visit])
        return np.asarray(np.maximum(paid, 49), dtype=np.int32)
