"""The machine and the installation, as `modiste doctor` sees them."""

from __future__ import annotations

import os
import platform
import re
import shutil
from importlib import metadata
from pathlib import Path

from modiste.data.findings import Finding

LITTLE_MEMORY = 4 << 30
"""Bytes below which H&M's shop cannot be imported in peace."""
LITTLE_DISK = 5 << 30
"""Bytes below which a shop of H&M's size may not fit."""
_SHOWN = ("polars", "narwhals", "numpy", "lightgbm", "implicit", "faiss-cpu")
_SMALL_EXTRAS = frozenset({"all"})


def examine_environment(folder: Path) -> list[Finding]:
    """Look at Python, packages, cores, memory, disk and extras.

    Args:
        folder: A folder on the disk that is asked for its free space; need not exist.
    """
    return [
        Finding("ok", "Python", f"{platform.python_version()} on {platform.platform(terse=True)}"),
        Finding("ok", "packages", ", ".join(_versions())),
        Finding("ok", "cores", str(_n_cores())),
        _memory(),
        _disk(folder),
        *_extras(),
    ]


def _versions() -> list[str]:
    return [f"{name} {found}" for name in ("modiste", *_SHOWN) if (found := _version(name))]


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _n_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _memory() -> Finding:
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return Finding("note", "memory", "this system does not tell")
    found = f"{total / 2**30:.1f} GiB"
    if total < LITTLE_MEMORY:
        return Finding("warning", "memory", found, "large shops need 4 GiB: use a larger machine")
    return Finding("ok", "memory", found)


def _disk(folder: Path) -> Finding:
    place = folder.resolve()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    found = f"{free / 2**30:.1f} GiB free at {place}"
    if free < LITTLE_DISK:
        return Finding("warning", "disk", found, "make room, or put the shop on another disk")
    return Finding("ok", "disk", found)


def _extras() -> list[Finding]:
    """Tell for each extra whether all of its packages are installed."""
    needs: dict[str, list[str]] = {}
    for requirement in metadata.requires("modiste") or []:
        named = re.search(r"""extra == ['"]([\w-]+)['"]""", requirement)
        package = re.match(r"[\w.-]+", requirement)
        if named and package and package[0] != "modiste":
            needs.setdefault(named[1], []).append(package[0])
    findings = []
    for extra, packages in needs.items():
        if extra in _SMALL_EXTRAS:
            continue
        absent = [name for name in packages if _version(name) is None]
        if absent:
            found = f"absent: {', '.join(absent)}"
            findings.append(
                Finding("note", f"extra {extra}", found, f"pip install 'modiste[{extra}]'")
            )
        else:
            found = ", ".join(f"{name} {_version(name)}" for name in packages)
            findings.append(Finding("ok", f"extra {extra}", found))
    return findings
