"""Pictures show the kind, colour and pattern of their rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image

from modiste.data.synthetic import write_synthetic_shop
from modiste.data.synthetic.colours import COLOURS, PATTERNS
from modiste.data.synthetic.kinds import KINDS, SHAPES
from modiste.data.synthetic.pictures import HEIGHT, WIDTH, draw_article
from modiste.data.synthetic.silhouettes import SILHOUETTES
from modiste.data.synthetic.textures import TEXTURES

_PLAIN = ("Solid", "Melange", "Lace", "Jacquard", "Denim")


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn") / "shop"
    write_synthetic_shop(folder, "tiny", 9, pictures=True, n_customers=30, n_days=30)
    return folder


def _pixels(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"), dtype=np.float64)


def _main_colour(pixels: np.ndarray) -> np.ndarray:
    """The middle colour of what is not ground."""
    shown = pixels[(np.abs(pixels - 247).max(axis=2) > 14)]
    saturation = shown.max(axis=1) - shown.min(axis=1)
    # The shadow on the ground is a light grey: leave it out where the cloth is coloured.
    cloth = shown[saturation > 24] if (saturation > 24).mean() > 0.35 else shown
    return np.asarray(np.median(cloth, axis=0))


def test_every_article_has_its_picture_where_the_contest_puts_it(drawn: Path) -> None:
    ids = pl.read_csv(drawn / "articles.csv", infer_schema=False)["article_id"]
    for article in ids:
        assert (drawn / "images" / article[:3] / f"{article}.jpg").is_file()
    with Image.open(drawn / "images" / ids[0][:3] / f"{ids[0]}.jpg") as picture:
        assert picture.size == (WIDTH, HEIGHT)
        assert picture.format == "JPEG"


def test_the_main_colour_is_that_of_the_row(drawn: Path) -> None:
    rows = pl.read_csv(drawn / "articles.csv", infer_schema=False).filter(
        pl.col("graphical_appearance_name").is_in(_PLAIN)
    )
    palette = {colour.name: np.asarray(colour.rgb, dtype=np.float64) for colour in COLOURS}
    ranks = []
    for article, name in rows.select("article_id", "colour_group_name").iter_rows():
        seen = _main_colour(_pixels(drawn / "images" / article[:3] / f"{article}.jpg"))
        # Light falls on cloth: compare up to a common brightness.
        distances = {
            other: min(np.linalg.norm(seen - rgb * light) for light in (0.85, 0.93, 1.0))
            for other, rgb in palette.items()
        }
        ranks.append(sorted(distances, key=distances.__getitem__).index(name))
    assert np.mean(np.asarray(ranks) < 3) > 0.9
    assert np.mean(np.asarray(ranks) == 0) > 0.6


@pytest.mark.parametrize("shape", SHAPES)
def test_each_kind_is_drawn_within_the_sheet(shape: str, rng: np.random.Generator) -> None:
    for _ in range(6):
        picture = draw_article(shape, (200, 38, 46), "solid", product_rng=rng)
        ink = np.abs(np.asarray(picture, dtype=np.float64) - 247).max(axis=2) > 60
        assert 0.01 < ink.mean() < 0.6
        assert not ink[0].any()
        assert not ink[-1].any()
        rows = np.flatnonzero(ink.any(axis=1))
        assert abs(rows[0] + rows[-1] - (HEIGHT - 1)) < 16


def test_kinds_differ_from_one_another() -> None:
    outlines = []
    for shape in SHAPES:
        picture = draw_article(shape, (34, 34, 37), "solid", product_rng=np.random.default_rng(1))
        outlines.append(np.asarray(picture.convert("L")) < 150)
    for i, one in enumerate(outlines):
        for other in outlines[i + 1 :]:
            assert (one != other).sum() > 0.004 * one.size


def test_two_products_of_a_kind_differ_and_two_colours_of_one_share_the_outline() -> None:
    def draw(rgb: tuple[int, int, int], seed: int) -> np.ndarray:
        rng = np.random.default_rng(seed)
        return np.asarray(draw_article("dress", rgb, "dot", product_rng=rng).convert("L"))

    red, navy, other = draw((200, 38, 46), 1), draw((37, 48, 84), 1), draw((200, 38, 46), 2)
    outline = [picture < 180 for picture in (red, navy, other)]
    assert (outline[0] != outline[2]).mean() > 0.03
    assert (red[:3] == navy[:3]).mean() > 0.9


def test_each_pattern_shows(rng: np.random.Generator) -> None:
    plain = np.asarray(draw_article("tee", (62, 104, 174), "solid", product_rng=rng), float)
    for pattern in PATTERNS:
        if pattern.drawn_as == "solid":
            continue
        picture = draw_article("tee", (62, 104, 174), pattern.drawn_as, product_rng=rng)
        chest = np.asarray(picture, float)[60:130, 40:88]
        assert chest.std(axis=(0, 1)).max() > plain[60:130, 40:88].std(axis=(0, 1)).max() + 0.8


def test_everything_named_can_be_drawn() -> None:
    assert set(SILHOUETTES) == {kind.shape for kind in KINDS}
    assert set(TEXTURES) == {pattern.drawn_as for pattern in PATTERNS}
