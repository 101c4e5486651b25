"""Search by words, photo and both on a rack of twelve garments."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from modiste.encoders.spec import EncoderSpec
from modiste.encoders.stored import ItemVectors
from modiste.errors import InputError, MissingExtraError
from modiste.search import Searcher, SearchResult
from modiste.search.space import Spaces, behind
from tests.search.rack import GARMENTS, photo, searcher

REST = ("Blue", "Green")


@pytest.fixture(scope="module")
def rack() -> Searcher:
    return searcher()


@pytest.fixture(scope="module")
def wordy() -> Searcher:
    """The rack without vectors."""
    return searcher(vectors=False)


def found(result: SearchResult) -> list[tuple[str, str]]:
    return [GARMENTS[hit.item_idx % len(GARMENTS)] for hit in result.hits]


@pytest.mark.parametrize("vectors", [True, False])
def test_all_that_was_named_comes_first(rack: Searcher, wordy: Searcher, vectors: bool) -> None:
    result = (rack if vectors else wordy).search("a blue shirt, please")
    assert found(result)[0] == ("Blue", "Shirt")
    assert result.understood == {"colour": ("Blue",), "kind": ("Shirt",)}
    assert result.hits[0].why[0] == "colour Blue"
    assert [hit.rank for hit in result.hits] == list(range(1, len(result.hits) + 1))
    # A hat called Red Baron is no red dress.
    assert found((rack if vectors else wordy).search("red dress"))[0] == ("Red", "Dress")


def test_an_id_and_a_whole_name_win(rack: Searcher) -> None:
    assert rack.search("red baron").hits[0].name == "Red Baron"
    assert "its very name or id" in rack.search("red baron").hits[0].why
    assert rack.search("0000000007").hits[0].item_idx == 7


def test_an_id_wins_under_a_filter_only_if_it_passes(rack: Searcher) -> None:
    hits = rack.search("0000000007", filters=["colour=Red"]).hits
    assert 7 not in [hit.item_idx for hit in hits]


def test_typing_errors_are_forgiven(wordy: Searcher) -> None:
    result = wordy.search("bleu trousrs")
    assert found(result)[0] == ("Blue", "Trousers")


def test_the_strategy_tells_what_was_used(rack: Searcher, wordy: Searcher) -> None:
    assert wordy.search("dress").strategy == "words (BM25)"
    strategy = rack.search("dress", photo("Red", "Hat"), filters=["kind=Hat"]).strategy
    assert strategy == (
        "words (BM25) + vectors of words (toy) + photo (toy), exact, filter leaves 25.00% of the "
        "items"
    )


def test_a_filter_is_kept_whatever_is_asked(rack: Searcher) -> None:
    result = rack.search("green red shirt", filters=["colour=Green", "kind!=Dress"])
    assert set(found(result)) == {("Green", "Shirt"), ("Green", "Trousers"), ("Green", "Hat")}
    assert any("without" in note for note in result.notes)


def test_what_has_nothing_in_common_with_the_words_pads_no_answer(rack: Searcher) -> None:
    assert set(found(rack.search("dress"))) == {(colour, "Dress") for colour in ("Red", *REST)}
    short = rack.search("dress", filters=["colour=Red"])
    assert found(short) == [("Red", "Dress")]
    result = rack.search("dress", filters=["colour=Red", "kind!=Dress"])
    assert result.hits == ()
    told = "nothing of kind Dress passes the filters: without kind!=Dress there is 1"
    assert result.notes == (told,)


def test_an_item_that_only_its_vector_speaks_for_is_found(rack: Searcher) -> None:
    spoken = rack.finder.spaces.mouth
    assert spoken is not None
    vector = spoken.words(["blue"])[0]
    assert rack.finder.spaces.near(vector, np.arange(3)).tolist() == [False, True, False]


def test_what_no_hit_has_is_named(wordy: Searcher) -> None:
    result = wordy.search("harbour dress", k=2)
    assert result.notes == ("nothing found has all of it: the first lacks 'harbour'",)
    assert wordy.search("striped dress", k=2).notes == ()
    assert wordy.search("harbour shirt", k=1).notes == ()


def test_a_price_in_the_words_is_a_filter(rack: Searcher) -> None:
    result = rack.search("hat under 15")
    assert [(hit.item_idx, hit.price) for hit in result.hits] == [(9, 10.0)]
    assert found(rack.search("under 25"))[0] == ("Red", "Hat")


def test_what_is_not_wanted_is_left_out(rack: Searcher) -> None:
    assert ("Red", "Dress") not in found(rack.search("dress", without="red"))
    assert ("Red", "Dress") not in found(rack.search("dress not red"))
    result = rack.search("red dress", without="dress", k=2)
    assert (result.understood, result.without) == ({"colour": ("Red",)}, {"kind": ("Dress",)})
    striped = [hit.attributes["pattern"] for hit in rack.search("dress", without="stripes").hits]
    assert set(striped) == {"Solid"}


def test_other_unwanted_words_push_back(wordy: Searcher) -> None:
    plain = wordy.search("dress").hits
    pushed = wordy.search("dress", without="pockets").hits
    assert [hit.item_idx for hit in plain] == [0, 1, 2]
    assert [hit.item_idx for hit in pushed] == [0, 2, 1]


def test_a_photo_finds_itself_first(rack: Searcher) -> None:
    for place, garment in enumerate(GARMENTS):
        result = rack.search(photo=photo(*garment))
        assert result.hits[0].item_idx == place
        assert result.hits[0].why == ("looks like your photo (1.00)",)


@pytest.mark.parametrize("variants", [True, False])
def test_an_items_picture_finds_its_variants_and_not_itself(variants: bool) -> None:
    result = searcher(copies=2).search(item=0, k=3, variants=variants)
    assert [hit.rank for hit in result.hits] == [1, 2, 3]
    assert result.hits[0].item_idx == 1  # of the same product, with the same picture
    assert result.hits[0].why == ("looks like it (1.00)",)
    assert result.strategy == "photo (toy), exact"
    assert all(hit.score <= 1.0 for hit in result.hits)


def test_a_short_answer_is_counted_where_there_is_no_filter(rack: Searcher) -> None:
    assert "3 products match" in rack.search("dress", k=9).notes
    assert "3 items match" in rack.search("dress", k=9, variants=True).notes
    assert "1 product matches" in rack.search("0000000007", k=2).notes


def test_this_but_blue(rack: Searcher) -> None:
    assert found(rack.search("blue", photo("Red", "Trousers")))[0] == ("Blue", "Trousers")
    assert found(rack.search("hat", photo("Green", "Dress")))[0] == ("Green", "Hat")


def test_the_weight_runs_from_words_to_photo(rack: Searcher) -> None:
    assert found(rack.search("blue hat", photo("Red", "Dress"), weight=1))[0] == ("Red", "Dress")
    assert found(rack.search("blue hat", photo("Red", "Dress"), weight=0))[0] == ("Blue", "Hat")


def test_unwanted_things_are_taken_off_a_photo(rack: Searcher) -> None:
    hits = found(rack.search(photo=photo("Red", "Dress"), without="red"))
    assert hits[0] == ("Blue", "Dress") or hits[0] == ("Green", "Dress")
    assert ("Red", "Dress") not in hits


def test_nonsense_is_said_to_be_and_the_nearest_names_are_offered(wordy: Searcher) -> None:
    result = wordy.search("qwertyuiop")
    assert result.hits == ()
    assert "vectors" not in result.strategy
    told = (
        "nothing in the shop is close to 'qwertyuiop'; the shop has most of: "
        "Dress, Hat, Shirt, Trousers"
    )
    assert told in result.notes
    offered = wordy.search("habourz")
    assert offered.hits[0].name == "Harbour"


def test_an_unknown_word_beside_known_ones_is_told(rack: Searcher) -> None:
    result = rack.search("qwertyuiop dress")
    assert found(result)[0][1] == "Dress"
    assert any("'qwertyuiop'" in note for note in result.notes)


def test_words_that_only_the_encoder_knows_are_searched() -> None:
    rack = searcher()
    mouth = rack.finder.spaces.mouth
    assert mouth is not None
    # An encoder trained elsewhere knows a word that the catalogue never says.
    read = mouth.encoder.encode_words
    mouth.encoder.encode_words = lambda texts: read(  # type: ignore[method-assign]
        [text.replace("zanzibar", "green hat") for text in texts]
    )
    result = rack.search("zanzibar")
    assert found(result)[0] == ("Green", "Hat")
    assert not any("close" in note for note in result.notes)


@pytest.mark.parametrize("copies", [2, 30])
def test_variants_are_one_hit_and_k_products_are_found(copies: int) -> None:
    rack = searcher(copies)
    result = rack.search("red blue green dress", k=12)
    products = {hit.item_idx // copies for hit in result.hits}
    assert len(products) == len(result.hits) == 12
    every = rack.search("red dress", k=copies, variants=True)
    assert {hit.item_idx // copies for hit in every.hits} == {0}


def test_k_results_whenever_k_exist_under_a_filter() -> None:
    rack = searcher(30)
    result = rack.search("red dress or hat", k=3, filters=["kind=Hat"])
    assert len({hit.item_idx // 30 for hit in result.hits}) == 3
    assert not any("found" in note for note in result.notes)


def test_fewer_than_k_names_the_filter_to_loosen(rack: Searcher) -> None:
    result = rack.search("red dress", k=5, filters=["colour=Red", "kind=Dress,Hat"])
    assert len(result.hits) == 2
    assert (
        "only 2 of 5 were found, since all 2 filters leave 2 products: without colour=Red there "
        "are 6"
    ) in result.notes


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "nothing to search for"),
        ({"words": "  "}, "nothing to search for"),
        ({"words": "hat", "k": 0}, "k=0: expected 1 to"),
        ({"words": "hat", "weight": 1.5}, "weight 1.5"),
        ({"words": "hat", "filters": ["colur=Red"]}, "did you mean colour"),
        ({"words": "hat", "photo": b"no picture"}, "is no picture"),
        ({"words": "hat", "photo": b""}, "0 bytes"),
    ],
)
def test_what_cannot_be_used_is_said_in_a_line(
    rack: Searcher, arguments: dict[str, object], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        rack.search(**arguments)  # type: ignore[arg-type]


def test_a_missing_package_is_named_where_it_is_needed(rack: Searcher) -> None:
    lacking = Spaces(notes=("torch …",), missing=MissingExtraError("torch", extra="vision"))
    bare = Searcher.of(rack.dataset, lacking)
    result = bare.search("blue shirt")
    assert (found(result)[0], result.notes[0]) == (("Blue", "Shirt"), "torch …")
    for asked in ({"photo": photo("Red", "Hat")}, {"item": 3}):
        with pytest.raises(MissingExtraError, match=r"pip install 'modiste\[vision\]'"):
            bare.search(**asked)


def test_a_photo_needs_vectors_of_pictures(wordy: Searcher) -> None:
    with pytest.raises(InputError, match="run modiste embed"):
        wordy.search(photo=photo("Red", "Hat"))
    with pytest.raises(InputError, match="no encoder of this shop reads words"):
        wordy.rank_words(["hat"], 3, "vectors")


@pytest.mark.parametrize(
    "text", ['colour:"Red', "a AND (b", "*:*", "\x00\x1b[2J", "🧥" * 3000, "-"]
)
def test_any_text_is_answered(rack: Searcher, text: str) -> None:
    assert isinstance(rack.search(text), SearchResult)


def test_many_texts_are_ranked_as_each_alone(rack: Searcher) -> None:
    texts = ["red dress", "hat", "qwertyuiop", "green"]
    for strategy in ("bm25", "vectors", "fused"):
        together = rack.rank_words(texts, 5, strategy)
        assert together.positions.shape == (4, 5)
        for query, text in enumerate(texts):
            alone = rack.rank_words([text], 5, strategy)
            np.testing.assert_array_equal(together.positions[query], alone.positions[0])
    assert (rack.rank_words(texts, 5, "bm25").positions[2] == -1).all()
    only = np.zeros(len(GARMENTS), np.bool_)
    only[4:6] = True
    assert set(rack.rank_words(["dress"], 5, allowed=only).row(0)[0].tolist()) <= {4, 5}


def test_many_threads_get_the_answers_of_one(rack: Searcher) -> None:
    texts = [" ".join(garment) for garment in GARMENTS] * 4
    alone = [found(rack.search(text)) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda text: found(rack.search(text)), texts)) == alone


def test_a_photo_unlike_anything_is_told() -> None:
    rack = searcher(3)
    usual = rack.search(photo=photo("Red", "Dress"))
    assert not any("nothing looks" in note for note in usual.notes)
    pictures = rack.finder.spaces.pictures
    assert pictures is not None
    assert 0 < pictures.lonely < 1
    notes = rack.search(photo=photo("White", "Sock")).notes
    assert any("nothing looks much like the photo" in note for note in notes)


def test_a_shop_is_opened_from_its_folder(tmp_path: Path) -> None:
    from modiste.cli import main

    files, shop = str(tmp_path / "files"), tmp_path / "shop"
    assert main(["synth", "--scale", "tiny", "--out", files, "--no-pictures"]) == 0
    assert main(["import", "hm", files, "--shop", str(shop)]) == 0
    result = Searcher.open(shop).search("black dress")
    assert result.hits[0].attributes["kind"] == "Dress"
    assert (shop / "cache" / "words" / "CURRENT").is_file()


def test_an_id_is_found_without_its_zeros_and_alone(rack: Searcher) -> None:
    for typed in ("0000000007", "7", "007"):
        result = rack.search(typed)
        assert [hit.item_idx for hit in result.hits] == [7]
        assert not any("no word like" in note for note in result.notes)


@pytest.mark.parametrize("text", ["the and of", "🧥", "…"])
def test_words_that_say_nothing_find_nothing(rack: Searcher, text: str) -> None:
    result = rack.search(text)
    assert result.hits == ()
    assert result.notes == (f"{text!r} says nothing to look for: name a kind, a colour …",)


def test_a_number_that_is_no_id_is_near_to_nothing(rack: Searcher) -> None:
    spaces = rack.finder.spaces
    spaces.__dict__["_nonsense"] = {
        "pictures": -1.0
    }  # an encoder to which anything is near to something
    try:
        assert rack.search("90210").hits == ()
        assert rack.search_many(["90210"])[0].positions.tolist() == [[-1] * 12]
    finally:
        del spaces.__dict__["_nonsense"]


def test_a_long_text_is_told_in_short(rack: Searcher) -> None:
    notes = rack.search("zq" * 5_000).notes
    assert max(map(len, notes)) < 200


def test_the_photo_tells_the_kind_where_words_tell_the_colour(rack: Searcher) -> None:
    # Blue is written on a shirt; what is asked for is this hat, in blue.
    result = rack.search("blue", photo("Red", "Hat"))
    assert found(result)[0] == ("Blue", "Hat")
    asked = rack.reader.read("blue dress with pockets")
    assert asked.named == pytest.approx(2 / 3)


def test_items_newer_than_the_vectors_are_told_of(rack: Searcher, tmp_path: Path) -> None:
    ids = rack.items.select("item_id")
    vectors = ItemVectors("toy", EncoderSpec("colour"), "toy", "v1", ids[5:], None, None)
    told = behind(vectors, rack.dataset, tmp_path)
    assert told is not None
    assert told.startswith("5 of 12 items are newer than the vectors of toy and found by their wor")
    assert behind(replace(vectors, items=ids), rack.dataset, tmp_path) is None
