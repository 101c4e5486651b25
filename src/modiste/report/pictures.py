"""Pictures of articles, made small and put into the page itself."""

from __future__ import annotations

import base64
import io
import warnings
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, ImageOps

MAX_SIDE = 160
"""Longest side of a picture on the page, in pixels."""
BUDGET = 4_500_000
"""All pictures of a page together take at most so many characters."""
_MAX_PIXELS = 64_000_000


@dataclass
class Album:
    """Gives pictures as data URIs, until the page's budget is spent."""

    folder: Path | None
    """Where the pictures lie; None: there are none."""
    budget: int = BUDGET
    """Characters left."""
    _known: dict[str, str | None] = field(default_factory=dict)

    def data_uri(self, picture: str | None) -> str | None:
        """Give one picture as a JPEG data URI of at most `MAX_SIDE` pixels.

        Args:
            picture: Path below the folder.

        Returns:
            None where there is no picture, it cannot be read, or the budget is spent.
        """
        if self.folder is None or not picture:
            return None
        if picture not in self._known:
            self._known[picture] = _shrink(self.folder, picture)
        uri = self._known[picture]
        if uri is None or len(uri) > self.budget:
            return None
        self.budget -= len(uri)
        return uri


def _shrink(folder: Path, picture: str) -> str | None:
    path = (folder / picture).resolve()
    if not path.is_relative_to(folder.resolve()):
        return None
    try:
        with warnings.catch_warnings(), Image.open(path) as image:
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            if image.width * image.height > _MAX_PIXELS:
                return None
            # A JPEG can be decoded at a half or less of its size, which takes a fraction of time.
            image.draft("RGB", (2 * MAX_SIDE, 2 * MAX_SIDE))
            upright = ImageOps.exif_transpose(image)
            small = _on_white(upright)
            small.thumbnail((MAX_SIDE, MAX_SIDE))
            buffer = io.BytesIO()
            small.save(buffer, format="JPEG", quality=72, optimize=True)
    except (OSError, ValueError, SyntaxError, Warning, Image.DecompressionBombError):
        return None
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode not in ("RGBA", "LA", "PA", "P"):
        return image.convert("RGB")
    layered = image.convert("RGBA")
    paper = Image.new("RGBA", layered.size, "white")
    return Image.alpha_composite(paper, layered).convert("RGB")
