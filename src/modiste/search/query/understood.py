"""What a shopper's words ask for: "navy jeans men under 30, no stripes"."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from modiste.encoders.thesaurus import canonical, known_words, singular, topic
from modiste.search.query.amounts import PriceRange, read_amounts
from modiste.search.query.vocabulary import NEAR, PART, ROLES, STOP_WORDS, Meaning, Vocabulary
from modiste.search.query.wanted import (
    LONGEST_IDIOM,
    NEGATIONS,
    Token,
    part_wanted,
    phrase_of,
    read_tokens,
)

MOST_CHARACTERS, MOST_WORDS = 1_000, 64
"""What is read of a query; the rest is left out with a note."""
MOST_CORRECTIONS = 8
Wishes = Mapping[str, Mapping[str, float]]
"""Attribute to the shop's values that are meant, each with how surely, 0 to 1."""
_UNDIVIDED = frozenset(("details", "fits", "lengths", "necklines", "patterns", "sleeves"))
"""Topics whose phrases say nothing by their last word: no "long sleeve" is a tablet's sleeve."""
_READ = 4 * MOST_CHARACTERS
_SILENT = STOP_WORDS | NEGATIONS


@dataclass(frozen=True)
class Understood:
    """A query, as a shop understands it."""

    text: str
    """As it was typed, cleaned and cut."""
    phrase: str = ""
    """For encoders: corrected, without price, sizes and what is not wanted."""
    words: tuple[str, ...] = ()
    """For an index of words: those of `phrase` that say something, folded."""
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The shop's attributes that were named, and which values: `colour` to (`Navy Blue`,)."""
    wishes: Wishes = field(default_factory=dict)
    """The same with wider and nearer values, each with how surely it is meant."""
    price: PriceRange | None = None
    """What it may cost; its `filters` go with a search."""
    sizes: tuple[str, ...] = ()
    """Sizes that were named: `M`, `EU 38`, `W32 L34`."""
    without: tuple[str, ...] = ()
    """What is not wanted, in the words it was said: `stripes`."""
    excluded: Wishes = field(default_factory=dict)
    """The shop's attributes that are not wanted."""
    corrections: Mapping[str, str] = field(default_factory=dict)
    """Word as it was typed to the word that it was read as."""
    unknown: tuple[str, ...] = ()
    """Words that this shop has nowhere, in this form or another."""
    notes: tuple[str, ...] = ()
    """What the shopper should know."""


def understand(text: str, vocabulary: Vocabulary, *, spelling: bool = True) -> Understood:
    """Understand a query in the words of a shop.

    Any text is understood: signs, quotes and the syntax of other search engines are no commands. A
    query of a megabyte takes no longer than one of `MOST_CHARACTERS`.

    Args:
        text: What was typed.
        vocabulary: The words of the shop, see `build_vocabulary`.
        spelling: Whether words that nobody knows are read as the nearest that the shop has.
    """
    cleaned = clean(text)
    notes: list[str] = []
    if len(text) > _READ or len(_composed(text)) > MOST_CHARACTERS:
        notes.append(f"the query is long: its first {MOST_CHARACTERS:,} characters were read")
    found = read_amounts(cleaned, lambda number: bool(vocabulary.meanings_of(number)))
    notes += found.notes
    price = found.price if vocabulary.has_prices else None
    if found.price is not None and price is None:
        notes.append(f"this shop does not tell prices: “{found.price}” was not used")
    tokens = read_tokens(found.rest)[:MOST_WORDS]
    corrections: dict[str, str] = {}
    if spelling:
        tokens, corrections = _correct(tokens, vocabulary)
    notes += [f"“{typed}” was read as “{used}”" for typed, used in corrections.items()]
    wanted, unwanted = part_wanted(tokens, vocabulary)
    wishes, attributes = recognise([one.word for one in wanted], vocabulary)
    if found.sizes:
        note = _wish_sizes(found.sizes, wishes, attributes, vocabulary)
        notes += [note] if note else []
    excluded: dict[str, dict[str, float]] = {}
    for group in unwanted:
        for attribute, values in recognise([one.word for one in group], vocabulary)[0].items():
            excluded.setdefault(attribute, {}).update(values)
    words = tuple(dict.fromkeys(one.word for one in wanted if one.word not in _SILENT))
    if unwanted and not words:
        notes.append("only what is not wanted was named: say also what to look for")
    return Understood(
        text=cleaned,
        phrase=phrase_of(wanted),
        words=words,
        attributes=attributes,
        wishes=wishes,
        price=price,
        sizes=found.sizes,
        without=tuple(dict.fromkeys(phrase_of(group) for group in unwanted)),
        excluded=excluded,
        corrections=corrections,
        unknown=_unknown(words, bool(wishes), vocabulary),
        notes=tuple(notes),
    )


def clean(text: str) -> str:
    """Give a text without control signs and runs of blanks, composed and cut to a bounded length.

    What was cleaned once stays as it is.
    """
    return _composed(text)[:MOST_CHARACTERS].rstrip()


