"""A shop's stored indexes, one for each side of an encoder's vectors.

```
shop/
  index/LABEL/                 a store, see `EncoderSpec.label`
    …/pictures/  …/words/      what the back-end wrote; manifest.json names the vectors' version
```
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from modiste.artifacts import Store, read_manifest, verify
from modiste.encoders.stored import ItemVectors, Side, read_vectors
from modiste.errors import ArtifactError
from modiste.index import INDEXES
from modiste.index.base import Index
from modiste.index.exact import ExactIndex

SIDES: tuple[Side, ...] = ("pictures", "words")


def index_store(shop: Path, label: str) -> Store:
    """Give the store of the indexes over one encoder's vectors."""
    return Store(shop / "index" / label, "index")


def build_indexes(vectors: ItemVectors, kind: str) -> dict[Side, Index]:
    """Build an index for each side that an encoder's vectors have.

    Raises:
        ConfigError: If there is no back-end `kind`.
        InputError: If a vector holds NaN.
    """
    back_end = INDEXES.get(kind)
    return {
        side: back_end.build(vectors.of(side))
        for side in SIDES
        if getattr(vectors, side) is not None
    }


def publish_indexes(
    shop: Path, vectors: ItemVectors, indexes: Mapping[Side, Index], facts: Mapping[str, Any]
) -> Path:
    """Store indexes with what is known of them; they take the place of the older ones.

    Args:
        shop: The shop's folder.
        vectors: The vectors that the indexes were built from.
        indexes: The index of each side.
        facts: Further plain values for the manifest, such as measured recall.
    """
    store = index_store(shop, vectors.label)
    kinds = {side: index.name for side, index in indexes.items()}
    stated = {"kinds": kinds, "vectors": vectors.version, "identity": vectors.identity}
    with store.publish(vectors.version, {**stated, **facts}, keep=1) as folder:
        for side, index in indexes.items():
            (folder / side).mkdir()
            index.write(folder / side)
    return store.current()


def open_index(shop: Path, label: str, side: Side, vectors: ItemVectors | None = None) -> Index:
    """Open the index of an encoder's pictures or words; hashes are checked before it is parsed.

    Where none was built, or vectors are newer than it, all vectors are scanned: the answers are
    right, only slower; `index_advice` says so.

    Args:
        shop: The shop's folder.
        label: The encoder's label.
        side: What the vectors are of.
        vectors: The current vectors of the label, if they were read already.

    Raises:
        ArtifactError: If the encoder has no such vectors, or a file was altered.
    """
    vectors = vectors or read_vectors(shop, label)
    store = index_store(shop, label)
    if store.current_name() is None or index_advice(shop, label, vectors) is not None:
        return ExactIndex.build(vectors.of(side))
    folder = store.current()
    kinds = verify(folder).get("kinds", {})
    if side not in kinds:
        return ExactIndex.build(vectors.of(side))
    if kinds[side] not in INDEXES.names:
        raise ArtifactError(
            f"{folder} holds an index of kind {kinds[side]!r}, known are "
            f"{', '.join(INDEXES.names)}: run modiste index --shop {shop}"
        )
    return INDEXES.get(kinds[side]).read(folder / side, vectors.of(side))


def index_advice(shop: Path, label: str, vectors: ItemVectors) -> str | None:
    """Say in a line that vectors are newer than their index; None if it is up to date or absent."""
    store = index_store(shop, label)
    if store.current_name() is None:
        return None
    built_from = read_manifest(store.current()).get("vectors")
    if built_from == vectors.version:
        return None
    return (
        f"the index of {label} was built from vectors {built_from}, the vectors are "
        f"{vectors.version} now: all are scanned; run modiste index --shop {shop}"
    )
