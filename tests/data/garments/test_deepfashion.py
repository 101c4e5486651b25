from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from modiste.artifacts import read_manifest
from modiste.data.garments.labels import GarmentLabels
from modiste.data.garments.opening import open_labels
from modiste.data.garments.stored import labels_store
from modiste.data.sources.deepfashion import import_deepfashion, read_deepfashion
from modiste.errors import ArtifactError, InputError
from tests.data.garments.deepfashion_files import (
    write_coarse,
    write_fine,
    write_inshop,
    write_list,
    write_picture,
)


@pytest.fixture
def coarse(tmp_path: Path) -> Path:
    root = tmp_path / "set"
    write_coarse(root)
    return root


def points(labels: GarmentLabels, row: int) -> dict[str, list[float]]:
    flat = labels.table["landmarks"].to_list()[row]
    names = labels.vocabulary.landmarks
    return {name: [round(v, 3) for v in flat[3 * n : 3 * n + 3]] for n, name in enumerate(names)}


def test_coarse_labels_are_read_as_published(coarse: Path) -> None:
    labels = read_deepfashion(coarse)
    words = labels.vocabulary
    assert [(c.name, c.place) for c in words.categories] == [
        ("Tee", "upper"),
        ("Jeans", "lower"),
        ("Dress", "full"),
        ("Coat", "upper"),
    ]
    assert words.tags == {
        "texture": ("floral print", "striped"),
        "fabric": ("cotton",),
        "shape": ("maxi",),
        "part": ("v-neck",),
        "style": ("boho",),
    }
    table = labels.table
    assert table["category"].to_list() == [0, 1, 2, 3]
    assert table["part"].to_list() == ["train", "val", "test", "train"]
    assert table["product"].to_list() == ["Tee", "Jeans", "Dress", "Coat"]
    assert table["tags"].to_list() == [[0, 1, 3], [2], [3, 5], []]
    assert table.select("left", "top", "right", "bottom").rows()[:2] == [
        (pytest.approx(0.1), pytest.approx(0.1), 0.5, pytest.approx(0.9)),
        (0.0, 0.0, 1.0, 1.0),
    ]


def test_coarse_landmarks_lie_where_they_are_on_the_body(coarse: Path) -> None:
    labels = read_deepfashion(coarse)
    tee, jeans = points(labels, 0), points(labels, 1)
    assert tee["left collar"] == [0.1, 0.1, 1.0]
    assert tee["right collar"] == [0.2, 0.1, 0.5]
    assert tee["right sleeve"] == [0.0, 0.0, 0.0]
    assert tee["left waistline"] == [0.0, 0.0, 0.0]
    assert tee["right hem"] == [0.5, 0.9, 1.0]
    assert jeans["left collar"] == [0.0, 0.0, 0.0]
    assert jeans["left waistline"] == [0.1, 0.1, 1.0]
    assert jeans["right hem"] == [0.15, 0.5, 1.0]


def test_a_variation_type_before_the_points_is_passed_over(coarse: Path) -> None:
    path = coarse / "Anno_coarse/list_landmarks.txt"
    text = path.read_text().replace("jpg  2  0 020", "jpg  2  3  0 020")
    path.write_text(text)
    assert points(read_deepfashion(coarse), 1)["left waistline"] == [0.1, 0.1, 1.0]


def test_rows_that_cannot_be_used_are_set_aside_and_none_is_lost(
    coarse: Path, tmp_path: Path
) -> None:
    with (coarse / "Anno_coarse/list_attr_img.txt").open("a") as file:
        file.write("img/Tee/img_00000001.jpg -1 -1 -1 -1 -1 -1\n")  # listed before
        file.write("img/Gone/img_00000001.jpg -1 -1 -1 -1 -1 -1\n")
        file.write("img/Tee/img_00000001.jpg -1 -1 2 -1 -1 -1\n")
        file.write("img/Tee/img_00000001.jpg -1 -1\n\n")
    with (coarse / "Eval/list_eval_partition.txt").open("a") as file:
        file.write("img/Away/img_00000001.jpg train\n../../outside.jpg train\n/etc/passwd test\n")
        file.write("img/Tee/img_00000001.jpg train\nimg/Tee/img_00000001.jpg judge\n")
    report = import_deepfashion(coarse, tmp_path / "out")
    aside = {name: table.quarantined for name, table in report.tables.items()}
    assert aside["Anno_coarse/list_attr_img.txt"] == {
        "picture listed twice": 1,
        "picture of no partition": 1,
        "attribute is not -1, 0 or 1": 1,
        "wrong number of columns": 1,
    }
    assert aside["Eval/list_eval_partition.txt"] == {
        "picture not there": 1,
        "path leaves the folder": 2,
        "picture listed twice": 1,
        "no such part": 1,
    }
    assert aside["Anno_coarse/list_bbox.txt"] == {"box without area": 1}
    assert aside["Anno_coarse/list_landmarks.txt"] == {"wrong number of columns": 1}
    kept = pl.read_parquet(labels_store(tmp_path / "out").current() / "quarantine.parquet")
    assert kept.height == sum(sum(reasons.values()) for reasons in aside.values())
    read = {name: (table.read, table.accepted) for name, table in report.tables.items()}
    assert read["Anno_coarse/list_attr_img.txt"] == (8, 4)
    assert report.n_garments == 4
    assert any(
        "1 attributes are marked unknown" in note
        for t in report.tables.values()
        for note in t.notes
    )


