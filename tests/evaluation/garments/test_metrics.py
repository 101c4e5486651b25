"""Every figure by hand on a few garments."""

from __future__ import annotations

import numpy as np
import pytest

from modiste.data.garments.labels import Category, Vocabulary
from modiste.evaluation.garments.answers import Said, Told, in_words
from modiste.evaluation.garments.baselines import MAJORITY, MEDIAN, without_looking
from modiste.evaluation.garments.metrics import (
    Ratio,
    all_figures,
    mean_of,
    overlaps,
    places_of,
)
from modiste.evaluation.garments.sureness import (
    calibration,
    calibration_error,
    confusion,
    intervals,
)

WORDS = Vocabulary(
    tuple(Category(name) for name in "abcdef"),
    {"fit": ("tight", "loose"), "neck": ("v", "crew")},
    {"texture": ("floral", "striped", "plain", "dots"), "style": ("boho", "chic")},
    ("hem", "collar"),
)


def told(n: int, **given: object) -> Told:
    values: dict[str, object] = {
        "products": np.arange(n),
        "categories": np.full(n, -1),
        "groups": {name: np.full(n, -1) for name in WORDS.groups},
        "tags": np.full((n, 6), -1, np.int8),
        "boxes": np.full((n, 4), np.nan, np.float32),
        "landmarks": np.full((n, 2, 3), np.nan, np.float32),
    }
    return Told(**(values | given))  # type: ignore[arg-type]


def figures(labels: Told, answers: Said) -> dict[str, float]:
    found = all_figures(labels, answers, WORDS.tags)
    return {name: float(ratio.value()[0]) for name, ratio in found.items()}


def test_places_break_ties_by_position() -> None:
    scores = np.array([[0.2, 0.5, 0.3], [0.4, 0.2, 0.4], [0.4, 0.2, 0.4], [1, 0, 0]], np.float32)
    assert places_of(scores, np.array([2, 0, 2, -1])).tolist() == [2, 1, 2, 3]


def test_categories_and_their_macro_recall() -> None:
    scores = np.zeros((5, 6), np.float32)
    scores[:, 0] = 0.9  # all are taken for "a"
    scores[:, 1] = 0.5
    scores[:, 2:] = [0.4, 0.3, 0.2, 0.1]
    labels = told(5, categories=np.array([0, 0, 1, 3, -1]))
    assert figures(labels, Said(categories=scores)) == {
        "category top-1": 2 / 4,
        "category top-3": 3 / 4,
        "category top-5": 1.0,
        # "a" 2 of 2, "b" 0 of 1, "d" 0 of 1; no other occurs
        "category macro recall": pytest.approx(1 / 3),
    }


def test_the_mean_of_groups_is_of_groups_not_of_garments() -> None:
    labels = told(4, groups={"fit": np.array([0, 1, 0, 1]), "neck": np.array([1, -1, -1, -1])})
    tight = np.tile(np.array([0.8, 0.2], np.float32), (4, 1))
    found = figures(labels, Said(groups={"fit": tight, "neck": tight}))
    assert found == {
        "attribute fit": 0.5,
        "attribute neck": 0.0,
        "attributes, mean of groups": 0.25,
    }


def test_recall_of_tags_within_their_type_and_over_all() -> None:
    tags = np.array([[1, 0, 0, 1, 1, 0], [0, 1, 0, 0, 0, 0], [-1] * 6], np.int8)
    scores = np.array(
        [[0.9, 0.8, 0.7, 0.1, 0.6, 0.5], [0.4, 0.1, 0.3, 0.2, 0.9, 0.8], [1, 1, 1, 1, 1, 1]],
        np.float32,
    )
    found = figures(told(3, tags=tags), Said(tags=scores))
    # texture, first three of four: 0 1 2 of the first garment, 0 2 3 of the second
    assert found["tags texture recall@3"] == pytest.approx(1 / 3)
    assert found["tags texture recall@5"] == 1.0
    assert found["tags style recall@3"] == 1.0
    # all, first three: 0 1 2, then 4 5 0: one of the four true ones
    assert found["tags all recall@3"] == pytest.approx(1 / 4)
    # first five: 0 1 2 4 5 (two of three), then 4 5 0 2 3 (none of one)
    assert found["tags all recall@5"] == pytest.approx(2 / 4)
    # by attribute: floral 1, striped 0, dots 0, boho 1
    assert found["tags all recall@5, mean of attributes"] == pytest.approx(2 / 4)


def test_overlaps_by_hand() -> None:
    one = np.array(
        [[0, 0, 0.5, 1], [0, 0, 0.5, 0.5], [0, 0, 1, 1], [0.5, 0.5, 0.5, 0.5]], np.float32
    )
    other = np.array(
        [[0, 0, 1, 1], [0.5, 0.5, 1, 1], [0, 0, 1, 1], [0.5, 0.5, 0.5, 0.5]], np.float32
    )
    assert overlaps(one, other).tolist() == [0.5, 0.0, 1.0, 0.0]


