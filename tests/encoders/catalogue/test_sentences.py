"""A fit over a given sentence encoder: it is part of the folder, and of every vector of words."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from modiste.cli import main
from modiste.encoders.catalogue import Catalogue
from modiste.encoders.exporting.export import export_encoder
from modiste.encoders.fitting.catalogue import fit_catalogue
from modiste.encoders.onnx import Onnx
from modiste.errors import ArtifactError, InputError
from tests.encoders.catalogue.conftest import SETTINGS, Drawn
from tests.encoders.tiny_models import write_model

SHORT = replace(SETTINGS, epochs=12)


@pytest.fixture(scope="module")
def over_bert(drawn: Drawn, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an encoder fitted over a sentence encoder whose own folder is gone."""
    root = tmp_path_factory.mktemp("over-bert")
    bert = write_model("bert", root)
    settings = replace(SHORT, words=f"transformers={bert},pooling=average")
    report = fit_catalogue(drawn.dataset, root / "shop", settings)
    assert report.epochs[-1]["loss"] < report.epochs[0]["loss"]
    shutil.rmtree(bert)
    return report.folder


def test_it_moves_and_needs_nothing_else(over_bert: Path, tmp_path: Path) -> None:
    moved = Path(shutil.copytree(over_bert, tmp_path / "elsewhere"))
    here, there = (Catalogue(source=str(folder)) for folder in (over_bert, moved))
    assert here.identity == there.identity
    words = here.encode_words(["red dress", "blue hat", "red dress"])
    np.testing.assert_allclose(np.linalg.norm(words, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(words[0], words[2], atol=1e-5)
    assert np.abs(words[0] - words[1]).max() > 1e-3
    np.testing.assert_array_equal(there.encode_words(["red dress", "blue hat", "red dress"]), words)
    (weights,) = (moved / "sentences").glob("*.safetensors")
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    with pytest.raises(ArtifactError, match=r"sentences/model.safetensors .*altered"):
        _ = Catalogue(source=str(moved)).dim


def test_pictures_find_a_colour_that_the_sentence_encoder_knows(
    over_bert: Path, drawn: Drawn
) -> None:
    encoder = Catalogue(source=str(over_bert))
    rows = drawn.of("judge")
    pictures = encoder.encode_pictures([drawn.picture(row) for row in rows])
    colours = np.array([drawn.colours[row] for row in rows])
    likeness = pictures @ encoder.encode_words(["red dress", "blue dress"]).T
    for colour, column in (("red", 0), ("blue", 1)):
        own = likeness[colours == colour, column].mean()
        assert own > likeness[colours != colour, column].mean() + 0.1


def test_it_is_exported_with_its_sentence_encoder(
    over_bert: Path, drawn: Drawn, tmp_path: Path
) -> None:
    original = Catalogue(source=str(over_bert))
    texts = ["red dress", "a blue shirt with long sleeves", "hat"]
    pictures = [drawn.picture(row) for row in range(4)]
    moved = export_encoder(original, tmp_path / "out", int8=False, pictures=pictures, texts=texts)
    assert moved["words"].worst_cosine > 0.9999
    ours = Onnx(source=str(tmp_path / "out")).encode_words(texts)
    np.testing.assert_allclose(ours, original.encode_words(texts), atol=1e-3)


def test_words_must_be_a_sentence_encoder(
    drawn: Drawn, tmp_path: Path, tiny: Callable[[str], Path]
) -> None:
    for words, said in (
        ("colour", "expected a sentence encoder, transformers=FOLDER"),
        (f"transformers={tiny('vit')}", "expected a sentence encoder, transformers=FOLDER"),
        (f"transformers={tmp_path / 'absent'}", "there is no such folder"),
        ("bert", "expected a sentence encoder"),
    ):
        with pytest.raises(InputError, match=said) as caught:
            fit_catalogue(drawn.dataset, tmp_path, replace(SHORT, words=words))
        assert "\n" not in str(caught.value)


def test_by_the_command_and_in_another_shop(
    over_bert: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.encoders.pictures import write_garments
    from tests.encoders.test_embedding import new_shop

    write_garments(tmp_path / "pictures", 9)
    shop = new_shop(tmp_path, tmp_path / "pictures")
    command = ["embed", "--shop", str(shop), "--encoder", f"catalogue={over_bert}"]
    assert main(command) == 0
    told = capsys.readouterr().out
    assert "pictures of 9 items, 9 encoded now" in told
    assert "words of 11 items, 11 encoded now" in told
    assert main(command) == 0
    assert "none changed since the last run" in capsys.readouterr().out
