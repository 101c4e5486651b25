from __future__ import annotations

import time
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modiste.search.query.understood import MOST_CHARACTERS, MOST_WORDS, clean, understand
from modiste.search.query.vocabulary import Vocabulary, build_vocabulary
from modiste.testing import make_shop

KINDS = ["Jeans", "Dress", "Shirt", "Sneakers", "Jacket", "Vest top", "Socks", "Skirt"]
COLOURS = ["Navy Blue", "Red", "Blue", "Black", "White", "Light Blue", "Red", "Black"]
DEPARTMENTS = ["Girls Socks", "Tie", "Long Sleeve", None, None, None, None, "Red"]
AUDIENCES = ["Men", "Women", "Men", "Women", "Men", "Women", "Women", "Girls"]
PATTERNS = ["Denim", "Stripe", "Solid", "Dot", "Solid", "Solid", "Stripe", "Solid"]
SIZES = ["M", "L", "XL", "38", "39", "40", None, None]


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    attributes: dict[str, Sequence[str | None]] = {
        "kind": KINDS,
        "colour": COLOURS,
        "audience": AUDIENCES,
        "pattern": PATTERNS,
        "department": DEPARTMENTS,
    }
    shop = make_shop([(0, 0, 1)], n_users=1, n_items=len(KINDS), attributes=attributes)
    return build_vocabulary(shop)


@pytest.fixture(scope="module")
def sized() -> Vocabulary:
    attributes: dict[str, Sequence[str | None]] = {"kind": KINDS, "size": SIZES}
    shop = make_shop([(0, 0, 1)], n_users=1, n_items=len(KINDS), attributes=attributes)
    return build_vocabulary(shop)


def test_a_query_is_said_in_the_shops_own_values(vocabulary: Vocabulary) -> None:
    found = understand("  NAVY jeans, men under 30 ", vocabulary)
    assert found.attributes == {
        "colour": ("Navy Blue",),
        "kind": ("Jeans",),
        "audience": ("Men",),
    }
    assert found.price is not None
    assert (found.price.low, found.price.high) == (None, 30)
    assert found.phrase == "navy jeans men"
    assert found.words == ("navy", "jeans", "men")
    assert found.notes == ()


@pytest.mark.parametrize(
    ("text", "attributes"),
    [
        (
            "red trainers for women",
            {"colour": ("Red",), "kind": ("Sneakers",), "audience": ("Women",)},
        ),
        ("women's tank tops", {"audience": ("Women",), "kind": ("Vest top",)}),
        ("vest", {"kind": ("Vest top",)}),
        ("shirt dress", {"kind": ("Dress",)}),
        ("black or white frock", {"colour": ("Black", "White"), "kind": ("Dress",)}),
        ("blue polka dots", {"colour": ("Blue",), "pattern": ("Dot",)}),
        ("sky blue", {"colour": ("Light Blue",)}),
        ("long sleeve umbrella", {}),
        ("tie-dye skirt", {"kind": ("Skirt",)}),
        ("girls socks", {"audience": ("Girls",), "kind": ("Socks",)}),
        ("colour red", {"colour": ("Red",)}),
    ],
)
def test_words_name_attributes(
    vocabulary: Vocabulary, text: str, attributes: dict[str, tuple[str, ...]]
) -> None:
    assert understand(text, vocabulary).attributes == attributes


def test_a_price_is_not_used_where_the_shop_tells_none(vocabulary: Vocabulary) -> None:
    found = understand("jeans under 30", replace(vocabulary, has_prices=False))
    assert found.price is None
    assert found.words == ("jeans",)
    assert found.notes == ("this shop does not tell prices: “up to 30” was not used",)


def test_wider_values_are_wished_for_less_surely(vocabulary: Vocabulary) -> None:
    wishes = understand("blue shirt dress", vocabulary).wishes
    assert wishes["colour"]["Blue"] == 1
    assert 0 < wishes["colour"]["Navy Blue"] < 1
    assert 0 < wishes["kind"]["Shirt"] < wishes["kind"]["Dress"]


@pytest.mark.parametrize(
    ("text", "without", "phrase"),
    [
        ("dress no stripes", ("stripes",), "dress"),
        ("dress without stripes", ("stripes",), "dress"),
        ("dress, not red", ("red",), "dress"),
        ("not red or blue dress", ("red", "blue"), "dress"),
        ("dress no no stripes", ("stripes",), "dress"),
        ("not too long dress", ("long",), "dress"),
        ("without stripes, dots, dress", ("stripes", "dots"), "dress"),
        ("no stripes and long sleeves", ("stripes",), "long sleeves"),
        ("shirt but not red", ("red",), "shirt"),
        ("shirt w/o any dots", ("dots",), "shirt"),
        ("red not light blue shirt", ("light blue",), "red shirt"),
        ("sleeveless dress", (), "sleeveless dress"),
        ("dress without sleeves", (), "dress sleeveless"),
        ("no-show socks", (), "no-show socks"),
        ("no show socks", (), "no show socks"),
        ("no 5", (), "no 5"),
        ("not only red", (), "not only red"),
        ("dress without", (), "dress without"),
        ("dress -red", (), "dress red"),
    ],
)
def test_what_is_not_wanted(
    vocabulary: Vocabulary, text: str, without: tuple[str, ...], phrase: str
) -> None:
    found = understand(text, vocabulary)
    assert (found.without, found.phrase) == (without, phrase)


