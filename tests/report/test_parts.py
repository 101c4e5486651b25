"""What the page is made of: pictures, drawings, words, customers, sentences."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
import pytest
from matplotlib.axes import Axes
from PIL import Image

from modiste.data.dataset import Dataset
from modiste.report import words
from modiste.report.customers import QUOTAS, choose_customers
from modiste.report.glance_charts import age_chart
from modiste.report.measure import Evaluation, headline, read_evaluation
from modiste.report.pictures import MAX_SIDE, Album
from modiste.report.theme import SERIES, draw, short_number
from tests.report.conftest import made_tables

# Pictures


def decoded(uri: str | None) -> Image.Image:
    assert uri is not None
    head, body = uri.split(",", 1)
    assert head == "data:image/jpeg;base64"
    return Image.open(io.BytesIO(base64.b64decode(body)))


def test_picture_is_made_small(tmp_path: Path) -> None:
    Image.new("RGB", (900, 1200), "red").save(tmp_path / "a.jpg")
    assert decoded(Album(tmp_path).data_uri("a.jpg")).size == (MAX_SIDE * 3 // 4, MAX_SIDE)


def test_small_picture_is_not_enlarged(tmp_path: Path) -> None:
    Image.new("L", (10, 20), 90).save(tmp_path / "a.png")
    assert decoded(Album(tmp_path).data_uri("a.png")).size == (10, 20)


def test_transparent_ground_becomes_white(tmp_path: Path) -> None:
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(tmp_path / "a.png")
    assert decoded(Album(tmp_path).data_uri("a.png")).getpixel((5, 5)) == (255, 255, 255)


def test_picture_taken_sideways_stands_upright(tmp_path: Path) -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    Image.new("RGB", (40, 20)).save(tmp_path / "a.jpg", exif=turned)
    assert decoded(Album(tmp_path).data_uri("a.jpg")).size == (20, 40)


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff", b"<svg/>", b"GIF89a"])
def test_broken_picture_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.jpg").write_bytes(content)
    assert Album(tmp_path).data_uri("a.jpg") is None


def test_picture_outside_its_folder_is_none(tmp_path: Path) -> None:
    Image.new("RGB", (10, 10)).save(tmp_path / "secret.png")
    (tmp_path / "inside").mkdir()
    album = Album(tmp_path / "inside")
    assert album.data_uri("../secret.png") is None
    assert album.data_uri(str(tmp_path / "secret.png")) is None


def test_absent_picture_or_folder_is_none(tmp_path: Path) -> None:
    assert Album(tmp_path).data_uri("a.jpg") is None
    assert Album(tmp_path).data_uri(None) is None
    assert Album(None).data_uri("a.jpg") is None


def test_budget_is_kept_by_every_use(tmp_path: Path) -> None:
    Image.new("RGB", (100, 100), "blue").save(tmp_path / "a.jpg")
    size = len(Album(tmp_path).data_uri("a.jpg") or "")
    album = Album(tmp_path, budget=2 * size + 1)
    assert [bool(album.data_uri("a.jpg")) for _ in range(3)] == [True, True, False]


# Drawings


def bars(axes: Axes) -> None:
    axes.bar(["$x^2$", 'font-family: "a"', "<i> & #0a0b11"], [1, 2, 3], color=SERIES[0])
    axes.errorbar([1], [1], yerr=[1], capsize=2)


def test_drawing_has_no_links_namespaces_or_own_colours() -> None:
    drawing = draw(bars, name="a")
    assert drawing.startswith('<svg aria-hidden="true" focusable="false" viewBox="0 0 400 240">')
    for banned in ("http", "xmlns", "xlink", "metadata", "<style", "DejaVu", "width="):
        assert banned not in drawing.split("<rect")[0]
    assert "fill: var(--series-1)" in drawing


def test_text_of_a_drawing_is_text_as_it_was() -> None:
    drawing = draw(bars, name="a")
    assert ">$x^2$</text>" in drawing
    assert "&lt;i&gt; &amp; #0a0b11</text>" in drawing


def test_ids_of_drawings_differ_by_name_and_repeat_by_name() -> None:
    first, second = draw(bars, name="a"), draw(bars, name="b")
    ids = [set(re.findall(r' id="([^"]*)"', drawing)) for drawing in (first, second)]
    assert ids[0]
    assert ids[0].isdisjoint(ids[1])
    assert draw(bars, name="a") == first


def test_letters_without_a_glyph_are_no_warning() -> None:
    drawing = draw(lambda axes: axes.set_xlabel("洋服"), name="a")  # type: ignore[arg-type]
    assert "洋服" in drawing


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (950, "950"), (12_400, "12,400"), (3_210_000, "3.21 M"), (0.025, "0.025")],
)
def test_short_number(value: float, text: str) -> None:
    assert short_number(value) == text


# Words


def test_common_words_are_left_out_and_markup_is_escaped() -> None:
    cloud = words.word_cloud({"the": 90, "cotton": 50, "a<b": 20})
    assert cloud is not None
    assert ">cotton</text>" in cloud.svg
    assert ">a&lt;b</text>" in cloud.svg
    assert ">the<" not in cloud.svg
    assert cloud.alt == "The most frequent words are cotton, a<b."


def test_nothing_left_gives_no_cloud() -> None:
    assert words.word_cloud({}) is None
    assert words.word_cloud({"and": 9}) is None


@pytest.mark.parametrize("wide", [False, True])
def test_words_do_not_overlap_and_stay_inside(wide: bool) -> None:
    cloud = words.word_cloud({f"word{'x' * (n % 9)}{n}": 200 - 2 * n for n in range(80)})
    assert cloud is not None
    drawing = cloud.wide_svg if wide else cloud.svg
    pattern = r'<text x="([-\d.]+)" y="([-\d.]+)" textLength="([\d.]+)".*?font-size: ([\d.]+)px'
    found = np.array([[float(part) for part in row] for row in re.findall(pattern, drawing)])
    assert len(found) == words.N_WORDS
    x, y, length, size = found.T
    top, bottom = y - 0.78 * size, y + 0.24 * size
    apart = (
        (x[:, None] >= (x + length)[None])
        | ((x + length)[:, None] <= x[None])
        | (top[:, None] >= bottom[None])
        | (bottom[:, None] <= top[None])
    )
    assert (apart | np.eye(len(x), dtype=bool)).all()
    width = 860 if wide else 400
    assert x.min() >= -width / 2
    assert (x + length).max() <= width / 2


# Customers


def small_dataset() -> Dataset:
    interactions, items, users = (nw.from_native(table.lazy()) for table in made_tables())
    return Dataset(interactions, items, users, item_attributes=("kind", "colour"))


def test_customers_are_of_all_histories_and_ages() -> None:
    chosen = choose_customers(small_dataset(), seed=0)
    assert chosen.height == 10
    assert dict(chosen["history"].value_counts().iter_rows()) == QUOTAS
    assert chosen.filter(pl.col("history") == "much")["age"].n_unique() == 5
    assert chosen["user_idx"].is_unique().all()


def test_free_places_go_to_others() -> None:
    dataset = small_dataset()
    bought = dataset.of_users(dataset.users.filter(nw.col("user_idx") >= 6))
    chosen = choose_customers(bought, seed=0)
    assert dict(chosen["history"].value_counts().iter_rows()) == {"much": 10}


def test_fewer_customers_than_places_are_all_chosen() -> None:
    dataset = small_dataset().of_user_range(0, 4)
    assert choose_customers(dataset, seed=0)["user_idx"].to_list() == [0, 1, 2, 3]


def test_choice_depends_on_the_seed_not_on_the_order_of_rows() -> None:
    dataset = small_dataset()
    turned = Dataset(
        nw.from_native(made_tables()[0].reverse().lazy()), dataset.items, dataset.users
    )
    first = choose_customers(dataset, seed=3)
    assert choose_customers(turned, seed=3).equals(first)
    assert not choose_customers(dataset, seed=4).equals(first)


# Sentences


def evaluation(low: float | None) -> Evaluation:
    key = "MAP@12"
    models: Any = {
        "model": {key: 0.02, f"{key}_low": 0.016, f"{key}_high": 0.025},
        "own": {key: 0.017},
        "popular": {key: 0.002},
    }
    paired: Any = {
        "model - own": {key: 0.003, f"{key}_low": low, f"{key}_high": 0.006, f"{key}_ratio": 1.19}
    }
    weeks = ["2020-09-09", "2020-09-16"]
    return Evaluation(
        {"k": 12, "weeks": weeks, "n_user_weeks": 1981, "models": models, "paired": paired}
    )


def test_headline_sets_the_model_beside_the_strongest_baseline() -> None:
    text = headline(evaluation(0.0007))
    assert "On 1,981 customer-weeks in 2 weeks from 2020-09-09 to 2020-09-16" in text
    assert "MAP@12 is 0.0200 (0.0160 to 0.0250)" in text
    assert "1.19 times the strongest baseline, own (0.0170); the lead is clear" in text


@pytest.mark.parametrize("low", [0.0, -0.001, None])
def test_headline_does_not_claim_what_the_interval_does_not_show(low: float | None) -> None:
    assert "the lead is not clear" in headline(evaluation(low))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"models": {}}', '{"models": {"m": {}}}'])
def test_unusable_evaluation_counts_as_none(tmp_path: Path, text: str) -> None:
    assert read_evaluation(tmp_path) is None
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "evaluation.json").write_text(text, encoding="utf-8")
    assert read_evaluation(tmp_path) is None


def test_axis_of_ages_says_where_it_starts() -> None:
    years = list(range(16, 60))
    share = [1 / len(years)] * len(years)
    ages = pl.DataFrame({"age": years, "customers": share, "purchases": share})
    marks = re.findall(r"<text[^>]*>\s*(\d+)\s*</text>", age_chart(ages).svg)
    assert "17" in marks  # the middle of the first step of two years
    assert "30" in marks
    assert "20" not in marks  # it would touch the first mark
