"""The shop's pictures at the widths that a page shows, made when asked for and held in memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from modiste.serve.errors import Refusal
from modiste.serve.security.photos import PhotoDesk

WIDTHS = (320, 800)
"""Pixels: a tile, and an article's own page."""
SMALL_BYTES = 20_000
"""A file that has no more is given as it is."""
_ENTRY_BYTES = 200
"""About what an entry takes besides its picture."""


def scaled_to(width: int | None) -> int | None:
    """Give the least of `WIDTHS` that is not below a width; None: no width was asked for.

    >>> scaled_to(300), scaled_to(321), scaled_to(None)
    (320, 800, None)
    """
    return None if width is None else next(one for one in WIDTHS if one >= width)


@dataclass
class Pictures:
    """Scales pictures in a process of their own; what was asked for last stays."""

    desk: PhotoDesk
    most_bytes: int
    """Held at a time."""
    _held: OrderedDict[tuple[str, int], bytes] = field(default_factory=OrderedDict)
    _n_bytes: int = 0
    _lock: Lock = field(default_factory=Lock)

    def scaled(self, tag: str, width: int, read: Callable[[], bytes]) -> bytes | None:
        """Give a picture as a JPEG of the least of `WIDTHS` that is not below a width.

        Args:
            tag: Another one for another picture.
            width: Pixels, up to the last of `WIDTHS`.
            read: Reads the picture's file.

        Returns:
            None where the picture itself serves as well: it is small, not wider, or it cannot be
            scaled.

        Raises:
            OSError: If the file cannot be read.
        """
        key = tag, scaled_to(width) or WIDTHS[-1]
        with self._lock:
            if (known := self._held.get(key)) is not None:
                self._held.move_to_end(key)
                return known or None
        original = read()
        made = b""
        if len(original) > SMALL_BYTES:
            try:
                made = self.desk.scale(original, key[1])
            except Refusal as refusal:
                if refusal.status_code != 422:
                    return None  # not this time
        if len(made) >= len(original):
            made = b""
        self._hold(key, made)
        return made or None

    def close(self) -> None:
        """End the process."""
        self.desk.close()

    def _hold(self, key: tuple[str, int], made: bytes) -> None:
        with self._lock:
            self._n_bytes -= self._size(self._held.pop(key, None))
            self._held[key] = made
            self._n_bytes += self._size(made)
            while self._n_bytes > self.most_bytes:
                self._n_bytes -= self._size(self._held.popitem(last=False)[1])

    @staticmethod
    def _size(made: bytes | None) -> int:
        return 0 if made is None else len(made) + _ENTRY_BYTES
