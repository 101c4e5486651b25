"""The vectors of one side of a shop's items, searched in the positions of the items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from modiste.data import Dataset
from modiste.encoders.base import Encoder, Vectors
from modiste.encoders.spec import open_encoder
from modiste.encoders.stored import ItemVectors, Side, choose_label, read_vectors
from modiste.engine import collect
from modiste.errors import ArtifactError, InputError, MissingExtraError, ModisteError
from modiste.index import Index
from modiste.index.stored import open_index
from modiste.search.fusion import Positions, Ranked, Scores

if TYPE_CHECKING:
    from PIL import Image

SAMPLE = 1000
"""Items drawn to tell what an ordinary cosine is."""
_SEED = 1
BATCH = 16
"""Photos encoded at once."""


@dataclass(frozen=True)
class Space:
    """What an encoder made of a shop's pictures, or of its words."""

    label: str
    """Whose vectors, see `EncoderSpec.label`."""
    index: Index
    row_of: Positions
    """`[n_items]`: the row of each item's vector, -1 where it has none."""

    @classmethod
    def open(
        cls, shop: Path, dataset: Dataset, vectors: ItemVectors, side: Side, n_items: int
    ) -> Space:
        """Match stored vectors with a shop's items, and open their index."""
        rows = vectors.rows(dataset, side)
        row_of = np.full(n_items, -1, np.int64)
        row_of[rows["item_idx"].to_numpy()] = rows["row"].to_numpy()
        return cls(vectors.label, open_index(shop, vectors.label, side, vectors), row_of)

    @property
    def n_items(self) -> int:
        """How many items have a vector."""
        return int((self.row_of >= 0).sum())

    def nearest(
        self, queries: Vectors, k: int, allowed: npt.NDArray[np.bool_] | None = None
    ) -> Ranked:
        """Find for each query of `[n_queries, dim]` the `k` nearest allowed items.

        A query of zeros, of which its encoder knows nothing, is near to nothing.
        """
        if allowed is None:
            usable, rows = self._all
        else:
            usable = self._all[0] & allowed
            rows = np.zeros(self.index.n_vectors, np.bool_)
            rows[self.row_of[usable]] = True
        k = min(k, int(rows.sum()))
        if k == 0 or not len(queries):
            return Ranked(
                np.empty((len(queries), 0), np.int64), np.empty((len(queries), 0), np.float32)
            )
        found, scores = self.index.search(queries, k, None if rows.all() else rows)
        blank = ~queries.any(axis=1)
        found[blank], scores[blank] = -1, -np.inf
        return self._items(found, scores, usable)

    @cached_property
    def _all(self) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """Tell which items have a vector, `[n_items]`, and which vectors an item."""
        usable = self.row_of >= 0
        rows = np.zeros(self.index.n_vectors, np.bool_)
        rows[self.row_of[usable]] = True
        return usable, rows

    @cached_property
    def _item_of(self) -> Positions | None:
        """Give the item of each row, -1 for none and, at the end, for row -1; None: some share."""
        place = np.full(self.index.n_vectors + 1, -1, np.int64)
        usable, rows = self._all
        place[self.row_of[usable]] = np.flatnonzero(usable)
        return place if int(rows.sum()) == int(usable.sum()) else None

    def of(self, items: Positions) -> Vectors:
        """Give the vectors of items, `[len(items), dim]`, zeros where there is none."""
        rows = self.row_of[items]
        taken = np.array(self.index.vectors[np.maximum(rows, 0)], np.float32)
        taken[rows < 0] = 0.0
        return taken

    def cosines(self, query: Vectors, items: Positions) -> Scores:
        """Compare one query of `[dim]` with items: `[len(items)]`, 0 where there is no vector."""
        found: Scores = (self.of(items) @ query).astype(np.float32)
        return found

    def how(self, allowed: npt.NDArray[np.bool_] | None) -> str:
        """Say how a search under this filter is done."""
        if allowed is None:
            return self.index.strategy()
        rows = np.zeros(self.index.n_vectors, np.bool_)
        rows[self.row_of[(self.row_of >= 0) & allowed]] = True
        return self.index.strategy(rows)

    @cached_property
    def sample(self) -> Positions:
        """Give some items with a vector, the same ones every time."""
        known = np.flatnonzero(self.row_of >= 0)
        rng = np.random.default_rng(_SEED)
        return np.sort(rng.choice(known, min(SAMPLE, len(known)), replace=False))

    @cached_property
    def lonely(self) -> float:
        """Give the cosine to its nearest other that 99 of 100 items reach: below, nothing is near.

        Twins with the same picture do not count: they are the same thing to the eye.
        """
        asked = self.sample[:256]
        vectors = self.of(asked)
        near = self.nearest(vectors, 16).scores
        others = np.where(near < 0.9999, near, -np.inf).max(axis=1, initial=-np.inf)
        known = others[np.isfinite(others)]
        return float(np.quantile(known, 0.01)) if len(known) >= 20 else -1.0

    def _items(self, rows: Positions, scores: Scores, usable: npt.NDArray[np.bool_]) -> Ranked:
        """Turn rows into items; where several items share a row, all of them are found."""
        if self._item_of is not None:
            return Ranked(self._item_of[rows], scores)
        items = np.flatnonzero(usable)
        own = self.row_of[items]
        order = np.argsort(own, kind="stable")
        items, own = items[order], own[order]
        starts, stops = (np.searchsorted(own, rows, side) for side in ("left", "right"))
        counts = np.where(rows >= 0, stops - starts, 0)
        width = int(counts.sum(axis=1).max(initial=0))
        found = np.full((len(rows), width), -1, np.int64)
        values = np.full((len(rows), width), -np.inf, np.float32)
        queries, _ = np.nonzero(counts >= 0)
        each = counts.ravel()
        before = np.cumsum(each) - each
        within = np.arange(int(each.sum())) - np.repeat(before, each)
        query = np.repeat(queries, each)
        column = np.arange(int(each.sum())) - np.repeat(
            np.concatenate([[0], np.cumsum(counts.sum(axis=1))[:-1]]), counts.sum(axis=1)
        )
        found[query, column] = items[np.repeat(starts.ravel(), each) + within]
        values[query, column] = np.repeat(scores.ravel(), each)
        return Ranked(found, values)


