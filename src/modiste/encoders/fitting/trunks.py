"""What a picture tower begins with: a model from a folder, or a small network learned from nothing.

A trunk has two parts. `front` stays as it is and sees each picture once: what it gives is kept for
all epochs. `back` is trained.
"""

from __future__ import annotations

import json
from abc import abstractmethod
from typing import Any

import torch
from torch import Tensor, nn

from modiste.encoders.fitting.cut import Cut, Listener
from modiste.encoders.hub import model_folder
from modiste.errors import InputError

_MARKS = 4


class Trunk(nn.Module):
    """Pixels to features, in two parts."""

    size: tuple[int, int]
    """Width and height in pixels that suit it, where none are asked for."""

    @abstractmethod
    def front(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Give what `back` starts from, and marks of early layers, `[n, n_marks]`.

        Args:
            pixels: `[n, 3, height, width]`, 0 to 255, bytes.
        """

    @abstractmethod
    def back(self, near: Tensor) -> Tensor:
        """Give features, `[n, n_features]`, from what `front` gave."""

    @abstractmethod
    def trained(self) -> list[nn.Parameter]:
        """List the parameters that fitting may move."""

    @abstractmethod
    def plan(self) -> dict[str, Any]:
        """Give plain values from which `open_trunk` makes a trunk of this shape."""


class SmallTrunk(Trunk):
    """A small convolutional network, learned from the shop's pictures alone."""

    def __init__(self, widths: tuple[int, ...] = (24, 48, 96, 160)) -> None:
        """Make one with a layer for each width; each layer halves the picture."""
        super().__init__()
        self.widths, self.size = widths, (48, 64)
        layers: list[nn.Module] = []
        for before, after in zip((3, *widths[:-1]), widths, strict=True):
            layers += [
                nn.Conv2d(before, after, 3, stride=2, padding=1, bias=False),
                nn.GroupNorm(8, after),
                nn.ReLU(),
            ]
        self.net = nn.Sequential(*layers)
        _channels_last(self.net)

    def front(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Keep the pixels: all layers are trained."""
        return pixels, torch.zeros(pixels.shape[0], 0)

    def back(self, near: Tensor) -> Tensor:
        """Give mean and largest value of each of the last layer's channels."""
        pixels = (near.float() / 127.5 - 1).contiguous(memory_format=torch.channels_last)
        return _pooled(self.net(pixels))

    def trained(self) -> list[nn.Parameter]:
        """List all parameters."""
        return list(self.parameters())

    def plan(self) -> dict[str, Any]:
        """Give the widths."""
        return {"kind": "small", "widths": list(self.widths)}


class HubTrunk(Trunk):
    """A picture model in the layout of transformers, its last blocks trained.

    The blocks are the longest list of layers in the model; norms stay as they were learned, their
    running figures too. Marks are mean and spread of four early blocks: colour and texture, which
    late blocks of a classifier forget.
    """

    mean: Tensor
    spread: Tensor

    def __init__(
        self, model: nn.Module, n_trained: int, normal: tuple[list[float], list[float]]
    ) -> None:
        """Wrap a model, the last `n_trained` of its blocks trained; `normal`: mean and spread."""
        super().__init__()
        self.model = model.eval().requires_grad_(False)
        self.normal, self.n_trained = normal, n_trained
        side = _fixed_side(model)
        self.size = (side, side) if side else (96, 128)
        # No module itself: its blocks' weights are the model's, kept once.
        self._cut = Cut(model, n_trained)
        self._marked = sorted(
            {round((place + 1) * self._cut.at / _MARKS) - 1 for place in range(4)}
        )
        mean, spread = (torch.tensor(part).view(1, -1, 1, 1) for part in normal)
        self.register_buffer("mean", mean, persistent=False)
        self.register_buffer("spread", spread, persistent=False)
        _channels_last(self.model)

    def front(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Run the model up to the first trained block."""
        given = (pixels.float() / 255 - self.mean) / self.spread
        marks: list[Tensor] = []
        listeners: dict[int, Listener] = {
            place: lambda out: marks.append(_marks(out)) for place in self._marked if place >= 0
        }
        near = self._cut.front(given.contiguous(memory_format=torch.channels_last), listeners)
        return near, torch.cat(marks, 1) if marks else torch.zeros(pixels.shape[0], 0)

    def back(self, near: Tensor) -> Tensor:
        """Run the trained blocks; mean and largest value of each channel."""
        return _pooled(self._cut.back(near.float()))

    def trained(self) -> list[nn.Parameter]:
        """List the parameters of the last blocks."""
        if not self.n_trained:
            return []
        return list(self._cut.trained().values())

    def train(self, mode: bool = True) -> HubTrunk:
        """Stay as in use: norms of a pretrained model forget in a few small batches."""
        super().train(mode)
        self.model.eval()
        return self

    def plan(self) -> dict[str, Any]:
        """Give the model's own configuration."""
        config: Any = self.model.config
        return {
            "kind": "transformers",
            "config": json.loads(config.to_json_string(use_diff=False)),
            "n_trained": self.n_trained,
            "normal": [list(part) for part in self.normal],
        }


def _channels_last(module: Any) -> None:
    """Lay weights out as a processor's convolutions are fastest with."""
    module.to(memory_format=torch.channels_last)


def _fixed_side(model: nn.Module) -> int:
    """Give the pixels of the side of the one size a model takes; 0: it takes any."""
    config: Any = model.config
    patches = getattr(config, "patch_size", None) is not None
    side = getattr(config, "image_size", 0) if patches else 0
    return int(side[0] if isinstance(side, list | tuple) else side)


def _pooled(out: Tensor) -> Tensor:
    """Mean and largest value of each channel, over places of a map or tokens of a row."""
    flat = out.flatten(2) if out.ndim == 4 else out.transpose(1, 2)
    return torch.cat([flat.mean(2), flat.amax(2)], 1)


def _marks(out: Tensor) -> Tensor:
    flat = out.flatten(2) if out.ndim == 4 else out.transpose(1, 2)
    return torch.cat([flat.mean(2), flat.std(2)], 1)


def hub_trunk(source: str, n_trained: int) -> HubTrunk:
    """Open a picture model by folder or hub name, as transformers knows it.

    Raises:
        InputError: If there is no such model, it cannot be fetched, or it has no pictures.
    """
    import transformers

    folder = model_folder(source)

    logging: Any = transformers.utils.logging
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        config = transformers.AutoConfig.from_pretrained(folder)
        model: Any = transformers.AutoModel.from_pretrained(
            folder, config=config, use_safetensors=True
        )
        model = getattr(model, "vision_model", model)
    except (OSError, ValueError) as error:
        raise InputError(
            f"{source!r}: no picture model can be loaded from it "
            f"({' '.join(str(error).split())[:160]}): name a folder in transformers' layout"
        ) from None
    mean, spread = [0.5] * 3, [0.5] * 3
    processor = folder / "preprocessor_config.json"
    if processor.is_file():
        told = json.loads(processor.read_text(encoding="utf-8"))
        mean, spread = told.get("image_mean", mean), told.get("image_std", spread)
    return HubTrunk(model, n_trained, (list(mean), list(spread)))


def open_trunk(plan: dict[str, Any]) -> Trunk:
    """Make a trunk of a stored shape; its weights are whatever they are, to be filled in."""
    if plan["kind"] == "small":
        return SmallTrunk(tuple(plan["widths"]))
    from transformers import AutoConfig, AutoModel

    values = dict(plan["config"])
    config = AutoConfig.for_model(values.pop("model_type"), **values)
    models: Any = AutoModel
    model = models.from_config(config)
    model = getattr(model, "vision_model", model)
    mean, spread = plan["normal"]
    return HubTrunk(model, plan["n_trained"], (mean, spread))