def recognise(
    words: Sequence[str], vocabulary: Vocabulary
) -> tuple[dict[str, dict[str, float]], dict[str, tuple[str, ...]]]:
    """Find the shop's values among words, the longest phrase first, from the left.

    A word that is a value of several attributes names the one that shoppers speak of first. Of two
    kinds side by side the last is the thing, as in "shirt dress"; the first counts little.

    Args:
        words: Folded, in their order.
        vocabulary: The words of the shop.

    Returns:
        All values that may be meant with how surely, and those that are, by attribute.
    """
    forms = canonical(" ".join(words)).split()
    named: list[tuple[int, int, tuple[Meaning, ...]]] = []
    longest = max(vocabulary.longest, LONGEST_IDIOM)
    position = 0
    while position < len(forms):
        for length in range(min(longest, len(forms) - position), 0, -1):
            phrase = " ".join(forms[position : position + length])
            silent = phrase in STOP_WORDS or phrase in vocabulary.attributes
            meanings = () if silent else _of_one(vocabulary.meanings_of(phrase))
            # "kids shoes" are shoes for kids, though a department may be called so.
            if length > 1 and meanings and meanings[0].attribute not in ROLES:
                meanings = ()
            if meanings:
                named.append((position, position + length, meanings))
                position += length
                break
            if length > 1 and topic(phrase) in _UNDIVIDED:
                position += length
                break
        else:
            position += 1
    wishes: dict[str, dict[str, float]] = {}
    meant: dict[str, dict[str, None]] = {}
    for place, (_, end, meanings) in enumerate(named):
        following = named[place + 1] if place + 1 < len(named) else None
        is_head = not (
            following is not None
            and following[0] == end
            and meanings[0].attribute == following[2][0].attribute == "kind"
        )
        wished = wishes.setdefault(meanings[0].attribute, {})
        for one in meanings:
            weight = one.weight if is_head else one.weight * NEAR
            wished[one.value] = max(weight, wished.get(one.value, 0.0))
        if is_head:
            chosen = meant.setdefault(meanings[0].attribute, {})
            chosen |= dict.fromkeys(_surest(meanings))
    return wishes, {attribute: tuple(values) for attribute, values in meant.items()}


def _composed(text: str) -> str:
    kept = []
    for sign in text[:_READ]:
        category = unicodedata.category(sign)
        # Marks of direction and soft hyphens stand inside words, other control signs between them.
        kept.append(sign if category[0] != "C" else "" if category == "Cf" else " ")
    return " ".join(unicodedata.normalize("NFC", "".join(kept)).split())


def _correct(tokens: Sequence[Token], vocabulary: Vocabulary) -> tuple[list[Token], dict[str, str]]:
    """Put the nearest of the shop's words for those that nobody knows, and for its own slips."""
    corrections: dict[str, str] = {}
    read: list[Token] = []
    for token in tokens:
        word = token.word
        if word not in corrections and len(corrections) < MOST_CORRECTIONS:
            known = _is_word(word, vocabulary)
            near = vocabulary.slip_for(word) if known else vocabulary.speller.nearest(word)
            if near is not None:
                corrections[word] = near
        for place, part in enumerate(corrections.get(word, word).split()):
            first = place == 0
            read.append(Token(part, token.joined and first, token.comma and first))
    return read, corrections


def _is_word(word: str, vocabulary: Vocabulary) -> bool:
    return (
        word in NEGATIONS
        or word in STOP_WORDS
        or singular(word) in known_words()
        or vocabulary.knows(word)
    )


def _unknown(words: Sequence[str], named: bool, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Give the words that the shop has in no form, and in no phrase that names something."""
    forms = set(canonical(" ".join(words)).split())
    return tuple(
        word
        for word in words
        if not vocabulary.knows(word)
        and not vocabulary.meanings_of(canonical(word))
        and (singular(word) in forms or not named)
    )


def _of_one(meanings: Sequence[Meaning]) -> tuple[Meaning, ...]:
    return tuple(one for one in meanings if one.attribute == meanings[0].attribute)


def _surest(meanings: Sequence[Meaning]) -> list[str]:
    """Give the values that a phrase says itself, or, where there are none, those nearest to it."""
    least = PART if meanings[0].weight >= PART else meanings[0].weight - 0.1
    return [one.value for one in meanings if one.weight >= least]


def _wish_sizes(
    sizes: Sequence[str],
    wishes: dict[str, dict[str, float]],
    attributes: dict[str, tuple[str, ...]],
    vocabulary: Vocabulary,
) -> str | None:
    """Add the sizes that the shop has; say which it does not tell."""
    found: dict[str, str] = {}
    for size in sizes:
        for one in vocabulary.meanings.get(canonical(size), ()):
            if one.attribute == "size" and one.weight >= PART:
                found[size] = one.value
    if found:
        wishes["size"] = dict.fromkeys(found.values(), 1.0)
        attributes["size"] = tuple(dict.fromkeys(found.values()))
    missing = [size for size in sizes if size not in found]
    return f"this shop does not tell of size {', '.join(missing)}" if missing else None
