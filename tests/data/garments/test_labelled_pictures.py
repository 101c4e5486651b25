from __future__ import annotations

from pathlib import Path

import pytest

from modiste.data.garments.opening import open_labels
from modiste.data.sources.labelled_pictures import import_labelled_pictures
from modiste.errors import InputError, SchemaError
from tests.data.garments.deepfashion_files import write_picture

HEAD = "picture,left,top,right,bottom,category,place,sleeve,nothing"


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    for seed, name in enumerate(("a", "b", "c")):
        write_picture(folder / f"{name}.jpg", seed=seed)
    return folder


def import_rows(photos: Path, *rows: str, head: str = HEAD) -> Path:
    table, out = photos.parent / "table.csv", photos.parent / "out"
    table.write_text("\n".join([head, *rows]) + "\n")
    import_labelled_pictures(table, photos, out)
    return out


def test_several_garments_of_a_photo_and_none(photos: Path) -> None:
    out = import_rows(
        photos,
        "a.jpg,20,10,100,50,Shirt,,long,",
        "a.jpg,20,50,100,90,Kilt,lower,,",
        "b.jpg,,,,,,,,yes",
        "c.jpg,,,,,Shirt,,short,no",
    )
    labels = open_labels(out)
    places = [(one.name, one.place) for one in labels.vocabulary.categories]
    assert places == [("Kilt", "lower"), ("Shirt", "upper")]
    table = labels.table
    assert table["picture"].to_list() == ["a.jpg", "a.jpg", "b.jpg", "c.jpg"]
    assert table["category"].to_list() == [1, 0, None, 1]
    assert table["nothing"].to_list() == [False, False, True, False]
    assert table["group.sleeve"].to_list() == [0, None, None, 1]
    assert table["left"].to_list()[0] == pytest.approx(0.1)
    assert table["bottom"].to_list()[1] == pytest.approx(0.9)


def test_shares_stay_shares(photos: Path) -> None:
    out = import_rows(photos, "a.jpg,0.1,0.2,0.5,1,Shirt,,,")
    assert open_labels(out).table["right"].to_list() == [0.5]


def test_rows_that_contradict_themselves_are_set_aside(photos: Path) -> None:
    table, out = photos.parent / "table.csv", photos.parent / "out"
    rows = [
        "a.jpg,20,10,100,50,Shirt,,,",
        "a.jpg,20,10,,50,Shirt,,,",
        "a.jpg,20,10,20,50,Shirt,,,",
        "a.jpg,20,inf,100,50,Shirt,,,",
        "a.jpg,,,,,Shirt,head,,",
        "a.jpg,,,,,Shirt,,,perhaps",
        "b.jpg,,,,,Shirt,,,yes",
        "../../etc/passwd,,,,,Shirt,,,",
        "d.jpg,,,,,Shirt,,,",
        ",,,,,Shirt,,,",
        "a.jpg,1",
    ]
    table.write_text("\n".join([HEAD, *rows]) + "\n")
    report = import_labelled_pictures(table, photos, out)
    found = report.tables["table.csv"]
    assert (found.read, found.accepted) == (11, 1)
    assert found.quarantined == {
        "box is not four numbers": 2,
        "box without area": 1,
        "place is not upper, lower or full": 1,
        "nothing is neither yes nor no": 1,
        "nothing, and yet a garment": 1,
        "path leaves the folder": 1,
        "picture not there": 1,
        "no picture": 1,
        "wrong number of columns": 1,
    }


def test_parts_and_products_of_ones_own(photos: Path) -> None:
    head = "picture,category,part,product"
    out = import_rows(
        photos, "a.jpg,Shirt,train,1", "b.jpg,Shirt,val,2", "c.jpg,Shirt,test,3", head=head
    )
    table = open_labels(out).table
    assert table["part"].to_list() == ["train", "val", "test"]
    assert table["product"].to_list() == ["1", "2", "3"]
    with pytest.raises(InputError, match="column part is empty in 1 rows"):
        import_rows(photos, "a.jpg,Shirt,train,1", "b.jpg,Shirt,,2", head=head)


def test_a_table_without_pictures_is_refused(photos: Path) -> None:
    with pytest.raises(SchemaError, match="has no column picture"):
        import_rows(photos, "x,1", head="photo,category")
    with pytest.raises(InputError, match="none of the 1 listed pictures"):
        import_rows(photos, "gone.jpg,Shirt", head="picture,category")
