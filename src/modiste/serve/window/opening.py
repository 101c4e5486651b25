"""What is done when a shop is opened, and again when something in it changed."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from modiste.config import DIRECT
from modiste.data import Dataset
from modiste.errors import ConfigError, ModisteError
from modiste.recommend.live import LiveModel
from modiste.recommend.online import Store
from modiste.recommend.stored import make_lists, open_lists, store_lists
from modiste.release import Release, open_release, release_store
from modiste.rules import Rules
from modiste.rules.file import bind_rules, read_rules, rules_key
from modiste.search import Searcher
from modiste.search.similar.items import Similar
from modiste.search.similar.shop_likeness import open_likeness
from modiste.serve.window.catalogue import Catalogue
from modiste.serve.window.events import EventSource
from modiste.serve.window.garments import GarmentFinder, open_finder
from modiste.serve.window.personal import Personal
from modiste.serve.window.stamps import GARMENTS, LISTS, Stamps, take_stamps

MOST_USERS_MADE = 5_000
"""Users of a shop whose lists are made at the start where none are stored."""
_NO_LISTS = "no lists were stored: every list is made when it is asked for"


@dataclass(frozen=True)
class Origin:
    """Where a window comes from."""

    shop: Path
    rules: Path | None
    encoder: str | None
    garments: Path | None
    """A recogniser that was named; None: the shop's own."""
    stamps: Stamps
    """Of the moment when it was opened."""
    key: str
    """Of the rules that were in force."""

    def look(self) -> Stamps:
        """Look at the same files again."""
        return take_stamps(self.shop, self.rules, self.garments)


@dataclass(frozen=True)
class Parts:
    """What a window is put together from."""

    searcher: Searcher
    similar: Similar
    rules: Rules
    """Bound to the catalogue that is searched."""
    personal: Personal | None
    degraded: tuple[str, ...]
    origin: Origin
    finder: GarmentFinder | None
    """Finds garments in photos; None: the shop has no recogniser."""


def open_parts(
    shop: Path,
    events: EventSource,
    rules: Path | None,
    encoder: str | None,
    garments: Path | None = None,
) -> Parts:
    """Open a shop: its catalogue, search, release, lists, rules and recogniser.

    Raises:
        ArtifactError: If nothing was imported, or a release cannot be opened.
        ConfigError: If the rules have faults.
    """
    stamps = take_stamps(shop, rules, garments)
    searcher = Searcher.open(shop, encoder)
    dataset = searcher.dataset
    likeness = open_likeness(shop, dataset, "blend", encoder)
    similar = Similar(dataset, searcher.items, likeness, "blend")
    bound = bound_rules(rules, as_of_now(dataset))
    degraded = searcher.finder.spaces.notes
    origin = Origin(shop, rules, encoder, garments, stamps, rules_key(rules))
    finder = open_finder(shop, garments)
    if release_store(shop).current_name() is None:
        return Parts(searcher, similar, bound, None, degraded, origin, finder)
    release = open_release(shop)
    live = LiveModel(release.model, release.shop.in_memory(), _feature_store(shop, release))
    catalogue = Catalogue(dataset, searcher.items)
    if release.newer_dataset:
        told = f"release {release.name} is older than dataset {release.newer_dataset}"
        degraded = (*degraded, told)
    personal = Personal(release, live, catalogue, Rules(), events, degraded=degraded)
    return _with_lists(Parts(searcher, similar, bound, personal, degraded, origin, finder))


def _feature_store(shop: Path, release: Release) -> Store | None:
    """Open the store that the release's configuration names; None: features are computed.

    Raises:
        ConfigError: If nothing was published to it.
    """
    if release.config.online == DIRECT:
        return None
    from modiste.feature_store.online import FOLDER, OnlineFeatures

    return OnlineFeatures(shop / FOLDER, release.name)


def renew_parts(parts: Parts) -> Parts:
    """Read rules, stock, lists and a new recogniser; the rest is shared with the window before.

    Raises:
        ArtifactError: If the lists were altered.
        ConfigError: If the rules have faults.
    """
    was = parts.origin
    if was.rules is not None and not was.rules.exists():
        raise ConfigError(f"{was.rules} is gone: bring it back; the rules it held stay in force")
    origin = replace(was, stamps=was.look(), key=rules_key(was.rules))
    bound = bound_rules(was.rules, as_of_now(parts.searcher.dataset))
    same = origin.stamps[LISTS] == was.stamps[LISTS] and origin.key == was.key
    finder = parts.finder
    if origin.stamps[GARMENTS] != was.stamps[GARMENTS]:
        finder = open_finder(was.shop, was.garments)
    changed = replace(parts, rules=bound, origin=origin, finder=finder)
    return _with_lists(changed, keep=same)


def _with_lists(parts: Parts, *, keep: bool = False) -> Parts:
    """Put the rules, and the lists that were made under them, into the personal side."""
    personal, origin = parts.personal, parts.origin
    if personal is None:
        return parts
    release, live = personal.release, personal.live
    own = bound_rules(origin.rules, release.shop)
    stored = personal.stored
    if not keep:
        stored = open_lists(origin.shop, release.name, origin.key)
        if stored is None and live.n_users <= MOST_USERS_MADE:
            stored = make_lists(release.model, live.shop, own if origin.key else None)
            with suppress(OSError):  # a shop that may only be read is served too
                store_lists(stored, origin.shop, release.name, origin.key)
            # What was written here is no news.
            own_lists = {LISTS: origin.look()[LISTS]}
            origin = replace(origin, stamps={**origin.stamps, **own_lists})
    lacking = tuple(told for told in parts.degraded if told != _NO_LISTS)
    lacking += () if stored is not None else (_NO_LISTS,)
    changed = personal.under(own, shown_now(parts), stored, lacking)
    return replace(parts, personal=changed, degraded=lacking, origin=origin)


def shown_now(parts: Parts) -> npt.NDArray[np.bool_] | None:
    """Tell which items of the catalogue the rules let be shown, `[n_items]`; None: all."""
    may = parts.rules.allowed
    if may is None:
        return None
    shown = np.zeros(parts.searcher.items.height, np.bool_)
    shown[may.to_numpy()] = True
    return shown


def bound_rules(rules: Path | None, dataset: Dataset) -> Rules:
    """Make a rules' file ready for a shop as of a day; None: no rules."""
    return Rules() if rules is None else bind_rules(read_rules(rules), dataset, rules.parent)


def as_of_now(dataset: Dataset) -> Dataset:
    """Give the shop as of the day after its last purchase, or of its first where there is none."""
    try:
        return dataset.until(dataset.day_range()[1])
    except ModisteError:
        return dataset.until(0)
