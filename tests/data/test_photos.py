"""Whatever lies in a folder of pictures: right RGB, or one line."""

from __future__ import annotations

import io
import os
import re
import struct
import tracemalloc
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from modiste.data import photos
from modiste.data.photos import PictureError, open_photo

RED, GREEN, WHITE = (200, 30, 40), (20, 160, 60), (255, 255, 255)


def encoded(picture: Image.Image, form: str = "JPEG", **settings: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, form, **settings)
    return buffer.getvalue()


def halves(width: int = 64, height: int = 48) -> Image.Image:
    """A picture whose left half is red and whose right half is green."""
    picture = Image.new("RGB", (width, height), RED)
    picture.paste(GREEN, (width // 2, 0, width, height))
    return picture


def turned(orientation: int, order: str = "<") -> bytes:
    """EXIF data that hold a turn and nothing else."""
    head = b"II" if order == "<" else b"MM"
    entry = struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0)
    return b"Exif\0\0" + head + struct.pack(order + "HIH", 42, 8, 1) + entry + b"\0\0\0\0"


def chunk(kind: bytes, content: bytes) -> bytes:
    body = kind + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))


def png(width: int, height: int, *chunks: bytes) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + chunk(b"IEND", b"")


def looks(picture: Image.Image, left: tuple[int, ...], right: tuple[int, ...]) -> bool:
    """Whether the halves of a picture have these colours, as far as JPEG keeps them."""
    pixels = np.asarray(picture).astype(int)
    width = picture.width // 2
    halves = pixels[:, : width - 2], pixels[:, width + 2 :]
    return all(
        np.abs(half.mean((0, 1)) - colour).max() < 12
        for half, colour in zip(halves, (left, right), strict=True)
    )


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_bytes_and_files_of_the_three_formats_are_the_same_rgb(form: str, tmp_path: Path) -> None:
    data = encoded(halves(), form)
    (tmp_path / "photo.any").write_bytes(data)
    picture = open_photo(data)
    assert (picture.mode, picture.size) == ("RGB", (64, 48))
    assert looks(picture, RED, GREEN)
    assert open_photo(tmp_path / "photo.any").tobytes() == picture.tobytes()


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_turned_upright_as_its_exif_says(orientation: int, order: str) -> None:
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    upright = halves()
    stored = upright.transpose(undo[orientation]) if orientation > 1 else upright
    for form in ("JPEG", "PNG", "WEBP"):
        picture = open_photo(encoded(stored, form, exif=turned(orientation, order)))
        assert picture.size == (64, 48), form
        assert looks(picture, RED, GREEN), form


@pytest.mark.parametrize(
    "exif",
    [
        b"",
        b"Exif\0\0",
        b"Exif\0\0II*\0",
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        turned(6)[:20],
        turned(9),
        turned(6)[:14] + b"\xff\xff" + turned(6)[16:17],
    ],
)
def test_faulty_exif_turns_nothing_and_warns_of_nothing(exif: bytes) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert open_photo(encoded(halves(), exif=exif)).size == (64, 48)


def test_cmyk_palette_grey_and_single_bits_become_the_right_colours() -> None:
    for picture in (
        open_photo(encoded(halves().convert("CMYK"), quality=95)),
        open_photo(encoded(halves().convert("P", palette=Image.Palette.ADAPTIVE), "PNG")),
    ):
        assert picture.mode == "RGB"
        assert looks(picture, RED, GREEN)
    for mode, form in (("L", "JPEG"), ("L", "PNG"), ("1", "PNG"), ("LA", "PNG")):
        grey = open_photo(encoded(Image.new("L", (8, 8), 255).convert(mode), form))
        assert grey.mode == "RGB"
        assert looks(grey, WHITE, WHITE)


