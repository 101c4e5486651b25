from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modiste.encoders import thesaurus
from modiste.encoders.thesaurus import (
    canonical,
    fold,
    known_words,
    related,
    singular,
    split_words,
    synonyms,
)

WRITTEN = thesaurus._written()
TOPICS = {name: topic for name, topic in WRITTEN.items() if name not in ("forms", "also")}
GROUPS = [(form, others) for topic in TOPICS.values() for form, others in topic.items()]


def test_the_file_says_each_phrase_once() -> None:
    assert len(GROUPS) > 400
    forms = [form for form, _ in GROUPS]
    assert len(set(forms)) == len(forms)
    meant: dict[tuple[str, ...], str] = {}
    for form, others in GROUPS:
        for text in (form, *others):
            phrase = tuple(map(singular, split_words(text)))
            assert meant.setdefault(phrase, form) == form, text


def test_every_phrase_of_a_group_gives_its_form_and_the_form_gives_itself() -> None:
    wrong = {
        text: canonical(text)
        for form, others in GROUPS
        for text in (form, *others)
        if canonical(text) != form
    }
    assert wrong == {}


def test_what_is_near_is_written_in_canonical_forms() -> None:
    also = WRITTEN["also"]
    texts = [*also, *(text for others in also.values() for text in others)]
    assert [text for text in texts if canonical(text) != text] == []
    assert [form for form, others in also.items() if form in others] == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Trousers", "pants"),
        ("trainers", "sports shoes"),
        ("sneaker", "SNEAKERS"),
        ("jumper", "pullovers"),
        ("vest top", "tank-tops"),
        ("handbags", "purse"),
        ("navy", "Dark Blue"),
        ("T-shirts", "tees"),
        ("burgundy", "maroon"),
        ("ladies' gray sweat pants", "women's grey joggers"),
        ("polka-dot frock", "dotted dress"),
        ("round neck, full sleeves", "crew-neck long-sleeved"),
        ("rucksack", "back pack"),
        ("sari", "Sarees"),
        ("jewelry", "jewellery"),
        ("fall", "autumn"),
        ("men’s", "man"),
        ("décolleté", "DECOLLETE"),
        ("without sleeves", "sleeveless"),
        ("bathrobe", "dressing gown"),
        ("pale gray scarf", "light grey scarf"),
    ],
)
def test_words_that_mean_the_same_meet(one: str, other: str) -> None:
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("short dress", "shorts dress"),
        ("tight", "tights"),
        ("brief", "briefcase"),
        ("vest", "tank top"),
        ("vest", "waistcoat"),
        ("pumps", "heels"),
        ("khaki", "olive"),
        ("jersey", "sweater"),
        ("top", "tank top"),
        ("dress shirt", "shirt dress"),
        ("navy", "blue"),
        ("polo neck", "polo shirt"),
        ("boxer briefs", "briefs"),
        ("wine glass", "burgundy glass"),
        ("gold", "rose gold"),
        ("light pink", "pink"),
        ("glove", "gloss"),
        ("men", "women"),
        ("blue jeans", "jeans"),
    ],
)
def test_words_that_mean_different_things_stay_apart(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize("word", ["shorts", "tights", "canvas", "dress", "kurtis", "ties", "bus"])
def test_a_singular_stays_as_it_is(word: str) -> None:
    assert singular(singular(word)) == singular(word)


@pytest.mark.parametrize(
    ("plural", "one"),
    [
        ("dresses", "dress"),
        ("scarves", "scarf"),
        ("sleeves", "sleeve"),
        ("hoodies", "hoodie"),
        ("panties", "panty"),
        ("watches", "watch"),
        ("sarees", "saree"),
        ("kurtis", "kurti"),
        ("men's", "men"),
        ("jeans", "jeans"),
        ("shorts", "shorts"),
        ("canvas", "canvas"),
        ("bus", "bus"),
    ],
)
def test_plurals_bend_as_english_does(plural: str, one: str) -> None:
    assert singular(plural) == one


def test_a_wider_word_still_meets_a_narrow_one() -> None:
    assert "blue" in canonical("navy").split()
    assert "shoe" in canonical("trainers").split()
    assert "trousers" in canonical("joggers").split()
    assert "bag" in canonical("purse").split()


def test_synonyms_are_all_words_of_a_group() -> None:
    assert set(synonyms("Sneakers")) >= {"sport shoe", "trainer", "sneaker", "kicks"}
    assert synonyms("kicks") == synonyms("trainers")
    assert synonyms("qwertz") == ()


def test_related_words_are_named_by_likelihood_and_never_merged() -> None:
    assert related("vests")[0] == "tank top"
    assert related("navy") == ("blue",)
    assert related("qwertz") == ()


def test_the_words_of_the_thesaurus_are_known() -> None:
    assert {"saree", "trainer", "khaki", "vest"} <= known_words()


def test_other_scripts_keep_their_signs() -> None:
    assert split_words("लाल साड़ी") == [unicodedata.normalize("NFC", w) for w in ("लाल", "साड़ी")]
    assert canonical("Красное ПЛАТЬЕ") == "красное платье"
    assert canonical("赤いドレス") == fold("赤いドレス")


@given(st.text(max_size=200))
def test_a_canonical_text_gives_itself(text: str) -> None:
    form = canonical(text)
    assert canonical(form) == form
    assert re.fullmatch(r"(\S+( \S+)*)?", form)


PHRASES = [text for form, others in GROUPS for text in (form, *others)]


@given(st.lists(st.sampled_from(PHRASES), max_size=6))
def test_any_row_of_phrases_gives_itself_once_canonical(phrases: list[str]) -> None:
    form = canonical(" ".join(phrases))
    assert canonical(form) == form
