"""The nearest word that a shop knows to one that it does not: `drss` to dress, `jakcet` to jacket.

All words are compared at once by how many letters differ, which no fewer edits can mend; only the
few that are left are compared letter by letter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

SHORTEST, LONGEST = 4, 30
"""Letters of words that are corrected; a shorter one is near to too many."""
TWO_EDITS_FROM = 7
"""Letters of a word from which two edits are forgiven; one before."""
_SHORT = 6
COMMON = 0.01
"""A name so frequent, beside the most frequent word, is as likely meant as a word of fashion."""
_FEWEST = 20
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Speller:
    """The words of a shop, ready to be compared with one that is not of them."""

    words: tuple[str, ...]
    """Those that a correction may give, the likelier first."""
    letters: npt.NDArray[np.int8]
    """How often each word has each letter, `[n_words, 27]`; the last column counts all others."""
    plain: frozenset[str]
    """Words of fashion: values of the shop's attributes and the thesaurus."""
    common: frozenset[str]
    """Frequent words of the shop, such as the brands in its names."""
    values: frozenset[str]
    """Words that name a value of the catalogue."""

    @classmethod
    def of(
        cls,
        counts: Mapping[str, int],
        plain: Iterable[str],
        values: Mapping[str, int] | None = None,
    ) -> Speller:
        """Make a speller of the words of a shop.

        Args:
            counts: Word to how many texts have it.
            plain: Words of fashion: they go before names and the words of descriptions.
            values: Those that name a value of the catalogue, such as a colour, to how many items
                have it: they go before all others. A text says "back" more often than "black", a
                shopper does not.
        """
        said = values or {}
        first = frozenset(plain) | frozenset(said)
        fit = [word for word in {*counts, *first} if SHORTEST <= len(word) <= LONGEST]
        kept = [word for word in fit if not any(sign.isdigit() for sign in word)]
        kept.sort(key=lambda word: (-said.get(word, 0), -counts.get(word, 0), word))
        least = max(_FEWEST, COMMON * max(counts.values(), default=0))
        common = frozenset(word for word in kept if counts.get(word, 0) >= least)
        return cls(tuple(kept), _letters(kept), first, common, frozenset(said))

    def nearest(self, word: str) -> str | None:
        """Give the likeliest word within one edit, from seven letters on within two.

        An edit puts in, leaves out or changes a letter, or swaps two neighbours. The fewest edits
        win, then values of the catalogue before other words of fashion before the rest, then what
        lacks letters alone ("gren" is green rather than grey), then the more frequent. In short
        words the first letter must be right, and they become words of fashion only, or, from five
        letters on, frequent ones: too many names are near to them. A word that others begin with
        was not typed to its end.

        Args:
            word: Folded; without digits.

        Returns:
            One of `words`; two of them, where a blank was forgotten; None: nothing is near.
        """
        if not SHORTEST <= len(word) <= LONGEST or any(sign.isdigit() for sign in word):
            return None
        if (parted := self._parted(word)) is not None:
            return parted
        most = 1 if len(word) < TWO_EDITS_FROM else 2
        # An edit changes the counts of at most two letters by one each.
        apart = np.abs(self.letters - _letters([word])).sum(axis=1, dtype=np.int16)
        likely = self.plain | self.common if len(word) > SHORTEST else self.plain
        best, fewest, least = None, most, (3, True)
        for place in np.flatnonzero(apart <= 2 * most).tolist():
            other = self.words[place]
            if len(word) < _SHORT and (other[0] != word[0] or other not in likely):
                continue
            edits = count_edits(word, other, fewest)
            likeness = (self._class(other), not lacks_letters(word, other))
            if edits < fewest or (edits == fewest and likeness < least):
                best, fewest, least = other, edits, likeness
        if best is not None and best.startswith(word):
            return best
        return next((one for one in self._spoken if one.startswith(word)), best)

    def _class(self, word: str) -> int:
        return 0 if word in self.values else 1 if word in self.plain else 2

    @cached_property
    def _spoken(self) -> tuple[str, ...]:
        """Give the words that one may begin to type, the likelier first."""
        return tuple(word for word in self.words if word in self.common)

    def _parted(self, word: str) -> str | None:
        for cut in range(3, len(word) - 2):
            if word[:cut] in self.plain and word[cut:] in self.plain:
                return f"{word[:cut]} {word[cut:]}"
        return None


def count_edits(one: str, other: str, most: int) -> int:
    """Count the edits that make one word the other; more than `most` is given as `most + 1`.

    >>> count_edits("jakcet", "jacket", 2), count_edits("drss", "dress", 2)
    (1, 1)

    Source: the optimal string alignment distance of Damerau, "A technique for computer detection
    and correction of spelling errors", 1964.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    above = list(range(len(other) + 1))
    for row, letter in enumerate(one, start=1):
        here = [row]
        for column, sign in enumerate(other, start=1):
            cost = min(
                above[column] + 1, here[column - 1] + 1, above[column - 1] + (letter != sign)
            )
            swapped = (
                row > 1 and column > 1 and letter == other[column - 2] and sign == one[row - 2]
            )
            if swapped:
                cost = min(cost, before[column - 2] + 1)
            here.append(cost)
        if min(here) > most:
            return most + 1
        before, above = above, here
    return min(above[-1], most + 1)


def lacks_letters(typed: str, word: str) -> bool:
    """Tell whether letters put into what was typed make the word."""
    left = iter(word)
    return len(typed) < len(word) and all(letter in left for letter in typed)


def _letters(words: list[str]) -> npt.NDArray[np.int8]:
    width = len(_LETTERS) + 1
    if not words:
        return np.zeros((0, width), np.int8)
    joined = np.frombuffer("".join(words).encode("utf-32-le", "replace"), dtype=np.uint32)
    lengths = np.fromiter((len(word) for word in words), np.int64, len(words))
    rows = np.repeat(np.arange(len(words)), lengths)
    places = joined.astype(np.int64) - ord("a")
    places[(places < 0) | (places >= len(_LETTERS))] = len(_LETTERS)
    counts = np.bincount(rows * width + places, minlength=len(words) * width)
    return counts.reshape(len(words), width).astype(np.int8)
