"""A shop's word vectors as a folder, learned anew when what the shop says has changed.

```
shop/words/VERSION/
  words.safetensors    vectors [n_words, dim] float32, counts [n_words]
  vocabulary.json      the words, in the order of the rows
```
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from modiste.artifacts import Store, fingerprint, read_manifest, verify
from modiste.data import Dataset
from modiste.engine import collect
from modiste.errors import ArtifactError, MissingExtraError
from modiste.search.attributes import learning
from modiste.search.attributes.learning import Progress, fit_word_vectors
from modiste.search.attributes.sentences import build_sentences
from modiste.search.attributes.vectors import WordVectors

TENSORS, VOCABULARY = "words.safetensors", "vocabulary.json"
_LAYOUT = 1
"""Part of the key: raise it when sentences, or how they are learned from, change."""
_PRIME = 65_521


def words_store(shop: Path) -> Store:
    """Give the store of a shop's word vectors."""
    return Store(shop / "words", "word vectors")


def open_word_vectors(
    dataset: Dataset, shop: Path | None = None, progress: Progress | None = None
) -> WordVectors:
    """Open a shop's word vectors; learn them where there are none, or of other texts.

    What is stored is compared with its hashes first. Where nothing can be written, what was
    learned is given and not kept.

    Args:
        dataset: The shop's catalogue.
        shop: Its folder; None: nothing is stored.
        progress: Told how much of the learning is done.

    Raises:
        MissingExtraError: If they have to be learned and gensim is not installed, or safetensors is
            not.
    """
    if shop is None:
        return fit_word_vectors(build_sentences(dataset), progress=progress)
    _check_safetensors()
    store, key = words_store(shop), _key(dataset)
    with suppress(ArtifactError):
        if store.current_name() and read_manifest(store.current()).get("key") == key:
            return read_word_vectors(store.current())
    found = fit_word_vectors(build_sentences(dataset), progress=progress)
    with suppress(OSError), store.publish(key, {"key": key}, keep=1) as folder:
        write_word_vectors(found, folder)
    return found


def write_word_vectors(found: WordVectors, folder: Path) -> None:
    """Write word vectors into an existing folder."""
    from safetensors.numpy import save_file

    tensors: dict[str, np.ndarray[Any, Any]] = {
        "vectors": np.ascontiguousarray(found.vectors),
        "counts": found.counts,
    }
    save_file(tensors, folder / TENSORS)
    text = json.dumps(list(found.words), ensure_ascii=False)
    (folder / VOCABULARY).write_text(text + "\n", encoding="utf-8")


def read_word_vectors(folder: Path) -> WordVectors:
    """Open word vectors that `write_word_vectors` wrote and a store published.

    Raises:
        ArtifactError: If a file was altered, or holds something else.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    verify(folder)
    try:
        tensors = load_file(folder / TENSORS)
        words = tuple(json.loads((folder / VOCABULARY).read_text(encoding="utf-8")))
        found = WordVectors(words, tensors["counts"], tensors["vectors"])
        if not len(words) == len(found.counts) == len(found.vectors):
            raise ValueError(f"{len(words)} words, {len(found.vectors)} vectors")
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise ArtifactError(
            f"{folder} holds no word vectors that can be read ({error}): take the folder away, "
            "they are learned anew"
        ) from None
    return found


def _key(dataset: Dataset) -> str:
    """Give a fingerprint of what the catalogue says, and of how it is learned from."""
    columns = dict.fromkeys(("item_idx", "name", "description", *dataset.item_attributes))
    rows = collect(dataset.items.select(*columns)).sort("item_idx").hash_rows(seed=_LAYOUT)
    places = pl.int_range(rows.len(), eager=True)
    content = [int(rows.sum() or 0), rows.len(), int((rows % _PRIME * places).sum() or 0)]
    return fingerprint([_LAYOUT, learning.settings(), list(columns), content])


def _check_safetensors() -> None:
    try:
        import safetensors  # noqa: F401
    except ModuleNotFoundError as error:
        raise MissingExtraError("safetensors", extra="words") from error
