"""What a match is asked to be, in the shop's own values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from modiste.search.query.asked import Asked, Unwanted
from modiste.search.query.understood import Wishes
from modiste.search.words import Words


@dataclass(frozen=True)
class Said:
    """Something that no attribute of the shop tells, looked for in what is said of items."""

    text: str
    """As it was said: `maxi`, `long sleeve`."""
    words: Words
    """For the index of words; an item must hold each."""
    weight: float = 1.0
    """How sure it is."""


@dataclass(frozen=True)
class Wanted:
    """The attributes and words that are looked for."""

    by_words: Wishes = field(default_factory=dict)
    by_photo: Wishes = field(default_factory=dict)
    """Without the attributes that the words name: "this, but blue" is blue."""
    said: tuple[Said, ...] = ()
    unwanted: Unwanted | None = None

    @property
    def wishes(self) -> Wishes:
        """Attribute to the values that are meant, each with how surely."""
        return {**self.by_photo, **self.by_words}

    @property
    def named(self) -> bool:
        """Whether anything but a likeness was asked for."""
        return bool(self.by_words or self.by_photo or self.said)


def words_wanted(asked: Asked | None, unwanted: Unwanted | None) -> Wanted:
    """Give what words ask for.

    Args:
        asked: The words as the shop understands them; None: there are none.
        unwanted: What is not wanted.
    """
    if asked is None:
        return Wanted(unwanted=unwanted)
    said = tuple(
        Said(asked.said.get(next(iter(word)), next(iter(word))), (word,)) for word in asked.others
    )
    return Wanted(_without(asked.wishes, unwanted), {}, said, unwanted)


def with_photo(wanted: Wanted, wishes: Wishes, said: tuple[Said, ...]) -> Wanted:
    """Add what a photo shows; where words name the same attribute, the words hold."""
    seen = {name: values for name, values in wishes.items() if name not in wanted.by_words}
    return Wanted(
        wanted.by_words, _without(seen, wanted.unwanted), (*wanted.said, *said), wanted.unwanted
    )


def surest(wishes: Wishes) -> dict[str, tuple[str, ...]]:
    """Give for each attribute the values that are meant most surely."""
    return {
        name: tuple(
            value for value, weight in values.items() if weight >= 0.9 * max(values.values())
        )
        for name, values in wishes.items()
    }


def _without(wishes: Wishes, unwanted: Unwanted | None) -> Wishes:
    """Leave out the values that are not wanted, and attributes of which none is left."""
    away: Mapping[str, Mapping[str, float]] = {} if unwanted is None else unwanted.excluded
    left = {
        name: {value: weight for value, weight in values.items() if value not in away.get(name, {})}
        for name, values in wishes.items()
    }
    return {name: values for name, values in left.items() if values}
