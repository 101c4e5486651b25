"""Opens one picture from outside: upright RGB comes out, or one line says why not."""

from __future__ import annotations

import io
import os
import re
import struct
import threading
import warnings
from contextlib import nullcontext
from pathlib import Path, PurePosixPath
from typing import Any

from PIL import Image, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from modiste.errors import InputError

MOST_BYTES = 64_000_000
"""Larger files are not read."""
MOST_PIXELS = 50_000_000
"""Larger pictures are not decoded: a small file can hold more than memory does."""
_REMEDY = "give a whole JPEG, PNG or WebP picture"
_NOT_READ = {
    "a GIF": rb"GIF8",
    "a BMP": rb"BM.{4}\0{4}",
    "a TIFF": rb"II\*\0|MM\0\*",
    "a HEIC": rb".{4}ftyp(heic|heix|mif1)",
    "an AVIF": rb".{4}ftypavif",
    "a PDF": rb"%PDF-",
}
"""Forms that people have, and how their bytes begin."""
_ORIENTATION = 0x0112
_HEADER = 1 << 16
"""Bytes in which the header of nearly every picture ends."""
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_WARNINGS = threading.Lock()


class PictureError(InputError):
    """A picture cannot be used."""

    def __init__(self, name: str, reason: str, remedy: str = _REMEDY) -> None:
        """Say which picture (`name`), what is wrong with it (`reason`) and what to do."""
        super().__init__(f"{name} {reason}: {remedy}")
        self.reason = reason


def open_photo(
    source: Path | bytes,
    *,
    near: tuple[int, int] | None = None,
    most_pixels: int | None = None,
) -> Image.Image:
    """Open a JPEG, PNG or WebP picture as upright RGB.

    Turned as its EXIF data say; transparent parts are white; of an animation the first frame; CMYK,
    palettes, grey and 16 bits a channel become plain RGB. Colour profiles are not applied. Called
    from several threads at once.

    Args:
        source: A file, or the bytes of one.
        near: Width and height in pixels that are needed: a larger JPEG is decoded at a half, a
            quarter or an eighth of its size, never below this, in a fraction of the time.
        most_pixels: Larger pictures are not decoded; None: more than `MOST_PIXELS`.

    Raises:
        PictureError: If it is absent, a folder, empty, no picture, damaged, or too large; an
            `InputError` of one line.
    """
    most_pixels = MOST_PIXELS if most_pixels is None else most_pixels
    name, data = ("the picture", source) if isinstance(source, bytes) else _read(source)
    try:
        return _decode(name, data, near, most_pixels)
    except InputError:
        raise
    except MemoryError:
        raise PictureError(
            name, "is too large for this machine's memory", _smaller(most_pixels)
        ) from None
    except Exception as error:  # a decoder fed with hostile bytes may raise anything
        words = " ".join(str(error).split())[:120] or type(error).__name__
        reason = "is cut off" if "truncated" in words.lower() else f"is damaged ({words})"
        raise PictureError(name, reason) from None


def photo_size(path: Path) -> tuple[int, int]:
    """Give a picture's width and height in pixels as it is shown upright, from its header alone.

    Raises:
        PictureError: If it is absent, no picture, or has no readable header.
    """
    name = str(path)
    try:
        with path.open("rb") as file:
            data = file.read(_HEADER)
            picture = _header(name, data)
            if picture is None:  # a long header, such as one with a preview, is rare
                picture = _header(name, data + file.read(MOST_BYTES))
    except OSError as error:
        raise PictureError(name, f"cannot be read ({_words(error)})") from None
    if picture is None:
        raise PictureError(name, "is damaged")
    _check_size(name, picture.size, MOST_PIXELS)
    width, height = picture.size
    return (height, width) if _orientation(picture.info.get("exif")) >= 5 else (width, height)


def _header(name: str, data: bytes) -> Image.Image | None:
    """Read a header; None where it is cut off or damaged."""
    try:
        with _quiet(data):
            return _opened(name, data, MOST_PIXELS)
    except PictureError:
        raise
    except Exception:  # a decoder fed with hostile bytes may raise anything
        return None


def picture_stamp(path: Path | None) -> tuple[str, int, int] | None:
    """Give what tells a picture from another one of the same name."""
    try:
        told = None if path is None else path.stat()
    except (OSError, ValueError):
        return None
    return None if told is None else (str(path), told.st_size, told.st_mtime_ns)


def picture_path(folder: Path, path: str) -> Path:
    """Give where a picture of a folder lies.

    Args:
        folder: The folder of the pictures, resolved.
        path: Relative to it, as a shop's items name it.

    Raises:
        PictureError: If the path, or a link on it, leaves the folder.
    """
    place = folder / path
    plain = PurePosixPath(path)
    try:
        leaves = plain.is_absolute() or ".." in plain.parts
        leaves = leaves or not Path(os.path.realpath(place)).is_relative_to(folder)
    except ValueError:
        leaves = True  # a name that no file can have
    if leaves:
        raise PictureError(path, "lies outside the folder of the pictures")
    return place


