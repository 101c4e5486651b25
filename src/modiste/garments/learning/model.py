"""The network that tells of garments: frozen layers, last layers that learn, heads.

```
pixels ── frozen layers ──▶ kept on disk while learning ── last layers ──▶ map ── heads ──▶ Told
```
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from modiste.data.garments.labels import Vocabulary
from modiste.encoders.fitting.cut import Cut
from modiste.encoders.fitting.devices import best_device, best_number, counting_in
from modiste.encoders.fitting.frozen import quick_front
from modiste.encoders.transformers import Transformers
from modiste.errors import InputError
from modiste.garments.answers import Predictions
from modiste.garments.learning.heads import Heads, Shape, Told
from modiste.garments.learning.views import Bytes, other_side


@dataclass
class GarmentNetwork:
    """A picture network, cut in two, with heads."""

    encoder: Transformers
    size: tuple[int, int]
    """Width and height of the pictures it takes, in pixels."""
    cut: Cut
    heads: Heads
    places: tuple[str, ...]
    words: Vocabulary
    device: torch.device
    number: torch.dtype
    quick: Callable[[Tensor], Tensor] | None = None
    """The frozen layers in a quicker form."""

    @classmethod
    def build(
        cls,
        encoder: Transformers,
        words: Vocabulary,
        places: tuple[str, ...],
        *,
        size: tuple[int, int] = (0, 0),
        layers: int = 12,
        dropout: float = 0.0,
        has_boxes: bool = True,
    ) -> GarmentNetwork:
        """Put heads with chance weights upon a network.

        Args:
            encoder: A picture network of transformers whose last values are a map.
            words: What is told of; a head for each part that is not empty.
            places: The slots.
            size: Width and height of pictures; 0: the network's own.
            layers: How many of the last convolutions learn, in whole blocks.
            dropout: See `GarmentSettings`.
            has_boxes: Whether boxes are told.

        Raises:
            InputError: If the network takes no pictures, or gives no map of them.
        """
        if not encoder.sees or encoder.speaks or encoder.quick_preparation is None:
            raise InputError(
                f"transformers={encoder.source} is no network of pictures alone with plain "
                "settings: name one such as a ResNet or MobileNet"
            )
        height, width = encoder.quick_preparation.size
        size = (size[0] or width, size[1] or height)
        device = best_device()
        model = encoder.model.requires_grad_(False).to(device)
        cut = Cut.before_layers(model, layers)
        blank = torch.zeros(1, 3, size[1], size[0], device=device)
        with torch.inference_mode():
            near = cut.front(blank)
            last = cut.back(near) if near.ndim == 4 else near
        if last.ndim != 4:
            raise InputError(
                f"transformers={encoder.source} gives no map of its pictures: name a network of "
                "convolutions such as a ResNet or MobileNet"
            )
        shape = Shape(
            channels=last.shape[1],
            height=last.shape[2],
            width=last.shape[3],
            early=near.shape[1],
            n_slots=len(places),
            n_categories=len(words.categories),
            groups=tuple(len(values) for values in words.groups.values()),
            n_tags=len(words.tag_names),
            has_boxes=has_boxes,
            n_landmarks=len(words.landmarks),
        )
        heads = Heads(shape, dropout).to(device)
        return cls(encoder, size, cut, heads, places, words, device, best_number(device))

    def learned(self) -> dict[str, nn.Parameter]:
        """Give what learns: the heads' weights, and those of the last layers."""
        heads = {f"heads.{name}": weight for name, weight in self.heads.named_parameters()}
        last = {f"network.{name}": weight for name, weight in self.cut.trained().items()}
        return heads | last

    def prepare_front(self) -> None:
        """Make the frozen layers quick, before many pictures are seen."""
        if self.device.type == "cpu" and self.number == torch.float32:
            blank = torch.zeros(1, 3, self.size[1], self.size[0])
            self.quick = quick_front(self.cut, blank)

    def front(self, pictures: Bytes) -> Tensor:
        """Run the frozen layers: `[n, height, width, 3]` to `[n, channels, height, width]`."""
        values = self.encoder.tensor(pictures).to(self.device)
        if self.quick is not None:
            return self.quick(values)
        with torch.inference_mode(), counting_in(self.device, self.number):
            return self.cut.front(values)

    def back(self, near: Tensor) -> Told:
        """Run the last layers and the heads on what `front` gave."""
        with counting_in(self.device, self.number):
            return self.heads(self.cut.back(near), near)  # type: ignore[no-any-return]

    @torch.inference_mode()
    def predict(self, near: Tensor) -> Predictions:
        """Tell of pictures by what `front` gave: the mean of the map and its mirror image."""
        self.heads.eval()
        one = _Shares.of(self.back(near), self._foreign)
        other = _Shares.of(self.back(near.flip(3)), self._foreign)
        return one.mean(other.turned(other_side(self.words.landmarks)), tuple(self.words.groups))

    @property
    def _foreign(self) -> Tensor | None:
        """Say which categories are of another place than each slot: `[S, n_categories]`."""
        if self.places == ("",):
            return None
        foreign = [
            [category.place not in ("", place) for category in self.words.categories]
            for place in self.places
        ]
        return torch.tensor(foreign, device=self.device)


