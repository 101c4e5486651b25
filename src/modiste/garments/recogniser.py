"""What is in this photo: garments with box, category, attributes and landmarks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from modiste.data.garments.labels import Vocabulary
from modiste.garments.answers import Garment, Predictions, joined
from modiste.garments.stored import Plan, read_network, read_plan

if TYPE_CHECKING:
    from modiste.garments.learning.model import GarmentNetwork

_BATCH = 4
"""Pictures together: on a processor small batches stay in its cache."""


class Recogniser:
    """A fitted recogniser; may be asked from several threads."""

    def __init__(self, plan: Plan, network: GarmentNetwork) -> None:
        """Take what `open` read."""
        self.plan, self._network = plan, network
        self._lock = Lock()

    @classmethod
    def open(cls, folder: Path) -> Recogniser:
        """Open a folder that `modiste garments fit` wrote; its files are checked first.

        Raises:
            ArtifactError: If it holds no recogniser, or was altered.
            MissingExtraError: If torch or transformers is not installed.
        """
        plan = read_plan(folder)
        return cls(plan, read_network(folder, plan))

    @property
    def vocabulary(self) -> Vocabulary:
        """What it can tell of."""
        return self.plan.vocabulary

    @property
    def places(self) -> tuple[str, ...]:
        """The slots: one without a name, or one for each place on the body."""
        return self.plan.places

    @property
    def threshold(self) -> float:
        """Least probability that a garment is there."""
        return self.plan.threshold

    @property
    def identity(self) -> str:
        """Fingerprint of its weights."""
        return self.plan.identity

    @property
    def picture_size(self) -> tuple[int, int]:
        """Width and height in pixels below which a picture loses detail."""
        return self.plan.size

    def predict(self, pictures: Sequence[Image.Image]) -> Predictions:
        """Tell of pictures in arrays, for many: see `Predictions`.

        Args:
            pictures: Upright RGB, of any size; at least one.
        """
        from modiste.encoders.denormals import denormals_as_zero

        parts = []
        for start in range(0, len(pictures), _BATCH):
            some = pictures[start : start + _BATCH]
            pixels = np.stack(
                [
                    np.asarray(picture.resize(self.plan.size, Image.Resampling.BILINEAR))
                    for picture in some
                ]
            )
            with self._lock, denormals_as_zero():
                parts.append(self._network.predict(self._network.front(pixels)))
        return joined(parts)

    def recognise(self, pictures: Sequence[Image.Image]) -> list[tuple[Garment, ...]]:
        """Tell which garments are in pictures.

        Args:
            pictures: Upright RGB, of any size.

        Returns:
            For each picture its garments, the most certain first; none where nothing is there.
        """
        if not pictures:
            return []
        told = self.predict(pictures)
        return [told.garments(row, self.vocabulary, self.threshold) for row in range(len(pictures))]
