"""What is done once when a shop is opened: rules are bound, lists are opened or made."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from modiste.data import Dataset
from modiste.errors import ModisteError
from modiste.recommend.live import LiveModel
from modiste.recommend.stored import StoredLists, make_lists, open_lists, store_lists
from modiste.release import Release
from modiste.rules import Rules
from modiste.rules.file import bind_rules, read_rules

MOST_USERS_MADE = 5_000
"""Users of a shop whose lists are made at the start where none are stored."""


def beforehand(
    shop: Path, release: Release, live: LiveModel, rules: Rules, key: str
) -> StoredLists | None:
    """Open the lists made beforehand; in a small shop they are made where there are none."""
    found = open_lists(shop, release.name, key)
    if found is not None or live.n_users > MOST_USERS_MADE:
        return found
    made = make_lists(release.model, live.shop, rules if key else None)
    with suppress(OSError):  # a shop that may only be read is served too
        store_lists(made, shop, release.name, key)
    return made


def bound_rules(rules: Path | None, dataset: Dataset) -> Rules:
    """Make a rules' file ready for a shop as of a day; None: no rules."""
    return Rules() if rules is None else bind_rules(read_rules(rules), dataset, rules.parent)


def as_of_now(dataset: Dataset) -> Dataset:
    """Give the shop as of the day after its last purchase, or of its first where there is none."""
    try:
        return dataset.until(dataset.day_range()[1])
    except ModisteError:
        return dataset.until(0)
