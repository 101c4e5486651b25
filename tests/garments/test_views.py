"""What a window does to a picture it does to boxes and landmarks, to the last digit."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from modiste.garments.learning.views import (
    Views,
    draw_views,
    flip_targets,
    move_targets,
    other_side,
    plain_views,
    see_view,
)
from modiste.garments.targets import Targets
from tests.garments.drawn import WORDS

HALF = np.array([[0.25, 0.5, 0.75, 1.0]], np.float32)


def told(box: list[float], points: list[list[float]]) -> Targets:
    targets = Targets.untold(1, 1, WORDS)
    targets.boxes[0, 0] = box
    targets.landmarks[0, 0] = points
    return targets


def test_a_window_moves_boxes_and_landmarks() -> None:
    given = told([0.25, 0.5, 0.5, 0.75], [[0.375, 0.625, 1.0], [0.9, 0.6, 0.5]])
    moved = move_targets(given, HALF)
    # The window begins at a quarter and a half, and is half as wide and high as the picture.
    np.testing.assert_allclose(moved.boxes[0, 0], [0, 0, 0.5, 0.5])
    np.testing.assert_allclose(moved.landmarks[0, 0, 0], [0.25, 0.25, 1])
    assert moved.landmarks[0, 0, 1, 2] == 0  # at 1.3 it is outside


def test_a_box_is_cut_with_the_picture_and_not_told_of_where_little_is_left() -> None:
    points = [[0.5, 0.5, 0.0]] * 2
    cut = move_targets(told([0.5, 0.5, 1.0, 1.0], points), HALF)
    np.testing.assert_allclose(cut.boxes[0, 0], [0.5, 0, 1, 1])
    gone = move_targets(told([0.0, 0.0, 0.4, 0.6], points), HALF)
    assert np.isnan(gone.boxes[0, 0]).all()


def test_a_wider_window_shrinks_boxes() -> None:
    wide = np.array([[-0.5, -0.5, 1.5, 1.5]], np.float32)
    moved = move_targets(told([0.0, 0.0, 1.0, 1.0], [[0.5, 0.5, 1]] * 2), wide)
    np.testing.assert_allclose(moved.boxes[0, 0], [0.25, 0.25, 0.75, 0.75])


def test_what_is_not_told_stays_so() -> None:
    moved = move_targets(Targets.untold(1, 1, WORDS), HALF)
    assert np.isnan(moved.boxes).all()
    assert np.isnan(moved.landmarks).all()
    assert (moved.categories == -1).all()


def test_the_flip_turns_boxes_and_swaps_left_and_right_landmarks() -> None:
    given = told([0.1, 0.2, 0.4, 0.8], [[0.1, 0.8, 1.0], [0.4, 0.7, 0.5]])
    other = other_side(WORDS.landmarks)
    assert other.tolist() == [1, 0]
    turned = flip_targets(given, np.array([True]), other)
    np.testing.assert_allclose(turned.boxes[0, 0], [0.6, 0.2, 0.9, 0.8], rtol=1e-6)
    np.testing.assert_allclose(
        turned.landmarks[0, 0], [[0.6, 0.7, 0.5], [0.9, 0.8, 1.0]], rtol=1e-6
    )
    same = flip_targets(given, np.array([False]), other)
    np.testing.assert_array_equal(same.landmarks, given.landmarks)


def test_a_landmark_without_a_counterpart_is_its_own() -> None:
    assert other_side(("left hem", "neck", "right hem", "left cuff")).tolist() == [2, 1, 0, 3]


def test_pictures_move_as_their_boxes_do() -> None:
    pixels = np.full((80, 80, 3), 250, np.uint8)
    pixels[20:60, 10:40] = [200, 0, 0]
    box = np.array([10, 20, 40, 60]) / 80
    window = np.array([[0.05, -0.1, 0.8, 0.9]], np.float32)
    view = Views(
        window, *(part for name, part in vars(plain_views(1)).items() if name != "windows")
    )
    seen = see_view(Image.fromarray(pixels), view, (100, 100))
    red = seen[..., 1] < 125
    found = [np.flatnonzero(red.any(0))[[0, -1]], np.flatnonzero(red.any(1))[[0, -1]]]
    moved = move_targets(told(box.tolist(), [[0.5, 0.5, 0]] * 2), window).boxes[0, 0] * 100
    assert found[0].tolist() == pytest.approx([moved[0], moved[2] - 1], abs=1.5)
    assert found[1].tolist() == pytest.approx([moved[1], moved[3] - 1], abs=1.5)


def test_a_plain_view_is_the_picture() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    seen = see_view(Image.fromarray(pixels), plain_views(1), (30, 20))
    np.testing.assert_array_equal(seen, pixels)


def test_drawn_windows_keep_most_of_a_box(rng: np.random.Generator) -> None:
    low = rng.uniform(0, 0.5, (500, 2))
    boxes = np.concatenate([low, low + rng.uniform(0.1, 0.5, (500, 2))], 1).astype(np.float32)
    views = draw_views(boxes, rng)
    shared = np.minimum(boxes[:, 2:], views.windows[:, 2:]) - np.maximum(
        boxes[:, :2], views.windows[:, :2]
    )
    assert (shared / (boxes[:, 2:] - boxes[:, :2])).min() > 0.84
    assert not np.array_equal(views.windows[0], views.windows[1])


def test_draws_differ_in_all_they_change(rng: np.random.Generator) -> None:
    views = draw_views(np.full((200, 4), np.nan, np.float32), rng)
    assert views.colours.std(0).min() > 0.1
    assert 0.1 < (views.blurs > 0).mean() < 0.3
    assert 0.2 < (views.covers[:, 2] > views.covers[:, 0]).mean() < 0.4
