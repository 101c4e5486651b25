"""The articles of the synthetic shop: what they are, when they live, what goes with what.

Everything is held as arrays with one entry per article, ordered by `article_id`; the articles of a
product stand side by side. `article_rows` turns them into the 25 columns of the contest's file.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from modiste.data.synthetic.audiences import AUDIENCES
from modiste.data.synthetic.calendar import compute_kind_seasons
from modiste.data.synthetic.colours import COLOURS, PATTERNS
from modiste.data.synthetic.kinds import COMPLEMENTS, KINDS, SHAPES
from modiste.data.synthetic.scales import Scale
from modiste.data.synthetic.streams import open_stream

Ints = npt.NDArray[np.int64]
Int32s = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

N_STYLE_DIMS = 6
"""Axes of the hidden taste space in which customers and products lie."""
N_PARTNERS = 2
"""Most products that go with a product."""

_COLOURS_PER_PRODUCT = 2.2
_DAYS_BEFORE_START = 110
_POPULARITY_TAIL = 2.0
_POPULARITY_CAP = 40.0
_SHARE_PAIRED = 0.8
_LEAST_OVERLAP_DAYS = 28
_FIRST_CODE, _CODE_SPAN = 108_775, 840_000


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """The range over the whole story, with `n` articles of `m` products."""

    article_ids: npt.NDArray[np.str_]
    """Ten digits beginning with a zero `[n]`, ascending."""
    product_codes: Ints
    """Six digits `[n]`; equal for all colours of a product."""
    product: Int32s
    """Position of the product of each article `[n]`, ascending from 0."""
    first_of_product: Int32s
    """Position of the first article of each product `[m]`."""
    n_colours: Int32s
    """Articles of each product `[m]`."""
    kind: Int32s
    """Position in `kinds.KINDS` `[n]`."""
    audience: Int32s
    """Position in `audiences.AUDIENCES` `[n]`."""
    colour: Int32s
    """Position in `colours.COLOURS` `[n]`."""
    pattern: Int32s
    """Position in `colours.PATTERNS` `[n]`."""
    evergreen: Bools
    """Whether it never leaves the range once launched `[n]`."""
    launch: Int32s
    """First day on sale `[n]`; negative where it was there before the story began."""
    last: Int32s
    """Last day on sale `[n]`, at most the story's last."""
    rise: Floats
    """Days from launch to the peak of its sales `[n]`."""
    popularity: Floats
    """How wanted it is at its peak, before season and taste `[n]`; a power law."""
    style: npt.NDArray[np.float32]
    """Where it lies in the hidden taste space `[n, N_STYLE_DIMS]`, unit rows."""
    cents: Int32s
    """Full price in hundredths `[n]`."""
    repeat: npt.NDArray[np.float32]
    """Chance that a customer who thinks of buying it again does `[n]`."""
    partner: Int32s
    """Articles that go with it `[n, N_PARTNERS]`; -1 where there is none."""

    def __len__(self) -> int:
        """How many articles there are."""
        return len(self.article_ids)


def build_catalogue(scale: Scale, seed: int) -> Catalogue:
    """Draw the articles of a shop of this size."""
    rng = open_stream(seed, "catalogue")
    counts = _draw_colour_counts(scale.n_articles, rng)
    n_products = len(counts)

    audience, kind = _draw_kinds(n_products, rng)
    evergreen = rng.random(n_products) < np.asarray([k.basic for k in KINDS])[kind]
    launch, last, rise = _draw_lives(scale, kind, evergreen, rng)

    # Codes grow with the launch, as in a real shop, so the products are put in that order.
    order = np.argsort(launch, kind="stable")
    audience, kind, evergreen = audience[order], kind[order], evergreen[order]
    launch, last, rise = launch[order], last[order], rise[order]
    step = _CODE_SPAN / n_products
    code = _FIRST_CODE + ((np.arange(n_products) + rng.random(n_products)) * step).astype(np.int64)
    code = np.maximum.accumulate(code - np.arange(n_products)) + np.arange(n_products)

    product = np.repeat(np.arange(n_products), counts)
    first = np.cumsum(counts) - counts
    number = np.arange(len(product)) - first[product] + 1
    article_ids = np.char.mod("%010d", code[product] * 1000 + number)

    base = np.minimum((1.0 - rng.random(n_products)) ** (-1 / _POPULARITY_TAIL), _POPULARITY_CAP)
    popularity = base[product] * rng.lognormal(0.0, 0.45, len(product))
    # An article that sells for ever is worth having because it is wanted.
    popularity *= np.where(evergreen, 1.2, 1.0)[product]

    late = (number > 1) & ~evergreen[product] & (rng.random(len(product)) < 0.25)
    delay = np.where(late, rng.integers(7, 29, len(product)), 0)
    room = np.maximum(last[product] - launch[product] - 14, 0)
    article_launch = launch[product] + np.minimum(delay, room)

    return Catalogue(
        article_ids=article_ids,
        product_codes=code[product],
        product=product.astype(np.int32),
        first_of_product=first.astype(np.int32),
        n_colours=counts.astype(np.int32),
        kind=kind[product].astype(np.int32),
        audience=audience[product].astype(np.int32),
        colour=_draw_colours(number, product, rng).astype(np.int32),
        pattern=_draw_patterns(kind, product, rng).astype(np.int32),
        evergreen=evergreen[product],
        launch=article_launch.astype(np.int32),
        last=last[product].astype(np.int32),
        rise=rise[product],
        popularity=popularity,
        style=_draw_styles(audience, kind, product, rng),
        cents=_draw_cents(audience, kind, rng)[product].astype(np.int32),
        repeat=_draw_repeats(kind, evergreen, rng)[product],
        partner=_draw_partners(
            audience, kind, launch, last, counts, first, product, number, rng
        ).astype(np.int32),
    )


