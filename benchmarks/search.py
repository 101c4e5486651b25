"""How long `modiste search` takes on a catalogue of 100,000 articles, models loaded.

    python benchmarks/search.py --shop SHOP [--encoder LABEL] [--photos FOLDER] [--out FOLDER]

The catalogue is that of SHOP, which has vectors of words (a fitted `catalogue` encoder) and may be
of any size: its items are repeated, in another colour of those it has and with another id and
product, up to 100,000. Their vectors are the originals', moved a little and brought to 512
dimensions by a rotation, and queries are encoded by the shop's own encoder and turned the same way:
so the words and vectors of the answers are real, and 100,000 × 512 are searched. Photos take the
encoder named by `--eye`.

Seconds are of the wall clock and of the process's CPU: on a machine that does other work the wall
clock tells of that, too. With several threads CPU seconds hold the time that one waits for another;
those of `--threads 1` bound what an idle machine takes.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
from threadpoolctl import threadpool_limits

from modiste.data import open_shop
from modiste.encoders.base import Encoder, Vectors, unit
from modiste.encoders.spec import open_encoder
from modiste.encoders.stored import read_vectors
from modiste.engine import collect, lazy
from modiste.index import INDEXES
from modiste.search import Searcher
from modiste.search.space import Space, Spaces, Voice

N_ITEMS, DIM = 100_000, 512
COLOURS = ("red", "navy", "black", "white", "green", "beige", "pink", "grey")
KINDS = ("dress", "jeans", "trousers", "shirt", "jacket", "t-shirt", "skirt", "sweater", "hat")
MORE = ("", " men", " women", " with pockets", " no stripes", " cotton", " summr", " long sleeve")


class Turned(Encoder):
    """An encoder whose vectors are turned into a space of `DIM` dimensions."""

    def __init__(self, encoder: Encoder, turn: Vectors) -> None:
        """Take an encoder and a matrix of orthonormal rows, `[encoder.dim, DIM]`."""
        self.encoder, self.turn = encoder, turn

    @property
    def dim(self) -> int:
        """Length of a turned vector."""
        return DIM

    @property
    def identity(self) -> str:
        """The encoder's own."""
        return self.encoder.identity

    @property
    def speaks(self) -> bool:
        """Whether the encoder does."""
        return self.encoder.speaks

    @property
    def picture_size(self) -> tuple[int, int]:
        """The encoder's own."""
        return self.encoder.picture_size

    def prepare(self, picture: object) -> np.ndarray:
        """Prepare as the encoder does."""
        return self.encoder.prepare(picture)  # type: ignore[arg-type]

    def encode_batch(self, batch: np.ndarray) -> Vectors:
        """Encode pictures and turn them."""
        return unit(self.encoder.encode_batch(batch) @ self.turn)

    def encode_words(self, texts: Sequence[str]) -> Vectors:
        """Encode words and turn them."""
        return unit(self.encoder.encode_words(texts) @ self.turn)


