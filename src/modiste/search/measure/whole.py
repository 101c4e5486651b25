"""The honest measure of a shop's search, on products that no encoder was fitted on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

import modiste
from modiste.data import Dataset
from modiste.data.shop import dataset_store
from modiste.encoders.base import Encoder
from modiste.encoders.embedding import embed
from modiste.encoders.spec import EncoderSpec, open_encoder
from modiste.encoders.stored import (
    ItemVectors,
    fitted_encoder,
    read_vectors,
    vector_labels,
    vector_store,
)
from modiste.encoders.texts import item_texts
from modiste.engine import collect
from modiste.errors import InputError, ModisteError
from modiste.search.measure import examples, parts, questions
from modiste.search.measure.bm25 import PlainWords
from modiste.search.measure.index_speed import index_speed
from modiste.search.measure.judged import FITTED, Judged, choose_judged, held_out
from modiste.search.measure.parts import Ask, Measured, Neighbours
from modiste.search.similar import shop_likeness
from modiste.search.similar.likeness import Blend, Likeness, nearest_products

Progress = Callable[[str, float], None]
COLOURS = shop_likeness.COLOURS
GALLERY, K = 1000, 10
_BLOCK = 512
Shown = npt.NDArray[np.int64]


def measure_search(
    shop: Path,
    *,
    encoders: Sequence[str] = (),
    gallery: int = GALLERY,
    seed: int = 0,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Measure how well a shop is searched, on products that no encoder was fitted on.

    Args:
        shop: The shop's folder.
        encoders: Encoders to measure, `NAME[=SOURCE]`; vectors that are missing are made. Empty:
            all whose vectors the shop holds. The baseline `colour` is always beside them.
        gallery: Pictures among which an item's own is looked for.
        seed: Of the resamples behind the intervals, and of the examples.
        progress: Told the stage and the share done.

    Returns:
        `judged` (what was judged), `encoders`, the parts `own_picture`, `attribute_queries`,
        `reworded_queries`, `similar_products` and `index` (each null where it cannot be measured),
        `examples` for a page, `notes`, `seconds`.

    Raises:
        ArtifactError: If nothing was imported.
        InputError: If an asked encoder was fitted on all products, or does not fit the shop.
    """
    start = perf_counter()
    tell = progress or (lambda _stage, _share: None)
    if gallery < 2:
        raise InputError(f"a gallery of {gallery}: expected at least 2 pictures")
    version = dataset_store(shop).current()
    dataset = Dataset.read(version).in_memory()
    notes: list[str] = []
    chosen = _encoders(shop, dataset, encoders, notes, tell)
    judged = choose_judged(dataset, [one.vectors for one in chosen], [one.share for one in chosen])
    notes += judged.notes
    texts = item_texts(dataset)

    tell("own picture", 0.0)
    own = parts.own_picture(judged, chosen, gallery, seed)
    tell("own picture", 1.0)
    asks = _asks(shop, judged, chosen, texts, notes)
    least = questions.LEAST
    asked = {
        "attribute_queries": questions.attribute_questions(judged.table, least),
        "reworded_queries": questions.reworded_questions(judged.table, texts, least),
    }
    queries = {}
    for place, (part, some) in enumerate(asked.items()):
        tell("attribute queries", place / len(asked))
        queries[part] = parts.attribute_queries(some, asks, K, seed)
    tell("attribute queries", 1.0)
    ways = _ways(shop, judged, chosen, tell)
    alike = parts.similar_products(judged, ways, seed)
    tell("indexes", 0.0)
    speed = index_speed(judged, chosen, K, seed)
    tell("indexes", 1.0)
    notes += _missing(own, queries, alike, judged)
    return {
        "modiste": modiste.__version__,
        "dataset": version.name,
        "seed": seed,
        "judged": {
            "by": "hash of product_id, see modiste.encoders.splits",
            "share": judged.share,
            "items": judged.n,
            "products": judged.table["product_id"].n_unique(),
            "of_items": judged.items.height,
        },
        "encoders": {one.label: _facts(one) for one in chosen},
        "own_picture": own,
        **queries,
        "similar_products": alike,
        "index": speed or None,
        "examples": examples.choose(judged, asked, asks, ways, texts, seed),
        "notes": notes,
        "seconds": round(perf_counter() - start, 2),
    }


