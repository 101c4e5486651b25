"""The measure of search: planted vectors with answers by hand, and the command on a small shop."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest
from PIL import Image

from modiste.cli import main
from modiste.data import Dataset, open_shop
from modiste.data.sources.fashion_product_images import import_fashion_product_images
from modiste.encoders.base import Encoder, Vectors, unit
from modiste.encoders.exporting.files import seal_folder
from modiste.encoders.fitting.material import read_material
from modiste.encoders.fitting.settings import FitSettings
from modiste.encoders.spec import EncoderSpec
from modiste.encoders.stored import ItemVectors, encoder_store, vector_store
from modiste.errors import InputError
from modiste.search.measure.bm25 import K1, B, PlainWords
from modiste.search.measure.judged import Judged, choose_judged, held_out
from modiste.search.measure.parts import (
    Measured,
    attribute_queries,
    by_vectors,
    own_picture,
    similar_products,
)
from modiste.search.measure.questions import attribute_questions, other_words, reworded_questions
from modiste.search.measure.stored import MEASURE
from modiste.testing import make_shop

KINDS, COLOURS = ("Tshirts", "Jeans"), ("Red", "Navy Blue")
N_ITEMS = 640


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue of two kinds and two colours, drawn as plain shapes."""
    folder = tmp_path_factory.mktemp("measured")
    (folder / "set" / "images").mkdir(parents=True)
    lines = [
        "id,gender,masterCategory,subCategory,articleType,baseColour,season,year,usage,"
        "productDisplayName"
    ]
    for number in range(N_ITEMS):
        kind, colour = KINDS[number % 2], COLOURS[number // 2 % 2]
        lines.append(f"{number},Men,Apparel,Wear,{kind},{colour},Fall,2012,Casual,Item {number}")
        picture = Image.new("RGB", (24, 32), "white")
        box = (4, 2, 20, 12) if number % 2 else (9, 6, 15, 30)
        picture.paste((200 - number % 7, 20, 30) if colour == "Red" else (20, 30, 120), box)
        picture.save(folder / "set" / "images" / f"{number}.jpg")
    (folder / "set" / "styles.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    import_fashion_product_images(folder / "set", folder / "shop")
    return folder / "shop"


def stored(dataset: Dataset, pictures: Vectors, words: Vectors | None = None) -> ItemVectors:
    """Vectors of all items in their order."""
    rows = np.arange(dataset.n_items())
    from modiste.engine import collect

    items = collect(dataset.items.select("item_id")).with_columns(
        picture_row=pl.Series(rows), word_row=pl.Series(rows), fault=pl.lit(None, pl.String)
    )
    return ItemVectors("planted", EncoderSpec("colour"), "x", "v", items, pictures, words)


def all_judged(dataset: Dataset, vectors: ItemVectors) -> Judged:
    """Judge every item: the split is another test's."""
    chosen = choose_judged(dataset, [vectors], [None])
    positions = np.arange(dataset.n_items(), dtype=np.int64)
    return Judged(dataset, chosen.items, 1.0, positions, ())


def value(rows: Any, row: str, name: str) -> float:
    return float(rows[row][name])


# What is judged


@pytest.mark.parametrize("share", [0.1, 0.2, 0.4])
def test_items_used_to_fit_an_encoder_are_never_judged(shop: Path, share: float) -> None:
    dataset = open_shop(shop)
    material = read_material(dataset, FitSettings(held_out=share))
    seen = {material.item_ids[row] for row in (*material.fit, *material.watch)}
    judged = choose_judged(dataset, [], [share])
    ids = set(judged.table["item_id"].to_list())
    assert len(seen) > N_ITEMS / 3
    assert ids
    assert not ids & seen


def test_the_smallest_held_out_part_serves_all_encoders(shop: Path) -> None:
    dataset = open_shop(shop)
    few, many = (choose_judged(dataset, [], [share, None]) for share in (0.1, 0.2))
    both = choose_judged(dataset, [], [0.2, 0.1])
    assert both.positions.tolist() == few.positions.tolist()
    assert set(few.positions.tolist()) < set(many.positions.tolist())
    # Nobody holds out more than the split's own share by default.
    assert choose_judged(dataset, [], [0.5]).positions.tolist() == many.positions.tolist()


def fitted_with(shop: Path, share: float) -> EncoderSpec:
    """Publish a folder that says how it was fitted, as `modiste encoder fit` does."""
    store = encoder_store(shop)
    with store.publish("catalogue-x", {"settings": {"held_out": share}}):
        pass
    return EncoderSpec("catalogue", str(store.current()))


def test_the_held_out_share_is_read_from_the_encoder(tmp_path: Path) -> None:
    assert held_out(fitted_with(tmp_path, 0.15)) == 0.15
    assert held_out(EncoderSpec("colour")) is None
    assert held_out(EncoderSpec("transformers", "some/model")) is None


def test_an_exported_encoder_tells_what_the_fitted_one_held_out(tmp_path: Path) -> None:
    def exported(name: str, facts: dict[str, Any]) -> EncoderSpec:
        (tmp_path / name).mkdir()
        seal_folder(tmp_path / name, facts)
        return EncoderSpec("onnx", str(tmp_path / name))

    fitted = {"encoder": "catalogue", "settings": {"held_out": 0.15}}
    assert held_out(exported("fitted", fitted)) == 0.15
    assert held_out(exported("given", {"encoder": "transformers"})) is None
    with pytest.raises(InputError, match="fitted on all products"):
        held_out(exported("old", {"encoder": "catalogue"}))


def test_an_encoder_fitted_on_all_is_not_judged(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="fitted on all products"):
        held_out(fitted_with(tmp_path, 0.0))


def test_variants_are_judged_together_and_with_a_picture_in_every_encoder() -> None:
    dataset = make_shop([], n_users=0, n_items=300, products=[n // 3 for n in range(300)])
    vectors = stored(dataset, np.ones((300, 2), np.float32))
    judged = choose_judged(dataset, [vectors], [None])
    assert judged.n % 3 == 0
    assert len(set(judged.products().tolist())) == judged.n // 3
    blind = ItemVectors(
        "blind",
        EncoderSpec("colour"),
        "x",
        "v",
        vectors.items.filter(pl.col("item_id") != judged.table["item_id"][0]),
        vectors.pictures,
        None,
    )
    assert choose_judged(dataset, [vectors, blind], [None, None]).n == judged.n - 1


# Figures by hand


def test_own_pictures_by_hand() -> None:
    dataset = make_shop([], n_users=0, n_items=4)
    pictures = np.eye(4, dtype=np.float32)
    # The words of item 2 are those of item 3; all the others are their pictures.
    words = pictures[[0, 1, 3, 3]]
    vectors = stored(dataset, pictures, words)
    judged = all_judged(dataset, vectors)
    found = own_picture(judged, [Measured("planted", vectors, None, None)], 4, 0)
    assert found is not None
    assert (found["gallery"], found["n_queries"]) == (4, 4)
    assert value(found["rows"], "planted", "R@1") == 0.75
    # Its own picture ties with two that are as far away, behind the nearest: place 4.
    assert value(found["rows"], "planted", "MRR") == pytest.approx((3 + 1 / 4) / 4)
    assert value(found["rows"], "chance", "R@1") == 0.25
    assert found["rows"]["planted"]["R@1_low"] <= 0.75 <= found["rows"]["planted"]["R@1_high"]


def test_own_pictures_need_words_and_pictures_of_one_space() -> None:
    dataset = make_shop([], n_users=0, n_items=4)
    vectors = stored(dataset, np.eye(4, dtype=np.float32))
    judged = all_judged(dataset, vectors)
    assert own_picture(judged, [Measured("planted", vectors, None, None)], 4, 0) is None


def test_similar_products_by_hand_leave_the_own_product_out() -> None:
    dataset = make_shop(
        [],
        n_users=0,
        n_items=4,
        products=[0, 0, 1, 2],
        attributes={"kind": ["a", "a", "a", "b"], "colour": ["r", "r", "b", None]},
    )
    vectors = stored(dataset, np.eye(4, dtype=np.float32))
    judged = all_judged(dataset, vectors)
    nearest = np.array([[2, 3], [2, 3], [0, 3], [0, 2]])

    def ask(items: npt.NDArray[np.int64], k: int) -> npt.NDArray[np.int64]:
        assert items.tolist() == [0, 1, 2]  # the last has no colour
        empty = np.full((len(items), k - 2), -1)
        return np.concatenate([nearest[items], empty], axis=1)

    found = similar_products(judged, {"way": ask}, 0)
    assert found is not None
    # One of the five places is of the same kind; none of the same kind and colour.
    assert value(found["rows"], "way", "kind P@5") == pytest.approx(1 / 5)
    assert value(found["rows"], "way", "kind and colour P@5") == 0
    assert value(found["rows"], "chance", "kind P@5") == pytest.approx(2 / 3, abs=1e-5)
    assert value(found["rows"], "chance", "kind and colour P@5") == pytest.approx(
        (1 + 1 + 0) / 3 / 3, abs=1e-5
    )


class Speaking(Encoder):
    """Knows one word."""

    dim = 2
    identity = "x"

    def encode_words(self, texts: Sequence[str]) -> Vectors:
        return unit(np.array([[1.0, 0.0] if "red" in text else [0.0, 1.0] for text in texts]))


def test_attribute_queries_by_hand() -> None:
    n = 60
    dataset = make_shop(
        [],
        n_users=0,
        n_items=n,
        attributes={"kind": ["Dress"] * n, "colour": ["Red", "Blue", "Green"] * 20},
    )
    vectors = np.zeros((n, 2), np.float32)
    vectors[0::3, 0], vectors[1::3, 1] = 1, 1
    vectors[2::3] = unit(np.ones((20, 2)))
    kept = stored(dataset, vectors)
    judged = all_judged(dataset, kept)
    questions = attribute_questions(judged.table)
    assert questions.texts == ("blue dress", "green dress", "red dress")
    assert questions.relevant.sum(axis=1).tolist() == [20, 20, 20]
    ways = {"pictures": by_vectors(judged, Measured("planted", kept, Speaking(), None))}
    found = attribute_queries(questions, ways, 10, 0)
    assert found is not None
    assert value(found["rows"], "pictures", "P@10") == pytest.approx(2 / 3, abs=1e-5)
    assert value(found["rows"], "chance", "P@10") == pytest.approx(1 / 3, abs=1e-5)
    assert len(attribute_questions(judged.table, least=21)) == 0
    assert attribute_queries(attribute_questions(judged.table, 21), ways, 10, 0) is None


def test_other_words_share_none_with_the_value_and_say_who_knows_them() -> None:
    judged = pl.DataFrame({"kind": ["Jeans"] * 20, "colour": ["Red"] * 20})
    words = {"kind": {"jeans": ["denims", "jean pants", "slacks"]}, "colour": {"red": ["crimson"]}}
    texts = pl.Series(["Jeans. Red", "Old Denims"])
    found = reworded_questions(judged, texts, 20, words)
    assert found.texts == ("red denims", "crimson denims", "red slacks")
    assert found.unseen.tolist() == [False, False, True]
    assert found.pairs.tolist() == [0, 0, 0]
    assert found.relevant.all()
    assert len(reworded_questions(judged, texts, 20, {"kind": {}, "colour": {}})) == 0


def test_every_value_of_the_file_has_other_words() -> None:
    words = other_words()
    texts = pl.Series(["?"])
    asked = {
        kind: reworded_questions(pl.DataFrame({"kind": [kind.upper()] * 20}), texts, 20, words)
        for kind in words["kind"]
    }
    assert not [kind for kind, questions in asked.items() if not questions.texts]


def test_plain_bm25_is_the_formula() -> None:
    texts = ["red dress", "blue dress with red dots", "hat"]
    found = PlainWords(pl.Series(texts)).scores(["Red hats", "shoe"])
    n, mean = 3, (2 + 5 + 1) / 3
    rare = {
        word: np.log(1 + (n - df + 0.5) / (df + 0.5)) for word, df in {"red": 2, "hat": 1}.items()
    }

    def weight(word: str, length: int) -> float:
        return float(rare[word] * (K1 + 1) / (1 + K1 * (1 - B + B * length / mean)))

    by_hand = [weight("red", 2), weight("red", 5), weight("hat", 1)]
    assert found[0].tolist() == pytest.approx(by_hand)
    assert found[1].tolist() == [0, 0, 0]


# The command


COMMAND = ("evaluate-search", "--shop")


@pytest.fixture(scope="module")
def measured(shop: Path) -> dict[str, Any]:
    """What the command writes of the shop, its page beside it."""
    out, page = shop.parent / "measure.json", shop.parent / "page.html"
    files = ["--json", str(out), "--report", str(page)]
    assert main([*COMMAND, str(shop), "--encoder", "colour", *files]) == 0
    result: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return result


def test_the_command_measures_what_a_shop_allows(measured: dict[str, Any]) -> None:
    assert measured["judged"]["share"] == 0.2
    assert 80 < measured["judged"]["items"] < 180
    assert measured["own_picture"] is None
    assert "no encoder has words and pictures in one space" in measured["notes"][-1]
    assert measured["notes"][0].startswith("vectors of colour were made and stay in ")
    similar = measured["similar_products"]["rows"]
    assert similar["colour"]["kind and colour P@10"] > 0.95
    assert 0.2 < similar["chance"]["kind and colour P@10"] < 0.3
    asked = measured["attribute_queries"]["rows"]
    assert asked["words: plain BM25"]["P@10"] == 1
    assert asked["search: all"]["P@10"] == 1
    assert measured["reworded_queries"]["rows"]["words: plain BM25"]["P@10"] < 0.7
    assert measured["index"]["colour"]["exact"]["recall"] == 1


def test_the_shop_keeps_the_last_measure(shop: Path, measured: dict[str, Any]) -> None:
    kept = json.loads((shop / MEASURE).read_text(encoding="utf-8"))
    assert kept["own_picture"] is None
    assert kept["attribute_queries"] == measured["attribute_queries"]


def test_the_page_shows_pictures_and_marks_the_right_ones(
    shop: Path, measured: dict[str, Any]
) -> None:
    page = (shop.parent / "page.html").read_text(encoding="utf-8")
    assert page.count("data:image/jpeg") > 20
    hits = [hit for part in measured["examples"].values() for row in part for hit in row["hits"]]
    n_right = sum(hit["right"] for hit in hits)
    assert 0 < n_right < len(hits)
    assert page.count('aria-label="right"') == n_right


def test_an_encoder_fitted_on_all_is_left_out_and_the_figures_stay(
    shop: Path, measured: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    spec = fitted_with(shop, 0.0)
    with vector_store(shop, spec.label).publish(
        "v", {"encoder": str(spec), "identity": "x"}
    ) as folder:
        items = {"item_id": ["0"], "picture_row": [0], "word_row": [None], "fault": [""]}
        pl.DataFrame(items).write_parquet(folder / "items.parquet")
        np.save(folder / "pictures.npy", np.ones((1, 2), np.float32))
    out = shop.parent / "again.json"
    assert main([*COMMAND, str(shop), "--json", str(out)]) == 0
    again = json.loads(out.read_text(encoding="utf-8"))
    assert again["notes"][0].startswith("left out: catalogue=")
    assert not any("were made and stay" in note for note in again["notes"])
    changing = {"seconds", "index", "notes"}
    assert {key: again[key] for key in again if key not in changing} == {
        key: measured[key] for key in measured if key not in changing
    }
    capsys.readouterr()
    assert main([*COMMAND, str(shop), "--encoder", str(spec)]) == 2
    assert "fitted on all products" in capsys.readouterr().err


def test_vectors_whose_encoder_is_gone_are_left_out(
    shop: Path, measured: dict[str, Any], tmp_path: Path
) -> None:
    gone = tmp_path / "shop"
    shutil.copytree(shop, gone)
    facts = {"encoder": f"catalogue={tmp_path / 'gone'}", "identity": "x"}
    with vector_store(gone, "catalogue-gone").publish("v", facts) as folder:
        items = {"item_id": ["0"], "picture_row": [0], "word_row": [None], "fault": [""]}
        pl.DataFrame(items).write_parquet(folder / "items.parquet")
        np.save(folder / "pictures.npy", np.ones((1, 2), np.float32))
    out = tmp_path / "m.json"
    assert main([*COMMAND, str(gone), "--json", str(out)]) == 0
    again = json.loads(out.read_text(encoding="utf-8"))
    assert any(note.startswith("left out: ") for note in again["notes"])
    assert again["similar_products"] == measured["similar_products"]


def test_a_shop_without_pictures_measures_its_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [f"{n},Tshirts,Red,Item {n}" for n in range(300)]
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "styles.csv").write_text(
        "\n".join(["id,articleType,baseColour,productDisplayName", *rows]), encoding="utf-8"
    )
    import_fashion_product_images(tmp_path / "set", tmp_path / "shop")
    out = tmp_path / "m.json"
    assert main([*COMMAND, str(tmp_path / "shop"), "--json", str(out)]) == 0
    result = json.loads(out.read_text(encoding="utf-8"))
    assert result["own_picture"] is None
    assert result["attribute_queries"]["rows"]["words: plain BM25"]["P@10"] == 1
    assert "no item has a picture" in capsys.readouterr().out