def main() -> None:
    """Make the catalogue, ask the queries and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shop", type=Path, required=True, help="a shop with vectors of words")
    parser.add_argument("--encoder", required=True, help="the label of these vectors")
    parser.add_argument("--eye", help="NAME=SOURCE of the encoder that takes photos")
    parser.add_argument("--photos", type=Path, help="a folder of photos")
    parser.add_argument("--index", default="exact", choices=INDEXES.names)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    with threadpool_limits(options.threads):
        searcher = big_searcher(options, rng)
        searcher.warm()
        texts = [f"{colour} {kind}{more}" for more in MORE for colour in COLOURS for kind in KINDS]
        texts = [texts[place] for place in rng.permutation(len(texts))[: options.queries]]
        filters = ["colour=" + str(searcher.items["colour"].drop_nulls().mode()[0])]
        users = collect(searcher.dataset.users.select("user_id"))["user_id"].to_list()
        print(f"{searcher.items.height:,} articles, {options.index}, {options.threads} threads")
        print("| query | n | p50 ms | p95 ms | p99 ms | CPU p50 ms | CPU p95 ms |")
        print("|---|---|---|---|---|---|---|")
        measure("words", texts, lambda text: searcher.search(text))
        wordy = replace(searcher, finder=replace(searcher.finder, spaces=Spaces()))
        measure("words, BM25 alone", texts, lambda text: wordy.search(text))
        measure("words, filter", texts, lambda text: searcher.search(text, filters=filters))
        if users:
            asked = [users[place] for place in rng.integers(0, len(users), len(texts))]
            pairs = list(zip(texts, asked, strict=True))
            measure("words, --for", pairs, lambda one: searcher.search(one[0], user=one[1]))
        if options.photos is not None:
            photos = sorted(options.photos.rglob("*.jpg"))
            photos = [photos[place] for place in rng.permutation(len(photos))[: len(texts)]]
            measure("photo", photos, lambda photo: searcher.search(photo=photo))
            both = list(zip(texts, photos, strict=False))
            measure("words and photo", both, lambda one: searcher.search(one[0], one[1]))


def measure(name: str, queries: Sequence[Any], ask: Callable[[Any], object]) -> None:
    """Ask one after another and print the quantiles of their milliseconds."""
    wall, cpu = [], []
    for query in queries[:5]:
        ask(query)
    for query in queries:
        start, busy = perf_counter(), process_time()
        ask(query)
        wall.append(1000 * (perf_counter() - start))
        cpu.append(1000 * (process_time() - busy))
    at = " | ".join(f"{value:.0f}" for value in np.quantile(wall, [0.5, 0.95, 0.99]))
    busy_at = " | ".join(f"{value:.0f}" for value in np.quantile(cpu, [0.5, 0.95]))
    print(f"| {name} | {len(queries)} | {at} | {busy_at} |", flush=True)


def big_searcher(options: argparse.Namespace, rng: np.random.Generator) -> Searcher:
    """Repeat a shop's catalogue and its vectors up to `N_ITEMS`."""
    dataset = open_shop(options.shop)
    items = collect(dataset.items).sort("item_idx")
    n_items = len(items)
    rows = np.concatenate([np.arange(min(n_items, N_ITEMS)), rng.integers(0, n_items, N_ITEMS)])
    rows = rows[:N_ITEMS]
    colours = items.select("colour", "colour_code").drop_nulls().unique(maintain_order=True)
    drawn = colours[rng.integers(0, len(colours), N_ITEMS)]
    copied = pl.Series(np.arange(N_ITEMS) >= n_items)
    suffix = pl.Series([f"-{n}" if n >= n_items else "" for n in range(N_ITEMS)])
    big = items[rows].with_columns(
        pl.int_range(N_ITEMS, dtype=pl.Int32).alias("item_idx"),
        pl.col("item_id") + suffix,
        pl.col("product_id") + suffix,
        *(
            pl.when(copied).then(drawn[name]).otherwise(pl.col(name)).alias(name)
            for name in ("colour", "colour_code")
        ),
    )
    bought = dataset.interactions.filter(nw.col("item_idx") < N_ITEMS)
    shop = replace(dataset, items=lazy(big), interactions=bought, item_vectors={})
    words = read_vectors(options.shop, options.encoder)
    mouth = turned(open_encoder(words.spec, options.shop), rng)
    read = of_items(words.of("words"), words.rows(dataset, "words"), n_items)[rows]
    seen = of_items(words.of("pictures"), words.rows(dataset, "pictures"), n_items)[rows]
    eye, label = mouth, words.label
    if options.eye is not None:
        # Of a model of pictures alone only the time counts here: its vectors are drawn.
        eye, label = turned(open_encoder(options.eye, options.shop), rng), options.eye
        seen = rng.standard_normal((N_ITEMS, DIM), np.float32) @ np.eye(DIM, dtype=np.float32)
        pictures = unit(seen)
    else:
        pictures = moved(seen, mouth, rng)
    back_end, place = INDEXES.get(options.index), np.arange(N_ITEMS)
    spaces = Spaces(
        Space(label, back_end.build(pictures), place),
        Space(words.label, back_end.build(moved(read, mouth, rng)), place),
        eye=Voice(eye, label),
        mouth=Voice(mouth, words.label),
    )
    return Searcher.of(shop, spaces)


def of_items(vectors: Vectors, rows: pl.DataFrame, n_items: int) -> Vectors:
    """Give a vector an item, `[n_items, dim]`: another's where it has none."""
    place = np.resize(rows["row"].to_numpy(), n_items)
    place[rows["item_idx"].to_numpy()] = rows["row"].to_numpy()
    return np.asarray(vectors[place], np.float32)


def turned(encoder: Encoder, rng: np.random.Generator) -> Turned:
    """Turn an encoder's vectors into `DIM` dimensions."""
    size = max(DIM, encoder.dim)
    turn = np.linalg.qr(rng.standard_normal((size, size)))[0].astype(np.float32)
    return Turned(encoder, np.ascontiguousarray(turn[: encoder.dim, :DIM]))


def moved(vectors: Vectors, encoder: Turned, rng: np.random.Generator) -> Vectors:
    """Turn vectors and move them by a tenth of their length, so that no two are the same."""
    noise = rng.standard_normal((len(vectors), DIM), np.float32) / np.sqrt(DIM)
    return unit(vectors @ encoder.turn + 0.1 * noise)


if __name__ == "__main__":
    main()
