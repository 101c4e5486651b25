"""A network in two parts: where it is cut, and its frozen part run by onnxruntime."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from modiste.encoders.fitting.cut import Cut
from modiste.encoders.fitting.frozen import quick_front
from modiste.encoders.transformers import Transformers
from tests.encoders.tiny_models import write_model

SIDE = 48


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> torch.nn.Module:
    folder: Path = write_model("mobilenet", tmp_path_factory.mktemp("frozen"))
    loaded: torch.nn.Module = Transformers(source=str(folder), dtype="float32").model
    return loaded


@pytest.mark.parametrize(("n_layers", "blocks"), [(1, 16), (2, 15), (4, 15), (5, 14), (13, 12)])
def test_layers_are_counted_in_whole_blocks(
    model: torch.nn.Module, n_layers: int, blocks: int
) -> None:
    # The last convolution stands alone, each block before it has three.
    assert Cut.before_layers(model, n_layers).at == blocks


def test_stages_are_taken_apart(tmp_path: Path) -> None:
    from transformers import ResNetConfig, ResNetModel

    config = ResNetConfig(embedding_size=8, hidden_sizes=[8, 16], depths=[2, 3], layer_type="basic")
    model: Any = ResNetModel(config)
    cut = Cut.before_layers(model.eval(), 4)
    # Two blocks of two convolutions; the stage's first block has a third one beside.
    assert (cut.at, len(cut.blocks), len(cut.tail)) == (3, 5, 2)
    near = cut.front(torch.rand(1, 3, SIDE, SIDE))
    with torch.inference_mode():
        whole = cut.model(pixel_values=torch.zeros(1, 3, SIDE, SIDE)).last_hidden_state
    assert cut.back(near).shape == whole.shape


def test_onnxruntime_gives_what_torch_gives_and_leaves_the_model_as_it_was(
    model: torch.nn.Module,
) -> None:
    cut = Cut.before_layers(model, 12)
    pictures = torch.rand(3, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        slow = cut.front(pictures)
    run = quick_front(cut, torch.zeros(1, 3, SIDE, SIDE))
    assert run is not None
    assert not any(module.training for module in model.modules())
    torch.testing.assert_close(run(pictures), slow, atol=1e-4, rtol=1e-3)


def test_without_onnxruntime_there_is_no_quick_form(
    model: torch.nn.Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modiste.encoders.fitting.frozen.find_spec", lambda _name: None)
    assert quick_front(Cut.before_layers(model, 12), torch.zeros(1, 3, SIDE, SIDE)) is None
