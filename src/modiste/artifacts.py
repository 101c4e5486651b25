"""Folders that are whole or not there: written beside, hashed, made current by one rename.

A `Store` is a folder of versions and a file `CURRENT` that names one of them:

```
store/
  CURRENT                 the name of the current version, replaced by one atomic rename
  20200923-5f0c2a91/      a version: its files and manifest.json with their SHA-256
  .draft-…/               a version being written; swept away by the next writer
```

A process killed at any moment leaves `CURRENT` as it was or as it shall be, never between.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import modiste
from modiste.errors import ArtifactError

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None  # type: ignore[assignment]

MANIFEST = "manifest.json"
_POINTER = "CURRENT"
_BLOCK = 1 << 20


def fingerprint(value: object) -> str:
    """Give a short stable hash of plain values (nested dicts, lists, numbers, text)."""
    text = json.dumps(value, sort_keys=True, default=str, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def hash_file(path: Path) -> str:
    """Give the SHA-256 of a file's bytes in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def sync_folder(path: Path) -> None:
    """Flush a folder's entries to disk, so that a rename in it survives a loss of power."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_text(path: Path, text: str) -> None:
    """Replace a file by one rename: a reader sees the old text or the new, never a part."""
    draft = path.with_name(f".{path.name}-{uuid4().hex[:8]}")
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)


@dataclass(frozen=True)
class Store:
    """A folder of versions, one of them current."""

    root: Path
    """Where the versions lie; made when the first is published."""
    what: str
    """What is stored, for messages: "dataset" or "release"."""

    def current(self) -> Path:
        """Give the folder of the current version.

        Raises:
            ArtifactError: If nothing was published yet or the current version is gone.
        """
        name = self.current_name()
        if name is None:
            raise ArtifactError(f"no {self.what} in {self.root}: {_REMEDY[self.what]}")
        if not (self.root / name / MANIFEST).is_file():
            raise ArtifactError(
                f"{self.what} {name} in {self.root} has no {MANIFEST}: {_REMEDY[self.what]}"
            )
        return self.root / name

    def current_name(self) -> str | None:
        """Give the current version's name, None if nothing was published yet."""
        pointer = self.root / _POINTER
        return pointer.read_text(encoding="utf-8").strip() if pointer.is_file() else None

    def versions(self) -> list[str]:
        """List the names of all whole versions, oldest first."""
        found = [path.parent for path in self.root.glob(f"[!.]*/{MANIFEST}")]
        return [path.name for path in sorted(found, key=lambda path: (path.stat().st_mtime, path))]

    def promote(self, name: str) -> None:
        """Make a kept version current (rollback is the promotion of an older one).

        Raises:
            ArtifactError: If there is no whole version of that name.
        """
        if name not in self.versions():
            known = ", ".join(self.versions()) or "none"
            raise ArtifactError(f"no {self.what} {name!r} in {self.root}: kept are {known}")
        write_text(self.root / _POINTER, name + "\n")

    @contextmanager
    def publish(
        self, name: str | Callable[[Path], str], facts: Mapping[str, Any], *, keep: int = 3
    ) -> Iterator[Path]:
        """Write a version: yields an empty folder, publishes what it holds if no error left it.

        Args:
            name: The version's name, or a function of the written folder that gives it; a number is
                appended where it is taken.
            facts: Plain values for the manifest (inputs, settings, seed, figures), read at the end.
            keep: How many versions stay; older ones are removed after the new one is current.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        self._sweep_drafts()
        draft, lock = self._new_draft()
        try:
            yield draft
            self._seal(draft, dict(facts))
            final = self._free_name(name(draft) if callable(name) else name)
            draft.replace(self.root / final)
            sync_folder(self.root)
            write_text(self.root / _POINTER, final + "\n")
        finally:
            shutil.rmtree(draft, ignore_errors=True)
            if lock is not None:
                os.close(lock)
        self._sweep(keep)

    def _seal(self, draft: Path, facts: dict[str, Any]) -> None:
        files = sorted(path for path in draft.rglob("*") if path.is_file())
        for path in files:
            with path.open("rb") as file:
                os.fsync(file.fileno())
        hashes = {path.relative_to(draft).as_posix(): hash_file(path) for path in files}
        manifest = {"modiste": modiste.__version__, **facts, "files": hashes}
        write_text(draft / MANIFEST, json.dumps(manifest, indent=2, default=str) + "\n")

    def _free_name(self, name: str) -> str:
        final, number = name, 2
        while (self.root / final).exists():
            final, number = f"{name}-{number}", number + 1
        return final

    def _new_draft(self) -> tuple[Path, int | None]:
        """Make a folder to write into and lock it for as long as this process lives."""
        draft = self.root / f".draft-{uuid4().hex[:8]}"
        draft.mkdir()
        lock = _lock_folder(draft)
        if not draft.exists():
            # Another writer took it for a dead one's between the two steps.
            return self._new_draft()
        return draft, lock

    def _sweep_drafts(self) -> None:
        """Remove what writers left that were killed; a living one holds a lock on its draft."""
        for draft in self.root.glob(".draft-*"):
            if (lock := _lock_folder(draft)) is not None:
                shutil.rmtree(draft, ignore_errors=True)
                os.close(lock)

    def _sweep(self, keep: int) -> None:
        current = self.current_name()
        old = [name for name in self.versions() if name != current]
        for name in old[: max(0, len(old) - (keep - 1))]:
            shutil.rmtree(self.root / name, ignore_errors=True)


def _lock_folder(folder: Path) -> int | None:
    """Lock a folder until the process ends; None if another holds it or locks are not to be had."""
    if fcntl is None:
        return None
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


_REMEDY = {
    "dataset": "run modiste import first",
    "release": "run modiste train first",
    "encoder": "run modiste encoder fit first",
    "vectors": "run modiste embed first",
    "index": "run modiste index first",
    "lists": "run modiste recommend first",
    "relevance": "run modiste train first",
    "labels": "run modiste import deepfashion or modiste import garments first",
}


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read a version's manifest.

    Raises:
        ArtifactError: If it is absent or no JSON object.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ArtifactError(f"{folder / MANIFEST} cannot be read ({error}): make it anew") from None
    if not isinstance(manifest, dict):
        raise ArtifactError(f"{folder / MANIFEST} is no JSON object: make it anew")
    return manifest


def verify(folder: Path) -> dict[str, Any]:
    """Compare every file of a version with its manifest before anything parses it.

    Returns:
        The manifest.

    Raises:
        ArtifactError: Naming the file that is missing, additional or altered.
    """
    manifest = read_manifest(folder)
    expected = manifest.get("files", {})
    found = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path.name != MANIFEST
    }
    for name in sorted(found ^ set(expected)):
        state = "is not in the manifest" if name in found else "is missing"
        raise ArtifactError(f"{folder / name} {state}: the folder was altered, make it anew")
    for name, known in expected.items():
        if (given := hash_file(folder / name)) != known:
            raise ArtifactError(
                f"{folder / name} has SHA-256 {given[:12]}…, expected {known[:12]}…: "
                "the file was altered, make it anew"
            )
    return manifest
