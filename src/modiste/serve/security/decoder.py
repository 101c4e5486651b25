"""The process that decodes photos: `python -m modiste.serve.security.decoder PIXELS MEMORY`.

A decoder fed with hostile bytes may crash or eat memory; here it takes nothing else along. It reads
photos from stdin and gives pixels on stdout; it opens no file and can write none.

A question is 4 numbers of 8 bytes (the crop), a length of 4 bytes and the photo. An answer is one
byte and, after `P`, height and width of 4 bytes each and the pixels (RGB); after `F`, a length of 4
bytes and why not.
"""

from __future__ import annotations

import struct
import sys
from pathlib import Path
from typing import BinaryIO

from modiste.data.photos import PictureError, open_photo

QUESTION = struct.Struct("<4dI")
PIXELS = struct.Struct("<2I")
LENGTH = struct.Struct("<I")
LARGEST_SIDE = 1024
"""Pixels; no encoder looks at more."""


def main(most_pixels: int, memory: int, asked: BinaryIO, answers: BinaryIO) -> None:
    """Answer until nobody asks."""
    _confine(memory)
    while len(head := asked.read(QUESTION.size)) == QUESTION.size:
        *crop, n_bytes = QUESTION.unpack(head)
        data = asked.read(n_bytes)
        try:
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
