"""The garments in a shopper's photo, as the shop's recogniser sees them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from modiste.serve.schemas import Garments

if TYPE_CHECKING:
    from modiste.garments import Recogniser

FOLDER = "garments"
"""Where a shop's own recogniser lies."""
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class GarmentFinder:
    """A recogniser that is opened when it is first asked; safe to be used from many threads."""

    folder: Path

    @cached_property
    def recogniser(self) -> Recogniser:
        """The fitted network.

        Raises:
            ArtifactError: If the folder holds no recogniser, or was altered.
            MissingExtraError: If torch is not installed.
        """
        from modiste.garments import Recogniser

        return Recogniser.open(self.folder)

    @property
    def ready(self) -> bool:
        """Whether it could be opened."""
        return "recogniser" in vars(self)

    def warm(self) -> None:
        """Open the recogniser and let it look once."""
        self.find(np.full((64, 64, 3), 255, np.uint8))

    def find(self, picture: npt.NDArray[np.uint8]) -> Garments:
        """Find the garments in a picture `[height, width, 3]`, upright RGB, surest first."""
        from PIL import Image

        seen = self.recogniser.recognise([Image.fromarray(picture)])[0]
        told: list[dict[str, Any]] = [garment.to_json() for garment in seen]
        return Garments.model_validate({"garments": told})


def open_finder(shop: Path, given: Path | None) -> GarmentFinder | None:
    """Give what finds garments: the recogniser given, or the shop's own; None: there is none."""
    folder = given or shop / FOLDER
    return GarmentFinder(folder) if given or (folder / MANIFEST).is_file() else None
