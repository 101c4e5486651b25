"""Hostile pictures through every door: set aside or one line, in bounded memory, never a trace."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from modiste.cli import main
from modiste.data.photos import PictureError, picture_path
from modiste.encoders.embedding import embed
from tests.data.test_photos import bombs, chunk, encoded, halves, png, turned
from tests.encoders.pictures import garment
from tests.encoders.test_embedding import new_shop

MOST_MEGABYTES = 250
"""That reading hostile files may take above what importing takes."""


def good() -> dict[str, bytes]:
    """Strange pictures that can be used."""
    palette = Image.new("P", (20, 20), 0)
    palette.putpalette([0, 0, 0, 20, 160, 60])
    frames = [garment("blue"), garment("red")]
    return {
        "cmyk": encoded(halves().convert("CMYK")),
        "palette": encoded(halves().convert("P", palette=Image.Palette.ADAPTIVE), "PNG"),
        "palette with transparency": encoded(palette, "PNG", transparency=0),
        "turned": encoded(halves(), exif=turned(6)),
        "animated png": encoded(frames[0], "PNG", save_all=True, append_images=frames[1:]),
        "animated webp": encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:]),
        "16 bits": encoded(Image.fromarray(np.full((9, 9), 40_000, np.uint16)), "PNG"),
        "a large profile": encoded(halves(), "JPEG", icc_profile=b"\0" * 900_000),
        "one pixel": encoded(Image.new("RGB", (1, 1)), "PNG"),
        "a strip": encoded(Image.new("RGB", (1, 20_000)), "PNG"),
    }


def bad() -> dict[str, tuple[bytes, str]]:
    """What cannot be used, and what is said of it."""
    whole = encoded(halves(400, 400), quality=90)
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * (1 + 3 * 8) * 8))
    text = zlib.compress(b"a" * 80_000_000, 9)
    profile = struct.pack(">4x") + b"profile\0\0" + text
    return {
        "empty": (b"", "has 0 bytes"),
        "cut off": (whole[: len(whole) // 2], "is cut off"),
        "text": (b"no picture at all", "is no picture"),
        "animated gif": (
            encoded(halves(), "GIF", save_all=True, append_images=[halves()]),
            "is a GIF, which is not read",
        ),
        "much text": (png(8, 8, chunk(b"zTXt", b"a\0\0" + text), pixels), ""),
        "much profile": (png(8, 8, chunk(b"iCCP", profile), pixels), ""),
        **{f"bomb {kind}": (data, "which is too large") for kind, data in bombs().items()},
    }


@pytest.fixture
def shop(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A shop of all these pictures: its folder, and what is wrong with each bad one by item."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    kinds = [(data, None) for data in good().values()]
    files = [*kinds, *bad().values()]
    wrong = {}
    for number, (data, said) in enumerate(files):
        (folder / f"{number:03d}.jpg").write_bytes(data)
        if said is not None:
            wrong[f"{number:03d}"] = said
    garment("red").save(tmp_path / "secret.jpg")
    (folder / f"{len(files):03d}.jpg").symlink_to(tmp_path / "secret.jpg")
    wrong[f"{len(files):03d}"] = "lies outside the folder of the pictures"
    return new_shop(tmp_path, folder, len(files) + 1), wrong


def test_embed_sets_each_aside_and_encodes_the_rest(
    shop: tuple[Path, dict[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    folder, wrong = shop
    assert main(["embed", "--shop", str(folder), "--encoder", "colour", "--json"]) == 0
    out, err = capsys.readouterr()
    done = json.loads(out)
    faults = {fault["item_id"]: fault["fault"] for fault in done["faults"]}
    # What is only talkative may be used or refused; it is never both.
    sure = {item: said for item, said in wrong.items() if said}
    assert set(sure) <= set(faults) <= set(wrong)
    assert all(said in faults[item] for item, said in sure.items())
    assert done["n_pictures"] == done["n_items"] - len(faults)
    assert "Traceback" not in out + err


PROBE = """
import resource, sys
from pathlib import Path
from modiste.data.photos import PictureError, open_photo
from modiste.encoders.colour import Colour

Colour().encode_pictures([open_photo(Path(sys.argv[1]))])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for path in sys.argv[2:]:
    try:
        Colour().encode_pictures([open_photo(Path(path), near=(48, 48))])
    except PictureError:
        pass
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""


def test_memory_stays_bounded(tmp_path: Path) -> None:
    garment("red").save(tmp_path / "good.jpg")
    paths = []
    for number, data in enumerate([*good().values(), *(data for data, _ in bad().values())]):
        paths.append(tmp_path / f"{number}.jpg")
        paths[-1].write_bytes(data)
    words = [sys.executable, "-c", PROBE, str(tmp_path / "good.jpg"), *map(str, paths)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < MOST_MEGABYTES


def test_search_by_each_is_an_answer_or_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(4):
        garment(["red", "blue", "green", "red"][number], 30 + 9 * number).save(
            folder / f"{number:03d}.jpg"
        )
    shop = new_shop(tmp_path, folder, 4)
    embed(shop, "colour")
    photo = tmp_path / "photo.jpg"
    command = ["search", "--photo", str(photo), "--shop", str(shop), "--encoder", "colour"]
    for name in ("cmyk", "turned"):
        photo.write_bytes(good()[name])
        assert main(command) == 0, name
        assert not capsys.readouterr().err
    for name in ("empty", "cut off", "animated gif", "bomb png", "bomb jpeg"):
        data, said = bad()[name]
        photo.write_bytes(data)
        code, err = main(command), capsys.readouterr().err
        assert code == 2, name
        assert err.startswith(f"modiste: {photo} "), name
        assert err.count("\n") == 1, name
        assert said in err, name
    photo.unlink()
    assert main(command) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_no_path_leaves_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    (folder / "deep").mkdir(parents=True)
    (tmp_path / "secret.jpg").write_bytes(b"")
    (folder / "inside.jpg").write_bytes(b"")
    (folder / "link.jpg").symlink_to(folder / "inside.jpg")
    (folder / "out.jpg").symlink_to(tmp_path / "secret.jpg")
    (folder / "deep" / "up").symlink_to(tmp_path)
    for path in ("inside.jpg", "link.jpg", "deep/none.jpg"):
        assert picture_path(folder, path) == folder / path
    for path in ("../secret.jpg", "/etc/hosts", "out.jpg", "deep/up/secret.jpg", "a\0b"):
        with pytest.raises(PictureError, match="lies outside the folder of the pictures"):
            picture_path(folder, path)
