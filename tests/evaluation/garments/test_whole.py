"""The measure on drawn pictures, by a stand-in that says what it was told to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image

from modiste.data.garments.labels import Category, GarmentLabels, Vocabulary, complete
from modiste.errors import InputError
from modiste.evaluation.garments.printing import figure_table, print_garments
from modiste.evaluation.garments.whole import measure_garments
from modiste.garments.answers import Predictions

WORDS = Vocabulary(
    (Category("Top", "upper"), Category("Skirt", "lower")), {"fit": ("tight", "loose")}
)
BOX = (0.1, 0.2, 0.5, 0.6)


@dataclass
class Stand:
    """Says of a picture what its red says: category, and its green: fit; of grey ones nothing."""

    vocabulary: Vocabulary = WORDS
    places: tuple[str, ...] = ("",)
    threshold: float = 0.5
    picture_size: tuple[int, int] = (8, 8)
    seen: list[int] = field(default_factory=list)

    def predict(self, pictures: Sequence[Image.Image]) -> Predictions:
        self.seen.append(len(pictures))
        n, slots = len(pictures), len(self.places)
        colours = np.array([np.asarray(p).mean(axis=(0, 1)) for p in pictures])
        second = (colours[:, 0] > 128).astype(int)
        categories = np.full((n, slots, 2), 0.1, np.float32)
        categories[np.arange(n), :, second] = 0.9
        fit = np.zeros((n, slots, 2), np.float32)
        fit[np.arange(n), :, (colours[:, 1] > 128).astype(int)] = 1
        presence = np.repeat((colours[:, 2] < 200)[:, None], slots, 1).astype(np.float32)
        boxes = np.broadcast_to(np.array(BOX, np.float32), (n, slots, 4)).copy()
        boxes[:, 1:] = [0, 0, 1, 1]
        return Predictions(presence, categories, {"fit": fit}, None, boxes, None)


@pytest.fixture
def labels(tmp_path: Path) -> GarmentLabels:
    rows = []
    for n in range(12):
        red, green = (220 if n % 2 else 20), (220 if n % 3 else 20)
        blue = 250 if n == 11 else 0
        Image.new("RGB", (20, 20), (red, green, blue)).save(tmp_path / f"{n:02}.png")
        rows.append(
            {
                "picture": f"{n:02}.png",
                "part": "train" if n < 4 else "test",
                "product": f"p{n // 2}",
                "category": None if n == 11 else (n % 2 if n != 6 else 1),
                "group.fit": None if n == 11 else int(n % 3 > 0),
                "nothing": n == 11,
                "left": None if n == 11 else 0.1,
                "top": None if n == 11 else 0.2,
                "right": None if n == 11 else 0.5,
                "bottom": None if n == 11 else 0.6,
            }
        )
    return GarmentLabels(tmp_path, WORDS, complete(pl.DataFrame(rows), WORDS))


def test_figures_are_of_the_test_part_alone(labels: GarmentLabels) -> None:
    stand = Stand()
    found = measure_garments([("drawn", labels)], stand)["sets"]["drawn"]
    assert sum(stand.seen) == 8
    assert found["judged"] == {
        "garments": 7,
        "pictures": 7,
        "products": 4,
        "unreadable": 0,
        "found": 1.0,
        "nothing": 1,
        "silent": 1.0,
    }
    values = {name: figure["value"] for name, figure in found["figures"].items()}
    assert values["category top-1"] == pytest.approx(6 / 7, abs=1e-4)
    assert values["category top-3"] == 1.0
    assert values["attribute fit"] == 1.0
    assert values["box mean IoU"] == pytest.approx(1.0)
    top = found["figures"]["category top-1"]
    assert top["low"] <= top["value"] <= top["high"]
    assert found["confusion"]["counts"] == [[3, 0], [1, 3]]
    assert found["figures"]["box mean IoU"]["baselines"] == {
        "majority and mean": 1.0,
        "median box": 1.0,
    }
    [mistake] = found["worst"]["category"]
    assert (mistake["picture"], mistake["told"], mistake["said"]) == (
        "06.png",
        "Skirt",
        "Top (0.90)",
    )


def test_a_model_with_places_is_asked_at_the_category_s_place(labels: GarmentLabels) -> None:
    stand = Stand(places=("upper", "lower", "full"))
    boxes = measure_garments([("drawn", labels)], stand)["sets"]["drawn"]["figures"]
    # Tops (n = 4, 8, 10) are asked in the first slot, whose box is right; skirts in the second.
    expected = (3 * 1 + 4 * 0.16) / 7
    assert boxes["box mean IoU"]["value"] == pytest.approx(expected, abs=1e-3)


def test_a_model_of_other_words_is_matched_by_name(labels: GarmentLabels) -> None:
    words = Vocabulary(
        (Category("Skirt", "lower"), Category("Top", "upper")), {"size": ("tight", "loose")}
    )
    found = measure_garments([("drawn", labels)], Stand(vocabulary=words))["sets"]["drawn"]
    assert found["figures"]["category top-1"]["value"] == pytest.approx(1 / 7, abs=1e-4)
    assert "attribute fit" not in found["figures"]


def test_pictures_that_went_are_counted_and_none_is_an_error(labels: GarmentLabels) -> None:
    (labels.root / "05.png").unlink()
    (labels.root / "07.png").write_text("no picture")
    found = measure_garments([("drawn", labels)], Stand())["sets"]["drawn"]
    assert (found["judged"]["unreadable"], found["judged"]["garments"]) == (2, 5)
    for path in labels.root.iterdir():
        path.unlink()
    with pytest.raises(InputError, match="no picture of the part test can be read"):
        measure_garments([("drawn", labels)], Stand())


def test_labels_without_a_test_part_are_refused(labels: GarmentLabels) -> None:
    with pytest.raises(InputError, match="drawn has no row of the part test"):
        measure_garments([("drawn", labels.part("train"))], Stand())


def test_the_same_seed_gives_the_same_figures_as_json(labels: GarmentLabels) -> None:
    one, other = (measure_garments([("drawn", labels)], Stand(), seed=3) for _ in range(2))
    assert json.dumps(one) == json.dumps(other)


def test_figures_are_printed_with_baselines(
    labels: GarmentLabels, capsys: pytest.CaptureFixture[str]
) -> None:
    result = json.loads(json.dumps(measure_garments([("drawn", labels)], Stand())))
    print_garments(result)
    printed = capsys.readouterr().out
    assert "7 garments in 7 pictures of 4 products" in printed
    assert "not comparable" in printed
    head, rows = figure_table(result["sets"]["drawn"])
    assert head == ["figure", "model", "95 %", "majority and mean", "median box"]
    assert rows[0][:2] == ["category top-1", "0.857"]
    of_category = {**result["sets"]["drawn"]}
    of_category["figures"] = {"category top-1": of_category["figures"]["category top-1"]}
    assert "median box" not in figure_table(of_category)[0]


def test_the_page_stands_alone_and_shows_mistakes(labels: GarmentLabels, tmp_path: Path) -> None:
    from modiste.report.garments_page import write_garments_page

    result = {"model": {"folder": "m", "identity": "0" * 16}}
    result |= measure_garments([("<drawn>", labels)], Stand())
    out = tmp_path / "page.html"
    write_garments_page(result, out)
    page = out.read_text()
    assert "&lt;drawn&gt;" in page
    assert "<drawn>" not in page
    assert page.count("<svg") > 4
    assert "data:image/jpeg" in page
    assert "http" not in page.replace("http-equiv", "")
    with pytest.raises(InputError, match="choose another --page"):
        write_garments_page(result, tmp_path / "no" / "page.html")