def test_sixteen_bits_are_divided_not_clipped() -> None:
    shades = np.tile(np.array([0, 0x4040, 0x8080, 0xFFFF], np.uint16), (4, 1))
    picture = open_photo(encoded(Image.fromarray(shades), "PNG"))
    assert np.asarray(picture)[0, :, 0].tolist() == [0, 64, 128, 255]
    # Three channels of 16 bits, which Pillow cannot write: one red pixel by hand.
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 16, 2, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(b"\0" + struct.pack(">HHH", 0xC8C8, 0x1E1E, 0x2828)))
    data = b"\x89PNG\r\n\x1a\n" + header + body + chunk(b"IEND", b"")
    assert open_photo(data).getpixel((0, 0)) == RED


def test_what_is_transparent_is_white() -> None:
    layered = halves().convert("RGBA")
    layered.paste((0, 0, 0, 0), (0, 0, 32, 48))
    palette = Image.new("P", (8, 8), 0)
    palette.putpalette([0, 0, 0, *GREEN])
    palette.paste(1, (4, 0, 8, 8))
    for form in ("PNG", "WEBP"):
        picture = open_photo(encoded(layered, form))
        assert looks(picture, WHITE, GREEN)
    for transparent in (0, bytes([0, 255])):
        see_through = open_photo(encoded(palette, "PNG", transparency=transparent))
        assert looks(see_through, WHITE, GREEN)


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_the_first_frame_of_an_animation_is_taken(form: str) -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in (RED, GREEN, WHITE)]
    data = encoded(frames[0], form, save_all=True, append_images=frames[1:], duration=50)
    assert looks(open_photo(data), RED, RED)


