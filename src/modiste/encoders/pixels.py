"""A picture as bytes of one size, the same when an encoder is fitted and when it is used."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL.Image import Image, Resampling

Pixels = npt.NDArray[np.uint8]


def as_pixels(picture: Image, width: int, height: int) -> Pixels:
    """Bring an upright RGB picture to a size: `[3, height, width]`."""
    small = picture.resize((width, height), Resampling.BILINEAR)
    return np.ascontiguousarray(np.asarray(small, np.uint8).transpose(2, 0, 1))
