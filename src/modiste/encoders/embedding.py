"""Makes the vectors of a shop's items with one encoder, and keeps them in the shop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import polars as pl

from modiste.artifacts import fingerprint, hash_file
from modiste.data import Dataset, open_shop
from modiste.data.photos import PictureError, picture_path
from modiste.encoders.base import Encoder, Vectors
from modiste.encoders.batches import encode_files
from modiste.encoders.parts import KEYS, Known, Parts
from modiste.encoders.spec import EncoderSpec, open_encoder
from modiste.encoders.stored import fitted_encoder, read_vectors, vector_labels, vector_store
from modiste.encoders.texts import item_texts
from modiste.engine import collect
from modiste.errors import ArtifactError, InputError

PART = 2_048
"""Pictures or texts after which what was made is kept on disk."""
_SOURCES = "sources.parquet"
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Embedded:
    """What `embed` did."""

    label: str
    """What the vectors are called in the shop."""
    version: str
    """Name of the stored version."""
    dim: int
    n_items: int
    n_pictures: int
    """Items with a vector of their picture."""
    n_new_pictures: int
    """Pictures that were encoded now; the others did not change."""
    n_without: int
    """Items that name no picture."""
    n_words: int
    """Items with a vector of their words; 0 where the encoder has none."""
    n_new_words: int
    changed: bool
    """Whether a new version was stored."""
    seconds: float
    faults: list[dict[str, str]] = field(default_factory=list)
    """`item_id`, `picture` and `fault` of each picture that was set aside."""

    def as_dict(self) -> dict[str, Any]:
        """Give all of it as plain values."""
        return asdict(self)


def embed(
    shop: Path,
    spec: EncoderSpec | str,
    *,
    batch_size: int | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Embedded:
    """Make the vectors of a shop's pictures and words, as far as the encoder makes them.

    Pictures that did not change (path, bytes, time of change) since the last run of the same
    encoder are not encoded again. A run that was killed goes on where it was. A picture that cannot
    be read is set aside with its reason.

    Args:
        shop: The shop's folder.
        spec: The encoder, `NAME` or `NAME=SOURCE`.
        batch_size: Pictures encoded together; None: what suits the encoder.
        threads: Threads that decode pictures; None: one a core.
        progress: Told the stage and the share of it that is done.

    Raises:
        ArtifactError: If nothing was imported into the shop.
        InputError: If there is nothing to encode: no picture, or none that can be read.
        MissingExtraError: If the encoder needs a package that is not installed.
    """
    start = perf_counter()
    asked = EncoderSpec.parse(spec) if isinstance(spec, str) else spec
    dataset = open_shop(shop)
    encoder = open_encoder(asked, shop)
    run = _Run(
        encoder,
        batch_size or encoder.batch_size,
        threads,
        progress or _untold,
        Known(),
        Parts(vector_store(shop, asked.label).root / f".parts-{encoder.identity}"),
    )
    before = _take_in(run, shop, asked.label)
    items = _sources(dataset, encoder)
    if encoder.sees:
        _check_pictures(shop, dataset, items, encoder)
        n_new_pictures = run.pictures(items, dataset.picture_folder)
    else:
        n_new_pictures = 0
    n_new_words = run.words(items) if encoder.speaks else 0
    table, sides = run.results(items)
    if encoder.sees and not encoder.speaks and not table["picture_row"].count():
        raise InputError(
            f"{shop}: none of {table['fault'].count():,} pictures can be read, the first "
            f"{table['fault'].drop_nulls()[0]}: look at them with modiste doctor --all-pictures"
        )
    n_pictures, n_words = table["picture_row"].count(), table["word_row"].count()
    facts = {
        "encoder": str(_lasting(asked, shop)),
        "identity": encoder.identity,
        "dim": encoder.dim,
        "n_items": len(table),
        "n_pictures": n_pictures,
        "n_words": n_words,
    }
    stored = table.select("item_id", "picture_row", "word_row", "fault")
    changed = before is None or not (
        before[0].equals(stored) and before[1].equals(table.select(KEYS))
    )
    store = vector_store(shop, asked.label)
    if changed:
        with store.publish(_name(encoder), facts) as draft:
            stored.write_parquet(draft / "items.parquet", compression="zstd")
            table.select(KEYS).write_parquet(draft / _SOURCES, compression="zstd")
            for side, found in sides.items():
                _write_vectors(run.known, found, draft / f"{side}.npy", encoder.dim)
    run.parts.remove()
    broken = table.filter(pl.col("fault").is_not_null())
    return Embedded(
        label=asked.label,
        version=store.current().name,
        dim=encoder.dim,
        n_items=len(table),
        n_pictures=n_pictures,
        n_new_pictures=n_new_pictures,
        n_without=table["picture"].null_count() if encoder.sees else 0,
        n_words=n_words,
        n_new_words=n_new_words,
        changed=changed,
        seconds=perf_counter() - start,
        faults=broken.select("item_id", "picture", "fault").to_dicts(),
    )


def _untold(stage: str, share: float) -> None:
    """Tell nobody."""
    del stage, share


@dataclass(frozen=True)
class _Run:
    """One run: the encoder, and what is known so far."""

    encoder: Encoder
    batch_size: int
    threads: int | None
    progress: Progress
    known: Known
    parts: Parts

    def pictures(self, items: pl.DataFrame, folder: Path | None) -> int:
        """Encode the pictures that are not known, part by part; gives how many those are."""
        there = items.filter(pl.col("size").is_not_null()).select(KEYS)
        there = there.with_columns(pl.lit(None, pl.String).alias("text"))
        todo = self._unknown(there)
        if todo.is_empty() or folder is None:
            return 0
        whole_batches = max(PART // self.batch_size, 1) * self.batch_size
        for start in range(0, len(todo), whole_batches):
            part = todo.slice(start, whole_batches)
            paths = [folder / path for path in part["picture"].to_list()]
            made, faults = [], list[str]()
            batches = encode_files(
                self.encoder, paths, batch_size=self.batch_size, threads=self.threads
            )
            for batch in batches:
                made.append(batch.vectors)
                faults += batch.faults
                self.progress("pictures", (start + len(faults)) / len(todo))
            self._keep(part, np.concatenate(made), faults)
        return len(todo)

    def words(self, items: pl.DataFrame) -> int:
        """Encode the texts that are not known; gives how many those are."""
        todo = self._unknown(_texts_alone(items).drop_nulls("text"))
        for start in range(0, len(todo), PART):
            part = todo.slice(start, PART)
            self._keep(part, self.encoder.encode_words(part["text"].to_list()), [""] * len(part))
            self.progress("words", (start + len(part)) / len(todo))
        return len(todo)

    def _unknown(self, sources: pl.DataFrame) -> pl.DataFrame:
        distinct = sources.select(KEYS).unique(maintain_order=True)
        return self.known.find(distinct).filter(pl.col("array").is_null()).select(KEYS)

    def _keep(self, part: pl.DataFrame, vectors: Vectors, faults: list[str]) -> None:
        fault = pl.Series("fault", [fault or None for fault in faults], pl.String)
        rows = fault.is_null().cast(pl.Int64).cum_sum() - 1
        part = part.with_columns(pl.when(fault.is_null()).then(rows).alias("row"), fault)
        self.parts.write(part, vectors)
        self.known.add(part, vectors)

    def results(self, items: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, pl.DataFrame]]:
        """Say for each item which row of the vectors is its own, and where these lie now."""
        picture_keys = items.select(KEYS).with_columns(pl.lit(None, pl.String).alias("text"))
        seen = self.known.find(picture_keys)
        has_picture = items["size"].is_not_null() & seen["row"].is_not_null()
        said = self.known.find(_texts_alone(items))
        has_words = items["text"].is_not_null()
        table = items.with_columns(
            _numbered(has_picture).alias("picture_row"),
            _numbered(has_words).alias("word_row"),
            pl.coalesce("fault", seen["fault"]).alias("fault"),
        )
        sides = {}
        if self.encoder.sees:
            sides["pictures"] = seen.filter(has_picture)
        if self.encoder.speaks:
            sides["words"] = said.filter(has_words)
        return table, sides


def _numbered(present: pl.Series) -> pl.Expr:
    return pl.when(present).then(present.cast(pl.Int64).cum_sum() - 1)


def _texts_alone(items: pl.DataFrame) -> pl.DataFrame:
    """Give the sources of vectors of words: no picture, size and time of change."""
    return items.select(
        pl.lit(None, items.schema[name]).alias(name) if name != "text" else pl.col("text")
        for name in KEYS
    )


def _sources(dataset: Dataset, encoder: Encoder) -> pl.DataFrame:
    """Say what each item's vectors are made from: `item_id`, `KEYS`, and `fault` so far."""
    items = collect(dataset.items.select("item_idx", "item_id", "picture")).sort("item_idx")
    texts = item_texts(dataset) if encoder.speaks else pl.Series("text", [""] * len(items))
    if not encoder.sees:
        items = items.with_columns(pl.lit(None, pl.String).alias("picture"))
    distinct = items.select("picture").drop_nulls().unique(maintain_order=True)
    folder = dataset.picture_folder and dataset.picture_folder.resolve()
    stamps = [_stamp(folder, path) for path in distinct["picture"].to_list()]
    stamped = distinct.hstack(
        pl.DataFrame(
            stamps,
            schema={"size": pl.Int64, "modified": pl.Int64, "fault": pl.String},
            orient="row",
        )
    )
    items = items.join(stamped, on="picture", how="left", maintain_order="left")
    text = pl.when(texts != "").then(texts).alias("text")
    return items.with_columns(text).select("item_id", *KEYS, "fault")