def _draw_colour_counts(n_articles: int, rng: np.random.Generator) -> Ints:
    counts = rng.geometric(1 / _COLOURS_PER_PRODUCT, n_articles).clip(1, 12)
    n_products = int(np.searchsorted(np.cumsum(counts), n_articles)) + 1
    counts = counts[:n_products].astype(np.int64)
    counts[-1] -= counts.sum() - n_articles
    return counts


def _draw_kinds(n_products: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    share = np.asarray([a.share for a in AUDIENCES])
    audience = rng.choice(len(AUDIENCES), n_products, p=share / share.sum())
    weights = np.asarray([kind.audience for kind in KINDS]).T
    bounds = np.cumsum(weights / weights.sum(axis=1, keepdims=True), axis=1)
    bounds[:, -1] = 1.0
    kind = (rng.random(n_products)[:, None] >= bounds[audience]).sum(axis=1)
    return audience.astype(np.int64), kind.astype(np.int64)


def _draw_lives(
    scale: Scale, kind: Ints, evergreen: Bools, rng: np.random.Generator
) -> tuple[Ints, Ints, Floats]:
    n = len(kind)
    rise = rng.lognormal(np.log(17.0), 0.45, n)
    length = np.ceil(rise * rng.uniform(4.5, 9.0, n)).astype(np.int64) + 14
    # Of four days that offer themselves, the season of the kind picks the launch.
    offers = rng.integers(-_DAYS_BEFORE_START, scale.n_days - 3, (n, 4))
    seasons = compute_kind_seasons(scale.first_day, scale.n_days + 60)
    at_peak = (offers + 21).clip(0, scale.n_days + 59)
    appeal = np.log(seasons[kind[:, None], at_peak]) + rng.gumbel(size=offers.shape)
    launch = offers[np.arange(n), appeal.argmax(axis=1)]
    launch = np.maximum(launch, 14 - length)
    old = rng.random(n) < 0.7
    launch = np.where(evergreen & old, -rng.integers(30, 900, n), launch)
    last = np.where(evergreen, scale.n_days - 1, np.minimum(launch + length, scale.n_days - 1))
    return launch, last, rise


def _draw_colours(number: Ints, product: Ints, rng: np.random.Generator) -> Ints:
    weights = np.asarray([colour.weight for colour in COLOURS])
    log_weights = np.log(weights / weights.sum())
    # The first k of one random order of colours per product: no colour twice within it.
    chosen = np.empty(len(product), dtype=np.int64)
    block = 20_000
    for start in range(0, int(product[-1]) + 1, block):
        stop = min(start + block, int(product[-1]) + 1)
        keys = log_weights + rng.gumbel(size=(stop - start, len(COLOURS)))
        order = np.argsort(-keys, axis=1)
        low, high = np.searchsorted(product, [start, stop])
        chosen[low:high] = order[product[low:high] - start, number[low:high] - 1]
    return chosen


def _draw_patterns(kind: Ints, product: Ints, rng: np.random.Generator) -> Ints:
    names = [pattern.name for pattern in PATTERNS]
    weights = np.tile([pattern.weight for pattern in PATTERNS], (len(KINDS), 1)).astype(np.float64)
    for position, k in enumerate(KINDS):
        if k.shape == "jeans":
            weights[position] = 0.0
            weights[position, names.index("Denim")] = 1.0
        elif k.style in ("shoe", "bag") or k.shape in ("belt", "earring", "gloves"):
            weights[position] = 0.0
            weights[position, names.index("Solid")] = 8.0
            weights[position, names.index("Glittering/Metallic")] = 1.0
        elif k.group == "Garment Lower body" or k.style in ("coat", "under"):
            for name in ("Front print", "Placement print"):
                weights[position, names.index(name)] = 0.0
    bounds = np.cumsum(weights / weights.sum(axis=1, keepdims=True), axis=1)
    bounds[:, -1] = 1.0
    drawn: Ints = (rng.random(len(kind))[:, None] >= bounds[kind]).sum(axis=1).astype(np.int64)
    return drawn[product]


def _draw_styles(
    audience: Ints, kind: Ints, product: Ints, rng: np.random.Generator
) -> npt.NDArray[np.float32]:
    by_kind = rng.normal(size=(len(AUDIENCES), len(KINDS), N_STYLE_DIMS))
    own = rng.normal(size=(len(kind), N_STYLE_DIMS))
    # Attributes tell little of the style; what customers buy together tells it.
    style = 0.45 * by_kind[audience, kind] + 0.9 * own
    style /= np.linalg.norm(style, axis=1, keepdims=True)
    return style[product].astype(np.float32)


def _draw_cents(audience: Ints, kind: Ints, rng: np.random.Generator) -> Ints:
    middle = np.asarray([k.price for k in KINDS])[kind]
    level = np.asarray([a.price for a in AUDIENCES])[audience]
    price = middle * level * rng.lognormal(0.0, 0.35, len(kind))
    whole = np.where(price > 30, np.round(price / 5) * 5, np.round(price))
    return np.asarray(whole.clip(2, 450) * 100 - 1, dtype=np.int64)


def _draw_repeats(
    kind: Ints, evergreen: Bools, rng: np.random.Generator
) -> npt.NDArray[np.float32]:
    base = np.asarray([k.repeat for k in KINDS])[kind]
    # A basic is what one comes back for.
    lifted = np.where(evergreen, base + 0.6 * (1 - base), base)
    return np.asarray((lifted * rng.uniform(0.7, 1.0, len(kind))).clip(0, 1), dtype=np.float32)


def _draw_partners(
    audience: Ints,
    kind: Ints,
    launch: Ints,
    last: Ints,
    counts: Ints,
    first: Ints,
    product: Ints,
    number: Ints,
    rng: np.random.Generator,
) -> Ints:
    n = len(kind)
    shelf = audience * len(KINDS) + kind
    by_shelf = np.lexsort((launch, shelf))
    bounds = np.searchsorted(shelf[by_shelf], np.arange(len(AUDIENCES) * len(KINDS) + 1))
    goes_with = [[SHAPES.index(shape) for shape in COMPLEMENTS[own]] for own in SHAPES]
    width = max(len(row) for row in goes_with)
    options = np.full((len(KINDS), width), -1)
    for position, shapes in enumerate(goes_with):
        options[position, : len(shapes)] = shapes
    # A partner is of the same audience and of about the same launch, so that both are on the rail
    # together; style and popularity play no part.
    partners = np.full((n, N_PARTNERS), -1, dtype=np.int64)
    choice = np.argsort(np.where(options[kind] >= 0, rng.random((n, width)), 2.0), axis=1)
    n_wanted = np.where(rng.random(n) < _SHARE_PAIRED, 1 + (rng.random(n) < 0.5), 0)
    n_found = np.zeros(n, dtype=np.int64)
    for column in range(width):
        wanted = options[kind, choice[:, column]]
        target = audience * len(KINDS) + np.maximum(wanted, 0)
        low, high = bounds[target], bounds[target + 1]
        place = _find_by_launch(launch, by_shelf, low, high) + rng.integers(-2, 3, n)
        mate = by_shelf[place.clip(low, np.maximum(high - 1, low)).clip(0, n - 1)]
        overlap = np.minimum(last, last[mate]) - np.maximum(launch, launch[mate])
        found = (high > low) & (wanted >= 0) & (n_found < n_wanted)
        row = np.flatnonzero(found & (overlap >= _LEAST_OVERLAP_DAYS))
        partners[row, n_found[row]] = mate[row]
        n_found[row] += 1
    mate = partners[product]
    colour = (number[:, None] - 1) % counts[np.maximum(mate, 0)]
    return np.where(mate >= 0, first[np.maximum(mate, 0)] + colour, -1)


def _find_by_launch(launch: Ints, by_shelf: Ints, low: Ints, high: Ints) -> Ints:
    """Where each product's launch falls among those on the shelf `[low, high)`."""
    left, right = low.copy(), high.copy()
    sorted_launch = launch[by_shelf]
    for _ in range(len(launch).bit_length()):
        open_ = left < right
        middle = (left + right) // 2
        earlier = open_ & (sorted_launch[np.minimum(middle, len(launch) - 1)] < launch)
        left = np.where(earlier, middle + 1, left)
        right = np.where(open_ & ~earlier, middle, right)
    return left
