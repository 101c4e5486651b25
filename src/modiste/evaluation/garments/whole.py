"""The whole measure of a recogniser on the test parts of labelled pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import polars as pl
from PIL import Image

from modiste.data.garments.labels import GarmentLabels, Vocabulary
from modiste.data.photos import PictureError, open_photo, picture_path
from modiste.errors import InputError
from modiste.evaluation.garments.answers import Floats, Said, Told, Whole, in_words, tell
from modiste.evaluation.garments.baselines import without_looking
from modiste.evaluation.garments.metrics import all_figures
from modiste.evaluation.garments.mistakes import worst_mistakes
from modiste.evaluation.garments.sureness import (
    calibration,
    calibration_error,
    confusion,
    intervals,
)
from modiste.garments.answers import Predictions, joined

Progress = Callable[[str, float], None]
STAGE = "recognise"
_BATCH = 32
_ROUND = 4
REFERENCES = (
    ("FashionNet (2016)", "category top-3 / 5", "0.826 / 0.902"),
    ("Liu and Lu (2018)", "category top-3 / 5", "0.912 / 0.961"),
    ("FashionNet (2016)", "tags all recall@3 / 5", "0.455 / 0.546"),
    ("Liu and Lu (2018)", "tags all recall@3 / 5", "0.547 / 0.637"),
)
"""Published on the whole of DeepFashion's coarse annotation: not comparable with any part of it.

Source: Liu and Lu, Deep Fashion Analysis with Feature Map Upsampling and Landmark-driven Attention
    (ECCV Workshops 2018), table 2, which gives those of FashionNet, too.
"""


class Recognises(Protocol):
    """What is measured: `modiste.garments.Recogniser`, or a stand-in of a test."""

    @property
    def vocabulary(self) -> Vocabulary:
        """What positions mean."""

    @property
    def places(self) -> tuple[str, ...]:
        """What the slots are."""

    @property
    def threshold(self) -> float:
        """Probability from which a garment is there."""

    @property
    def picture_size(self) -> tuple[int, int]:
        """Width and height in pixels below which a picture loses detail."""

    def predict(self, pictures: Sequence[Image.Image]) -> Predictions:
        """Tell of pictures in arrays."""


def measure_garments(
    given: Sequence[tuple[str, GarmentLabels]],
    model: Recognises,
    *,
    seed: int = 0,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Measure a recogniser on the rows of the part `test`, each set of labels by itself.

    Args:
        given: Names and labels. Categories are ranked among those of the set.
        model: What is measured.
        seed: Of the intervals.
        progress: Told how far it is.

    Returns:
        Plain values: by set `judged` (counts), `figures` (value, interval, baselines), `confusion`,
        `calibration`, `worst`; and `references`, published figures that are not comparable.

    Raises:
        InputError: If a set has no row to judge on, or none of its pictures can be read.
    """
    sets = {}
    for name, labels in given:
        sets[name] = _measure(name, labels, model, np.random.default_rng(seed), progress)
    return {
        "sets": sets,
        "seed": seed,
        "references": [
            {"method": method, "figure": figure, "value": value}
            for method, figure, value in REFERENCES
        ],
    }


def _measure(
    name: str,
    labels: GarmentLabels,
    model: Recognises,
    rng: np.random.Generator,
    progress: Progress | None,
) -> dict[str, Any]:
    words = labels.vocabulary
    rows = labels.part("test").table
    if rows.is_empty():
        raise InputError(f"{name} has no row of the part test: nothing can be judged on it")
    rows, said_all, unreadable = _predicted(labels.root, rows, model, progress)
    silent = _silence(rows, said_all, model.threshold)
    there = ~rows["nothing"].to_numpy()
    rows = rows.filter(there)
    if rows.is_empty():
        raise InputError(f"{name} has no garment in its part test: nothing can be judged on it")
    told = tell(rows, words)
    said = answer(said_all, np.flatnonzero(there), told, model, words)
    learnt = tell(labels.part("train").table.filter(~pl.col("nothing")), words)
    figures = all_figures(told, said, words.tags)
    ends = intervals(figures, told.products, rng)
    plain = {
        kind: all_figures(told, same, words.tags)
        for kind, same in without_looking(learnt, len(told), words).items()
    }
    return {
        "root": str(labels.root),
        "judged": {
            "garments": len(told),
            "pictures": rows["picture"].n_unique(),
            "products": int(told.products.max()) + 1,
            "unreadable": unreadable,
            **silent,
        },
        "figures": {
            figure: {
                "value": _plain(ratio.value()[0]),
                "low": _plain(ends[figure][0]),
                "high": _plain(ends[figure][1]),
                "baselines": {
                    kind: _plain(same[figure].value()[0])
                    for kind, same in plain.items()
                    if figure in same
                },
            }
            for figure, ratio in figures.items()
        },
        **_categories(told, said, words),
        "worst": worst_mistakes(rows, told, said, words),
    }