def test_a_box_is_drawn_in_to_its_picture(coarse: Path) -> None:
    box = read_deepfashion(coarse).table.select("left", "top", "right", "bottom").row(3)
    assert box == (0.75, 0.5, 1.0, 1.0)


def test_a_link_out_of_the_folder_is_not_followed(coarse: Path, tmp_path: Path) -> None:
    write_picture(tmp_path / "elsewhere.jpg")
    link = coarse / "img/Tee/img_00000001.jpg"
    link.unlink()
    link.symlink_to(tmp_path / "elsewhere.jpg")
    assert read_deepfashion(coarse).table.height == 3


def test_imported_labels_open_as_they_were_and_tell_when_altered(
    coarse: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    import_deepfashion(coarse, out)
    opened = open_labels(out)
    direct = open_labels(coarse)
    assert opened.table.equals(direct.table)
    assert opened.vocabulary == direct.vocabulary
    manifest = read_manifest(labels_store(out).current())
    assert manifest["source"] == "coarse"
    file = labels_store(out).current() / "vocabulary.json"
    file.write_text(file.read_text().replace("Tee", "Top"))
    with pytest.raises(ArtifactError, match=r"vocabulary\.json has SHA-256"):
        open_labels(out)


def test_folders_are_laid_out_as_links(coarse: Path, tmp_path: Path) -> None:
    report = import_deepfashion(coarse, tmp_path / "out", folders=True)
    link = tmp_path / "out/folders/val/Jeans/img__Jeans__img_00000001.jpg"
    assert link.is_symlink()
    assert link.read_bytes() == (coarse / "img/Jeans/img_00000001.jpg").read_bytes()
    assert report.links == {"symbolic links": 4}
    import_deepfashion(coarse, tmp_path / "out", folders=True)
    assert len(list((tmp_path / "out/folders").rglob("*.jpg"))) == 4


def test_hard_links_where_symbolic_ones_are_not_to_be_had(
    coarse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("not here")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    report = import_deepfashion(coarse, tmp_path / "out", folders=True)
    assert report.links == {"hard links": 4}


def test_fine_labels_are_read_by_their_order(tmp_path: Path) -> None:
    write_fine(tmp_path)
    labels = open_labels(tmp_path)
    assert list(labels.vocabulary.groups) == [
        "pattern",
        "sleeve",
        "length",
        "neckline",
        "material",
        "fit",
    ]
    assert labels.vocabulary.groups["sleeve"] == ("value 2 0", "value 2 1", "value 2 2")
    row = labels.table.row(0, named=True)
    assert (row["group.pattern"], row["group.fit"], row["group.length"]) == (5, 2, 2)
    top = points(labels, 0)
    assert top["left hem"] == [0.1, 0.9, 1.0]
    assert top["left waistline"] == [0.0, 0.0, 0.0]


def test_a_fault_in_a_fine_row_leaves_the_others_in_place(tmp_path: Path) -> None:
    write_fine(tmp_path)
    anno = tmp_path / "Anno_fine"
    (anno / "train_attr.txt").write_text("5 0 2 0 2 2\n9 0 2 0 2 2\n1 1 1 1 1 1\n")
    (anno / "train_bbox.txt").write_text("020 010 100 090\nx 0 1 1\n020 010 100 090\n")
    labels = open_labels(tmp_path)
    assert labels.table["group.pattern"].to_list() == [5, None, 1]
    assert labels.table["left"].is_null().to_list() == [False, True, False]


def test_fine_files_of_unequal_length_are_refused(tmp_path: Path) -> None:
    write_fine(tmp_path)
    (tmp_path / "Anno_fine/train_bbox.txt").write_text("020 010 100 090\n")
    with pytest.raises(InputError, match="has 1 rows, the list of its pictures 3"):
        open_labels(tmp_path)


def test_copies_of_a_picture_are_one_product(tmp_path: Path) -> None:
    write_fine(tmp_path, n_pictures=4)
    write_picture(tmp_path / "img/00003.jpg", size=(160, 80), seed=0)
    table = open_labels(tmp_path).table
    assert table["product"].to_list() == ["00000", "00001", "00002", "00000"]
    assert table["part"][0] == table["part"][3]


def test_inshop_is_read_as_published(tmp_path: Path) -> None:
    write_inshop(tmp_path)
    labels = open_labels(tmp_path)
    assert labels.vocabulary.category_names == ("Dresses", "Tees Tanks")
    assert labels.table["product"].to_list() == ["id_00000001", "id_00000001", "id_00000002"]
    assert labels.table["part"].to_list()[:2] == ["test", "test"]
    assert labels.table["left"].to_list() == pytest.approx([0.1, 0.1, 0.1])
    assert labels.vocabulary.groups == {}, "a colour of three pictures is too rare"


def test_a_cut_of_inshop_with_a_table_is_read(tmp_path: Path) -> None:
    write_picture(tmp_path / "img/id_1.jpg")
    write_picture(tmp_path / "img/id_2.jpg", seed=1)
    (tmp_path / "items.csv").write_text(
        "item_id,gender,category,colour\nid_1,WOMEN,Skirts,Red\nid_2,MEN,Pants,\nid_3,MEN,Pants,\n"
    )
    report = import_deepfashion(tmp_path, tmp_path / "out")
    labels = open_labels(tmp_path / "out")
    assert labels.table["picture"].to_list() == ["img/id_1.jpg", "img/id_2.jpg"]
    assert report.tables["items.csv"].quarantined == {"picture not there": 1}


def test_of_two_annotations_one_is_named(coarse: Path, tmp_path: Path) -> None:
    write_fine(coarse)
    report = import_deepfashion(coarse, tmp_path / "out")
    assert report.source == "coarse"
    assert report.notes == ["fine is there, too: --annotation fine reads it"]
    assert import_deepfashion(coarse, tmp_path / "fine", annotation="fine").n_garments == 3
    with pytest.raises(InputError, match="has no in-shop annotation"):
        import_deepfashion(coarse, tmp_path / "shop", annotation="in-shop")


@pytest.mark.parametrize(
    ("file", "text", "match"),
    [
        ("Anno_coarse/list_category_cloth.txt", "1\nname type\nTee\n", "expected a name and a num"),
        ("Anno_coarse/list_attr_cloth.txt", "1\nname type\nfloral 9\n", "attributes of type 9"),
        ("Eval/list_eval_partition.txt", "0\nimage_name status\n", "none of the 0 listed pictures"),
        ("Anno_coarse/list_bbox.txt", "\x00\x01\x02", "is binary data"),
    ],
)
def test_files_that_cannot_be_used_are_named(
    coarse: Path, file: str, text: str, match: str
) -> None:
    (coarse / file).write_text(text)
    with pytest.raises(InputError, match=match):
        read_deepfashion(coarse)


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no labelled pictures"):
        open_labels(tmp_path)
    with pytest.raises(InputError, match="holds no set of DeepFashion"):
        read_deepfashion(tmp_path)


def test_tags_of_many_blocks_are_those_of_one(
    coarse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = read_deepfashion(coarse).table
    monkeypatch.setattr("modiste.data.sources.deepfashion_lists.BLOCK", 70)
    assert read_deepfashion(coarse).table.equals(whole)


def test_a_name_listed_twice_in_a_type_is_told_apart(coarse: Path) -> None:
    write_list(
        coarse / "Anno_coarse/list_attr_cloth.txt",
        ["maxi 3", "floral 1", "cotton 2", "floral 1", "v-neck 4", "boho 5"],
    )
    assert read_deepfashion(coarse).vocabulary.tags["texture"] == ("floral", "floral 2")


@pytest.mark.real_data
def test_the_cuts_are_read_whole(shared: Path) -> None:
    inshop = open_labels(shared / "deepfashion_inshop")
    assert inshop.table.height == 3144
    assert len(inshop.vocabulary.categories) == 17
    fine = open_labels(shared / "deepfashion_fine")
    assert fine.table.height == 5000
    assert fine.table["left"].null_count() == 0
    assert sum(map(len, fine.vocabulary.groups.values())) == 26
