"""What a query wants and what it does not: "dress no stripes or dots"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from modiste.encoders.thesaurus import canonical, split_words, synonyms, topic
from modiste.search.query.vocabulary import Vocabulary

NEGATIONS = frozenset(("no", "not", "without", "except", "excluding", "minus", "nor"))
LONGEST_IDIOM = 4
"""Words of the longest phrase of the thesaurus that is looked for."""
_DEGREES = frozenset(("too", "so", "very"))
_FILLERS = frozenset(("a", "an", "any", "the", "in", "of", "with")) | _DEGREES
_JOINTS = frozenset(("and", "or", "but", "nor", "with", "in", "for", "of"))
_WITHOUT = re.compile(r"(?<!\w)w/o(?!\w)|\b(?:but not|anything but|other than|apart from)\b", re.I)
_HYPHEN = re.compile("[-\u2010-\u2013]")


@dataclass(frozen=True)
class Token:
    """A word of a query and how it is tied to the one before."""

    word: str
    """Folded."""
    joined: bool
    """Whether a hyphen ties it to the one before."""
    comma: bool = False
    """Whether a comma stands before it."""


def read_tokens(text: str) -> list[Token]:
    """Split a text into its words, with the commas and hyphens that matter to a negation."""
    tokens: list[Token] = []
    comma = False
    for chunk in _WITHOUT.sub(" without ", text).replace(",", " , ").split():
        if chunk == ",":
            comma = True
            continue
        before = len(tokens)
        for part in _HYPHEN.split(chunk):
            for number, word in enumerate(split_words(part)):
                joined = number == 0 and len(tokens) > before
                tokens.append(Token(word, joined, comma))
                comma = False
    return tokens


def phrase_of(tokens: Sequence[Token]) -> str:
    """Put words together again, without an "and" or "with" that was left at an end."""
    first, last = 0, len(tokens)
    while first < last and tokens[first].word in _JOINTS:
        first += 1
    while first < last and tokens[last - 1].word in _JOINTS:
        last -= 1
    parts = (("-" if token.joined else " ") + token.word for token in tokens[first:last])
    return "".join(parts).lstrip(" -")


def part_wanted(
    tokens: Sequence[Token], vocabulary: Vocabulary
) -> tuple[list[Token], list[list[Token]]]:
    """Part what is wanted from what is not: "dress no stripes or dots" in dress, stripes, dots."""
    wanted: list[Token] = []
    unwanted: list[list[Token]] = []
    position = 0
    while position < len(tokens):
        idiom = _idiom(tokens, position)
        if idiom:
            said = tokens[position : position + idiom]
            form = canonical(" ".join(token.word for token in said)).split()
            # "no sleeves" is read as "sleeveless", or it would find sleeves.
            wanted += said if form[0] in NEGATIONS else [Token(word, False) for word in form]
            position += idiom
            continue
        if not _negates(tokens, position):
            wanted.append(tokens[position])
            position += 1
            continue
        groups, position = _unwanted(tokens, position + 1, vocabulary)
        unwanted += groups
    return wanted, unwanted


def _negates(tokens: Sequence[Token], position: int) -> bool:
    if tokens[position].word not in NEGATIONS or tokens[position].joined:
        return False
    following = tokens[position + 1 : position + 2]
    if not following or following[0].joined or following[0].word == "only":
        return False
    return not following[0].word.isdigit()


def _idiom(tokens: Sequence[Token], position: int) -> int:
    """Count the words of a phrase of the thesaurus that begins with a negation: "no sleeves"."""
    if tokens[position].word not in NEGATIONS:
        return 0
    for length in range(min(LONGEST_IDIOM, len(tokens) - position), 1, -1):
        if synonyms(" ".join(token.word for token in tokens[position : position + length])):
            return length
    return 0


def _unwanted(
    tokens: Sequence[Token], start: int, vocabulary: Vocabulary
) -> tuple[list[list[Token]], int]:
    """Read what a negation is about, and what "or", "and" or a comma adds to it.

    "or" adds whatever follows, the others a value of the same attribute only: "not red, blue dress"
    is a blue dress to nobody, "no stripes and long sleeves" has long sleeves.
    """
    groups: list[list[Token]] = []
    about, sure, end = None, True, start
    while start < len(tokens):
        degree = False
        # "no no stripes" is said with force, and means what "no stripes" does.
        while start < len(tokens) - 1 and tokens[start].word in _FILLERS | NEGATIONS:
            degree = tokens[start].word in _DEGREES
            start += 1
        # "not too short skirt" is a skirt.
        stop = start + (1 if degree else _length(tokens, start, vocabulary))
        attribute = _attribute(tokens[start:stop], vocabulary)
        if not sure and (attribute is None or attribute != about):
            break
        groups.append(list(tokens[start:stop]))
        about, end = attribute, stop
        joint = tokens[end].word if end < len(tokens) else ""
        sure = joint in ("or", "nor")
        if not (sure or joint == "and" or (joint and tokens[end].comma)):
            break
        start = end + (sure or joint == "and")
    return groups, end


def _length(tokens: Sequence[Token], start: int, vocabulary: Vocabulary) -> int:
    """Count the words of the longest phrase that begins here and that the shop or fashion knows."""
    for length in range(min(LONGEST_IDIOM, len(tokens) - start), 1, -1):
        phrase = " ".join(token.word for token in tokens[start : start + length])
        if synonyms(phrase) or canonical(phrase) in vocabulary.meanings:
            return length
    return 1


def _attribute(tokens: Sequence[Token], vocabulary: Vocabulary) -> str | None:
    """Tell what words are about: an attribute of the shop, or a topic of the thesaurus."""
    phrase = " ".join(token.word for token in tokens)
    meanings = vocabulary.meanings_of(canonical(phrase))
    return meanings[0].attribute if meanings else topic(phrase)
