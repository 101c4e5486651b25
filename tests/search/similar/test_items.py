"""Similar items: worked by hand, and against a plain search over all pairs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from modiste.encoders.base import unit
from modiste.encoders.short import shortened
from modiste.encoders.terms import term_rows
from modiste.errors import ArtifactError, InputError
from modiste.search.similar.items import Similar, nearest_ids, similar_items
from modiste.search.similar.likeness import Blend, VectorLikeness, nearest_products
from modiste.testing import make_shop
from tests.search.similar.similar_shop import publish, write_shop


def item(number: int) -> str:
    return f"{number:010d}"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_shop(tmp_path_factory.mktemp("similar") / "shop")


def neighbours(shop: Path, number: int, **settings: object) -> list[int]:
    rows = similar_items(shop, [item(number)], **settings)  # type: ignore[arg-type]
    return [int(one) for one in rows["neighbour_id"]]


def test_pictures_are_compared_by_cosine_one_item_a_product_never_the_own(shop: Path) -> None:
    # 2 and 3 are one product, 2 is nearer; 0 and 1 are another.
    assert neighbours(shop, 0, by="pictures") == [2, 4]
    assert neighbours(shop, 4, by="pictures") == [3, 1]
    assert neighbours(shop, 4, by="pictures", k=500) == [3, 1], "no more are there"
    rows = similar_items(shop, [item(0)], by="pictures")
    looks = unit(np.array([[1.0, 0.0, 0.1], [0.8, 0.3, 0.0]], np.float32))
    assert rows["score"][0] == pytest.approx(float(looks[0] @ looks[1]))
    assert rows["rank"].to_list() == [1, 2]


def test_with_variants_the_own_colours_come_too(shop: Path) -> None:
    assert neighbours(shop, 0, by="pictures", variants=True) == [1, 2, 3, 4]


def test_words_need_no_encoder(shop: Path) -> None:
    assert neighbours(shop, 5, by="words") == [4]
    assert neighbours(shop, 6, by="words") == []
    assert neighbours(shop, 0, by="words")[0] == 2


def test_customers_in_common_within_a_month(shop: Path) -> None:
    # Two bought 0 and 4 together; the one who bought 3 as well did so months later.
    assert neighbours(shop, 0, by="bought") == [4]
    rows = similar_items(shop, [item(0)], by="bought")
    assert rows["score"][0] == pytest.approx(2 / (2 + 3.0))


def test_the_blend_reaches_what_has_no_picture_by_its_words(shop: Path) -> None:
    found = neighbours(shop, 4, by="blend")
    assert 5 in found
    assert 5 not in neighbours(shop, 4, by="pictures")
    strategy = Similar.open(shop).strategy
    assert strategy == (
        "0.28 pictures (transformers-toy) + 0.12 colours + 0.60 words (TF-IDF), exact"
    )


def test_what_is_known_of_both_is_told(shop: Path) -> None:
    found = Similar.open(shop)
    at = found.positions([item(4)])
    hits = {int(hit.item_id): hit.why for hit in found.hits(found.neighbours(at, 6))[4]}
    assert [why.split()[0] for why in hits[3]] == ["pictures", "colours", "words"]
    assert [why.split()[0] for why in hits[5]] == ["words"], "a hat without a picture"


def test_customers_in_common_need_purchases_and_no_encoder(shop: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'colour' is of no use to customers in common"):
        similar_items(shop, [item(0)], by="bought", encoder="colour")
    unsold = make_shop([], n_users=1, n_items=2)
    publish(unsold, tmp_path / "unsold")
    with pytest.raises(InputError, match="compare by pictures, words or blend"):
        similar_items(tmp_path / "unsold", [item(0)], by="bought")


def test_without_vectors_the_blend_is_words_and_pictures_say_what_is_missing(
    tmp_path: Path,
) -> None:
    bare = write_shop(tmp_path / "shop", pictures=False, colours=False)
    assert neighbours(bare, 0, by="blend") == neighbours(bare, 0, by="words")
    with pytest.raises(ArtifactError, match="modiste embed"):
        similar_items(bare, [item(0)], by="pictures")


def test_an_encoder_asked_for_is_taken(shop: Path) -> None:
    assert neighbours(shop, 4, by="pictures", encoder="colour") == [3, 0]
    with pytest.raises(ArtifactError, match="no vectors of 'other'"):
        similar_items(shop, [item(4)], by="pictures", encoder="other")


def test_only_allowed_items_are_given(shop: Path) -> None:
    found = Similar.open(shop, "pictures")
    mask = np.array([True, False, False, True, False, True, True])
    rows = found.neighbours(np.array([4]), 5, allowed=mask)
    assert rows["neighbour_idx"].to_list() == [3, 0]


def test_unknown_ids_are_named_with_the_nearest(shop: Path) -> None:
    with pytest.raises(InputError, match=r"'3' is not in the catalogue .* did you mean 0000000003"):
        similar_items(shop, ["3"])
    near = nearest_ids("12x45", pl.Series(["12345", "12945", "12545", "77777"]))
    assert set(near) == {"12345", "12945", "12545"}
    with pytest.raises(InputError, match="k=0"):
        similar_items(shop, [item(0)], k=0)


def test_all_items_at_once_give_what_single_ones_give(shop: Path) -> None:
    every = similar_items(shop, by="blend", k=3)
    single = pl.concat([similar_items(shop, [item(number)], k=3) for number in range(7)])
    assert every.drop("score").equals(single.drop("score"))
    assert np.allclose(every["score"], single["score"])
    assert every.columns == ["item_id", "neighbour_id", "rank", "score"]


def test_many_variants_never_shorten_the_list(rng: np.random.Generator) -> None:
    """A product of 60 variants stands before all others; five products are given all the same."""
    near = np.tile([1.0, 0, 0, 0], (60, 1)) + rng.normal(0, 0.01, (60, 4))
    vectors = unit(np.concatenate([[[1.0, 0, 0, 0]], near, rng.normal(size=(30, 4))]))
    groups = np.array([1000, *[0] * 60, *range(1, 31)])
    likeness = VectorLikeness("toy", np.arange(91), vectors)
    found, scores = nearest_products(likeness, np.array([0]), groups, 5)
    cosines = vectors @ vectors[0]
    best = int(np.argmax(cosines[1:61])) + 1
    others = 61 + np.argsort(-cosines[61:], kind="stable")[:4]
    assert found[0].tolist() == [best, *others]
    assert np.allclose(scores[0], cosines[found[0]])


def test_equal_scores_are_ordered_by_position() -> None:
    vectors = np.ones((40, 1), np.float32)
    likeness = VectorLikeness("toy", np.arange(40), vectors)
    found, _ = nearest_products(likeness, np.array([7]), np.arange(40), 4)
    assert found[0].tolist() == [0, 1, 2, 3]


def test_a_blend_is_the_weighted_mean_over_what_is_known_of_both(
    rng: np.random.Generator,
) -> None:
    one, two = (unit(rng.normal(size=(6, 3))) for _ in range(2))
    first = VectorLikeness("one", np.arange(6), one)
    second = VectorLikeness("two", np.array([0, 1, 2, 3, -1, -1]), two[:4])
    scores = Blend([(3.0, first), (1.0, second)]).scores(np.arange(6))
    a, b = first.centred().scores(np.arange(6)), second.centred().scores(np.arange(6))
    assert scores[0, 1] == pytest.approx((3 * a[0, 1] + b[0, 1]) / 4, abs=1e-5)
    assert scores[4, 5] == pytest.approx(a[4, 5], abs=1e-5)
    assert scores[0, 4] == pytest.approx(3 * a[0, 4] / np.sqrt(4 * 3), abs=1e-5)


def test_short_vectors_keep_their_cosines(rng: np.random.Generator) -> None:
    thin = rng.normal(size=(300, 12)) @ rng.normal(size=(12, 200))
    vectors = unit(thin + 0.01 * rng.normal(size=(300, 200)))
    short = shortened(vectors, 16)
    assert short.shape == (300, 16)
    assert np.abs(short @ short.T - vectors @ vectors.T).max() < 0.01
    assert abs(shortened(vectors + 3, 16, centred=True).mean()) < 0.05
    assert np.array_equal(shortened(short, 16), short)


def test_rare_words_count_more_than_common_ones() -> None:
    texts = ["red dress", "red hat", "blue dress velvet", "green dress velvet", None, "alone"]
    cosines = (term_rows(pl.Series(texts)) @ term_rows(pl.Series(texts)).T).toarray()
    assert cosines[2, 3] > cosines[0, 2] > 0
    assert cosines[0, 1] > cosines[0, 2]  # red is rarer than dress
    assert cosines[4].sum() == cosines[5].sum() == 0
