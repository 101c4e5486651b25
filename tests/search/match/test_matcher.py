"""Products that match: fit first, then taste, then reasons."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from modiste.engine import collect, lazy
from modiste.errors import InputError
from modiste.rules import Rules
from modiste.search import Searcher
from modiste.search.match import Matcher, MatchResult
from tests.search.match.wardrobe import (
    EMPTY,
    GARMENTS,
    LIKE_ME,
    RED_LOVER,
    STRANGER,
    Piece,
    item,
    matcher,
    shop,
)
from tests.search.rack import photo


@pytest.fixture(scope="module")
def plain() -> Matcher:
    """The shop without a model of photos."""
    return matcher()


def found(result: MatchResult) -> list[tuple[str, str]]:
    return [GARMENTS[one.item_idx] for one in result.matches]


def test_of_what_fits_equally_the_users_colour_comes_first(plain: Matcher) -> None:
    result = plain.match("top", user=RED_LOVER, k=6)
    assert found(result)[:4] == [("Top", "Red")] * 4
    assert "100% of your purchases are colour Red" in result.matches[0].for_you
    # To everybody else the tops that sell come first.
    assert found(plain.match("top", k=4)) == [("Top", "Blue")] * 4


def test_taste_never_lifts_what_does_not_fit(plain: Matcher) -> None:
    result = plain.match("green top", user=RED_LOVER, k=6)
    assert found(result)[:4] == [("Top", "Green")] * 4
    assert found(result)[4:] == [("Top", "Red")] * 2
    shares = [one.fit for one in result.matches]
    assert shares == sorted(shares, key=lambda share: -(share or 0))
    assert all(kind == "Top" for kind, _ in found(plain.match("top", user=RED_LOVER, k=48)))


def test_what_similar_users_bought_comes_first(plain: Matcher) -> None:
    result = plain.match("green top", user=LIKE_ME, k=4)
    assert result.matches[0].item_idx == item("Top", "Green", 2)
    assert "bought by 1 person who bought what you bought" in result.matches[0].for_you
    everybodys = plain.match("green top", k=4).matches[0]
    assert everybodys.item_idx == item("Top", "Green")
    assert everybodys.for_you == ()


def test_each_match_tells_what_fits_and_what_it_lacks(plain: Matcher) -> None:
    result = plain.match("green top with pockets", k=12)
    first, last = result.matches[0], result.matches[-1]
    assert first.fit == 1.0
    assert set(first.fits) == {"kind Top", "colour Green", "words: pockets"}
    assert first.lacks == ()
    assert "colour Green" in last.lacks
    assert [one.rank for one in result.matches] == list(range(1, 13))


@pytest.mark.parametrize(
    ("user", "note"), [(STRANGER, "is not known"), (EMPTY, "bought nothing"), (None, None)]
)
def test_without_a_taste_the_order_is_everybodys(
    plain: Matcher, user: str | None, note: str | None
) -> None:
    result = plain.match("top", user=user, k=4)
    assert found(result) == [("Top", "Blue")] * 4
    assert all(one.taste is None for one in result.matches)
    assert note is None or any(note in told for told in result.notes)


def test_too_few_are_told_with_what_to_loosen(plain: Matcher) -> None:
    notes = " ".join(plain.match("top", k=30).notes)
    assert "only 16 of 30 products match: the shop has 16 of kind Top" in notes
    assert "16 are of its group Upper" in notes
    notes = " ".join(plain.match("top", filters=["colour=Red"], k=5).notes)
    assert "without colour=Red there are 16" in notes
    notes = " ".join(plain.match("dress not black", k=13).notes)
    assert "with what is not wanted (Black) there are 16" in notes
    few = Rules(allowed=pl.Series("item_idx", [item("Top", "Red")], dtype=pl.Int32))
    result = plain.match("top", rules=few, k=2)
    assert found(result) == [("Top", "Red")]
    assert "the shop's rules show 1 of the 16 that fit" in " ".join(result.notes)


def test_what_is_not_wanted_is_in_no_match(plain: Matcher) -> None:
    result = plain.match("top, not blue", without="pockets", k=20)
    assert result.matches
    assert not any(colour == "Blue" for _, colour in found(result))
    assert all(one.item_idx % 2 for one in result.matches)
    assert result.without == {"colour": ("Blue",), "words": ("pockets",)}


def test_a_price_alone_is_answered(plain: Matcher) -> None:
    result = plain.match("under 5", k=3)
    assert len(result.matches) == 3
    assert all((one.price or 9) < 5 for one in result.matches)


def test_a_product_is_given_once_by_its_best_variant() -> None:
    made = shop()
    items = collect(made.items)
    products = [f"{kind}-{number % 4}" for number, (kind, _) in enumerate(GARMENTS)]
    made = replace(made, items=lazy(items.with_columns(pl.Series("product_id", products))))
    result = Matcher(Searcher.of(made)).match("top", user=RED_LOVER, k=10)
    assert found(result) == [("Top", "Red")] * 4
    assert len({one.product_id for one in result.matches}) == 4


def test_a_photo_without_a_model_is_compared_as_a_whole(plain: Matcher) -> None:
    result = plain.match(photo=photo("Green", "Shirt"), k=12)
    assert {colour for _, colour in found(result)} == {"Green"}
    assert result.matches[0].fit is None
    assert result.matches[0].fits[0].startswith("looks like your photo (")
    assert any("no garments model" in note for note in result.notes)


def test_words_beside_a_photo_say_what_is_otherwise(plain: Matcher) -> None:
    result = plain.match("blue", photo("Green", "Shirt"), k=8)
    assert {colour for _, colour in found(result)} == {"Blue"}
    result = plain.match("skirt", photo("Red", "Shirt"), k=4)
    assert found(result) == [("Skirt", "Red")] * 4


def test_a_garment_in_the_photo_is_read_in_the_shops_words() -> None:
    sleeve = {"sleeve": {"long sleeve": 0.9, "no sleeve": 0.8, "short sleeve": 0.1}}
    one = matcher(Piece("tops", {"colour": {"red": 0.8, "blue": 0.2}, **sleeve}))
    result = one.match(photo=photo("Red", "Shirt"), k=4)
    assert found(result) == [("Top", "Red")] * 4
    assert result.by_photo == {"kind": ("Top",), "colour": ("Red",)}
    assert "words: long sleeve" in result.matches[0].fits
    assert all(number % 2 for number in [one.item_idx for one in result.matches[:2]])


def test_words_rule_over_what_the_photo_shows() -> None:
    one = matcher(Piece("top", {"colour": {"red": 0.9}}))
    result = one.match("green", photo("Red", "Shirt"), k=4)
    assert found(result) == [("Top", "Green")] * 4
    assert result.by_photo == {"kind": ("Top",)}


def test_what_the_words_say_no_to_is_not_looked_for_though_the_photo_shows_it() -> None:
    one = matcher(Piece("top", {"colour": {"red": 0.9}, "detail": {"pockets": 0.9}}))
    seen = one.match(photo=photo("Red", "Shirt"), k=4)
    assert "words: pockets" in seen.matches[0].fits
    result = one.match("no pockets", photo("Red", "Shirt"), k=2)
    assert [match.item_idx % 2 for match in result.matches] == [1, 1]
    assert [match.fit for match in result.matches] == [1.0, 1.0]
    assert result.without == {"words": ("pockets",)}


def test_of_several_garments_the_words_choose() -> None:
    one = matcher(Piece("top", box=(0, 0, 1, 0.5)), Piece("skirt", box=(0, 0.5, 1, 1)))
    result = one.match(photo=photo("Red", "Shirt"), k=4)
    assert {kind for kind, _ in found(result)} == {"Top"}
    assert any("the photo shows top, skirt: top was matched" in note for note in result.notes)
    result = one.match("skirt", photo("Red", "Shirt"), k=4)
    assert {kind for kind, _ in found(result)} == {"Skirt"}


def test_no_garment_in_the_photo_is_told() -> None:
    result = matcher(model=True).match(photo=photo("Blue", "Shirt"), k=3)
    assert any("no garment is seen" in note for note in result.notes)
    assert {colour for _, colour in found(result)} == {"Blue"}


def test_without_vectors_a_photo_is_matched_by_its_garment() -> None:
    one = matcher(Piece("dress"), pictures=False)
    result = one.match(photo=photo("Blue", "Shirt"), k=3)
    assert {kind for kind, _ in found(result)} == {"Dress"}
    assert any("attributes alone" in note for note in result.notes)
    with pytest.raises(InputError, match="no vectors of pictures"):
        matcher(pictures=False).match(photo=photo("Blue", "Shirt"))


def test_taste_orders_within_a_band_of_likeness_only(plain: Matcher) -> None:
    result = plain.match(photo=photo("Green", "Shirt"), user=RED_LOVER, k=12)
    assert {colour for _, colour in found(result)} == {"Green"}
    assert result.matches[0].item_idx // 4 == item("Skirt", "Green") // 4


def test_nothing_said_is_an_error_and_nothing_meant_an_answer(plain: Matcher) -> None:
    with pytest.raises(InputError, match="give words, a photo or both"):
        plain.match("  ")
    with pytest.raises(InputError, match="k=0"):
        plain.match("top", k=0)
    result = plain.match("the", k=3)
    assert result.matches == ()
    assert result.notes


def test_the_shops_rules_hold() -> None:
    pairs = pl.DataFrame(
        {"item_idx": range(len(GARMENTS)), "group": [colour for _, colour in GARMENTS]},
        schema_overrides={"item_idx": pl.Int32},
    )
    result = matcher().match("top", rules=Rules(at_most=((pairs, 1),)), k=4)
    assert len({colour for _, colour in found(result)}) == 4
    hidden = matcher().match("red skirt", user=RED_LOVER, rules=Rules(hide_bought_days=60), k=4)
    assert [one.item_idx for one in hidden.matches if GARMENTS[one.item_idx][1] == "Red"] == [
        item("Skirt", "Red", 3)
    ]
