"""Models of open_clip, by a stand-in for the library, which needs torchvision beside it."""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from modiste import errors
from modiste.cli import main
from modiste.encoders.open_clip import OpenClip
from modiste.errors import InputError, MissingExtraError
from tests.encoders.pictures import garments


class Model(torch.nn.Module):
    """Both towers: mean colours, and letters counted."""

    visual = SimpleNamespace(image_size=(32, 24))

    def encode_image(self, pictures: torch.Tensor) -> torch.Tensor:
        assert not self.training
        return torch.cat([pictures.mean((2, 3)), torch.ones(len(pictures), 1)], 1) * 5

    def encode_text(self, tokens: torch.Tensor) -> torch.Tensor:
        return tokens.float() + 1


def prepare(picture: Image.Image) -> torch.Tensor:
    values = np.asarray(picture.resize((24, 32)), np.float32) / 255
    return torch.from_numpy(values.transpose(2, 0, 1).copy())


def tokenize(texts: list[str]) -> torch.Tensor:
    return torch.tensor([[text.count(letter) for letter in "redx"] for text in texts])


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Put a stand-in where the library would be, and tell what was asked of it."""
    stand_in: Any = ModuleType("open_clip")
    stand_in.__spec__ = ModuleSpec("open_clip", None)
    stand_in.asked = []

    def create(name: str, **settings: Any) -> tuple[Model, None, Any]:
        stand_in.asked.append((name, settings))
        return Model(), None, prepare

    stand_in.create_model_and_transforms = create
    stand_in.get_tokenizer = lambda name: tokenize
    monkeypatch.setitem(sys.modules, "open_clip", stand_in)
    monkeypatch.setattr(errors, "find_spec", lambda name: ModuleSpec(name, None))
    return stand_in  # type: ignore[no-any-return]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "open_clip_config.json").write_text("{}")
    (folder / "open_clip_model.safetensors").write_bytes(b"weights")
    return folder


def test_pictures_and_words_go_through_the_librarys_towers(library: Any, folder: Path) -> None:
    encoder = OpenClip(source=str(folder))
    assert (encoder.sees, encoder.speaks, encoder.dim) == (True, True, 4)
    assert encoder.picture_size == (24, 32)
    pictures = encoder.encode_pictures(garments(5))
    expected = Model().eval().encode_image(torch.stack([prepare(one) for one in garments(5)]))
    lengths = expected.norm(dim=1, keepdim=True)
    np.testing.assert_allclose(pictures, (expected / lengths).numpy(), atol=1e-6)
    texts = [*["red"] * 40, "xx"]
    words = encoder.encode_words(texts)
    assert words.shape == (41, 4)
    np.testing.assert_allclose(words[0], np.array([2, 2, 2, 1]) / np.sqrt(13), atol=1e-6)
    np.testing.assert_allclose(words[40], np.array([1, 1, 1, 3]) / np.sqrt(12), atol=1e-6)
    assert encoder.encode_words([]).shape == (0, 4)
    assert library.asked == [(f"local-dir:{folder}", {"weights_only": True})]


def test_other_weights_are_another_encoder(library: Any, folder: Path) -> None:
    before = OpenClip(source=str(folder)).identity
    assert OpenClip(source=str(folder)).identity == before
    (folder / "open_clip_model.safetensors").write_bytes(b"others")
    assert OpenClip(source=str(folder)).identity != before


def test_what_cannot_be_loaded_is_one_line(
    library: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(name: str, **settings: Any) -> None:
        raise RuntimeError("size mismatch for visual.proj\nand so on")

    monkeypatch.setattr(library, "create_model_and_transforms", fail)
    with pytest.raises(InputError, match=r"cannot be loaded \(size mismatch for visual.proj\)"):
        OpenClip(source=str(folder)).encode_words(["red"])
    (folder / "open_clip_config.json").unlink()
    with pytest.raises(InputError, match=r"holds no open_clip_config.json"):
        OpenClip(source=str(folder)).encode_words(["red"])
    with pytest.raises(InputError, match="has no model of its own"):
        OpenClip().encode_words(["red"])


@pytest.mark.parametrize("absent", ["torchvision", "open_clip"])
def test_without_its_packages_it_says_what_it_needs(
    absent: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.encoders.test_embedding import new_shop

    def find(name: str) -> ModuleSpec | None:
        return None if name == absent else ModuleSpec(name, None)

    monkeypatch.setattr(errors, "find_spec", find)
    line = f"{absent} is not installed: run pip install 'modiste[open-clip]'"
    with pytest.raises(MissingExtraError) as caught:
        OpenClip(source=str(folder)).encode_words(["red"])
    assert str(caught.value) == line
    shop = new_shop(folder.parent, None)
    command = ["embed", "--shop", str(shop), "--encoder", f"open_clip={folder}"]
    assert main(command) == 2
    assert capsys.readouterr().err == f"modiste: {line}\n"