def _stamp(folder: Path | None, path: str) -> tuple[int | None, int | None, str | None]:
    """Give a file's bytes and time of change in nanoseconds, or why it cannot be looked at."""
    try:
        if folder is None:
            return None, None, "is in no folder of pictures"
        found = picture_path(folder, path).stat()
    except PictureError as error:
        return None, None, error.reason
    except (OSError, ValueError):
        return None, None, "is not there"
    return found.st_size, found.st_mtime_ns, None


def _check_pictures(shop: Path, dataset: Dataset, items: pl.DataFrame, encoder: Encoder) -> None:
    """Raise InputError where an encoder of pictures alone has none to look at."""
    folder = dataset.picture_folder
    if folder is not None and not folder.is_dir():
        raise InputError(
            f"{shop}: the folder {folder} of its pictures is gone: bring it back, or import again"
        )
    if not encoder.speaks and not items["picture"].count():
        raise InputError(
            f"{shop} has no pictures: import it with --pictures FOLDER, or name an encoder that "
            "has words"
        )


def _take_in(run: _Run, shop: Path, label: str) -> tuple[pl.DataFrame, pl.DataFrame] | None:
    """Take in the vectors made before: those of the parts, and of the stored version.

    Returns:
        Items and sources of the stored version; None if there is none of this encoder.
    """
    run.parts.read(run.known)
    if label not in vector_labels(shop):
        return None
    try:
        stored = read_vectors(shop, label)
        sources = pl.read_parquet(vector_store(shop, label).current() / _SOURCES)
    except (ArtifactError, OSError):
        return None  # altered, or from another version: made anew
    if stored.identity != run.encoder.identity:
        return None
    both = sources.hstack(stored.items.select("picture_row", "word_row", "fault"))
    if stored.pictures is not None:
        seen = both.filter(pl.col("size").is_not_null()).rename({"picture_row": "row"})
        run.known.add(seen.with_columns(text=pl.lit(None, pl.String)), stored.pictures)
    if stored.words is not None:
        said = _texts_alone(both).with_columns(both["word_row"].alias("row"))
        said = said.drop_nulls("row").with_columns(fault=pl.lit(None, pl.String))
        run.known.add(said, stored.words)
    return stored.items, sources


def _lasting(spec: EncoderSpec, shop: Path) -> EncoderSpec:
    """Name an encoder so that it is found from anywhere, and later: folders by their whole path."""
    source = spec.source
    if spec.name == "catalogue" and not source:
        source = str(fitted_encoder(shop))
    is_folder = source and Path(source).is_dir()
    return replace(spec, source=str(Path(source).resolve()) if is_folder else source)


def _write_vectors(known: Known, found: pl.DataFrame, path: Path, dim: int) -> None:
    shape = (len(found), dim)
    if not len(found):
        np.save(path, np.empty(shape, np.float32), allow_pickle=False)
        return
    into = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=shape)
    known.gather(found, into)
    into.flush()


def _name(encoder: Encoder) -> Callable[[Path], str]:
    """Name a version by its encoder and what was made."""

    def name(folder: Path) -> str:
        content = {path.name: hash_file(path) for path in folder.iterdir()}
        return f"{encoder.identity[:8]}-{fingerprint(content)[:8]}"

    return name