@dataclass(frozen=True)
class _Shares:
    """Probabilities and places of `n` pictures."""

    presence: Tensor
    categories: Tensor | None
    groups: tuple[Tensor, ...]
    tags: Tensor | None
    boxes: Tensor | None
    landmarks: Tensor | None

    @classmethod
    def of(cls, told: Told, foreign: Tensor | None) -> _Shares:
        categories = told.categories
        if categories is not None:
            logits = categories.float()
            if foreign is not None:
                logits = logits.masked_fill(foreign, -1e4)
            categories = logits.softmax(-1)
        landmarks = None
        if told.landmarks is not None and told.seen is not None:
            seen = told.seen.float().sigmoid()[..., None]
            landmarks = torch.cat([told.landmarks.clamp(0, 1), seen], -1)
        return cls(
            told.presence.float().sigmoid(),
            categories,
            tuple(logits.float().softmax(-1) for logits in told.groups),
            None if told.tags is None else told.tags.float().sigmoid(),
            None if told.boxes is None else told.boxes.clamp(0, 1),
            landmarks,
        )

    def turned(self, other: Any) -> _Shares:
        """Turn places left to right."""
        boxes, landmarks = self.boxes, self.landmarks
        if boxes is not None:
            boxes = torch.stack([1 - boxes[..., 2], boxes[..., 1],
                                 1 - boxes[..., 0], boxes[..., 3]], -1)  # fmt: skip
        if landmarks is not None:
            landmarks = landmarks[:, :, torch.from_numpy(other).to(landmarks.device)]
            landmarks = torch.cat([1 - landmarks[..., :1], landmarks[..., 1:]], -1)
        return _Shares(self.presence, self.categories, self.groups, self.tags, boxes, landmarks)

    def mean(self, other: _Shares, names: tuple[str, ...]) -> Predictions:
        def both(one: Tensor | None, two: Tensor | None) -> Any:
            return None if one is None or two is None else ((one + two) / 2).cpu().numpy()

        boxes = both(self.boxes, other.boxes)
        if boxes is not None:  # a side told beyond its opposite is none
            corners = boxes.reshape(*boxes.shape[:2], 2, 2)
            boxes = np.sort(corners, axis=2).reshape(boxes.shape)
        groups = zip(names, self.groups, other.groups, strict=True)
        return Predictions(
            presence=both(self.presence, other.presence),
            categories=both(self.categories, other.categories),
            groups={name: both(one, two) for name, one, two in groups},
            tags=both(self.tags, other.tags),
            boxes=boxes,
            landmarks=both(self.landmarks, other.landmarks),
        )
