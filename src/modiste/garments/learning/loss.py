"""What is made small while learning: each head from the pictures that tell something of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from modiste.garments.learning.heads import Told
from modiste.garments.settings import GarmentSettings
from modiste.garments.targets import Floats, Targets, Whole


@dataclass(frozen=True)
class Asked:
    """Targets of a batch as tensors; see `Targets`."""

    presence: Tensor
    boxes: Tensor
    categories: Tensor
    groups: Tensor
    tags: Tensor
    landmarks: Tensor

    @classmethod
    def of(cls, targets: Targets, device: torch.device) -> Asked:
        """Bring targets to a device."""
        return cls(
            **{name: torch.from_numpy(array).to(device) for name, array in vars(targets).items()}
        )


@dataclass(frozen=True)
class Loss:
    """How heads are judged, and what each weighs."""

    settings: GarmentSettings
    category_weights: Tensor
    """`[n_categories]`."""
    group_weights: tuple[Tensor, ...]
    """`[n_values]` of each group."""
    positions: Tensor
    """`[n_bins]`."""

    def __call__(self, told: Told, asked: Asked) -> Tensor:
        """Give one number for a batch."""
        settings = self.settings
        loss = _known_mean(
            functional.binary_cross_entropy_with_logits(
                told.presence, asked.presence.nan_to_num(), reduction="none"
            ),
            ~asked.presence.isnan(),
        )
        if told.categories is not None:
            loss = loss + self._named(told.categories, asked.categories, self.category_weights)
        for place, logits in enumerate(told.groups):
            weights = self.group_weights[place]
            loss = loss + 0.5 * self._named(logits, asked.groups[..., place], weights)
        if told.tags is not None:
            known = asked.tags >= 0
            each = functional.binary_cross_entropy_with_logits(
                told.tags.float(), asked.tags.clamp_min(0).float(), reduction="none"
            )
            loss = loss + 20 * _known_mean(each, known)
        if told.boxes is not None and told.box_bins is not None:
            loss = loss + settings.box_weight * self._boxes(told.boxes, told.box_bins, asked.boxes)
        if told.landmarks is not None and told.landmark_bins is not None:
            loss = loss + settings.landmark_weight * self._landmarks(told, asked.landmarks)
        return loss

    def _named(self, logits: Tensor, asked: Tensor, weights: Tensor) -> Tensor:
        """Cross-entropy of those that are told of, as a share of the batch's."""
        known = asked >= 0
        if not known.any():
            return logits.sum() * 0
        return functional.cross_entropy(
            logits[known].float(),
            asked[known],
            weights,
            label_smoothing=self.settings.smoothing,
        )

    def _boxes(self, boxes: Tensor, bins: Tensor, asked: Tensor) -> Tensor:
        known = ~asked.isnan().any(-1)
        if not known.any():
            return boxes.sum() * 0
        near, far = boxes[known], asked[known]
        smooth = functional.smooth_l1_loss(near, far, beta=0.05)
        overlap = (1 - generalised_overlap(near, far)).mean()
        return smooth + 0.5 * overlap + 0.1 * self._spread(bins[known], far).mean()

    def _landmarks(self, told: Told, asked: Tensor) -> Tensor:
        assert told.landmarks is not None
        assert told.landmark_bins is not None
        assert told.seen is not None
        known = ~asked[..., 2].isnan()
        if not known.any():
            return told.landmarks.sum() * 0
        seen = functional.binary_cross_entropy_with_logits(
            told.seen[known].float(), asked[known][:, 2]
        )
        there = known & (asked[..., 2] > 0)
        if not there.any():
            return 0.25 * seen
        near, far = told.landmarks[there], asked[there][:, :2]
        smooth = functional.smooth_l1_loss(near, far, beta=0.05)
        return 0.25 * seen + smooth + 0.1 * self._spread(told.landmark_bins[there], far).mean()

    def _spread(self, bins: Tensor, asked: Tensor) -> Tensor:
        """Cross-entropy with the two positions around each coordinate, by how near they are."""
        first, step = self.positions[0], self.positions[1] - self.positions[0]
        at = (asked - first) / step
        low = at.floor().long().clamp(0, len(self.positions) - 2)
        share = (at - low).clamp(0, 1)
        logs = bins.log_softmax(-1)
        lower = logs.gather(-1, low[..., None]).squeeze(-1)
        upper = logs.gather(-1, low[..., None] + 1).squeeze(-1)
        return -((1 - share) * lower + share * upper)


def generalised_overlap(one: Tensor, other: Tensor) -> Tensor:
    """Give the generalised intersection over union of boxes `[n, 4]`: from -1 to 1.

    Source: Rezatofighi et al., Generalized Intersection over Union, 2019.
    """
    low = torch.maximum(one[:, :2], other[:, :2])
    high = torch.minimum(one[:, 2:], other[:, 2:])
    shared = (high - low).clamp_min(0).prod(1)
    union = _area(one) + _area(other) - shared
    around_low = torch.minimum(one[:, :2], other[:, :2])
    around_high = torch.maximum(one[:, 2:], other[:, 2:])
    around = (around_high - around_low).clamp_min(0).prod(1)
    least = torch.finfo(one.dtype).eps
    return shared / (union + least) - (around - union) / (around + least)


def rare_weights(places: Whole, n: int, power: float) -> Floats:
    """Weigh values by the power of how rare they are; the mean over what is told is 1.

    Args:
        places: Positions that occur; negative ones are not told.
        n: Number of values.
        power: 0: all alike; 1: each value weighs the same in all.
    """
    counts = np.bincount(places[places >= 0], minlength=n).astype(np.float64)
    weights = (1 / np.maximum(counts, 1)) ** power
    total = counts.sum()
    scale = total / (weights * counts).sum() if total else 1.0
    return (weights * scale).astype(np.float32)


def _area(boxes: Tensor) -> Tensor:
    return (boxes[:, 2:] - boxes[:, :2]).clamp_min(0).prod(1)


def _known_mean(each: Tensor, known: Tensor) -> Tensor:
    return (each * known).sum() / known.sum().clamp_min(1)
