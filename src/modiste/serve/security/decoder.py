"""The process that decodes photos: `python -m modiste.serve.security.decoder PIXELS MEMORY`.

A decoder fed with hostile bytes may crash or eat memory; here it takes nothing else along. It reads
photos from stdin and gives pixels on stdout; it opens no file and can write none.

A question is 4 numbers of 8 bytes (the crop), a width and a length of 4 bytes each and the photo.
Asked without a width the answer is `P`, height and width of 4 bytes each and the pixels (RGB); with
one `J`, a length of 4 bytes and a JPEG so wide; else `F`, a length of 4 bytes and why not.
"""

from __future__ import annotations

import io
import struct
import sys
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from modiste.data.photos import PictureError, open_photo

QUESTION = struct.Struct("<4d2I")
PIXELS = struct.Struct("<2I")
LENGTH = struct.Struct("<I")
LARGEST_SIDE = 1024
"""Pixels; no encoder looks at more."""
_QUALITY = 85
"""Of a scaled JPEG: no loss that is seen on a tile."""


def main(most_pixels: int, memory: int, asked: BinaryIO, answers: BinaryIO) -> None:
    """Answer until nobody asks."""
    _confine(memory)
    while len(head := asked.read(QUESTION.size)) == QUESTION.size:
        *crop, wanted_width, n_bytes = QUESTION.unpack(head)
        data = asked.read(n_bytes)
        try:
            if wanted_width:
                answer = _scaled(data, wanted_width, most_pixels)
            else:
                answer = _decoded(data, (crop[0], crop[1], crop[2], crop[3]), most_pixels)
        except PictureError as error:
            words = str(error).encode()
            answer = b"F" + LENGTH.pack(len(words)) + words
        answers.write(answer)
        answers.flush()


def _decoded(data: bytes, crop: tuple[float, float, float, float], most_pixels: int) -> bytes:
    left, top, right, bottom = crop
    near = (round(LARGEST_SIDE / (right - left)), round(LARGEST_SIDE / (bottom - top)))
    photo = open_photo(data, near=near, most_pixels=most_pixels)
    width, height = photo.size
    x, y = min(int(left * width), width - 1), min(int(top * height), height - 1)
    photo = photo.crop((x, y, max(x + 1, round(right * width)), max(y + 1, round(bottom * height))))
    photo.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    return b"P" + PIXELS.pack(photo.height, photo.width) + photo.tobytes()


def _scaled(data: bytes, wanted_width: int, most_pixels: int) -> bytes:
    """Give a JPEG of a width; one without content where the picture is not wider."""
    photo = open_photo(data, near=(2 * wanted_width, 1), most_pixels=most_pixels)
    file = io.BytesIO()
    if photo.width > wanted_width:
        height = max(1, round(photo.height * wanted_width / photo.width))
        small = photo.resize((wanted_width, height), Image.Resampling.LANCZOS)
        small.save(file, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
    content = file.getvalue()
    return b"J" + LENGTH.pack(len(content)) + content


def _confine(memory: int) -> None:
    """Take no more address space than a photo needs, and write no file."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        held = pages * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (held + memory, held + memory))
    except OSError:  # not on Linux
        pass
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.stdin.buffer, sys.stdout.buffer)
