"""What is told from the network's maps: a vector a slot and head, a few numbers.

Categories and attributes look at the map through weights of their own over its places, which begin
as a plain average. Boxes and landmarks are told as distributions over positions, and the mean of
one is the coordinate: it knows how sure it is, and learns faster than a bare number.

Source: Li et al., SimCC: a Simple Coordinate Classification Perspective for Human Pose Estimation,
2022; Li et al., Generalized Focal Loss, 2020 (sides of boxes as distributions).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

_BINS = 40
_BEYOND = 0.1
"""How far positions reach beyond the picture, so that a mean can lie on its edge."""
_NARROW, _HIDDEN = 64, 384
_FINE, _TEXTURE = 24, 128
_SURE = 0.1
"""Share of features left out by chance before coordinates are told."""


@dataclass(frozen=True)
class Shape:
    """What heads are made for."""

    channels: int
    height: int
    width: int
    """Of the network's last map."""
    early: int
    """Channels of the map that the frozen layers give."""
    n_slots: int
    n_categories: int
    groups: tuple[int, ...]
    """Number of values of each group."""
    n_tags: int
    has_boxes: bool
    n_landmarks: int


@dataclass(frozen=True)
class Told:
    """What a network tells of `n` pictures with `S` slots, before probabilities are made."""

    presence: Tensor
    """`[n, S]`, logits."""
    categories: Tensor | None
    """`[n, S, n_categories]`, logits."""
    groups: tuple[Tensor, ...]
    """`[n, S, n_values]` each, logits."""
    tags: Tensor | None
    """`[n, S, n_tags]`, logits."""
    boxes: Tensor | None
    """`[n, S, 4]`, left, top, right, bottom."""
    box_bins: Tensor | None
    """`[n, S, 4, n_bins]`, logits of the positions."""
    landmarks: Tensor | None
    """`[n, S, n_landmarks, 2]`."""
    landmark_bins: Tensor | None
    """`[n, S, n_landmarks, 2, n_bins]`."""
    seen: Tensor | None
    """`[n, S, n_landmarks]`, logits."""


class Heads(nn.Module):
    """All heads over one map."""

    positions: Tensor

    def __init__(self, shape: Shape, dropout: float) -> None:
        """Make those that `shape` asks for."""
        super().__init__()
        self.shape = shape
        self.n_looks = 1 + bool(shape.n_categories) + len(shape.groups) + bool(shape.n_tags)
        self.look = nn.Conv2d(shape.channels, shape.n_slots * self.n_looks, 1)
        nn.init.zeros_(self.look.weight)
        nn.init.zeros_(self.look.bias)  # type: ignore[arg-type]
        self.texture = nn.Conv2d(shape.early, _TEXTURE, 1)
        size = shape.channels + _TEXTURE
        self.norm = nn.LayerNorm(size)
        self.drop = nn.Dropout(dropout)
        self.presence = nn.Linear(size, 1)
        self.categories = nn.Linear(size, shape.n_categories or 1)
        self.groups = nn.ModuleList(nn.Linear(size, n_values) for n_values in shape.groups)
        self.tags = nn.Linear(size, shape.n_tags or 1)
        self.n_coordinates = 4 * shape.has_boxes + 2 * shape.n_landmarks
        self.register_buffer(
            "positions", torch.linspace(-_BEYOND, 1 + _BEYOND, _BINS), persistent=False
        )
        if self.n_coordinates:
            self.narrow = nn.Conv2d(shape.channels, _NARROW, 1)
            self.fine = nn.Conv2d(shape.early, _FINE, 1)
            self.hidden = nn.Linear((_NARROW + 4 * _FINE) * shape.height * shape.width, _HIDDEN)
            self.drop_where = nn.Dropout(_SURE)
            self.where = nn.Linear(_HIDDEN, shape.n_slots * self.n_coordinates * _BINS)
            self.seen = nn.Linear(_HIDDEN, shape.n_slots * (shape.n_landmarks or 1))

    def forward(self, near: Tensor, early: Tensor) -> Told:
        """Tell of maps.

        Args:
            near: The last one, `[n, channels, height, width]`.
            early: What the frozen layers gave, `[n, early, …, …]`: places and textures are finer.
        """
        shape, n = self.shape, len(near)
        weights = self.look(near).flatten(2).softmax(2)  # [n, S * n_looks, places]
        looks = weights @ near.flatten(2).transpose(1, 2)  # [n, S * n_looks, channels]
        looks = looks.view(n, shape.n_slots, self.n_looks, -1)
        texture = torch.relu(self.texture(early)).mean((2, 3))[:, None, None]  # [n, 1, 1, texture]
        looks = self.norm(torch.cat([looks, texture.expand(*looks.shape[:3], -1)], 3))
        dropped = self.drop(looks)
        first = 1 + bool(shape.n_categories)
        groups = tuple(head(dropped[:, :, first + place]) for place, head in enumerate(self.groups))
        where = self._where(near, early)
        return Told(
            self.presence(looks[:, :, 0]).squeeze(-1),
            self.categories(dropped[:, :, 1]) if shape.n_categories else None,
            groups,
            self.tags(dropped[:, :, -1]) if shape.n_tags else None,
            *where,
        )

    def _where(self, near: Tensor, early: Tensor) -> tuple[Tensor | None, ...]:
        shape, n = self.shape, len(near)
        if not self.n_coordinates:
            return (None,) * 5
        twice = (2 * shape.height, 2 * shape.width)
        fine = functional.adaptive_avg_pool2d(torch.relu(self.fine(early)), twice)
        fine = functional.pixel_unshuffle(fine, 2)  # [n, 4 * fine, height, width]
        both = torch.cat([torch.relu(self.narrow(near)), fine], 1)
        hidden = self.drop_where(torch.relu(self.hidden(both.flatten(1))))  # [n, hidden]
        bins = self.where(hidden).view(n, shape.n_slots, self.n_coordinates, _BINS).float()
        means = bins.softmax(-1) @ self.positions  # [n, S, n_coordinates]
        box, box_bins = (means[:, :, :4], bins[:, :, :4]) if shape.has_boxes else (None, None)
        if not shape.n_landmarks:
            return box, box_bins, None, None, None
        first = 4 * shape.has_boxes
        points = means[:, :, first:].unflatten(2, (-1, 2))  # [n, S, n_landmarks, 2]
        point_bins = bins[:, :, first:].unflatten(2, (-1, 2))
        seen = self.seen(hidden).view(n, shape.n_slots, -1)
        return box, box_bins, points, point_bins, seen