def _read(path: Path) -> tuple[str, bytes]:
    name = str(path)
    try:
        if path.is_dir():
            raise PictureError(name, "is a folder")
        if path.exists() and not path.is_file():
            raise PictureError(name, "is no regular file")
        if (size := path.stat().st_size) > MOST_BYTES:
            most = f"give one of at most {MOST_BYTES // 10**6} MB"
            raise PictureError(name, f"has {size / 1e6:,.0f} MB, which is too large", most)
        return name, path.read_bytes()
    except FileNotFoundError:
        raise PictureError(name, "is not there", "name a file that is") from None
    except (OSError, ValueError) as error:
        raise PictureError(name, f"cannot be read ({_words(error)})") from None


def _words(error: OSError | ValueError) -> str:
    return getattr(error, "strerror", None) or str(error)


def _decode(name: str, data: bytes, near: tuple[int, int] | None, most_pixels: int) -> Image.Image:
    if not data:
        raise PictureError(name, "has 0 bytes")
    if len(data) > MOST_BYTES:
        raise PictureError(
            name, f"has {len(data) / 1e6:,.0f} MB, which is too large", _smaller(most_pixels)
        )
    with _quiet(data):
        picture = _opened(name, data, most_pixels)
        _check_size(name, picture.size, most_pixels)
        turn = _orientation(picture.info.get("exif"))
        if near is not None:
            picture.draft("RGB", near[::-1] if turn >= 5 else near)
        picture.load()
    # PNG may tell the turn behind its pixels.
    method = _UPRIGHT.get(_orientation(picture.info.get("exif")))
    plain = _rgb(picture)
    return plain if method is None else plain.transpose(method)


class _Jpeg(JpegImagePlugin.JpegImageFile):
    """A JPEG whose EXIF data are not searched for its dots per inch, which warns where damaged."""

    def _read_dpi_from_exif(self) -> None:
        return


def _opened(name: str, data: bytes, most_pixels: int) -> Image.Image:
    """Read a picture's header.

    The plugin is called by itself: `Image.open` would warn of large pictures, before they can be
    refused here, through the process-wide filters of warnings.
    """
    file = io.BytesIO(data)
    if data.startswith(b"\xff\xd8\xff"):
        return _Jpeg(file)
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PngImagePlugin.PngImageFile(file)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        # Its decoder takes memory for all pixels as soon as it is made.
        _check_size(name, _webp_size(data), most_pixels)
        return WebPImagePlugin.WebPImageFile(file)
    for form, beginning in _NOT_READ.items():
        if re.match(beginning, data, re.DOTALL):
            raise PictureError(name, f"is {form}, which is not read", "give a JPEG, PNG or WebP")
    raise PictureError(name, "is no picture")


def _quiet(data: bytes) -> Any:
    """Keep PIL from warning of a faulty animation, the one warning that is left."""
    return _Quiet() if data[:1] == b"\x89" and b"acTL" in data else nullcontext()


class _Quiet(warnings.catch_warnings):
    """Passes over PIL's warnings, in one thread at a time: the filters belong to the process."""

    def __enter__(self) -> None:
        _WARNINGS.acquire()
        super().__enter__()
        warnings.filterwarnings("ignore", module=r"PIL\.")

    def __exit__(self, *error: object) -> None:
        super().__exit__(*error)  # type: ignore[arg-type]
        _WARNINGS.release()


def _check_size(name: str, size: tuple[int, int], most_pixels: int) -> None:
    width, height = size
    if width * height > most_pixels:
        reason = f"has {width} x {height} pixels, which is too large"
        raise PictureError(name, reason, _smaller(most_pixels))


def _smaller(most_pixels: int) -> str:
    return f"give one of at most {most_pixels // 10**6} million pixels"


def _webp_size(data: bytes) -> tuple[int, int]:
    """Read width and height of the three kinds of WebP: extended, lossless, lossy."""
    kind, header = data[12:16], data[20:30].ljust(10, b"\0")
    if kind == b"VP8X":
        return (
            int.from_bytes(header[4:7], "little") + 1,
            int.from_bytes(header[7:10], "little") + 1,
        )
    if kind == b"VP8L":
        bits = int.from_bytes(header[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack("<HH", header[6:10])
    return width & 0x3FFF, height & 0x3FFF


def _orientation(exif: object) -> int:
    """Find the turn in EXIF data, 1 where there is none; PIL's own reader warns of faults."""
    if not isinstance(exif, bytes):
        return 1
    tiff = exif.removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    try:
        if order is None:
            return 1
        (start,) = struct.unpack_from(order + "I", tiff, 4)
        (n_entries,) = struct.unpack_from(order + "H", tiff, start)
        for entry in range(n_entries):
            place = start + 2 + 12 * entry
            tag, kind = struct.unpack_from(order + "HH", tiff, place)
            if tag == _ORIENTATION:
                form = {3: "H", 4: "I"}.get(kind)
                return int(struct.unpack_from(order + form, tiff, place + 8)[0]) if form else 1
    except struct.error:
        pass
    return 1


def _rgb(picture: Image.Image) -> Image.Image:
    """Make plain RGB of whatever mode a picture has, transparent parts white."""
    if picture.mode.startswith("I"):
        # 16 bits a pixel: PIL would clip them to 255 where the eye wants them divided.
        picture = picture.convert("I").point(lambda value: value * (1 / 257)).convert("L")
        picture.info.pop("transparency", None)  # a shade of the 16 bits that are gone
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layered = picture.convert("RGBA")
    paper = Image.new("RGB", layered.size, "white")
    paper.paste(layered, mask=layered.getchannel("A"))
    return paper