def test_boxes_leave_out_garments_without_one() -> None:
    boxes = np.array([[0, 0, 0.5, 1], [0, 0, 0.8, 1], [np.nan] * 4], np.float32)
    said = np.array([[0, 0, 1, 1]] * 3, np.float32)
    found = figures(told(3, boxes=boxes), Said(boxes=said))
    assert found["box mean IoU"] == pytest.approx((0.5 + 0.8) / 2)
    assert found["box IoU above 0.5"] == 0.5
    assert found["box IoU above 0.75"] == 0.5


def test_landmarks_count_points_in_the_picture() -> None:
    points = np.array(
        [[[0.1, 0.1, 1], [0.9, 0.9, 0]], [[0.5, 0.5, 0.5], [0.2, 0.2, 1]]], np.float32
    )
    said = np.array([[[0.1, 0.4], [0, 0]], [[0.9, 0.8], [0.2, 0.2]]], np.float32)
    found = figures(told(2, landmarks=points), Said(landmarks=said))
    assert found["landmarks mean error"] == pytest.approx((0.3 + 0.5 + 0) / 3)
    assert found["landmarks mean error, visible"] == pytest.approx((0.3 + 0) / 2)


def test_what_is_said_without_looking_is_learnt_from_training_rows() -> None:
    learnt = told(
        3,
        categories=np.array([1, 1, 4]),
        groups={"fit": np.array([1, 1, -1]), "neck": np.array([-1, -1, -1])},
        tags=np.array([[1, 0, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0], [-1] * 6], np.int8),
        boxes=np.array([[0, 0, 0.2, 1], [0, 0, 0.4, 1], [0.6, 0, 0.9, 1]], np.float32),
        landmarks=np.array([[[0.2, 0.4, 1], [0.9, 0.9, 0]]] * 3, np.float32),
    )
    said = without_looking(learnt, 2, WORDS)
    usual = said[MAJORITY]
    assert usual.categories is not None
    assert usual.categories.shape == (2, 6)
    assert usual.categories[0].tolist() == pytest.approx([0, 2 / 3, 0, 0, 1 / 3, 0])
    assert list(usual.groups) == ["fit"]
    assert usual.tags is not None
    assert usual.tags[1].tolist() == [1, 0.5, 0, 0, 0, 0]
    assert usual.boxes is not None
    assert usual.boxes[0].tolist() == pytest.approx([0.2, 0, 0.5, 1])
    middle = said[MEDIAN].boxes
    assert middle is not None
    assert middle[0].tolist() == pytest.approx([0, 0, 0.4, 1])
    assert usual.landmarks is not None
    assert usual.landmarks[0].tolist() == [pytest.approx([0.2, 0.4]), [0.5, 0.5]]


def test_scores_move_to_other_words_by_name() -> None:
    scores = np.array([[0.2, 0.3, 0.5]], np.float32)
    moved = in_words(scores, ("a", "b", "c"), ("c", "d", "a"))
    assert moved is not None
    assert moved[0].tolist() == pytest.approx([0.5 / 0.7, 0, 0.2 / 0.7])
    assert in_words(scores, ("a", "b", "c"), ("x",)) is None
    assert in_words(None, (), ("x",)) is None


def test_intervals_draw_products_not_pictures(rng: np.random.Generator) -> None:
    products = rng.permutation(np.repeat(np.arange(40), 10))
    right = products % 2  # ten pictures of each product, all alike
    figure = {"top-1": mean_of(right, np.ones(400, bool))}
    by_product = intervals(figure, products, rng)["top-1"]
    by_picture = intervals(figure, np.arange(400), rng)["top-1"]
    assert by_product[0] == pytest.approx(0.5 - 1.96 * 0.5 / 40**0.5, abs=0.03)
    assert by_picture[0] == pytest.approx(0.5 - 1.96 * 0.5 / 400**0.5, abs=0.01)
    assert np.isnan(intervals(figure, np.zeros(400, np.int64), rng)["top-1"]).all()


def test_a_ratio_leaves_out_columns_that_weigh_nothing() -> None:
    figure = Ratio(np.array([[1.0, 0], [0, 2]]), np.array([[2.0, 0], [0, 2]]))
    assert figure.value().tolist() == [0.75]
    assert figure.value(np.array([[1.0, 0], [0, 1], [0, 0]]))[:2].tolist() == [0.5, 1.0]
    assert np.isnan(figure.value(np.array([[0.0, 0]])))[0]


def test_calibration_by_hand() -> None:
    scores = np.array([[0.95, 0.05], [0.92, 0.08], [0.45, 0.55], [0.9, 0.1]], np.float32)
    steps = calibration(scores, np.array([0, 1, 1, -1]))
    assert [(step["n"], step["right"]) for step in steps] == [(1, 1.0), (2, 0.5)]
    assert steps[1]["promised"] == pytest.approx(0.935)
    error = calibration_error(steps)
    assert error == pytest.approx((0.45 * 1 + 0.435 * 2) / 3)
    assert calibration_error([]) is None


def test_confusion_has_the_true_category_first() -> None:
    scores = np.array([[0.9, 0.1, 0], [0.8, 0.2, 0], [0, 0, 1], [1, 0, 0]], np.float32)
    found = confusion(scores, told(4, categories=np.array([0, 1, 2, -1])))
    assert found.tolist() == [[1, 0, 0], [1, 0, 0], [0, 0, 1]]
