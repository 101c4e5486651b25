"""Planted faults are found, and what is found was not learned from the item itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image
from scipy.sparse import csr_matrix

from modiste.artifacts import Store
from modiste.data import Dataset
from modiste.errors import InputError
from modiste.garments.answers import Garment
from modiste.garments.audit import audit as whole
from modiste.garments.audit.audit import TABLE, Audit, audit_shop
from modiste.garments.audit.duplicates import Pairs, hash_pictures
from modiste.garments.audit.evidence import Evidence, gather_evidence, picture_label
from modiste.garments.audit.folds import predict_unseen, product_folds
from modiste.garments.audit.labels import find_wrong, least_chance, read_classes
from modiste.garments.audit.recognised import see_attributes
from modiste.garments.audit.variants import share_of_same, weigh_variants
from tests.garments.audit.rack import N_ITEMS, Planted, item_id, plant
from tests.search.similar.similar_shop import store_vectors


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    return plant(tmp_path_factory.mktemp("audit"))


@pytest.fixture(scope="module")
def found(planted: Planted) -> Audit:
    return audit_shop(planted.folder)


def told(found: Audit, fault: str, attribute: str) -> dict[str, str]:
    rows = found.table.filter(fault=fault, attribute=attribute)
    return dict(zip(rows["item_id"], rows["suggested"], strict=True))


def test_the_table_is_as_declared(found: Audit) -> None:
    assert dict(found.table.schema) == TABLE
    order = {"wrong": 0, "missing": 1, "duplicate": 2}
    places = [order[one] for one in found.table["fault"]]
    assert places == sorted(places)
    assert found.n_items == N_ITEMS


@pytest.mark.parametrize("attribute", ["kind", "colour"])
def test_swapped_values_are_found_with_the_right_one_beside(
    found: Audit, planted: Planted, attribute: str
) -> None:
    wrong = planted.wrong_kind if attribute == "kind" else planted.wrong_colour
    named = told(found, "wrong", attribute)
    assert wrong.items() <= named.items()
    # The item that shows another's picture looks like a wrong colour, and is one to look at.
    assert len(named.keys() - wrong.keys() - {item_id(13), item_id(150)}) <= 2
    surest = found.table.filter(fault="wrong", attribute=attribute)["probability"]
    assert surest.is_sorted(descending=True)


def test_what_is_missing_is_suggested_whatever_the_shop_calls_it(
    found: Audit, planted: Planted
) -> None:
    assert told(found, "missing", "pattern") == planted.missing
    (line,) = [one for one in found.checked if one.startswith("pattern")]
    assert line.startswith("pattern: 3 missing, 3 suggested (of known values predicted with ")


def test_one_picture_of_two_products_or_colours_is_found(found: Audit, planted: Planted) -> None:
    rows = found.table.filter(fault="duplicate")
    pairs = set(zip(rows["suggested"], rows["item_id"], strict=True))
    assert pairs == set(planted.twice)
    reasons = dict(zip(rows["item_id"], rows["reason"], strict=True))
    assert reasons[item_id(13)].startswith("one picture, two colours (black, green): cosine 1.0")
    assert "two products" in reasons[item_id(150)]
    assert found.groups["group"].to_list() == [0, 0, 1, 1]


def test_a_model_never_saw_the_product_that_it_judges() -> None:
    """Labels that tell nothing but their own product's are not predicted better than by chance."""
    rng = np.random.default_rng(1)
    products = np.repeat(np.arange(200), 5)
    dense = np.repeat(rng.normal(size=(200, 300)), 5, axis=0).astype(np.float32)
    labels = np.repeat(rng.integers(0, 2, 200), 5).astype(np.int64)
    evidence = Evidence(dense, csr_matrix((1000, 1), dtype=np.float32), (), ())
    folds = product_folds(products)
    assert len(np.unique(folds)) == 5
    assert all(len(np.unique(folds[products == one])) == 1 for one in range(200))
    chances = predict_unseen(evidence, labels, 2, folds)
    assert np.allclose(chances.sum(axis=1), 1, atol=1e-5)
    right = float((chances.argmax(axis=1) == labels).mean())
    assert 0.35 < right < 0.65
    leaking = predict_unseen(evidence, labels, 2, np.arange(1000) % 5)
    assert (leaking.argmax(axis=1) == labels).mean() > 0.9, "the evidence would tell products"


def test_products_that_share_a_picture_are_in_one_fold(planted: Planted) -> None:
    pairs = Pairs(np.array([0]), np.array([3]), np.ones(1, np.float32), np.zeros(1, np.int64))
    joined = whole._joined(np.array([0, 0, 1, 2, 2]), pairs)
    assert joined[0] == joined[1] == joined[3] == joined[4] != joined[2]


def test_variants_share_kinds_but_not_colours() -> None:
    products = np.repeat(np.arange(50), 3)
    kinds = np.repeat(np.arange(50) % 2, 3)
    plain = np.full((150, 2), 0.5, np.float32)
    bent = weigh_variants(plain, kinds, products)
    assert (bent[np.arange(150), kinds] > 0.9).all()
    colours = np.tile(np.arange(3), 50)
    bent = weigh_variants(np.full((150, 3), 1 / 3, np.float32), colours, products)
    assert (bent[np.arange(150), colours] > 0.9).all(), "the two others are taken"
    alone = weigh_variants(plain, kinds, np.arange(150))
    assert alone is plain