def _encoders(
    shop: Path, dataset: Dataset, asked: Sequence[str], notes: list[str], tell: Progress
) -> list[Measured]:
    """Open the encoders to measure; those that were fitted on all products are left out.

    Raises:
        InputError: If one that was asked for by name cannot be judged.
    """
    wanted = {spec.label: spec for spec in map(EncoderSpec.parse, asked)}
    stored = vector_labels(shop)
    if not wanted:
        wanted = {label: read_vectors(shop, label).spec for label in stored}
    wanted.setdefault(COLOURS, EncoderSpec(COLOURS))
    has_pictures = _pictures(dataset)
    found = []
    for label, given in wanted.items():
        if not has_pictures and label not in stored:
            continue
        spec = _resolved(shop, given)
        try:
            share = held_out(spec)
        except ModisteError as fault:
            if asked:
                raise
            notes.append(f"left out: {fault}")
            continue
        made_here = has_pictures and (bool(asked) or label == COLOURS)
        if made_here and (label not in stored or _stale(shop, label, spec)):
            embed(shop, given, progress=tell)
            notes.append(
                f"vectors of {label} were made and stay in {vector_store(shop, label).root}: "
                "search and similar use them from now on"
            )
        vectors = read_vectors(shop, label)
        found.append(Measured(label, vectors, _opened(vectors, shop, notes), share))
    if not has_pictures:
        notes.append("no item has a picture: only words are measured")
    return found


def _pictures(dataset: Dataset) -> bool:
    pictures = collect(dataset.items.select("picture"))["picture"]
    return dataset.picture_folder is not None and pictures.null_count() < len(pictures)


def _resolved(shop: Path, spec: EncoderSpec) -> EncoderSpec:
    """Name the folder of the encoder that was fitted last on the shop, where none was named."""
    if spec.name == FITTED and not spec.source:
        return EncoderSpec(FITTED, str(fitted_encoder(shop)))
    return spec


def _stale(shop: Path, label: str, spec: EncoderSpec) -> bool:
    """Whether stored vectors were made by another encoder than is asked for now."""
    return open_encoder(spec, shop).identity != read_vectors(shop, label).identity


def _opened(vectors: ItemVectors, shop: Path, notes: list[str]) -> Encoder | None:
    """Open an encoder for queries; where that fails its stored vectors are still compared."""
    try:
        encoder = open_encoder(vectors.spec, shop)
        if encoder.identity == vectors.identity:
            return encoder
        fault = f"it is another one now than made the vectors: modiste embed --shop {shop}"
    except ModisteError as error:
        fault = str(error)
    notes.append(f"{vectors.label}: only its stored vectors are measured ({fault})")
    return None


def _asks(
    shop: Path,
    judged: Judged,
    encoders: Sequence[Measured],
    texts: pl.Series,
    notes: list[str],
) -> dict[str, Ask]:
    """Give all ways to ask by words, those that look at pictures alone first."""
    ways: dict[str, Ask] = {}
    for one in encoders:
        if one.vectors.pictures is not None and one.encoder is not None and one.encoder.speaks:
            ways[f"pictures: {one.label}"] = parts.by_vectors(judged, one)
    plain = PlainWords(texts)

    def bm25(queries: Sequence[str], k: int) -> Shown:
        scores = plain.scores(queries)[:, judged.positions]
        order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        found: Shown = np.where(np.take_along_axis(scores, order, 1) > 0, order, -1)
        return found

    ways["words: plain BM25"] = bm25
    try:
        ways |= _searches(shop, judged, best(encoders))
    except ModisteError as fault:
        notes.append(f"the search itself is not measured: {fault}")
    return ways


