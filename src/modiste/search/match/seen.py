"""What a garments model sees in a photo, in the shop's own values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from modiste.errors import InputError, MissingExtraError
from modiste.search.attributes import AttributeFinder
from modiste.search.match.wanted import Said
from modiste.search.query.asked import Reader, Unwanted
from modiste.search.query.understood import Wishes, understand

if TYPE_CHECKING:
    from PIL.Image import Image

KIND = "kind"
SURE = 0.5
"""An attribute of a garment counts from this probability on."""
MARGIN = 0.05
"""What is left around a garment's box, in picture sizes."""
Box = tuple[float, float, float, float]


class Garment(Protocol):
    """A garment in a photo, see `modiste.garments.Garment`."""

    @property
    def box(self) -> Box:
        """Left, top, right and bottom, 0 to 1."""

    @property
    def category(self) -> str | None:
        """What it is, in the model's words."""

    @property
    def category_probability(self) -> float | None:
        """How surely."""

    @property
    def attributes(self) -> Mapping[str, Mapping[str, float]]:
        """Group to names and how probable each is, the highest first."""


class Recogniser(Protocol):
    """Finds garments in photos, see `modiste.garments.Recogniser`."""

    def recognise(self, pictures: Sequence[Image]) -> Sequence[Sequence[Garment]]:
        """Give the garments of each photo, the most certain first."""


@dataclass(frozen=True)
class Seen:
    """A garment in the words of a shop."""

    wishes: Wishes = field(default_factory=dict)
    """The shop's values, each with how surely it is seen."""
    said: tuple[Said, ...] = ()
    """What no attribute of the shop tells and its texts may say: `long sleeve`."""
    unread: tuple[str, ...] = ()
    """What this shop has no word for."""


def read_garment(
    garment: Garment,
    reader: Reader,
    finder: Callable[[], AttributeFinder],
    unwanted: Unwanted | None = None,
) -> Seen:
    """Say what a garment is in the shop's values.

    A category is a kind of the shop by its name, by the words that mean the same, or by word
    vectors. An attribute of another name than the shop's is read as a shopper's words would be.

    Args:
        garment: As a garments model sees it.
        reader: Reads words in the shop's.
        finder: Gives the word vectors; called only where the names do not tell.
        unwanted: What the words said no to: it is not looked for, though the garment has it.
    """
    away = {stem for word in (unwanted.words if unwanted else ()) for stem in word}
    wishes: dict[str, Mapping[str, float]] = {}
    said: list[Said] = []
    unread: list[str] = []
    if garment.category:
        name = _plain(garment.category)
        sure = 1.0 if garment.category_probability is None else garment.category_probability
        kinds = understand(name, reader.vocabulary, spelling=False).wishes.get(KIND, {})
        kinds = kinds or _near_kind(name, finder)
        if kinds:
            wishes[KIND] = {value: weight * sure for value, weight in kinds.items()}
        else:
            unread.append(name)
    for group, names in garment.attributes.items():
        for name, probability in names.items():
            if probability < SURE or _plain(name).startswith("no "):
                continue
            if away & set(reader.index.stems(_plain(name))):
                continue
            _read_one(group, _plain(name), probability, reader, wishes, said)
    return Seen(wishes, tuple(said), tuple(unread))


def choose_garment(
    garments: Sequence[Garment], kinds: Mapping[str, float], read: Callable[[Garment], Seen]
) -> int:
    """Choose which of several garments is meant: one of the kind that the words name, or the first.

    Args:
        garments: The most certain first; at least one.
        kinds: Kinds that the words name; empty: none.
        read: Gives a garment in the shop's words.
    """
    for place, garment in enumerate(garments if kinds else ()):
        if kinds.keys() & read(garment).wishes.get(KIND, {}).keys():
            return place
    return 0


def cut_out(photo: Image, box: Box) -> Image:
    """Give the part of a photo that a garment fills, with a margin."""
    left, top, right, bottom = box
    width, height = photo.size
    edges = (
        max(0, int((left - MARGIN) * width)),
        max(0, int((top - MARGIN) * height)),
        min(width, int((right + MARGIN) * width) + 1),
        min(height, int((bottom + MARGIN) * height) + 1),
    )
    return photo.crop(edges) if edges[2] > edges[0] and edges[3] > edges[1] else photo


def _read_one(
    group: str,
    name: str,
    probability: float,
    reader: Reader,
    wishes: dict[str, Mapping[str, float]],
    said: list[Said],
) -> None:
    """Read one attribute of a garment: a value of the shop, or words that its texts may say."""
    found = understand(name, reader.vocabulary, spelling=False).wishes
    own = found.get(group) or next(
        (values for attribute, values in found.items() if not attribute.startswith(KIND)), None
    )
    attribute = next((key for key, values in found.items() if values is own), group)
    if own and attribute not in wishes:
        wishes[attribute] = {value: weight * probability for value, weight in own.items()}
        return
    words = reader.index.words(name)
    if not own and words and all(next(iter(word)) in reader.index.terms for word in words):
        said.append(Said(name, tuple(words), probability))


def _near_kind(name: str, finder: Callable[[], AttributeFinder]) -> Mapping[str, float]:
    """Give the kind that a category means by word vectors; none where there can be no vectors."""
    with suppress(MissingExtraError, InputError):
        if (near := finder().nearest(name, KIND)) is not None:
            return {near.value: near.closeness}
    return {}


def _plain(name: str) -> str:
    return " ".join(name.replace("_", " ").split())
