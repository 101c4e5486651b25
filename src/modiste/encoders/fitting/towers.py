"""The picture tower: a trunk, a branch that sees colours, and a projection to the shared space."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from modiste.encoders.fitting.trunks import Trunk

_LOOKS = 2
_DEEP = 64
_ACROSS = 16


class Seen(NamedTuple):
    """What is kept of a picture for all epochs."""

    near: Tensor
    """What the trunk's trained part starts from."""
    marks: Tensor
    """`[n, n_marks]`, figures of the trunk's early layers."""
    small: Tensor
    """`[n, 3, height, width]`, the picture about 16 across, bytes."""

    def of(self, rows: Tensor) -> Seen:
        """Take some pictures."""
        return Seen(self.near[rows], self.marks[rows], self.small[rows])

    def mirrored(self) -> Seen:
        """Turn left to right what is a map; a row of tokens stays."""
        near = self.near.flip(3) if self.near.ndim == 4 else self.near
        return Seen(near, self.marks, self.small.flip(3))


class ColourBranch(nn.Module):
    """Colours as a learned histogram: each pixel by itself, then pooled where it matters.

    Classifiers learn to look past colour; a shopper does not.
    """

    n_features = _DEEP * (_LOOKS + 1)

    def __init__(self) -> None:
        """Make one; its pixels are red, green, blue, light, saturation, warmth and place."""
        super().__init__()
        self.pixels = nn.Sequential(
            nn.Conv2d(8, 32, 1), nn.ReLU(), nn.Conv2d(32, _DEEP, 1), nn.ReLU()
        )
        self.looks = nn.Conv2d(_DEEP, _LOOKS, 1)

    def forward(self, small: Tensor) -> Tensor:
        """Give `[n, n_features]` of small pictures in bytes."""
        colours = small.float() / 127.5 - 1
        light = colours.amax(1, keepdim=True)
        saturation = light - colours.amin(1, keepdim=True)
        warmth = colours[:, :1] - colours[:, 1:2]
        n, _, height, width = colours.shape
        down = torch.linspace(-1, 1, height).view(1, 1, -1, 1).expand(n, 1, height, width)
        aside = torch.linspace(-1, 1, width).abs().view(1, 1, 1, -1).expand(n, 1, height, width)
        deep = self.pixels(torch.cat([colours, light, saturation, warmth, aside, down], 1))
        shares = self.looks(deep).flatten(2).softmax(2)
        flat = deep.flatten(2)
        looked = torch.einsum("nkp,ncp->nkc", shares, flat).flatten(1)
        # These figures lie near zero beside the trunk's, which are standardised.
        return 2 * torch.cat([looked, flat.mean(2)], 1)


class PictureTower(nn.Module):
    """Pictures to vectors of length 1."""

    middle: Tensor
    spread: Tensor

    def __init__(
        self, trunk: Trunk, n_features: int, n_marks: int, dim: int, *, dropout: float = 0.1
    ) -> None:
        """Make a tower over a trunk.

        Args:
            trunk: Pixels to features.
            n_features: Features of the trunk's trained part.
            n_marks: Figures of its early layers.
            dim: Length of a vector.
            dropout: Share of features that are left out at random while fitting.
        """
        super().__init__()
        self.trunk, self.colours = trunk, ColourBranch()
        n_all = n_features + n_marks
        self.register_buffer("middle", torch.zeros(n_all))
        self.register_buffer("spread", torch.ones(n_all))
        n_joined = n_all + ColourBranch.n_features
        self.dropout = nn.Dropout(dropout)
        self.straight = nn.Linear(n_joined, dim)
        self.bent = nn.Sequential(
            nn.Linear(n_joined, 2 * dim),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(2 * dim, dim),
        )

    def see(self, pixels: Tensor) -> Seen:
        """Run what is never trained on pictures, `[n, 3, height, width]` in bytes."""
        near, marks = self.trunk.front(pixels)
        step = max(1, round(int(pixels.shape[3]) / _ACROSS))
        small = functional.avg_pool2d(pixels.float(), step).round().to(torch.uint8)
        return Seen(near, marks, small)

    def standardise(self, features: Tensor) -> None:
        """Learn middle and spread of the features before the first step."""
        self.middle.copy_(features.mean(0))
        self.spread.copy_(features.std(0) + 0.05)

    def features(self, seen: Seen) -> Tensor:
        """Give what the trunk says of pictures, `[n, n_features + n_marks]`."""
        return torch.cat([self.trunk.back(seen.near), seen.marks.float()], 1)

    def project(self, seen: Seen) -> Tensor:
        """Encode pictures that were seen: `[n, dim]`."""
        told = (self.features(seen) - self.middle) / self.spread
        joined = self.dropout(torch.cat([told, self.colours(seen.small)], 1))
        return functional.normalize(self.straight(joined) + self.bent(joined), dim=1)

    def forward(self, pixels: Tensor) -> Tensor:
        """Encode pictures, `[n, 3, height, width]` in bytes: `[n, dim]`."""
        return self.project(self.see(pixels))
