"""What a window was opened from, as the files tell: cheap to take, so that it is taken often."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from modiste.errors import ConfigError
from modiste.recommend.stored import lists_store
from modiste.rules.file import read_rules
from modiste.serve.window.garments import FOLDER, MANIFEST

Stamps = Mapping[str, object]
"""By part of a shop what tells its state from others; equal ones are of one state."""
LISTS, RULES, GARMENTS = "lists", "rules or stock", "garments"
_POINTER = "CURRENT"
_STORES = {"import": "data", "release": "releases", "vectors": "vectors", "index": "index"}
"""Folders of a shop whose versions a window is made of."""


def take_stamps(shop: Path, rules: Path | None, garments: Path | None = None) -> Stamps:
    """Look at every file that names a current version in a shop's folder, rules and recogniser."""
    found: dict[str, object] = {what: _pointers(shop / name) for what, name in _STORES.items()}
    found[LISTS] = _stamp(lists_store(shop).root / _POINTER)
    found[RULES] = _rules(rules)
    found[GARMENTS] = _stamp((garments or shop / FOLDER) / MANIFEST)
    return found


def is_another_shop(before: Stamps, now: Stamps) -> bool:
    """Tell whether more than lists, rules or recogniser changed: the whole shop is opened then."""
    return any(now[part] != before[part] for part in _STORES)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """Give what tells a file from the one that stood there before: number, time, size."""
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_ino, facts.st_mtime_ns, facts.st_size


def _pointers(store: Path) -> tuple[object, ...]:
    """Find the pointers of a store, of one for each encoder, or of one for each and its sides."""
    found = (path for depth in ("", "*/", "*/*/") for path in store.glob(depth + _POINTER))
    return tuple(sorted((str(path), _stamp(path)) for path in found))


def _rules(rules: Path | None) -> tuple[object, ...]:
    if rules is None:
        return ()
    found = [_stamp(rules)]
    with suppress(ConfigError):  # opening says what is wrong
        stock = read_rules(rules).stock
        found += [_stamp(rules.parent / stock)] if stock else []
    return tuple(found)
