"""The customers of the synthetic shop: who they are and what they like."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from modiste.data.synthetic.audiences import SEGMENTS
from modiste.data.synthetic.catalogue import N_STYLE_DIMS, Catalogue
from modiste.data.synthetic.colours import COLOURS, MASTERS, PATTERN_CLASSES
from modiste.data.synthetic.kinds import KINDS
from modiste.data.synthetic.scales import Scale
from modiste.data.synthetic.streams import draw_codes, open_stream

Floats = npt.NDArray[np.float64]

N_FAVOURITE_KINDS = 4
N_FAVOURITE_COLOURS = 3
_STYLE_PULL = 2.0
_SHARE_WITHOUT_AGE = 0.012


@dataclass(frozen=True, kw_only=True)
class Customers:
    """Everybody who could buy, `n` of them, ordered by `customer_id`."""

    ids: pl.Series
    """64 hexadecimal digits each, ascending."""
    segment: npt.NDArray[np.int32]
    """Position in `audiences.SEGMENTS` `[n]`."""
    cluster: npt.NDArray[np.int32]
    """Segment and hidden style in one number `[n]`: `segment x n_styles + style`."""
    second_cluster: npt.NDArray[np.int32]
    """Another cluster they look into now and then `[n]`."""
    age: npt.NDArray[np.int32]
    """Years `[n]`; -1 where the shop does not know."""
    kinds: npt.NDArray[np.int64]
    """Favourite kinds `[n]`, one bit for each of `kinds.KINDS`."""
    colours: npt.NDArray[np.int32]
    """Favourite families of colour `[n]`, one bit for each of `colours.MASTERS`."""
    patterns: npt.NDArray[np.int32]
    """Favourite class of pattern `[n]`: a position in `colours.PATTERN_CLASSES`."""
    price: npt.NDArray[np.float32]
    """Logarithm of the price level they feel at home with `[n]`, 0 for that of the range."""
    online: npt.NDArray[np.float32]
    """Share of their visits that are online (channel 2) `[n]`."""
    loyalty: npt.NDArray[np.float32]
    """Share of their purchases in which they think of one they made before `[n]`."""

    def __len__(self) -> int:
        """How many customers there are."""
        return len(self.segment)


def build_customers(scale: Scale, seed: int) -> Customers:
    """Draw the customers of a shop of this size."""
    n = scale.n_customers
    rng = open_stream(seed, "customers")
    share = np.asarray([segment.share for segment in SEGMENTS])
    segment = rng.choice(len(SEGMENTS), n, p=share / share.sum())
    cluster = segment * scale.n_styles + rng.integers(0, scale.n_styles, n)
    # Half of the second looks stay within the own segment, the others go anywhere.
    near = segment * scale.n_styles + rng.integers(0, scale.n_styles, n)
    anywhere = rng.integers(0, len(SEGMENTS) * scale.n_styles, n)
    second = np.where(rng.random(n) < 0.5, near, anywhere)

    middle, spread = np.asarray([s.ages for s in SEGMENTS]).T
    age = np.round(rng.normal(middle[segment], spread[segment])).clip(16, 92)
    age[rng.random(n) < _SHARE_WITHOUT_AGE] = -1

    level = np.log(np.asarray([s.price for s in SEGMENTS]))[segment] + rng.normal(0, 0.25, n)
    return Customers(
        ids=draw_codes(n, rng).sort().alias("customer_id"),
        segment=segment.astype(np.int32),
        cluster=cluster.astype(np.int32),
        second_cluster=second.astype(np.int32),
        age=age.astype(np.int32),
        kinds=_draw_favourite_kinds(segment, rng),
        colours=_draw_favourites(_colour_weights(), n, N_FAVOURITE_COLOURS, rng).astype(np.int32),
        patterns=rng.choice(len(PATTERN_CLASSES), n, p=[0.45, 0.15, 0.15, 0.25]).astype(np.int32),
        price=level.astype(np.float32),
        online=rng.beta(0.7, 0.35, n).astype(np.float32),
        loyalty=rng.beta(2.0, 7.0, n).astype(np.float32),
    )


def compute_cluster_appeal(
    scale: Scale, catalogue: Catalogue, seed: int
) -> npt.NDArray[np.float32]:
    """How much each cluster of customers likes each article `[n_clusters, n_articles]`.

    The part of the range its segment buys from, times the pull of its hidden style.
    """
    rng = open_stream(seed, "styles")
    n_clusters = len(SEGMENTS) * scale.n_styles
    centre = rng.normal(size=(n_clusters, N_STYLE_DIMS))
    centre /= np.linalg.norm(centre, axis=1, keepdims=True)
    pull = np.exp(_STYLE_PULL * (centre.astype(np.float32) @ catalogue.style.T))
    mix = np.asarray([segment.mix for segment in SEGMENTS], dtype=np.float32)
    articles_of = np.bincount(catalogue.audience, minlength=mix.shape[1]).clip(1)
    of_cluster = np.repeat(mix / articles_of, scale.n_styles, axis=0)
    # A little of everything, so that no cluster is ever left with an empty rail.
    appeal = pull * (of_cluster[:, catalogue.audience] + 1e-3 / len(catalogue))
    return np.asarray(appeal, dtype=np.float32)


def list_bits(masks: npt.NDArray[np.integer], names: tuple[str, ...]) -> pl.Series:
    """The names whose bits are set in each mask, as a list column."""
    flags = (masks.astype(np.int64)[:, None] >> np.arange(len(names))) & 1
    row, position = np.nonzero(flags)
    frame = pl.DataFrame({"row": row, "name": pl.Series(names).gather(position)})
    lists = frame.group_by("row", maintain_order=True).agg("name")
    full = pl.DataFrame({"row": np.arange(len(masks))}).join(
        lists, on="row", how="left", maintain_order="left"
    )
    return full["name"]


def _colour_weights() -> Floats:
    weights = np.zeros(len(MASTERS))
    for colour in COLOURS:
        weights[MASTERS.index(colour.master_name)] += colour.weight
    return np.sqrt(weights)


def _draw_favourite_kinds(
    segment: npt.NDArray[np.integer], rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    by_audience = np.asarray([kind.audience for kind in KINDS], dtype=np.float64)
    mix = np.asarray([s.mix for s in SEGMENTS])
    weights = mix @ by_audience.T
    masks = np.zeros(len(segment), dtype=np.int64)
    for position in range(len(SEGMENTS)):
        members = np.flatnonzero(segment == position)
        masks[members] = _draw_favourites(weights[position], len(members), N_FAVOURITE_KINDS, rng)
    return masks


def _draw_favourites(
    weights: Floats, n: int, k: int, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    """A mask with `k` bits set for each of `n` customers, likelier where the weight is larger."""
    masks = np.zeros(n, dtype=np.int64)
    with np.errstate(divide="ignore"):
        log_weights = np.log(weights).astype(np.float32)
    for start in range(0, n, 100_000):
        stop = min(start + 100_000, n)
        uniform = rng.random((stop - start, len(weights)), dtype=np.float32)
        keys = log_weights - np.log(-np.log1p(-uniform.clip(1e-7, 1 - 1e-7)))
        best = np.argpartition(-keys, k, axis=1)[:, :k].astype(np.int64)
        masks[start:stop] = (np.int64(1) << best).sum(axis=1)
    return masks