def test_a_faulty_animation_and_a_second_picture_in_a_jpeg_warn_of_nothing() -> None:
    plain = encoded(halves(), "PNG")
    faulty = plain[:33] + chunk(b"acTL", struct.pack(">II", 0, 0)) + plain[33:]
    many = encoded(halves(), "MPO", save_all=True, append_images=[halves()])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for data in (faulty, many, many[: len(many) * 2 // 3]):
            assert looks(open_photo(data), RED, GREEN)


def test_filters_of_warnings_are_as_before_though_threads_opened_pictures() -> None:
    plain = encoded(halves(), "PNG")
    faulty = plain[:33] + chunk(b"acTL", struct.pack(">II", 0, 0)) + plain[33:]
    before = list(warnings.filters)
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(open_photo, [faulty, plain] * 100))
    assert len(opened) == 200
    assert warnings.filters == before


def bombs() -> dict[str, bytes]:
    """Files of a few kB that say they hold 30,000 x 30,000 pixels."""
    side = 30_000
    jpeg = bytearray(encoded(halves()))
    start = jpeg.index(b"\xff\xc0") + 5
    jpeg[start : start + 4] = struct.pack(">HH", side, side)
    lossy = bytearray(encoded(halves(), "WEBP"))
    lossy[26:30] = struct.pack("<HH", 16383, 16383)
    lossless = bytearray(encoded(halves(), "WEBP", lossless=True))
    lossless[21:25] = ((16383) | (16383 << 14)).to_bytes(4, "little")
    extended = bytearray(encoded(halves(), "WEBP", exif=turned(1)))
    extended[24:30] = (side - 1).to_bytes(3, "little") * 2
    rows = zlib.compress(b"\0" * 2_000_000, 9)
    return {
        "png": png(side, side, chunk(b"IDAT", rows)),
        "jpeg": bytes(jpeg),
        "lossy": bytes(lossy),
        "lossless": bytes(lossless),
        "extended": bytes(extended),
    }


@pytest.mark.parametrize("kind", ["png", "jpeg", "lossy", "lossless", "extended"])
def test_a_bomb_is_refused_before_it_takes_memory(kind: str) -> None:
    data = bombs()[kind]
    assert len(data) < 5_000
    tracemalloc.start()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(PictureError, match=r"has \d+ x \d+ pixels, which is too large: give"):
            open_photo(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def faults(folder: Path) -> dict[str, tuple[Path | bytes, str]]:
    """What is no picture, and what is said of it."""
    whole = encoded(halves(400, 400), quality=90)
    (folder / "folder.jpg").mkdir()
    os.mkfifo(folder / "pipe.jpg")
    (folder / "loop.jpg").symlink_to(folder / "loop.jpg")
    return {
        "absent": (folder / "absent.jpg", "is not there"),
        "a folder": (folder / "folder.jpg", "is a folder"),
        "a pipe": (folder / "pipe.jpg", "is no regular file"),
        "a loop": (folder / "loop.jpg", "cannot be read"),
        "no name": (folder / "a\0b.jpg", "cannot be read"),
        "empty": (b"", "has 0 bytes"),
        "cut off": (whole[: len(whole) // 2], "is cut off"),
        "cut off png": (encoded(halves(), "PNG")[:90], "is (cut off|damaged)"),
        "cut off webp": (encoded(halves(400, 400), "WEBP")[:200], "is damaged"),
        "a magic alone": (b"\xff\xd8\xff", "is (cut off|damaged)"),
        "text": (b"no picture at all", "is no picture"),
        "gif": (encoded(halves(), "GIF"), "is a GIF, which is not read"),
        "tiff": (encoded(halves(), "TIFF"), "is a TIFF, which is not read"),
        "bmp": (encoded(halves(), "BMP"), "is a BMP, which is not read"),
        "a text that begins like a bmp": (b"BM is no picture at all", "is no picture"),
        "an iPhone's": (b"\0\0\0\x18ftypheic" + b"\0" * 40, "is a HEIC, which"),
        "no pixels": (png(0, 10), "is damaged"),
    }


_WHOLE = "give a whole JPEG, PNG or WebP picture"


def test_every_fault_is_one_line_that_says_what_to_do(tmp_path: Path) -> None:
    for case, (source, said) in faults(tmp_path).items():
        with pytest.raises(PictureError, match=said) as caught:
            open_photo(source)
        message = str(caught.value)
        assert "\n" not in message, case
        other = "give a JPEG, PNG or WebP" if "not read" in said or "HEIC" in said else _WHOLE
        remedy = "name a file that is" if case == "absent" else other
        assert message.endswith(remedy), case
        name = "the picture" if isinstance(source, bytes) else str(source)
        assert re.match(f"{re.escape(name)} {said}", message), case


def test_a_large_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photos, "MOST_BYTES", 1_000)
    (tmp_path / "large.jpg").write_bytes(b"\xff\xd8\xff" + b"\0" * 2_000)
    for source in (tmp_path / "large.jpg", b"\0" * 2_000):
        with pytest.raises(PictureError, match="too large"):
            open_photo(source)


def test_damaged_bytes_give_a_picture_or_a_picture_error(rng: np.random.Generator) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    forms: list[tuple[str, dict[str, Any]]] = [
        ("JPEG", {"exif": turned(6)}),
        ("JPEG", {"progressive": True}),
        ("JPEG", {"icc_profile": profile}),
        ("PNG", {}),
        ("PNG", {"save_all": True, "append_images": [halves().rotate(90)]}),
        ("WEBP", {}),
    ]
    opened = 0
    for form, settings in forms:
        whole = np.frombuffer(encoded(halves(), form, **settings), np.uint8)
        for _ in range(150):
            spoilt = whole.copy()
            places = rng.integers(0, len(whole), rng.integers(1, 6))
            spoilt[places] = rng.integers(0, 256, len(places))
            with suppress(PictureError):
                cut = rng.integers(1, 2 * len(whole))
                opened += open_photo(spoilt.tobytes()[:cut]).mode == "RGB"
    assert opened > 100


def test_near_decodes_a_large_jpeg_smaller_but_not_below_what_is_asked() -> None:
    data = encoded(halves(1600, 1200), quality=90)
    assert open_photo(data, near=(224, 224)).size == (400, 300)
    assert open_photo(data, near=(300, 300)).size == (400, 300)
    assert open_photo(data, near=(301, 301)).size == (800, 600)
    assert open_photo(data).size == (1600, 1200)
    assert open_photo(encoded(halves(64, 48)), near=(224, 224)).size == (64, 48)
    upright = open_photo(encoded(halves(1600, 1200), exif=turned(6)), near=(100, 300))
    assert upright.size == (300, 400)
