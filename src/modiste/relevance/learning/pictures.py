"""Picture features as a fit reads them: turned onto their principal axes once, kept by item."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from modiste.errors import InputError
from modiste.relevance.score import Dense, Vectors

_LOOKED_AT = 20_000
_BLOCK = 4096


@dataclass(frozen=True)
class Pictures:
    """Features by item row, and how to come from given features to them and back."""

    features: Tensor
    """`[n_items, n_axes]`; zeros where there is no picture."""
    there: Tensor | None
    """`[n_items, 1]`: 1 where there is a picture, else 0; None: all have one."""
    centre: Vectors
    """`[n_features]`, taken off the given features first."""
    turn: Vectors
    """`[n_features, n_axes]`, that they are multiplied with then."""

    @classmethod
    def of(
        cls,
        given: npt.NDArray[np.floating],
        has_picture: npt.NDArray[np.bool_],
        n_axes: int,
    ) -> Pictures:
        """Turn features onto their first principal axes, at a mean square of 1.

        Axes are found on 20,000 pictures spread over the catalogue. Of 1,280 features of
        MobileNetV2 the first 256 axes hold nearly all that differs between garments.

        Args:
            given: `[n_items, n_features]`, of any float type; may be a memory map.
            has_picture: `[n_items]`; rows without a picture are not read.
            n_axes: How many; 0: features are only centred and scaled.

        Raises:
            InputError: If no item has a picture.
        """
        rows = np.flatnonzero(has_picture)
        if not len(rows):
            raise InputError("no item has a picture: fit without pictures, or embed some first")
        some = rows[:: max(1, -(-len(rows) // _LOOKED_AT))]
        sample = np.asarray(given[some], np.float32)
        centre = sample.mean(axis=0)
        sample -= centre
        spread = (sample.T @ sample).astype(np.float64) / len(sample)
        if n_axes:
            strengths, axes = np.linalg.eigh(spread)
            chosen = slice(None, -1 - min(n_axes, len(axes)), -1)
            strength = float(strengths[chosen].mean())
            turn = axes[:, chosen]
        else:
            strength, turn = float(spread.diagonal().mean()), np.eye(len(spread))
        turn = (turn / np.sqrt(max(strength, 1e-12))).astype(np.float32)
        features = torch.zeros(len(given), turn.shape[1])
        for at in range(0, len(rows), _BLOCK):
            block = rows[at : at + _BLOCK]
            turned = (np.asarray(given[block], np.float32) - centre) @ turn
            features[torch.from_numpy(block)] = torch.from_numpy(turned)
        there = None
        if not has_picture.all():
            there = torch.from_numpy(has_picture.astype(np.float32))[:, None]
        return cls(features, there, centre, turn)

    @property
    def n_axes(self) -> int:
        """Length of a row of `features`."""
        return int(self.features.shape[1])

    def of_items(self, items: Tensor) -> Tensor:
        """Give the features of distinct items: `[n]` to `[n, n_axes]`."""
        return self.features.index_select(0, items)

    def folded(self, layers: list[tuple[Tensor, Tensor | None]], *, relu: bool) -> Dense:
        """Give layers that were learned on the axes as layers over features as they were given."""
        weights = [weight.detach().numpy().copy() for weight, _ in layers]
        biases = [
            np.zeros(len(weight), np.float32) if bias is None else bias.detach().numpy().copy()
            for weight, (_, bias) in zip(weights, layers, strict=True)
        ]
        weights[0] = weights[0] @ self.turn.T
        biases[0] = biases[0] - weights[0] @ self.centre
        return Dense(tuple(weights), tuple(biases), relu)

    def unfolded(self, dense: Dense) -> list[tuple[Tensor, Tensor]]:
        """Give layers over given features as layers over the axes: the way back of `folded`."""
        weights, biases = list(dense.weights), list(dense.biases)
        biases[0] = biases[0] + weights[0] @ self.centre
        # The columns of `turn` stand upright on one another, all of one length.
        weights[0] = weights[0] @ self.turn / np.square(self.turn[:, :1]).sum()
        return [
            (torch.from_numpy(weight.astype(np.float32)), torch.from_numpy(bias))
            for weight, bias in zip(weights, biases, strict=True)
        ]