class Voice:
    """An encoder for queries, safe to be used from many threads."""

    def __init__(self, encoder: Encoder, label: str) -> None:
        """Take an encoder and the label of its vectors."""
        self.encoder, self.label = encoder, label
        self._lock = Lock()
        self._last: tuple[tuple[str, ...], Vectors] | None = None

    def words(self, texts: Sequence[str]) -> Vectors:
        """Encode texts: `[n_texts, dim]`; what was asked last is not encoded again."""
        asked = tuple(texts)
        with self._lock:
            if self._last is None or self._last[0] != asked:
                self._last = asked, self.encoder.encode_words(texts)
            return self._last[1].copy()

    def photos(self, sources: Sequence[Path | bytes]) -> tuple[Vectors, list[str | None]]:
        """Encode photos: `[n_photos, dim]`, and for each that cannot be used what is wrong with it.

        A photo that cannot be used is a row of zeros.
        """
        from modiste.data.photos import open_photo

        vectors = np.zeros((len(sources), self.encoder.dim), np.float32)
        faults: list[str | None] = [None] * len(sources)
        prepared, places = [], []
        for place, source in enumerate(sources):
            try:
                picture = open_photo(source, near=self.encoder.picture_size)
            except InputError as error:
                faults[place] = str(error)
                continue
            prepared.append(self.encoder.prepare(picture))
            places.append(place)
        with self._lock:
            for start in range(0, len(prepared), BATCH):
                block = slice(start, start + BATCH)
                vectors[places[block]] = self.encoder.encode_batch(np.stack(prepared[block]))
        return vectors, faults

    def pictures(self, pictures: Sequence[Image.Image]) -> Vectors:
        """Encode opened pictures, upright and RGB: `[n_pictures, dim]`."""
        prepared = [self.encoder.prepare(picture) for picture in pictures]
        with self._lock:
            return self.encoder.encode_batch(np.stack(prepared))

    def warm(self) -> None:
        """Load the model now, so that the first query is as quick as the next."""
        from PIL import Image

        if self.encoder.speaks:
            self.words(["dress"])
        if self.encoder.sees:
            with self._lock:
                self.encoder.encode_pictures([Image.new("RGB", (64, 64))])


