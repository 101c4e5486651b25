"""The encoder fitted on the shop itself: its pictures and its words in one space."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from modiste.artifacts import fingerprint
from modiste.component import component
from modiste.encoders.base import Batch, Encoder, Vectors, unit
from modiste.encoders.denormals import denormals_as_zero
from modiste.encoders.plan import read_plan
from modiste.errors import InputError, require

if TYPE_CHECKING:
    from PIL.Image import Image

    from modiste.encoders.fitting.model import Model

_CHUNK = 8
_TEXTS = 256


@component
class Catalogue(Encoder):
    """Pictures and words in one space, fitted on the shop by `modiste encoder fit`.

    A fitted encoder is a folder that holds all it needs: it can be moved, and used in another shop.
    """

    source: str = ""
    """The folder that `modiste encoder fit` made."""

    @cached_property
    def plan(self) -> dict[str, Any]:
        """How it is put together, once its files were found unaltered.

        Raises:
            InputError: If no folder was named.
            ArtifactError: If the folder holds no fitted encoder, or was altered.
        """
        if not self.source:
            raise InputError(
                "encoder catalogue: expected catalogue=FOLDER, fitted by modiste encoder fit"
            )
        return read_plan(Path(self.source))

    @cached_property
    def model(self) -> Model:
        """Both towers, loaded at the first vector.

        Raises:
            MissingExtraError: If torch is not installed.
        """
        self.check()
        from modiste.encoders.fitting.files import read_model

        return read_model(Path(self.source), self.plan)

    @property
    def dim(self) -> int:
        """Length of a vector, as it was fitted."""
        return int(self.plan["dim"])

    @property
    def identity(self) -> str:
        """Fingerprint of the folder's files."""
        return fingerprint(["catalogue", self.plan["files"]])

    @property
    def speaks(self) -> bool:
        """It encodes words into the space of the pictures."""
        return True

    @property
    def picture_size(self) -> tuple[int, int]:
        """Width and height that it was fitted at."""
        return int(self.plan["width"]), int(self.plan["height"])

    def check(self) -> None:
        """Find out whether torch is installed; it is not loaded."""
        require("torch", "safetensors", extra="vision")

    def prepare(self, picture: Image) -> Batch:
        """Bring a picture to the size of the fit: `[3, height, width]`, bytes."""
        from modiste.encoders.pixels import as_pixels

        return as_pixels(picture, *self.picture_size)

    def encode_batch(self, batch: Batch) -> Vectors:
        """Encode prepared pictures, `[n, 3, height, width]` to `[n, dim]`."""
        tower = self.model.pictures  # first: it says what is not installed
        import torch

        with torch.inference_mode(), denormals_as_zero():
            # Few at a time is fastest on a processor: activations stay in its cache.
            parts = [
                tower(torch.from_numpy(np.ascontiguousarray(batch[start : start + _CHUNK]))).numpy()
                for start in range(0, len(batch), _CHUNK)
            ]
        return unit(np.concatenate(parts))

    def encode_words(self, texts: Sequence[str]) -> Vectors:
        """Encode texts: `[n, dim]` in their order."""
        if not len(texts):
            return np.empty((0, self.dim), np.float32)
        model = self.model  # first: it says what is not installed
        import torch

        with torch.inference_mode(), denormals_as_zero():
            parts = [
                model.encode_texts(texts[start : start + _TEXTS]).numpy()
                for start in range(0, len(texts), _TEXTS)
            ]
        return unit(np.concatenate(parts))
