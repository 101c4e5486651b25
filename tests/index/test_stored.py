"""Indexes in a shop: what they were built from, and files that were altered."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from modiste.encoders.stored import ItemVectors, read_vectors, vector_store
from modiste.errors import ArtifactError
from modiste.index.base import Vectors
from modiste.index.stored import build_indexes, index_advice, open_index, publish_indexes


def draw(seed: int) -> Vectors:
    return np.random.default_rng(seed).normal(size=(400, 8)).astype(np.float32)


def store_vectors(shop: Path, version: str, vectors: Vectors) -> ItemVectors:
    facts = {"encoder": "colour", "identity": "x"}
    ids = [str(number) for number in range(len(vectors))]
    with vector_store(shop, "colour").publish(version, facts) as folder:
        np.save(folder / "pictures.npy", vectors)
        pl.DataFrame({"item_id": ids, "picture_row": range(len(ids))}).write_parquet(
            folder / "items.parquet"
        )
    return read_vectors(shop, "colour")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    vectors = store_vectors(tmp_path, "v1", draw(1))
    publish_indexes(tmp_path, vectors, build_indexes(vectors, "hnsw"), {})
    return tmp_path


def test_the_stored_index_is_opened(shop: Path) -> None:
    index = open_index(shop, "colour", "pictures")
    assert index.name == "hnsw"
    positions, _ = index.search(10 * draw(1)[:5], 3)
    assert positions.shape == (5, 3)


def test_without_one_all_vectors_are_scanned(tmp_path: Path) -> None:
    vectors = store_vectors(tmp_path, "v1", draw(1))
    assert open_index(tmp_path, "colour", "pictures").name == "exact"
    assert index_advice(tmp_path, "colour", vectors) is None


def test_newer_vectors_are_scanned_and_a_line_says_so(shop: Path) -> None:
    newer = store_vectors(shop, "v2", draw(2))
    index = open_index(shop, "colour", "pictures")
    assert index.name == "exact"
    np.testing.assert_array_equal(index.vectors, draw(2))
    advice = index_advice(shop, "colour", newer)
    assert advice is not None
    assert "built from vectors v1" in advice
    assert "modiste index" in advice


def test_an_altered_byte_is_refused_before_faiss_reads(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (file,) = (shop / "index" / "colour" / "v1").rglob("*.faiss")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)

    def read(*_given: object) -> None:
        raise AssertionError("faiss opened an altered file")

    monkeypatch.setattr("faiss.read_index", read)
    with pytest.raises(ArtifactError, match=r"graph\.faiss has SHA-256 .* altered"):
        open_index(shop, "colour", "pictures")


def test_a_side_without_vectors_is_named(shop: Path) -> None:
    with pytest.raises(ArtifactError, match="hold no words"):
        open_index(shop, "colour", "words")
