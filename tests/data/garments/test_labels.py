from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from modiste.data.garments.duplicates import group_alike
from modiste.data.garments.labels import (
    Category,
    GarmentLabels,
    Vocabulary,
    check_labels,
    complete,
)
from modiste.data.garments.opening import open_labels
from modiste.data.garments.parts import part_products
from modiste.data.photos import PictureError, open_photo, photo_size
from modiste.encoders.splits import split_products
from modiste.errors import ArtifactError, SchemaError
from tests.data.garments.deepfashion_files import write_picture

WORDS = Vocabulary((Category("Tee", "upper"),), {"fit": ("tight", "loose")}, {"style": ("boho",)})


def labels(**columns: object) -> GarmentLabels:
    given = {"picture": ["a.jpg"], "part": ["train"], "product": ["1"], **columns}
    return GarmentLabels(Path(), WORDS, complete(pl.DataFrame(given), WORDS))


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("part", ["judge"]),
        ("category", [1]),
        ("group.fit", [2]),
        ("tags", [[1]]),
        ("landmarks", [[0.5]]),
        ("left", [0.5]),
    ],
)
def test_what_cannot_be_is_refused(column: str, values: list[object]) -> None:
    with pytest.raises(SchemaError, match="holds what it cannot in 1 of 1 rows"):
        check_labels(labels(**{column: values}))


def test_a_row_that_tells_nothing_is_good() -> None:
    check_labels(labels())


def test_words_come_back_and_faults_are_named() -> None:
    assert Vocabulary.from_dict(WORDS.to_dict()) == WORDS
    for broken in (None, {}, {**WORDS.to_dict(), "landmarks": "none"}):
        with pytest.raises(ArtifactError, match="no vocabulary of garments"):
            Vocabulary.from_dict(broken)
    twice = {**WORDS.to_dict(), "landmarks": ["hem", "hem"]}
    with pytest.raises(ArtifactError, match="name something twice"):
        Vocabulary.from_dict(twice)
    with pytest.raises(ArtifactError, match="is worn 'head'"):
        Vocabulary.from_dict({**WORDS.to_dict(), "categories": [["Hat", "head"]]})


def test_what_is_watched_and_judged_no_encoder_of_the_shop_learnt_from() -> None:
    products = pl.Series([f"p{n}" for n in range(3000)])
    parts = part_products(products)
    shares = parts.value_counts().sort("id" if "id" in parts.name else parts.name)
    assert set(parts.unique()) == {"train", "val", "test"}
    assert 0.07 < (parts == "test").mean() < 0.13, shares  # type: ignore[operator]
    judged = split_products(products) == "judge"
    assert ((parts != "train") == judged).all()


def test_only_pictures_alike_and_close_are_copies() -> None:
    rng = np.random.default_rng(0)
    one = rng.uniform(0, 255, 432).astype(np.float32)
    copy = one + rng.normal(0, 2, 432).astype(np.float32)
    paler = 0.5 * one + 100  # the same outline in another colour
    other = rng.uniform(0, 255, 432).astype(np.float32)
    plain = np.full(432, 255, np.float32)
    found = group_alike(np.stack([one, other, copy, paler, plain, plain]))
    assert found.tolist() == [0, 1, 0, 3, 4, 5]


def test_sizes_are_those_of_the_upright_picture(tmp_path: Path) -> None:
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / "turned.jpg"
    Image.new("RGB", (30, 20)).save(path, exif=exif)
    assert photo_size(path) == open_photo(path).size == (20, 30)
    write_picture(tmp_path / "plain.png", size=(31, 17))
    assert photo_size(tmp_path / "plain.png") == (31, 17)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(PictureError, match="is damaged"):
        photo_size(path)
    path.write_text("no picture")
    with pytest.raises(PictureError, match="is no picture"):
        photo_size(path)


def test_a_shop_s_kinds_and_colours_are_labels(tmp_path: Path) -> None:
    from modiste.data.sources.tables import import_tables

    rows = ["item_id,product_id,name,kind,colour"]
    for n in range(24):
        write_picture(tmp_path / f"pictures/i{n:02}.jpg", size=(40, 40), seed=n)
        rows.append(
            f"i{n:02},p{n // 2},n,{'Shirt' if n % 2 else 'Skirt'},{'red' if n < 12 else 'blue'}"
        )
    rows.append("i99,p99,n,Hat,green")
    (tmp_path / "items.csv").write_text("\n".join(rows) + "\n")
    (tmp_path / "sales.csv").write_text(
        "user_id,item_id,day\nu1,i00,2024-01-01\nu2,i01,2024-01-02\n"
    )
    import_tables(
        tmp_path / "sales.csv",
        tmp_path / "items.csv",
        tmp_path / "shop",
        pictures=tmp_path / "pictures",
    )
    found = open_labels(tmp_path / "shop")
    assert found.vocabulary.category_names == ("Shirt", "Skirt")
    assert found.vocabulary.groups == {"colour": ("blue", "red")}
    assert found.table.height == 24
    assert (
        found.table.group_by("product").agg(pl.col("part").n_unique())["part"].to_list() == [1] * 12
    )
