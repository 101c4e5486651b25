"""A fitted encoder, exported: the same vectors without torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from modiste.encoders.catalogue import Catalogue
from modiste.encoders.exporting.export import export_encoder
from modiste.encoders.fitting.catalogue import FitReport
from modiste.encoders.onnx import Onnx
from tests.encoders.catalogue.conftest import Drawn
from tests.encoders.test_onnx import run_alone

TEXTS = ["red dress", "a blue scarf and a belt", "", "zzyzx шарф", "black trousers " * 9]


@pytest.fixture(scope="module")
def original(fitted: FitReport) -> Catalogue:
    return Catalogue(source=str(fitted.folder))


def test_exported_vectors_are_the_originals(
    original: Catalogue, drawn: Drawn, tmp_path: Path
) -> None:
    pictures = [drawn.picture(row) for row in drawn.of("judge")[:10]]
    out = tmp_path / "exported"
    moved = export_encoder(original, out, int8=False, pictures=pictures, texts=TEXTS)
    assert {side: told.worst_cosine > 0.9999 for side, told in moved.items()} == {
        "pictures": True, "words": True,
    }  # fmt: skip
    exported = Onnx(source=str(out))
    ours, theirs = exported.encode_words(TEXTS), original.encode_words(TEXTS)
    np.testing.assert_allclose(ours, theirs, atol=1e-4)
    apart = np.concatenate([exported.encode_words([text]) for text in TEXTS])
    np.testing.assert_allclose(apart, ours, atol=1e-5)
    alone = run_alone(out, tmp_path / "alone.npz")
    np.testing.assert_allclose(alone["words"], original.encode_words(["a red dress"]), atol=1e-4)


def test_int8_keeps_most_neighbours(original: Catalogue, drawn: Drawn, tmp_path: Path) -> None:
    pictures = [drawn.picture(row) for row in drawn.of("judge")]
    moved = export_encoder(original, tmp_path / "small", int8=True, pictures=pictures, texts=TEXTS)
    assert moved["pictures"].mean_cosine > 0.95
    assert moved["words"].mean_cosine > 0.95
    assert moved["words"].worst_cosine < 1
