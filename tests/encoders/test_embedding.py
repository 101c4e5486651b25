"""A shop's pictures and words become vectors once; what is hostile or killed stops nothing."""

from __future__ import annotations

import io
import json
import os
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from PIL import Image

from modiste.cli import main
from modiste.data import open_shop
from modiste.data.photos import open_photo
from modiste.data.shop import dataset_store
from modiste.data.sources.tables import import_tables
from modiste.encoders import Encoder, embedding
from modiste.encoders.base import Vectors
from modiste.encoders.colour import Colour
from modiste.encoders.embedding import embed
from modiste.encoders.parts import Parts
from modiste.encoders.stored import read_vectors, vector_store, with_vectors
from modiste.encoders.texts import item_texts
from modiste.errors import InputError
from tests.encoders.pictures import garment, write_garments

N = 9
NEAR = Colour().picture_size


def new_shop(folder: Path, pictures: Path | None, n_items: int = N + 2) -> Path:
    """Import a shop of `n_items`, the last two of which have no picture."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rows.csv").write_text("user,item,date,price\nu1,000,2020-01-02,1\n")
    rows = [f"{number:03d},garment {number},red,A nice one" for number in range(n_items)]
    (folder / "items.csv").write_text("\n".join(["item,title,colour,description", *rows]) + "\n")
    import_tables(folder / "rows.csv", folder / "items.csv", folder / "shop", pictures=pictures)
    return folder / "shop"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    write_garments(tmp_path / "pictures", N)
    return new_shop(tmp_path, tmp_path / "pictures")


def stored(shop: Path) -> dict[str, bytes]:
    folder = vector_store(shop, "colour").current()
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_each_item_has_the_vector_of_its_own_picture(shop: Path, tmp_path: Path) -> None:
    done = embed(shop, "colour", batch_size=4)
    assert (done.n_items, done.n_pictures, done.n_new_pictures, done.n_without) == (11, 9, 9, 2)
    assert (done.n_words, done.faults, done.changed) == (0, [], True)
    vectors = read_vectors(shop, "colour")
    assert vectors.items["item_id"].to_list() == [f"{number:03d}" for number in range(11)]
    assert vectors.items["picture_row"].to_list() == [*range(9), None, None]
    assert vectors.items["word_row"].null_count() == 11
    for number in range(N):
        picture = open_photo(tmp_path / "pictures" / f"{number:03d}.jpg", near=NEAR)
        alone = Colour().encode_pictures([picture])[0]
        np.testing.assert_allclose(vectors.of("pictures")[number], alone, atol=1e-6)
    assert list(with_vectors(open_shop(shop), shop).item_vectors) == ["pictures"]


def test_a_second_run_encodes_nothing_and_stores_nothing(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = embed(shop, "colour")
    monkeypatch.setattr(Colour, "encode_batch", None)
    second = embed(shop, "colour")
    assert (second.n_new_pictures, second.changed) == (0, False)
    assert second.version == first.version
    assert len(vector_store(shop, "colour").versions()) == 1


def test_the_same_pictures_give_the_same_bytes(shop: Path, tmp_path: Path) -> None:
    embed(shop, "colour", threads=1, batch_size=4)
    other = new_shop(tmp_path / "other", tmp_path / "pictures")
    embed(other, "colour", threads=5, batch_size=4)
    assert stored(shop) == stored(other)


def test_only_a_changed_and_a_new_picture_are_encoded_again(shop: Path, tmp_path: Path) -> None:
    embed(shop, "colour")
    before = read_vectors(shop, "colour").of("pictures").copy()
    garment("blue", 20, 20).save(tmp_path / "pictures" / "003.jpg", quality=92)
    garment("green", 20, 20).save(tmp_path / "pictures" / "010.jpg", quality=92)
    (tmp_path / "pictures" / "005.jpg").unlink()
    new_shop(tmp_path, tmp_path / "pictures")
    done = embed(shop, "colour")
    assert (done.n_new_pictures, done.n_pictures, done.n_without) == (2, 9, 2)
    vectors = read_vectors(shop, "colour")
    rows = vectors.items["picture_row"].to_list()
    assert rows == [0, 1, 2, 3, 4, None, 5, 6, 7, None, 8]
    after = vectors.of("pictures")
    for item in (0, 1, 2, 4, 6, 7, 8):
        np.testing.assert_array_equal(after[rows[item]], before[item])
    assert not np.allclose(after[3], before[3])


def test_a_picture_touched_or_another_encoder_means_a_new_vector(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embed(shop, "colour")
    os.utime(tmp_path / "pictures" / "002.jpg", (1, 1))
    assert embed(shop, "colour").n_new_pictures == 1
    monkeypatch.setattr("modiste.encoders.colour._VERSION", 99)
    assert embed(shop, "colour").n_new_pictures == N


def hostile(folder: Path) -> dict[str, str]:
    """Write what is no picture in place of pictures, and tell what shall be said."""
    whole = (folder / "000.jpg").read_bytes()
    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in (
            (b"IHDR", header),
            (b"IDAT", zlib.compress(b"\0" * 3_000_000, 9)),
            (b"IEND", b""),
        )
    )
    (folder / "000.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "001.jpg").write_bytes(b"")
    (folder / "002.jpg").write_bytes(b"GIF89a no picture")
    (folder / "003.jpg").write_bytes(bomb)
    (folder / "004.jpg").unlink()
    (folder / "005.jpg").unlink()
    (folder / "005.jpg").mkdir()
    buffer = io.BytesIO()
    Image.new("CMYK", (50, 50)).save(buffer, "JPEG")
    (folder / "006.jpg").write_bytes(buffer.getvalue())
    return {
        "000": "is cut off",
        "001": "has 0 bytes",
        "002": "is a GIF, which is not read",
        "003": "has 30000 x 30000 pixels, which is too large",
        "004": "is not there",
        "005": "is a folder",
    }


def test_hostile_pictures_are_set_aside_and_the_others_stay_in_place(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reasons = hostile(tmp_path / "pictures")
    for run in range(2):
        done = embed(shop, "colour", batch_size=2)
        assert {fault["item_id"]: fault["fault"] for fault in done.faults} == reasons
        assert (done.n_pictures, done.n_new_pictures) == (3, 0 if run else 8)
    vectors = read_vectors(shop, "colour")
    assert vectors.items["picture_row"].to_list() == [*[None] * 6, 0, 1, 2, None, None]
    assert vectors.items["fault"].to_list() == [*reasons.values(), *[None] * 5]
    alone = Colour().encode_pictures([open_photo(tmp_path / "pictures" / "008.jpg", near=NEAR)])[0]
    np.testing.assert_allclose(vectors.of("pictures")[2], alone, atol=1e-6)
    assert main(["embed", "--shop", str(shop), "--encoder", "colour"]) == 0
    told = capsys.readouterr().out
    assert "6 pictures were set aside:" in told
    assert "  004: 004.jpg is not there" in told
    assert "Traceback" not in told
    assert main(["embed", "--shop", str(shop), "--encoder", "colour", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["faults"]) == 6


def test_a_mended_picture_is_encoded_the_next_time(shop: Path, tmp_path: Path) -> None:
    hostile(tmp_path / "pictures")
    embed(shop, "colour")
    garment("red").save(tmp_path / "pictures" / "001.jpg")
    garment("red").save(tmp_path / "pictures" / "004.jpg")
    done = embed(shop, "colour")
    assert (done.n_new_pictures, done.n_pictures, len(done.faults)) == (2, 5, 4)


class Killed(Exception):  # noqa: N818
    """Stands for a kill."""


@pytest.fixture
def killed_later(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Make the encoder die after so many batches."""
    encode = Colour.encode_batch

    def arm(n_batches: int) -> None:
        left = iter(range(n_batches))

        def dying(self: Colour, batch: Any) -> Vectors:
            if next(left, None) is None:
                raise Killed
            return encode(self, batch)

        monkeypatch.setattr(Colour, "encode_batch", dying)

    return arm


