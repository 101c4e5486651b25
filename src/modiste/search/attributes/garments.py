"""What a garments model can name: its categories, groups and tags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from modiste.artifacts import MANIFEST
from modiste.errors import InputError

if TYPE_CHECKING:
    from modiste.garments import Recogniser


def find_model(shop: Path, asked: Path | None = None) -> Path | None:
    """Give the folder of a garments model: the asked one, or the shop's.

    Returns:
        None where none was asked for and the shop has none.

    Raises:
        InputError: If the asked folder holds none.
    """
    folder = shop / "garments" if asked is None else asked
    if (folder / MANIFEST).is_file():
        return folder
    if asked is not None:
        raise InputError(
            f"--model {asked}: holds no garments model ({MANIFEST} is not there): fit one by "
            "modiste garments fit"
        )
    return None


def open_model(folder: Path) -> Recogniser:
    """Open a garments model.

    Raises:
        ArtifactError: If a file was altered.
        MissingExtraError: If torch is not installed.
    """
    from modiste.garments import Recogniser

    return Recogniser.open(folder)


def model_terms(folder: Path) -> Mapping[str, Sequence[str]]:
    """Give the names that a garments model knows: `category`, then its groups and types of tags."""
    vocabulary = open_model(folder).vocabulary
    return {
        "category": [category.name for category in vocabulary.categories],
        **vocabulary.groups,
        **vocabulary.tags,
    }
