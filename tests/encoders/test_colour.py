"""The baseline sees colours first, then where they lie, and no backdrop."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageChops

from modiste.encoders.colour import Colour, _lab
from tests.encoders.pictures import garment


def cosine(one: Image.Image, other: Image.Image, **settings: float) -> float:
    first, second = Colour(**settings).encode_pictures([one, other])  # type: ignore[arg-type]
    return float(first @ second)


def test_lab_is_that_of_the_tables() -> None:
    shown = np.array([[[[255, 255, 255], [255, 0, 0]], [[0, 0, 255], [0, 0, 0]]]], np.uint8)
    known = [[100.0, 0.0, 0.0], [53.24, 80.09, 67.20], [32.30, 79.19, -107.86], [0.0, 0.0, 0.0]]
    np.testing.assert_allclose(_lab(shown).reshape(4, 3), known, atol=0.03)


def test_the_same_colour_in_another_size_is_nearer_than_another_colour() -> None:
    red = garment("red")
    assert cosine(red, garment("red", 60, 100)) > cosine(red, garment("blue")) + 0.2


def test_the_same_colour_in_the_same_place_is_nearer_than_elsewhere() -> None:
    red = garment("red", 30, 60)
    moved = ImageChops.offset(red, 30, 30)
    assert cosine(red, moved, layout=0.0) > 0.97
    assert cosine(red, moved, layout=1.0) < 0.7


def test_the_backdrop_counts_for_little() -> None:
    on_grey = ImageChops.multiply(garment("red"), Image.new("RGB", (96, 128), (225, 225, 225)))
    assert cosine(garment("red"), on_grey) > 0.9


def test_a_shade_more_moves_the_vector_little() -> None:
    shades = [Image.new("RGB", (50, 50), (100, 60, tone)) for tone in range(90, 200, 2)]
    vectors = Colour(layout=0.0).encode_pictures(shades)
    assert (vectors[1:] * vectors[:-1]).sum(1).min() > 0.95


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 2)])
def test_strange_shapes_are_encoded(size: tuple[int, int]) -> None:
    assert np.isfinite(Colour().encode_pictures([Image.new("RGB", size, "navy")])).all()


def test_other_settings_are_another_identity() -> None:
    assert Colour().identity == Colour().identity
    assert Colour(bins=4).identity != Colour().identity