@dataclass(frozen=True)
class Spaces:
    """The vectors a search uses: pictures for photos, and both sides for words."""

    pictures: Space | None = None
    words: Space | None = None
    eye: Voice | None = None
    """Encodes photos into the space of `pictures`."""
    mouth: Voice | None = None
    """Encodes words into the space of `words`, and of `pictures` where one encoder made both."""
    notes: tuple[str, ...] = ()
    """Why stored vectors cannot be used, or that they are older than the catalogue."""
    missing: MissingExtraError | None = None
    """What keeps stored vectors from being used where it is a package that is not installed."""

    @classmethod
    def open(cls, shop: Path, dataset: Dataset, n_items: int, asked: str | None) -> Spaces:
        """Open what a shop has: an asked encoder's vectors, or the best, see `choose_label`.

        Where nobody asked for an encoder and it cannot be opened, its vectors are left aside with a
        note: words are found without.

        Raises:
            ArtifactError: If the asked encoder made no vectors of this shop, or a file was altered.
            MissingExtraError: If a package that the asked encoder needs is not installed.
        """
        sides: tuple[Side, ...] = ("pictures", "words")
        chosen = {side: choose_label(shop, side, asked) for side in sides}
        opened: dict[Side, Space] = {}
        voices: dict[str, Voice] = {}
        notes = []
        missing = None
        for label in dict.fromkeys(label for label in chosen.values() if label is not None):
            vectors = read_vectors(shop, label)
            try:
                voices[label] = _voice(vectors, shop)
            except ModisteError as error:
                if asked is not None:
                    raise
                missing = error if isinstance(error, MissingExtraError) else missing
                notes.append(f"the vectors of {label} are not used: {error}")
                continue
            if told := behind(vectors, dataset, shop):
                notes.append(told)
            for side in sides:
                if chosen[side] == label and getattr(vectors, side) is not None:
                    opened[side] = Space.open(shop, dataset, vectors, side, n_items)
        pictures, words = opened.get("pictures"), opened.get("words")
        # An encoder that reads words has vectors of words: a model of pictures alone is not loaded
        # to be asked.
        eye = voices[pictures.label] if pictures else None
        mouth = voices[words.label] if words else None
        return cls(pictures, words, eye, mouth, tuple(notes), missing)

    def sight(self) -> tuple[Space, Voice]:
        """Give what photos are compared with, and what encodes them.

        Raises:
            MissingExtraError: If a package that it takes is not installed.
            InputError: If the shop has no vectors of pictures, or they cannot be used.
        """
        if self.pictures is not None and self.eye is not None:
            return self.pictures, self.eye
        if self.missing is not None:
            raise MissingExtraError(self.missing.package, extra=self.missing.extra)
        if self.notes:
            raise InputError(f"a photo cannot be compared: {self.notes[0]}")
        raise InputError(
            "this shop has no vectors of pictures to compare a photo with: run modiste embed "
            "--encoder NAME first"
        )

    @property
    def joined(self) -> bool:
        """Whether words and pictures lie in one space."""
        return (
            self.pictures is not None
            and self.mouth is not None
            and self.mouth.label == self.pictures.label
        )

    def hears(self, text: str) -> bool:
        """Tell whether words are nearer to some item than nonsense is to any."""
        space = self.pictures if self.joined else self.words
        if self.mouth is None or space is None:
            return False
        best = space.nearest(self.mouth.words([text]), 1).scores
        return bool(
            best.size and best.max() > self._nonsense["pictures" if self.joined else "words"]
        )

    def near(self, spoken: Vectors, items: Positions) -> npt.NDArray[np.bool_]:
        """Tell which items are nearer to words than nonsense is to any, by picture or by words.

        Args:
            spoken: Vector of the words, `[dim]`.
            items: The items, `[n]`.
        """
        found = np.zeros(len(items), np.bool_)
        for side, floor in self._nonsense.items():
            space = self.pictures if side == "pictures" else self.words
            if space is not None and len(items):
                found |= space.cosines(spoken, items) > floor
        return found

    @cached_property
    def _nonsense(self) -> Mapping[Side, float]:
        """Give the cosines that 99 of 100 texts of random letters stay below, by side."""
        sides: dict[Side, Space | None] = {
            "pictures": self.pictures if self.joined else None,
            "words": self.words,
        }
        assert self.mouth is not None
        rng = np.random.default_rng(_SEED)
        letters = rng.integers(ord("a"), ord("z") + 1, (200, 9), np.uint8)
        spoken = self.mouth.words([row.tobytes().decode() for row in letters])
        floors: dict[Side, float] = {}
        for side, space in sides.items():
            if space is not None:
                best = space.nearest(spoken, 1).scores
                best = best[np.isfinite(best)]
                floors[side] = float(np.quantile(best, 0.99)) if len(best) else 0.0
        return floors

    def warm(self) -> None:
        """Load the models now, so that the first query is as quick as the next."""
        for voice in {id(voice): voice for voice in (self.eye, self.mouth) if voice}.values():
            voice.warm()


def behind(vectors: ItemVectors, dataset: Dataset, shop: Path) -> str | None:
    """Say that the catalogue has items that were not there when its vectors were made."""
    items = collect(dataset.items.select("item_id"))
    new = items.join(vectors.items, on="item_id", how="anti").height
    if not new:
        return None
    return (
        f"{new:,} of {len(items):,} items are newer than the vectors of {vectors.label} and found "
        f"by their words alone: run modiste embed --shop {shop} --encoder {vectors.spec}"
    )


def _voice(vectors: ItemVectors, shop: Path) -> Voice:
    encoder = open_encoder(vectors.spec, shop)
    if encoder.identity != vectors.identity:
        raise ArtifactError(
            f"the encoder {vectors.spec} is another one now than made the vectors of "
            f"{vectors.label} in {shop}: run modiste embed --shop {shop} --encoder {vectors.spec}"
        )
    return Voice(encoder, vectors.label)