def test_share_of_same_by_hand() -> None:
    counts = csr_matrix(np.array([[2.0, 0], [1, 1], [1, 0]], np.float32))
    assert share_of_same(counts) == pytest.approx(0.5)
    assert share_of_same(csr_matrix(np.eye(2, dtype=np.float32))) is None


def test_the_chance_to_be_wrong_by_hand() -> None:
    chances = np.array([[0.9, 0.1], [0.01, 0.99], [0.4, 0.6], [0.01, 0.99]], np.float32)
    labels = np.array([0, 0, 0, 1])
    judged = find_wrong(chances, labels, np.ones(4, np.bool_))
    assert judged.rows.tolist() == [1]
    assert judged.suggested.tolist() == [1]
    by_mistake = 0.05 * 3 / 4
    assert judged.probability[0] == pytest.approx(by_mistake / (by_mistake + 0.95 * 0.01))
    assert not len(find_wrong(chances, labels, np.zeros(4, np.bool_)).rows), "nothing is known"


def test_rare_values_and_words_for_nothing_are_no_classes() -> None:
    column = pl.Series("kind", ["coat"] * 12 + ["rare"] + ["hat"] * 10 + ["N/A", None, " "])
    classes = read_classes(column)
    assert classes.values == ("coat", "hat")
    assert classes.labels.tolist() == [0] * 12 + [-1] + [1] * 10 + [-1] * 3
    assert classes.missing.tolist() == [False] * 23 + [True] * 3


def test_suggestions_need_known_values_that_were_predicted_well() -> None:
    labels = np.tile([0, 1], 50)
    sure = np.where(labels[:, None] == np.arange(2), 0.8, 0.2).astype(np.float32)
    least = least_chance(sure, labels, np.ones(100, np.bool_))
    assert least is not None
    assert np.allclose(least, (0.8, 1.0))
    assert least_chance(sure[:, ::-1], labels, np.ones(100, np.bool_)) is None
    assert least_chance(sure[:40], labels[:40], np.ones(40, np.bool_)) is None, "too few to check"
    unsure = np.tile(np.array([0.4, 0.3], np.float32), (900, 1))
    many, right = np.concatenate([sure, unsure]), np.concatenate([labels, np.zeros(900, np.int64)])
    assert least_chance(many, right, np.ones(1000, np.bool_)) == least, "likelier wrong than right"


def test_an_encoder_fitted_on_the_shop_is_no_evidence(planted: Planted, tmp_path: Path) -> None:
    import shutil

    shop = Path(shutil.copytree(planted.folder, tmp_path / "shop"))
    store_vectors(shop, "catalogue-toy", np.eye(12, dtype=np.float32), n_items=N_ITEMS)
    assert picture_label(shop) == "transformers-toy"
    assert picture_label(shop, "catalogue-toy") == "catalogue-toy"
    shutil.rmtree(shop / "vectors" / "transformers-toy")
    assert picture_label(shop) is None
    dataset = Dataset.read(Store(shop / "data", "dataset").current())
    with pytest.raises(InputError, match="neither vectors of pictures nor words"):
        gather_evidence(shop, dataset)


def test_hashes_tell_a_saved_anew_from_another(tmp_path: Path) -> None:
    from tests.garments.audit.rack import draw

    draw(1, 0, 0).save(tmp_path / "a.jpg", quality=95)
    draw(1, 0, 0).resize((48, 72)).save(tmp_path / "b.jpg", quality=55)
    draw(2, 0, 0).save(tmp_path / "c.jpg", quality=95)
    (tmp_path / "d.jpg").write_bytes(b"no picture")
    hashes = hash_pictures(tmp_path, ["a.jpg", "b.jpg", "c.jpg", "d.jpg", "../a.jpg", None])
    assert hashes.read.tolist() == [True, True, True, False, False, False]
    differ = hashes.differ(np.array([0, 0, 0]), np.array([1, 2, 3]))
    assert 0 <= differ[0] <= 14
    assert differ[1] == -1 or differ[1] > 14
    assert differ[2] == -1


class OneGarment:
    """A recogniser that sees long sleeves in everything but small pictures."""

    picture_size = (8, 8)

    def recognise(self, pictures: list[Image.Image]) -> list[tuple[Garment, ...]]:
        attributes = {"sleeve": {"long": 0.9, "short": 0.1}, "kind": {"coat": 0.99}}
        garment = Garment((0, 0, 1, 1), None, None, attributes, {}, 0.9)
        return [(garment,) if picture.width > 10 else () for picture in pictures]


def test_a_recogniser_suggests_what_the_shop_does_not_have(tmp_path: Path) -> None:
    Image.new("RGB", (60, 90)).save(tmp_path / "a.jpg")
    Image.new("RGB", (5, 5)).save(tmp_path / "b.jpg")
    names = ["a.jpg", "b.jpg", "gone.jpg", None]
    pictures = pl.DataFrame({"item_idx": [0, 1, 2, 3], "picture": names})
    seen = see_attributes(OneGarment(), tmp_path, pictures, ["kind"])  # type: ignore[arg-type]
    assert seen == [(0, "sleeve", "long", 0.9)]
