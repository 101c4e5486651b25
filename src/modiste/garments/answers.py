"""What a recogniser answers: arrays for many pictures, garments for one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from modiste.data.garments.labels import Vocabulary
from modiste.garments.targets import Floats

Box = tuple[float, float, float, float]
_WHOLE: Box = (0.0, 0.0, 1.0, 1.0)
_LIKELY = 0.5
"""Tags from this probability on are told."""


@dataclass(frozen=True)
class Garment:
    """A garment in a picture."""

    box: Box
    """Left, top, right, bottom as shares of the picture; all of it where boxes were not learned."""
    category: str | None
    category_probability: float | None
    attributes: Mapping[str, Mapping[str, float]]
    """Of each group all values, and of each type of tags the likely ones, with probabilities, the
    highest first."""
    landmarks: Mapping[str, tuple[float, float, float]]
    """x, y as shares of the picture, and the probability that the point is seen."""
    confidence: float
    """Probability that it is there."""

    def to_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "box": [round(side, 4) for side in self.box],
            "category": self.category,
            "category_probability": _rounded(self.category_probability),
            "attributes": {
                name: {value: round(share, 4) for value, share in values.items()}
                for name, values in self.attributes.items()
            },
            "landmarks": {
                name: [round(number, 4) for number in point]
                for name, point in self.landmarks.items()
            },
            "confidence": round(self.confidence, 4),
        }


@dataclass(frozen=True)
class Predictions:
    """Of `n` pictures with `S` slots; None: not learned."""

    presence: Floats
    """`[n, S]`: probability that there is a garment."""
    categories: Floats | None
    """`[n, S, n_categories]`; a slot's add up to 1."""
    groups: Mapping[str, Floats]
    """`[n, S, n_values]` each."""
    tags: Floats | None
    """`[n, S, n_tags]`, types one after another; each for itself."""
    boxes: Floats | None
    """`[n, S, 4]`."""
    landmarks: Floats | None
    """`[n, S, n_landmarks, 3]`: x, y, probability that it is seen."""

    def __len__(self) -> int:
        return len(self.presence)

    def garments(self, row: int, words: Vocabulary, threshold: float) -> tuple[Garment, ...]:
        """Give the garments of one picture, the most certain first; none: nothing is there.

        Args:
            row: The picture.
            words: What positions mean.
            threshold: Least probability that a garment is there.
        """
        slots = np.flatnonzero(self.presence[row] >= threshold)
        order = slots[np.argsort(-self.presence[row, slots], kind="stable")]
        return tuple(self._garment(row, int(slot), words) for slot in order)

    def _garment(self, row: int, slot: int, words: Vocabulary) -> Garment:
        category, probability = None, None
        if self.categories is not None:
            place = int(self.categories[row, slot].argmax())
            category = words.category_names[place]
            probability = float(self.categories[row, slot, place])
        attributes = {
            name: _ordered(words.groups[name], shares[row, slot])
            for name, shares in self.groups.items()
        }
        if self.tags is not None:
            attributes |= _tags(words, self.tags[row, slot])
        box = _WHOLE if self.boxes is None else tuple(self.boxes[row, slot].tolist())
        points = (
            {}
            if self.landmarks is None
            else {
                name: tuple(point)
                for name, point in zip(
                    words.landmarks, self.landmarks[row, slot].tolist(), strict=True
                )
            }
        )
        confidence = float(self.presence[row, slot])
        return Garment(box, category, probability, attributes, points, confidence)


def joined(parts: list[Predictions]) -> Predictions:
    """Put predictions of pictures below one another; at least one part."""

    def rows(name: str) -> Any:
        found = [getattr(part, name) for part in parts]
        return None if found[0] is None else np.concatenate(found)

    groups = {
        name: np.concatenate([part.groups[name] for part in parts]) for name in parts[0].groups
    }
    told = {name: rows(name) for name in ("presence", "categories", "tags", "boxes", "landmarks")}
    return Predictions(groups=groups, **told)


def _ordered(names: tuple[str, ...], shares: Floats) -> dict[str, float]:
    order = np.argsort(-shares, kind="stable")
    return {names[place]: float(shares[place]) for place in order}


def _tags(words: Vocabulary, shares: Floats) -> dict[str, dict[str, float]]:
    """Give the likely tags of each type, or its likeliest."""
    found, first = {}, 0
    for kind, names in words.tags.items():
        own = _ordered(names, shares[first : first + len(names)])
        likely = {name: share for name, share in own.items() if share >= _LIKELY}
        found[kind] = likely or dict(list(own.items())[:1])
        first += len(names)
    return found


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
