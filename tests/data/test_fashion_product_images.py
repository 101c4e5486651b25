"""Fashion Product Images: a hand-made handful, and the real files where they are."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from modiste.cli import main
from modiste.data import open_shop
from modiste.data.dataset import Dataset
from modiste.data.sources.fashion_product_images import import_fashion_product_images
from modiste.engine import collect
from modiste.errors import InputError
from tests.data.small_shop import quarantined, write

HEADER = (
    "id,gender,masterCategory,subCategory,articleType,baseColour,season,year,usage,"
    "productDisplayName\n"
)
ROWS = (
    "1165,Men,Apparel,Topwear,Tshirts,Blue,Summer,2013,Sports,Nike Jersey\n"
    "39410,Women,Apparel,Topwear,Tops,Red,Fall,2012,Casual,Top, red, with dots\n"
    "59263,Women,Accessories,Watches,Watches,NA,Winter,2016,NA,NA\n"
    '7491,Women,Apparel,Bottomwear,Shorts,Pink,Summer,2011,Sports,"Tempo 3.5"" Short, pink"\n'
    "1165,Men,Apparel,Topwear,Tshirts,Green,Summer,2013,Sports,Again\n"
    "39410,Women,Apparel,Topwear,Tops,Red,Fall,2012,Casual,Torn, again\n"
    "21379,Men,Apparel\n"
    '"53,759",Men,Apparel,Topwear,Tshirts,Grey,Summer,2012,Casual,Quoted, before the name\n'
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("fashion")
    files = made / "set"
    write(files / "styles.csv", HEADER + ROWS)
    write(files / "styles" / "1165.json", "{}")
    write(files / "images" / "1165.jpg", b"?")
    write(files / "images" / "99.jpg", b"?")
    assert main(["import", "fashion-product-images", str(files), "--shop", str(made / "shop")]) == 0
    return made


def test_commands_that_can_follow_are_named_whole(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = folder / "shop"
    words = ["import", "fashion-product-images", str(folder / "set"), "--shop", str(made)]
    assert main(words) == 0
    assert capsys.readouterr().out.splitlines()[-3:] == [
        f"  modiste doctor --shop {made}",
        f"  modiste encoder fit --shop {made}",
        f"  modiste embed --shop {made} --encoder catalogue",
    ]


def test_torn_names_are_mended_and_every_row_is_counted(folder: Path) -> None:
    report = import_fashion_product_images(folder / "set", folder / "shop")
    table = report.tables["items"]
    assert (table.read, table.accepted) == (8, 4)
    assert "2 names with commas outside quotes were put together again" in table.notes
    assert [row[1:] for row in quarantined(folder)] == [
        (6, "duplicate item", ROWS.splitlines()[4]),
        (7, "duplicate item", ROWS.splitlines()[5]),
        (8, "wrong number of columns", ROWS.splitlines()[6]),
        (9, "wrong number of columns", ROWS.splitlines()[7]),
    ]
    assert (report.n_items, report.pictures, report.pictures_without_item) == (4, 1, 1)


def test_columns_get_their_standard_names(folder: Path) -> None:
    items = collect(open_shop(folder / "shop").items)
    assert items["item_id"].to_list() == ["1165", "39410", "59263", "7491"]
    assert items["product_id"].to_list() == items["item_id"].to_list()
    assert items["name"].to_list() == [
        "Nike Jersey",
        "Top, red, with dots",
        "NA",
        'Tempo 3.5" Short, pink',
    ]
    assert items["colour"].to_list() == ["Blue", "Red", None, "Pink"]
    assert items["usage"].to_list() == ["Sports", "Casual", None, "Sports"]
    assert items["picture"].to_list() == ["1165.jpg", None, None, None]
    red = items.filter(pl.col("item_id") == "39410").row(0, named=True)
    assert {name: red[name] for name in ("kind", "kind_group", "audience", "department")} == {
        "kind": "Tops",
        "kind_group": "Topwear",
        "audience": "Women",
        "department": "Apparel",
    }
    assert (red["season"], red["year"]) == ("Fall", "2012")


def test_a_catalogue_alone_is_a_whole_shop(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = str(folder / "shop")
    dataset = open_shop(folder / "shop")
    assert (dataset.n_items(), dataset.n_users(), collect(dataset.interactions).height) == (4, 0, 0)
    assert isinstance(dataset, Dataset)
    assert dataset.own_names == {"user_id": "user_id", "item_id": "id", "day": "day"}
    with pytest.raises(InputError, match="catalogue and no purchases"):
        dataset.day_range()
    assert main(["doctor", "--shop", shop, "--json"]) == 1  # half of the rows were set aside
    found = {one["subject"]: one for one in json.loads(capsys.readouterr().out)["shop"]}
    assert found["purchases"]["severity"] == "note"
    assert "items never sold" not in found
    for command in ("train", "evaluate"):
        assert main([command, "--shop", shop]) == 2
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert "catalogue and no purchases" in said


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("styles.csv", "id,articleType\n1,Tops\n", "has no column productDisplayName"),
        ("styles.csv", "id,kind,productDisplayName\n1,Tops,A\n", "has no column articleType"),
        ("other.csv", HEADER + ROWS, "has no styles.csv"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, name: str, content: str, said: str) -> None:
    write(tmp_path / "set" / name, content)
    with pytest.raises(InputError, match=said):
        import_fashion_product_images(tmp_path / "set", tmp_path / "shop")
    assert not (tmp_path / "shop").exists()


def test_without_pictures_items_have_none(tmp_path: Path) -> None:
    write(tmp_path / "set" / "styles.csv", HEADER + ROWS)
    report = import_fashion_product_images(tmp_path / "set", tmp_path / "shop")
    assert report.pictures == 0
    assert open_shop(tmp_path / "shop").picture_folder is None


@pytest.mark.real_data
def test_the_real_files(tmp_path: Path, shared: Path) -> None:
    report = import_fashion_product_images(shared / "fashion_product_images", tmp_path / "shop")
    assert (report.n_items, report.pictures, report.n_interactions) == (15_000, 15_000, 0)
    items = collect(open_shop(tmp_path / "shop").items)
    assert items["kind"].n_unique() == 132
    assert items["colour"].null_count() == 0
