"""Photos from outside, decoded in a process of their own, under limits of size and time."""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO, Any

import numpy as np

from modiste.serve import metrics
from modiste.serve.errors import Refusal
from modiste.serve.security.decoder import LENGTH, PIXELS, QUESTION
from modiste.serve.settings import ServeSettings

Crop = tuple[float, float, float, float]
"""Left, top, right, bottom as shares of the upright photo."""
WHOLE: Crop = (0.0, 0.0, 1.0, 1.0)


@dataclass
class PhotoDesk:
    """Hands photos to the decoding process, one at a time; starts it anew when it was lost."""

    settings: ServeSettings
    _process: subprocess.Popen[bytes] | None = None
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def open(self, data: bytes, crop: Crop = WHOLE) -> np.ndarray[Any, Any]:
        """Decode a photo; called in a thread.

        Args:
            data: A JPEG, PNG or WebP file.
            crop: The part that is wanted.

        Returns:
            Pixels `[height, width, 3]`, uint8 RGB, upright, at most 1024 a side.

        Raises:
            Refusal: 422 if it is no photo or takes too long, 503 if others are before it.
        """
        try:
            kind, content = self._asked(data, crop)
        except Refusal as refusal:
            metrics.PHOTOS.labels(refusal.fault.code).inc()
            raise
        assert kind == b"P"
        metrics.PHOTOS.labels("decoded").inc()
        height, width = PIXELS.unpack(content[: PIXELS.size])
        return np.frombuffer(content, np.uint8, offset=PIXELS.size).reshape(height, width, 3)

    def scale(self, data: bytes, width: int) -> bytes:
        """Make a picture narrower; called in a thread.

        Args:
            data: A JPEG, PNG or WebP file.
            width: Pixels.

        Returns:
            A JPEG, upright, so wide; nothing where the picture is not wider.

        Raises:
            Refusal: As `open` does.
        """
        return self._asked(data, WHOLE, width)[1]

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            _end(process)

    def _asked(self, data: bytes, crop: Crop, width: int = 0) -> tuple[bytes, bytes]:
        """Ask the process as soon as it is free; give the kind of its answer, and the answer."""
        if not self._turn.acquire(timeout=self.settings.photo_seconds):
            raise Refusal(
                503,
                "busy",
                "Too many photos are being decoded.",
                "wait as long as Retry-After says",
                headers={"Retry-After": "2"},
            )
        try:
            return self._ask(data, crop, width)
        finally:
            self._turn.release()

    def _ask(self, data: bytes, crop: Crop, width: int) -> tuple[bytes, bytes]:
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        late = threading.Event()
        timer = threading.Timer(self.settings.photo_seconds, _stop, (process, late))
        timer.start()
        try:
            process.stdin.write(QUESTION.pack(*crop, width, len(data)))
            process.stdin.write(data)
            process.stdin.flush()
            return _answer(process.stdout)
        except (OSError, EOFError):
            self.close()
            what = (
                f"takes longer than {self.settings.photo_seconds:g} seconds to decode"
                if late.is_set()
                else "cannot be decoded within the memory there is for it"
            )
            raise _bad(f"the picture {what}: give a smaller or plainer one") from None
        finally:
            timer.cancel()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            limits = [str(self.settings.photo_pixels), str(self.settings.photo_memory)]
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-m", "modiste.serve.security.decoder", *limits],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # its words may quote what was sent
                env={"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1"},
                start_new_session=True,  # Ctrl-C is for the server, which ends it
            )
        return self._process


def _answer(stream: IO[bytes]) -> tuple[bytes, bytes]:
    kind = _read(stream, 1)
    if kind == b"P":
        size = _read(stream, PIXELS.size)
        height, width = PIXELS.unpack(size)
        return kind, size + _read(stream, height * width * 3)
    (length,) = LENGTH.unpack(_read(stream, LENGTH.size))
    content = _read(stream, length)
    if kind == b"J":
        return kind, content
    raise _bad(content.decode())


def _read(stream: IO[bytes], n_bytes: int) -> bytes:
    data = stream.read(n_bytes)
    if len(data) < n_bytes:
        raise EOFError
    return data


def _bad(text: str) -> Refusal:
    message, _, remedy = text.rpartition(": ")
    return Refusal(422, "bad_photo", message[:1].upper() + message[1:] + ".", remedy)


def _stop(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    process.kill()


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(BrokenPipeError):  # what was not yet sent has nowhere to go
                stream.close()
