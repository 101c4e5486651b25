"""DeepFashion's landmarks, put where they are on the body: files list only those a garment has."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from modiste.data.garments.labels import BODY_LANDMARKS

N_SLOTS = len(BODY_LANDMARKS)
PLACES: Mapping[int, str] = {1: "upper", 2: "lower", 3: "full"}
"""What the set's numbers of clothes types mean."""
_SLOTS: Mapping[str, tuple[int | None, ...]] = {
    "upper": (0, 1, 2, 3, None, None, 4, 5),
    "lower": (None, None, None, None, 0, 1, 2, 3),
    "full": (0, 1, 2, 3, 4, 5, 6, 7),
}
"""Which of a garment's listed points each landmark of the body is: one for the upper body has
collar, sleeves and hem, one for the lower body waistline and hem, one for both all eight."""


def on_body(place: pl.Expr) -> pl.Expr:
    """Give `landmarks` of the body from `slots`, the points as they are listed.

    Args:
        place: Where the garment is worn.

    Returns:
        x, y and how it is seen for each of `BODY_LANDMARKS`; a landmark that the garment has not is
        absent. Null where `slots` is.
    """
    flat = []
    for landmark in range(N_SLOTS):
        for value in range(3):
            found = pl.lit(0.0)
            for where, slots in _SLOTS.items():
                slot = slots[landmark]
                if slot is not None:
                    given = pl.col("slots").list.get(3 * slot + value)
                    found = pl.when(place == where).then(given).otherwise(found)
            flat.append(found.cast(pl.Float32))
    listed = pl.when(pl.col("slots").is_not_null()).then(pl.concat_list(flat))
    return listed.alias("landmarks")


def place_by_points() -> pl.Expr:
    """Tell where a garment of the fine annotation is worn, whose files do not say it.

    A dress, or what has a seventh or eighth point, is worn on the whole body. What else has a fifth
    or sixth point or a neckline is worn above, the rest below.
    """
    dress = pl.col("group.length").is_in([0, 1]).fill_null(value=False)
    neck = pl.col("group.neckline").is_in([0, 1, 2]).fill_null(value=False)

    def any_seen(*slots: int) -> pl.Expr:
        return pl.any_horizontal(pl.col("slots").list.get(3 * slot + 2) > 0 for slot in slots)

    return (
        pl.when(dress | any_seen(6, 7))
        .then(pl.lit("full"))
        .when(any_seen(4, 5) | neck)
        .then(pl.lit("upper"))
        .otherwise(pl.lit("lower"))
    )
