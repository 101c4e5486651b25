"""A shop's garments model: where it lies, and what it can name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from modiste.errors import InputError
from modiste.garments.stored import is_recogniser, read_plan


def find_model(shop: Path, asked: Path | None = None) -> Path | None:
    """Give the folder of a garments model: the asked one, or the shop's.

    Returns:
        None where none was asked for and the shop has none.

    Raises:
        InputError: If the asked folder holds none.
    """
    folder = shop / "garments" if asked is None else asked
    if is_recogniser(folder):
        return folder
    if asked is not None:
        raise InputError(
            f"--model {asked}: the folder holds no garments model: fit one by modiste garments fit"
        )
    return None


def model_terms(folder: Path) -> Mapping[str, Sequence[str]]:
    """Give the names that a garments model knows: `category`, then its groups and types of tags.

    Raises:
        ArtifactError: If a file was altered.
    """
    words = read_plan(folder).vocabulary
    terms = {"category": words.category_names, **words.groups, **words.tags}
    return {group: names for group, names in terms.items() if names}