def test_what_is_not_wanted_is_said_in_the_shops_values_too(vocabulary: Vocabulary) -> None:
    found = understand("shirt not red no stripes", vocabulary)
    assert {name: set(values) for name, values in found.excluded.items()} == {
        "colour": {"Red"},
        "pattern": {"Stripe"},
    }
    assert found.attributes == {"kind": ("Shirt",)}


def test_only_what_is_not_wanted_leaves_nothing_to_look_for(vocabulary: Vocabulary) -> None:
    found = understand("no stripes", vocabulary)
    assert (found.words, found.phrase) == ((), "")
    assert "say also what to look for" in found.notes[0]


def test_typing_errors_are_corrected_and_said(vocabulary: Vocabulary) -> None:
    found = understand("blak jaket", vocabulary)
    assert found.attributes == {"colour": ("Black",), "kind": ("Jacket",)}
    assert found.corrections == {"blak": "black", "jaket": "jacket"}
    assert "“jaket” was read as “jacket”" in found.notes
    assert understand("reddress", vocabulary).words == ("red", "dress")


def test_words_can_be_taken_as_they_were_typed(vocabulary: Vocabulary) -> None:
    found = understand("blak jaket", vocabulary, spelling=False)
    assert (found.words, found.corrections, found.notes) == (("blak", "jaket"), {}, ())


@pytest.mark.parametrize("text", ["dresses", "trousers", "0000000001", "cheap", "khaki", "without"])
def test_known_words_and_ids_are_never_corrected(vocabulary: Vocabulary, text: str) -> None:
    assert understand(text, vocabulary).corrections == {}


def test_unknown_words_are_named(vocabulary: Vocabulary) -> None:
    assert understand("quuxly red платье", vocabulary).unknown == ("quuxly", "платье")
    assert understand("swimming red", vocabulary).unknown == ("swimming",)


def test_sizes_that_the_shop_does_not_tell_are_said(vocabulary: Vocabulary) -> None:
    found = understand("dress size M", vocabulary)
    assert found.sizes == ("M",)
    assert found.phrase == "dress"
    assert found.notes == ("this shop does not tell of size M",)


def test_sizes_of_the_shop_are_wished_for(sized: Vocabulary) -> None:
    found = understand("dress size M or XL", sized)
    assert found.attributes["size"] == ("M", "XL")
    assert found.notes == ()
    assert understand("socks size 44", sized).notes == ("this shop does not tell of size 44",)


@pytest.mark.parametrize(
    "text",
    [
        "red' OR 1=1; DROP TABLE items;--",
        "title:(red AND dress)^2~ [a TO b] *?",
        '"red" /re.*d/ \\',
        "👗 red 💃\x00\x07",
        "\u202ered\u202c",
        "\ud800 red",
        "red\u00ad",
    ],
)
def test_signs_and_the_syntax_of_others_are_only_signs(vocabulary: Vocabulary, text: str) -> None:
    found = understand(text, vocabulary)
    assert "red" in found.words
    assert found.attributes["colour"] == ("Red",)
    assert found.without == ()


@pytest.mark.parametrize("text", ["", "   ", "\x00", "?!", "👗"])
def test_nothing_asked_is_nothing_understood(vocabulary: Vocabulary, text: str) -> None:
    found = understand(text, vocabulary)
    assert (found.words, found.phrase, found.attributes, found.price) == ((), "", {}, None)


@pytest.mark.parametrize("text", ["drsss jaketx " * 80_000, "x" * 1_000_000, "1-" * 500_000])
def test_a_megabyte_is_cut_with_a_note(vocabulary: Vocabulary, text: str) -> None:
    started = time.process_time()
    found = understand(text, vocabulary)
    assert time.process_time() - started < 1
    assert len(found.text) <= MOST_CHARACTERS
    assert any("the query is long" in note for note in found.notes)


def test_a_shop_without_words_understands_any_query() -> None:
    empty = Vocabulary({}, 1, {}, ())
    found = understand("red dress under 30", empty)
    assert found.words == ("red", "dress")
    assert found.attributes == {}


@given(st.text(max_size=300) | st.text("a\u0301\u0327 \n\u00ad\ud800é", max_size=60))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert not any(unicodedata.category(sign)[0] == "C" for sign in once)


def test_a_letter_and_its_accent_become_one() -> None:
    assert clean(" cafe\u0301 \t bar\x07") == "café bar"


@given(st.text("가\u1100\u1161ﬃà ", max_size=20), st.integers(45, 70))
def test_a_cut_text_stays_cut(part: str, times: int) -> None:
    text = part * times
    assert clean(clean(text)) == clean(text)
    assert len(clean(text)) <= MOST_CHARACTERS


SAID = st.sampled_from(
    ["no", "not", "without", "or", "and", ",", "red", "stripes", "dress", "-", "under", "30", "blu"]
)


@settings(max_examples=60)
@given(st.lists(SAID, max_size=90).map(" ".join) | st.text(max_size=300))
def test_any_query_is_understood_within_bounds(vocabulary: Vocabulary, text: str) -> None:
    found = understand(text, vocabulary)
    assert len(found.words) <= 2 * MOST_WORDS
    assert len(found.phrase) <= 2 * MOST_CHARACTERS
    assert set(found.attributes) <= set(found.wishes)
    assert all(
        value in found.wishes[name] for name, some in found.attributes.items() for value in some
    )
    assert all(0 < weight <= 1 for some in found.wishes.values() for weight in some.values())
    assert understand(text, vocabulary) == found
