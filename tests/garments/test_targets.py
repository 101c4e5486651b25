"""Labels of several folders as one, and the slots that a picture's garments have."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from modiste.data.garments.labels import Category, GarmentLabels, Vocabulary, complete
from modiste.errors import InputError
from modiste.garments.material import draw_nothing, gather
from modiste.garments.merged import merge_labels
from modiste.garments.targets import lay_out
from tests.garments.drawn import draw_labels

FINE = Vocabulary(
    (Category("top", "upper"),), {"sleeve": ("long", "short")}, {"style": ("boho",)}, ("left hem",)
)
COARSE = Vocabulary(
    (Category("skirt", "lower"), Category("top", "upper")),
    {"sleeve": ("none", "long")},
    {"style": ("plain", "boho")},
    ("right hem", "left hem"),
)


def labels(words: Vocabulary, root: Path, *rows: dict[str, object]) -> GarmentLabels:
    filled = [{"picture": f"{place}.jpg", "part": "train", "product": str(place), **row}
              for place, row in enumerate(rows)]  # fmt: skip
    return GarmentLabels(root, words, complete(pl.DataFrame(filled), words))


@pytest.fixture
def pair(tmp_path: Path) -> tuple[GarmentLabels, GarmentLabels]:
    one = labels(
        FINE, tmp_path,
        {"category": 0, "group.sleeve": 1, "tags": [0], "landmarks": [0.1, 0.2, 1.0]},
    )  # fmt: skip
    other = labels(
        COARSE, tmp_path / "other",
        {"category": 0, "group.sleeve": 0, "tags": [0, 1],
         "landmarks": [0.3, 0.4, 0.5, 0.6, 0.7, 1.0]},
    )  # fmt: skip
    return one, other


def test_merged_words_are_a_union_and_rows_keep_their_meaning(
    pair: tuple[GarmentLabels, GarmentLabels],
) -> None:
    merged = merge_labels(pair)
    words, rows = merged.vocabulary, merged.table
    assert words.category_names == ("top", "skirt")
    assert words.groups["sleeve"] == ("long", "short", "none")
    assert words.tags["style"] == ("boho", "plain")
    assert words.landmarks == ("left hem", "right hem")
    assert [words.category_names[place] for place in rows["category"]] == ["top", "skirt"]
    assert [words.groups["sleeve"][place] for place in rows["group.sleeve"]] == ["short", "none"]
    assert [[words.tag_names[tag] for tag in tags] for tags in rows["tags"]] == [
        ["boho"], ["plain", "boho"],
    ]  # fmt: skip
    assert rows["landmarks"][0].to_list() == pytest.approx([0.1, 0.2, 1, 0, 0, 0])
    assert rows["landmarks"][1].to_list() == pytest.approx([0.6, 0.7, 1, 0.3, 0.4, 0.5])


def test_a_category_worn_at_two_places_is_told(pair: tuple[GarmentLabels, GarmentLabels]) -> None:
    lower = Vocabulary((Category("top", "lower"),))
    other = labels(lower, pair[0].root, {"category": 0})
    with pytest.raises(InputError, match="'top' is worn upper in one folder and lower in another"):
        merge_labels([pair[0], other])


def test_one_garment_a_picture_has_one_slot(pair: tuple[GarmentLabels, GarmentLabels]) -> None:
    pictures = lay_out(merge_labels(pair))
    assert pictures.places == ("",)
    assert pictures.targets.categories.tolist() == [[0], [1]]
    assert pictures.targets.presence.tolist() == [[1], [1]]
    assert pictures.targets.tags.tolist() == [[[1, 0]], [[1, 1]]]


def test_several_garments_have_slots_by_place_and_the_rest_is_absent_or_unknown(
    tmp_path: Path,
) -> None:
    shown = {"picture": "a.jpg"}
    several = labels(COARSE, tmp_path, {**shown, "category": 1}, {**shown, "category": 0},
                     {"category": 1}, {"nothing": True})  # fmt: skip
    single = labels(FINE, tmp_path / "single", {"category": 0}, {"group.sleeve": 0})
    pictures = lay_out(merge_labels([several, single]))
    assert pictures.places == ("upper", "lower", "full")
    presence = pictures.targets.presence
    assert presence[0].tolist() == [1, 1, 0]  # two garments
    assert presence[1].tolist() == [1, 0, 0]  # all of this set's garments are told
    assert presence[2].tolist() == [0, 0, 0]  # nothing
    assert presence[3, 0] == 1
    assert np.isnan(presence[3, 1:]).all()  # one garment is told, others may be there
    assert np.isnan(presence[4]).all()  # its place is not known


def test_pictures_of_nothing_are_made_up_of_what_lies_beside_boxes(tmp_path: Path) -> None:
    material = gather(merge_labels([draw_labels(tmp_path, 60)]), 0.5, 3)
    made = np.flatnonzero((material.targets.presence == 0).all(1))
    assert material.n_made == len(made) == 21 + 4
    rows = [row for row in made if material.paths[row] is not None]
    assert rows
    for row in rows:
        left, _, right, _ = material.windows[row]
        own = next(at for at, path in enumerate(material.paths) if path == material.paths[row])
        box = material.targets.boxes[own, 0]
        assert right <= box[0] or left >= box[2]
    assert not set(material.learned) & set(material.watched)


def test_labels_that_hold_pictures_of_nothing_get_none_made_up(tmp_path: Path) -> None:
    material = gather(merge_labels([draw_labels(tmp_path, 36, with_nothing=True)]), 0.5, 3)
    assert material.n_made == 0
    assert (material.targets.presence == 0).any()


def test_rows_to_be_judged_by_are_never_looked_at(tmp_path: Path) -> None:
    drawn = draw_labels(tmp_path, 40)
    material = gather(merge_labels([drawn]), 0.5, 3)
    judged = set(drawn.part("test").table["picture"])
    used = [*material.learned, *material.watched]
    assert not judged & {path.name for row in used if (path := material.paths[row]) is not None}


def test_a_path_that_leaves_its_folder_is_left_out(tmp_path: Path) -> None:
    given = labels(FINE, tmp_path, {"category": 0}, {"picture": "../secret.jpg", "category": 0})
    material = gather(merge_labels([given]), 0.0, 0)
    assert material.outside == ("../secret.jpg",)
    assert len(material.learned) == 1


def test_labels_without_a_picture_to_learn_from_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected rows of the part train"):
        gather(merge_labels([labels(FINE, tmp_path, {"part": "test", "category": 0})]), 0.0, 0)


def test_drawn_nothing_is_of_all_three_kinds() -> None:
    spreads = [np.asarray(draw_nothing(np.random.default_rng(seed))).std((0, 1)).max()
               for seed in range(12)]  # fmt: skip
    assert min(spreads) == 0
    assert max(spreads) > 20