def _searches(shop: Path, judged: Judged, label: str | None) -> dict[str, Ask]:
    """Give the ways of `modiste search`: its words, its vectors, and all that it does."""
    from modiste.search.finder import Strategy
    from modiste.search.searcher import Searcher

    searcher = Searcher.open(shop, label)
    place = np.full(judged.items.height + 1, -1, np.int64)  # the last one is that of -1
    place[judged.positions] = np.arange(judged.n)

    def way(strategy: Strategy) -> Ask:
        def ask(queries: Sequence[str], k: int) -> Shown:
            found = searcher.rank_words(queries, k, strategy, allowed=judged.mask)
            shown: Shown = place[found.positions]
            return shown

        return ask

    strategies: dict[str, Strategy] = {"words": "bm25", "vectors": "vectors", "all": "fused"}
    if searcher.finder.spaces.mouth is None:
        del strategies["vectors"]
    return {f"search: {name}": way(strategy) for name, strategy in strategies.items()}


def best(encoders: Iterable[Measured]) -> str | None:
    """Choose the encoder that a search uses: one that speaks, the shop's own before others."""
    ranked = sorted(
        (one for one in encoders if one.encoder is not None),
        key=lambda one: (one.joined, one.label.startswith("catalogue"), one.label != COLOURS),
    )
    return ranked[-1].label if ranked else None


def _ways(
    shop: Path, judged: Judged, encoders: Sequence[Measured], tell: Progress
) -> dict[str, Neighbours]:
    """Give all ways to find similar products: pictures, pictures and colours, words, the blend."""
    dataset = judged.dataset
    found: dict[str, Likeness] = {}
    seeing = [one for one in encoders if one.vectors.pictures is not None]
    for one in seeing:
        found[one.label] = shop_likeness.vectors(dataset, one.vectors, "pictures")
    weights = shop_likeness.WEIGHTS
    others = [label for label in found if label != COLOURS]
    for label in others if COLOURS in found else ():
        parts = [(weights["pictures"], found[label]), (weights["colours"], found[COLOURS])]
        found[f"{label} + {COLOURS}"] = Blend(parts)
    for one in encoders:
        if one.vectors.words is not None:
            found[f"words ({one.label})"] = shop_likeness.vectors(dataset, one.vectors, "words")
    found["words (TF-IDF)"] = shop_likeness.catalogue_words(dataset)
    for label in others:
        found[f"blend with {label}"] = shop_likeness.blend(shop, dataset, label)
    return _neighbours(found, judged, tell)


def _neighbours(ways: dict[str, Likeness], judged: Judged, tell: Progress) -> dict[str, Neighbours]:
    groups = judged.items["product_id"].rank("dense").to_numpy().astype(np.int64)
    mask = judged.mask

    def way(name: str, likeness: Likeness) -> Neighbours:
        def find(items: Shown, k: int) -> Shown:
            parts = []
            for start in range(0, len(items), _BLOCK):
                block = items[start : start + _BLOCK]
                parts.append(nearest_products(likeness, block, groups, k, mask)[0])
                tell(f"similar by {name}", min(1.0, (start + _BLOCK) / len(items)))
            return np.concatenate(parts) if parts else np.empty((0, k), np.int64)

        return find

    return {name: way(name, likeness) for name, likeness in ways.items()}


def _facts(one: Measured) -> dict[str, Any]:
    return {
        "encoder": str(one.vectors.spec),
        "identity": one.vectors.identity,
        "vectors": one.vectors.version,
        "held_out": one.share,
    }


def _missing(
    own: dict[str, Any] | None,
    queries: dict[str, dict[str, Any] | None],
    alike: dict[str, Any] | None,
    judged: Judged,
) -> list[str]:
    """Say what could not be measured, and how it can be."""
    notes = []
    if own is None and judged.n >= 2:
        notes.append(
            "no encoder has words and pictures in one space, so pictures are not found by words: "
            "run modiste encoder fit and modiste embed, or name a model such as CLIP"
        )
    if own is not None and own["gallery"] < GALLERY:
        notes.append(
            f"the gallery holds {own['gallery']:,} pictures, not {GALLERY:,}: its figures are "
            "higher than those of larger ones"
        )
    if queries["attribute_queries"] is None:
        notes.append(
            f"no kind and colour has {questions.LEAST} judged items: no attribute queries are asked"
        )
    elif queries["reworded_queries"] is None:
        notes.append("no other words are known for the kinds of this shop")
    if alike is None:
        notes.append("items have no attribute kind: similar products are not measured")
    return notes