def test_a_killed_run_goes_on_where_it_was(
    shop: Path, tmp_path: Path, killed_later: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pictures" / "001.jpg").write_bytes(b"")
    whole = new_shop(tmp_path / "whole", tmp_path / "pictures")
    monkeypatch.setattr(embedding, "PART", 4)
    killed_later(3)
    with pytest.raises(Killed):
        embed(shop, "colour", batch_size=2)
    assert not (shop / "vectors" / "colour" / "CURRENT").exists()
    killed_later(100)
    done = embed(shop, "colour", batch_size=2)
    assert done.n_new_pictures == N - 4
    assert [fault["item_id"] for fault in done.faults] == ["001"]
    embed(whole, "colour", batch_size=2)
    assert stored(shop) == stored(whole)
    assert not list((shop / "vectors" / "colour").glob(".parts*"))


def test_a_damaged_part_counts_as_never_made(
    shop: Path, killed_later: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding, "PART", 4)
    killed_later(3)
    with pytest.raises(Killed):
        embed(shop, "colour", batch_size=2)
    (part,) = (shop / "vectors" / "colour").glob(".parts*/*.npz")
    spoilt = bytearray(part.read_bytes())
    spoilt[len(spoilt) // 2] ^= 1
    part.write_bytes(spoilt)
    killed_later(100)
    assert embed(shop, "colour", batch_size=2).n_new_pictures == N


def test_an_altered_version_is_made_anew(shop: Path) -> None:
    embed(shop, "colour")
    path = vector_store(shop, "colour").current() / "pictures.npy"
    altered = bytearray(path.read_bytes())
    altered[-1] ^= 1
    path.write_bytes(altered)
    done = embed(shop, "colour")
    assert (done.n_new_pictures, done.changed) == (N, True)
    read_vectors(shop, "colour")


def test_words_and_pictures_of_one_encoder(
    shop: Path, tiny: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from modiste.encoders.transformers import Transformers

    spec = f"transformers={tiny('clip')}"
    done = embed(shop, spec)
    assert (done.label, done.n_pictures, done.n_words, done.n_new_words) == (
        "transformers-clip", 9, 11, 11,
    )  # fmt: skip
    vectors = read_vectors(shop, "transformers-clip")
    assert vectors.items["word_row"].to_list() == list(range(11))
    texts = item_texts(open_shop(shop)).to_list()
    encoder = Transformers(source=str(tiny("clip")))
    np.testing.assert_allclose(vectors.of("words"), encoder.encode_words(texts), atol=2e-5)
    assert str(vectors.spec) == spec
    assert vectors.identity == encoder.identity
    assert set(with_vectors(open_shop(shop), shop).item_vectors) == {"pictures", "words"}
    monkeypatch.setattr(Transformers, "see", None)
    monkeypatch.setattr(Transformers, "read_tokens", None)
    monkeypatch.setattr(Transformers, "dim", 12)
    again = embed(shop, spec)
    assert (again.n_new_pictures, again.n_new_words, again.changed) == (0, 0, False)


def test_an_encoder_of_words_needs_no_picture(tmp_path: Path, tiny: Callable[[str], Path]) -> None:
    shop = new_shop(tmp_path, None)
    done = embed(shop, f"transformers={tiny('bert')}")
    assert (done.n_pictures, done.n_without, done.n_words) == (0, 0, 11)
    assert read_vectors(shop, "transformers-bert").pictures is None


def test_a_shop_without_pictures_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = new_shop(tmp_path, None)
    assert main(["embed", "--shop", str(shop), "--encoder", "colour"]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"modiste: {shop} has no pictures: import it with --pictures FOLDER")
    assert said.count("\n") == 1


def test_no_picture_that_can_be_read_and_a_folder_that_is_gone(shop: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    for path in folder.iterdir():
        path.write_bytes(b"no picture")
    with pytest.raises(InputError, match="none of 9 pictures can be read, the first is no picture"):
        embed(shop, "colour")
    folder.rename(tmp_path / "elsewhere")
    with pytest.raises(InputError, match=r"the folder .* of its pictures is gone: bring it back"):
        embed(shop, "colour")


def test_a_path_that_leaves_the_folder_of_pictures_is_not_opened(
    shop: Path, tmp_path: Path
) -> None:
    garment("red").save(tmp_path / "secret.jpg")
    items = dataset_store(shop).current() / "items.parquet"
    table = pl.read_parquet(items)
    outside = pl.Series("picture", ["../secret.jpg", str(tmp_path / "secret.jpg")])
    table = table.with_columns(pl.concat([outside, table["picture"][2:]]))
    table.write_parquet(items)
    done = embed(shop, "colour")
    assert [fault["fault"] for fault in done.faults] == [
        "lies outside the folder of the pictures"
    ] * 2


def test_an_unknown_encoder_is_one_line(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["embed", "--shop", str(shop), "--encoder", "clop"]) == 2
    assert "encoder 'clop': expected NAME or NAME=FOLDER, where NAME is one of" in (
        capsys.readouterr().err
    )


def test_items_with_one_picture_share_its_work(shop: Path) -> None:
    items = dataset_store(shop).current() / "items.parquet"
    table = pl.read_parquet(items).with_columns(picture=pl.lit("000.jpg"))
    table.write_parquet(items)
    done = embed(shop, "colour")
    assert (done.n_pictures, done.n_new_pictures) == (11, 1)
    vectors = read_vectors(shop, "colour").of("pictures")
    np.testing.assert_array_equal(vectors, np.repeat(vectors[:1], 11, axis=0))


@dataclass
class Counting(Encoder):
    """Fails where more pictures are prepared than it can take."""

    prepared: int = 0
    most: int = 0
    dim = 1
    identity = "counting"

    def prepare(self, picture: Image.Image) -> Any:
        self.prepared += 1
        return np.zeros(1, np.float32)

    def encode_batch(self, batch: Any) -> Vectors:
        self.most = max(self.most, self.prepared)
        self.prepared -= len(batch)
        return np.ones((len(batch), 1), np.float32)


def test_few_pictures_wait_however_many_there_are(tmp_path: Path) -> None:
    from modiste.encoders.batches import encode_files

    paths = write_garments(tmp_path, 2) * 200
    counting = Counting()
    made = list(encode_files(counting, paths, batch_size=4, threads=2))
    assert sum(len(batch.vectors) for batch in made) == 400
    assert counting.most <= 4 * 6


def test_parts_keep_what_they_were_given(tmp_path: Path) -> None:
    from modiste.encoders.parts import Known

    sources = pl.DataFrame(
        {
            "picture": ["a.jpg", "ü/b.jpg", None],
            "size": [10, 20, None],
            "modified": [1 << 60, 2, None],
            "text": [None, None, "a “red” dress"],
            "row": [0, None, 1],
            "fault": [None, "is cut off", None],
        }
    )
    vectors = np.eye(2, dtype=np.float32)
    parts = Parts(tmp_path / "parts")
    parts.write(sources, vectors)
    known = Known()
    parts.read(known)
    found = known.find(sources.select("picture", "size", "modified", "text")[::-1])
    assert found["row"].to_list() == [1, None, 0]
    assert found["fault"].to_list() == [None, "is cut off", None]
    other = known.find(sources.select("picture", pl.col("size") + 1, "modified", "text"))
    assert other["array"].to_list() == [None, None, 0]
