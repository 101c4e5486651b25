"""Makes a picture ready as a model's own settings say, without torchvision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from modiste.encoders.base import Batch
from modiste.errors import InputError

_LARGEST_RATIO = 16
"""A picture longer than so many times its width is cut to this before another's code resizes it."""


@dataclass(frozen=True)
class Preparation:
    """Resizing, cutting and scaling, as one resampling of the part that stays.

    The pictures come out as bytes, `[height, width, 3]`: a quarter of the memory, and `scale` and
    `shift` make of a whole batch what the model wants.
    """

    size: tuple[int, int]
    """Height and width of what comes out."""
    short_side: int | None
    """The picture's short side before the middle is cut out; None: it is squeezed into `size`."""
    resample: Image.Resampling
    scale: npt.NDArray[np.float32]
    """`[3]`: what the bytes are multiplied with."""
    shift: npt.NDArray[np.float32]
    """`[3]`: what is added then."""

    @property
    def near(self) -> tuple[int, int]:
        """Width and height in pixels below which a picture loses detail."""
        height, width = self.size
        return (width, height) if self.short_side is None else (self.short_side, self.short_side)

    def __call__(self, picture: Image.Image) -> Batch:
        """Make one upright RGB picture ready: `[height, width, 3]`, bytes."""
        height, width = self.size
        box = None
        if self.short_side is not None:
            grow = self.short_side / min(picture.size)
            # A crop larger than the resized picture would have black bars: it is squeezed instead.
            cut = (min(width / grow, picture.width), min(height / grow, picture.height))
            left, top = (picture.width - cut[0]) / 2, (picture.height - cut[1]) / 2
            box = (left, top, left + cut[0], top + cut[1])
        return np.asarray(picture.resize((width, height), self.resample, box))

    def scaled(self, pictures: Batch) -> npt.NDArray[np.float32]:
        """Give bytes as a model's values, `[…, 3]`."""
        values: npt.NDArray[np.float32] = pictures * self.scale + self.shift
        return values


def own_preparation(processor: Any) -> Preparation | None:
    """Read the settings of a model's image processor.

    Returns:
        None where the processor does something else than its settings say, or has others: then use
        `slow_preparation`. It is tried on two pictures.
    """
    size = getattr(processor, "size", None) or {}
    crop = getattr(processor, "crop_size", None) if _on(processor, "do_center_crop") else None
    if not _on(processor, "do_resize") or not _on(processor, "do_rescale"):
        return None
    short_side = _get(size, "shortest_edge")
    target = crop if crop is not None else size
    height, width = _get(target, "height"), _get(target, "width")
    if crop is not None and short_side is None:
        return None
    if crop is None and short_side is not None:
        return None  # a picture keeps its shape: `slow_preparation` refuses that
    if not height or not width:
        return None
    normal = _on(processor, "do_normalize")
    mean = np.asarray(processor.image_mean if normal else [0.0] * 3, np.float32)
    spread = np.asarray(processor.image_std if normal else [1.0] * 3, np.float32)
    if mean.shape != (3,) or spread.shape != (3,):
        return None
    made = Preparation(
        (int(height), int(width)),
        None if short_side is None else int(short_side),
        Image.Resampling(processor.resample if processor.resample is not None else 2),
        np.float32(processor.rescale_factor) / spread,
        -mean / spread,
    )
    slow = slow_preparation(processor)
    for picture in _trials():
        theirs, ours = slow(picture), made.scaled(made(picture)).transpose(2, 0, 1)
        if theirs.shape != ours.shape or np.abs(theirs - ours).mean() > _half_a_pixel(ours):
            return None
    return made


def slow_preparation(processor: Any) -> Callable[[Image.Image], Batch]:
    """Give the processor's own way: `[3, height, width]`, ready values.

    Raises:
        InputError: If it makes pictures of different shapes, which no batch can hold.
    """

    def prepare(picture: Image.Image) -> Batch:
        values = processor(images=_not_too_long(picture), return_tensors="np")["pixel_values"]
        return np.asarray(values[0], np.float32)

    shapes = {prepare(picture).shape for picture in _trials()}
    if len(shapes) > 1 or len(next(iter(shapes))) != 3:
        raise InputError(
            f"{type(processor).__name__} keeps each picture's own shape, expected one shape for "
            "all: name a model of fixed resolution"
        )
    return prepare


def _trials() -> list[Image.Image]:
    """Make a broad and a high picture with soft shades, on which ways are compared."""
    across, down = np.meshgrid(np.linspace(0, 6, 360), np.linspace(0, 5, 300))
    shades = [127 + 120 * np.sin(across + turn) * np.cos(down - turn) for turn in (0, 1, 2)]
    broad = Image.fromarray(np.stack(shades, 2).astype(np.uint8))
    return [broad, broad.transpose(Image.Transpose.ROTATE_90)]


def _half_a_pixel(values: npt.NDArray[np.float32]) -> float:
    """Say how far values change over half a pixel across and down.

    Up to that two ways are the same: theirs cuts at whole pixels of a resized picture, whose long
    side was rounded; ours cuts where the middle is.
    """
    return float(sum(np.abs(np.diff(values, axis=axis)).mean() for axis in (1, 2)) / 2)


def _not_too_long(picture: Image.Image) -> Image.Image:
    """Cut the middle out of a strip: resized by its short side it would take all memory."""
    most = _LARGEST_RATIO * min(picture.size)
    if max(picture.size) <= most:
        return picture
    width, height = min(picture.width, most), min(picture.height, most)
    left, top = (picture.width - width) // 2, (picture.height - height) // 2
    return picture.crop((left, top, left + width, top + height))


def _on(processor: Any, name: str) -> bool:
    return bool(getattr(processor, name, False))


def _get(size: Any, name: str) -> Any:
    return size.get(name) if hasattr(size, "get") else getattr(size, name, None)
