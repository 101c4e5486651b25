"""Pictures made up for tests of encoders: garments of one colour on white, no two alike."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image, ImageDraw

COLOURS = {"red": (200, 30, 40), "blue": (30, 50, 180), "green": (20, 150, 60)}


def garment(colour: str, width: int = 40, height: int = 80) -> Image.Image:
    """Draw a garment of a colour, so wide and high, in the middle of a white picture."""
    picture = Image.new("RGB", (96, 128), "white")
    left, top = (96 - width) // 2, (128 - height) // 2
    ImageDraw.Draw(picture).ellipse((left, top, left + width, top + height), COLOURS[colour])
    return picture


def garments(n_pictures: int = 9) -> list[Image.Image]:
    """Draw garments of three colours in turn, each of another size."""
    names = list(COLOURS)
    return [
        garment(names[number % 3], 30 + 4 * number, 100 - 5 * number)
        for number in range(n_pictures)
    ]


def write_garments(folder: Path, n_pictures: int = 9) -> list[Path]:
    """Write garments as `000.jpg`, `001.jpg` …"""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{number:03d}.jpg" for number in range(n_pictures)]
    for path, picture in zip(paths, garments(n_pictures), strict=True):
        picture.save(path, quality=92)
    return paths


def jpeg(picture: Image.Image) -> bytes:
    """Give a picture as the bytes of a JPEG file."""
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=92)
    return buffer.getvalue()
