"""Words that mean the same in fashion: trainers and sneakers, navy and dark blue.

The words are in `thesaurus.toml` beside this file. A canonical form keeps the word that heads it
("navy" becomes "navy blue"), so that a wider word still meets it. Where one word means different
things in different places (vest, pumps, khaki) nothing is merged: `related` names what it may mean.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

# Letters and digits of any script, with the vowel signs of Hebrew, Arabic and the scripts of India
# and South-East Asia, which Python's `\w` leaves out; an apostrophe inside a word belongs to it.
_SIGNS = (
    r"\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0900-\u0963\u0966-\u0dff\u0e31-\u0e4e\u0eb1-\u109f"
)
_LETTER = rf"(?:[^\W_]|[{_SIGNS}])"
_WORD = re.compile(f"{_LETTER}+(?:'{_LETTER}+)*")
_PLAIN_WORD = re.compile("[a-z0-9]+(?:'[a-z0-9]+)*")
_ACCENTS = re.compile("[\u0300-\u036f]")
_LONGEST_WORD = 40
_PASSES = 4


def fold(text: str) -> str:
    """Give a text in lower case without accents; other scripts keep their signs.

    >>> fold("DÉCOLLETÉ Straße")
    'decollete strasse'
    """
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.replace("\u2019", "'")).casefold()
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", apart))
    return unicodedata.normalize("NFC", bare)


def split_words(text: str) -> list[str]:
    """Split a text into its words, folded; signs are left out and "men's" is one word.

    >>> split_words("Men's T-Shirt, 100% Cotton")
    ["men's", 't', 'shirt', '100', 'cotton']
    """
    folded = fold(text)
    return (_PLAIN_WORD if folded.isascii() else _WORD).findall(folded)


def singular(word: str) -> str:
    """Give the singular of a folded word: dresses to dress, scarves to scarf, men's to men.

    What is another thing without its s stays: shorts, tights, briefs.
    """
    return _singular(word)


def canonical(text: str) -> str:
    """Give a text in the words that stand for all their synonyms.

    Lower case, without accents and signs, in the singular, each phrase of the thesaurus in its
    canonical form; a longer phrase wins. Words it does not know stay. The same text gives the same
    words, and a canonical text gives itself.

    >>> canonical("Women's Navy Trainers")
    'women navy blue sport shoe'
    >>> canonical("short dresses, shorts and tees")
    'short dress shorts and tshirt'
    """
    words = [_singular(word) for word in split_words(text)]
    # A form put in may complete a phrase with its neighbours: "knit jumper", "knit sweater".
    for _ in range(_PASSES):
        before, words = words, _merge(words)
        if words == before:
            break
    return " ".join(words)


def synonyms(word: str) -> tuple[str, ...]:
    """Give the words that mean the same as a word or phrase, its canonical form first.

    Empty where the thesaurus has no such word.

    >>> synonyms("rucksacks")[:3]
    ('backpack', 'back pack', 'rucksack')
    """
    form = canonical(word)
    return (form, *_thesaurus().groups[form]) if form in _thesaurus().groups else ()


def related(word: str) -> tuple[str, ...]:
    """Give what a word may also mean or comes near to, in canonical forms, the likeliest first.

    >>> related("vest")
    ('tank top', 'innerwear vest', 'waistcoat', 'gilet')
    """
    return _thesaurus().near.get(canonical(word), ())


def topic(word: str) -> str | None:
    """Tell what a word or phrase is about: tops, shoes, colours, patterns …; None: nobody knows.

    >>> topic("polka dots"), topic("navy")
    ('patterns', 'colours')
    """
    return _thesaurus().topics.get(canonical(word))


def known_words() -> frozenset[str]:
    """Give every word that the thesaurus is written in, in the singular."""
    return _thesaurus().words


@dataclass(frozen=True)
class _Thesaurus:
    groups: Mapping[str, tuple[str, ...]]
    near: Mapping[str, tuple[str, ...]]
    starts: Mapping[str, tuple[tuple[int, Mapping[tuple[str, ...], list[str]]], ...]]
    """First word of a phrase to the phrases that begin so, by length, the longest first."""
    words: frozenset[str]
    topics: Mapping[str, str]


@cache
def _written() -> dict[str, Any]:
    text = files("modiste.encoders").joinpath("thesaurus.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _thesaurus() -> _Thesaurus:
    topics = {name: topic for name, topic in _written().items() if name not in ("forms", "also")}
    groups = {form: tuple(others) for topic in topics.values() for form, others in topic.items()}
    phrases: dict[tuple[str, ...], list[str]] = {}
    for form, others in groups.items():
        for written in (form, *others):
            phrases[tuple(map(_singular, split_words(written)))] = form.split()
    by_start: dict[str, dict[int, dict[tuple[str, ...], list[str]]]] = {}
    for phrase, words in phrases.items():
        by_start.setdefault(phrase[0], {}).setdefault(len(phrase), {})[phrase] = words
    near = {form: tuple(others) for form, others in _written()["also"].items()}
    texts = [*groups, *(text for others in groups.values() for text in others)]
    texts += [*near, *(text for others in near.values() for text in others)]
    texts += _written()["forms"]["alone"]
    return _Thesaurus(
        groups=groups,
        near=near,
        starts={
            word: tuple(sorted(lengths.items(), reverse=True)) for word, lengths in by_start.items()
        },
        topics={form: name for name, topic in topics.items() for form in topic},
        words=frozenset(_singular(word) for text in texts for word in split_words(text)),
    )


@cache
def _bent() -> dict[str, str]:
    """Give the words whose singular no rule gets right, with that singular."""
    forms = _written()["forms"]
    bent = {word: word for word in (*forms["always_plural"], *forms["never_plural"])}
    bent |= {word: word[:-1] for word in (*forms["plural_is"], *forms["plural_ie"])}
    return bent | {word: str(form) for word, form in forms["irregular"].items()}


def _merge(words: list[str]) -> list[str]:
    """Put canonical forms for the phrases in a text, from the left, the longest first."""
    starts = _thesaurus().starts
    found: list[str] = []
    position, last = 0, len(words)
    while position < last:
        word = words[position]
        for length, phrases in starts.get(word, ()):
            form = phrases.get(tuple(words[position : position + length]))
            if form is not None:
                found += form
                position += length
                break
        else:
            found.append(word)
            position += 1
    return found


@lru_cache(maxsize=200_000)
def _singular(word: str) -> str:
    if "'" in word:
        word = word.removesuffix("'s").replace("'", "")
    bent = _bent().get(word)
    if bent is not None:
        return bent
    if len(word) < 4 or len(word) > _LONGEST_WORD or word[-1] != "s" or not word.isascii():
        return word
    if word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zzes")):
        return word[:-2]
    return word[:-1]