def _predicted(
    root: Path, rows: pl.DataFrame, model: Recognises, progress: Progress | None
) -> tuple[pl.DataFrame, Predictions, int]:
    """Tell of each row's picture; rows of pictures that cannot be read are left out and counted."""
    pictures = rows["picture"].unique(maintain_order=True).to_list()
    folder = root.resolve()
    parts: list[Predictions] = []
    read: list[str] = []
    for start in range(0, len(pictures), _BATCH):
        opened = []
        for picture in pictures[start : start + _BATCH]:
            try:
                photo = open_photo(picture_path(folder, picture), near=model.picture_size)
            except PictureError:
                continue
            opened.append(photo)
            read.append(picture)
        if opened:
            parts.append(model.predict(opened))
        if progress:
            progress(STAGE, min(1.0, (start + _BATCH) / len(pictures)))
    if not parts:
        raise InputError(f"no picture of the part test can be read in {root}: put them back")
    place = pl.DataFrame({"picture": read, "at": range(len(read))})
    kept = rows.join(place, on="picture", how="inner", maintain_order="left")
    all_rows = joined(parts)
    at = kept["at"].to_numpy()
    return kept.drop("at"), _taken(all_rows, at), len(pictures) - len(read)


def _taken(said: Predictions, at: Whole) -> Predictions:
    def rows(values: Floats | None) -> Floats | None:
        return None if values is None else values[at]

    return Predictions(
        said.presence[at],
        rows(said.categories),
        {name: values[at] for name, values in said.groups.items()},
        rows(said.tags),
        rows(said.boxes),
        rows(said.landmarks),
    )


def answer(
    said: Predictions, rows: Whole, told: Told, model: Recognises, words: Vocabulary
) -> Said:
    """Give what was said of garments in the words of their labels.

    A model that tells places apart is asked at the place of the garment's category, and where that
    is not known at the place where it is surest that something is.
    """
    slots = _slots(said.presence[rows], told, model, words)

    def chosen(values: Floats | None) -> Floats | None:
        return None if values is None else values[rows, slots]

    own = model.vocabulary
    tags = chosen(said.tags)
    tagged = None
    if tags is not None:
        tagged = in_words(
            tags,
            [f"{kind}/{name}" for kind, name in zip(own.tag_types, own.tag_names, strict=True)],
            [f"{kind}/{name}" for kind, name in zip(words.tag_types, words.tag_names, strict=True)],
            shares=False,
        )
    groups = {}
    for name, values in words.groups.items():
        scores = in_words(chosen(said.groups.get(name)), own.groups.get(name, ()), values)
        if scores is not None:
            groups[name] = scores
    return Said(
        categories=in_words(chosen(said.categories), own.category_names, words.category_names),
        groups=groups,
        tags=tagged,
        boxes=chosen(said.boxes),
        landmarks=_points(chosen(said.landmarks), own, words),
        presence=said.presence[rows, slots],
    )


def _slots(presence: Floats, told: Told, model: Recognises, words: Vocabulary) -> Whole:
    surest = np.asarray(presence.argmax(axis=1), np.int64)
    if len(model.places) == 1 or not words.categories:
        return surest
    slot = {place: number for number, place in enumerate(model.places)}
    by_category = np.array([slot.get(category.place, -1) for category in words.categories] + [-1])
    known = by_category[told.categories]
    return np.asarray(np.where(known >= 0, known, surest), np.int64)


def _points(values: Floats | None, own: Vocabulary, words: Vocabulary) -> Floats | None:
    if values is None or not set(words.landmarks) <= set(own.landmarks) or not words.landmarks:
        return None
    return values[:, [own.landmarks.index(name) for name in words.landmarks], :2]


def _silence(rows: pl.DataFrame, said: Predictions, threshold: float) -> dict[str, Any]:
    """Say how often something is found where a garment is, and nothing where none is."""
    found = np.asarray((said.presence >= threshold).any(axis=1))
    nothing = np.asarray(rows["nothing"].to_numpy())
    facts: dict[str, Any] = {
        "found": _plain(float(found[~nothing].mean())) if (~nothing).any() else None
    }
    if nothing.any():
        facts |= {"nothing": int(nothing.sum()), "silent": _plain(float((~found[nothing]).mean()))}
    return facts


def _categories(told: Told, said: Said, words: Vocabulary) -> dict[str, Any]:
    steps = {}
    if said.categories is not None:
        steps["category"] = calibration(said.categories, told.categories)
    for name, scores in said.groups.items():
        steps[name] = calibration(scores, told.groups[name])
    found: dict[str, Any] = {
        "calibration": {
            name: {"error": _plain(calibration_error(given)), "steps": given}
            for name, given in steps.items()
            if given
        }
    }
    if said.categories is not None and (told.categories >= 0).any():
        counts = confusion(said.categories, told)
        found["confusion"] = {"categories": list(words.category_names), "counts": counts.tolist()}
    return found


def _plain(value: float | None) -> float | None:
    return None if value is None or np.isnan(value) else round(float(value), _ROUND)
