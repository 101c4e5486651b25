"""Runs as small JSON files in `SHOP/runs`: what was asked, what came of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import modiste
from modiste.artifacts import write_text
from modiste.errors import ArtifactError

FOLDER = "runs"
MOST_KEPT = 1000
"""Runs kept of a shop; the oldest go first."""
Value = str | int | float | bool | None


@dataclass(frozen=True)
class Run:
    """One run of a command that learned or measured something."""

    name: str
    """Sorts by time: `20261121-201502-train-5f0c`."""
    command: str
    """`train`, `evaluate`, `tune` …"""
    started: str
    """ISO time, UTC."""
    seconds: float
    parameters: Mapping[str, Value] = field(default_factory=dict)
    """What was asked, by dotted name: `ranker.n_trees`."""
    figures: Mapping[str, float] = field(default_factory=dict)
    """What came of it, by dotted name: `modiste.MAP@12`."""
    release: str = ""
    """The release that was made, or judged; empty: none."""
    dataset: str = ""
    """Identity of the rows that were read."""
    files: Sequence[str] = ()
    """Reports that were written."""
    version: str = modiste.__version__


def keep_run(
    shop: Path,
    command: str,
    *,
    seconds: float,
    parameters: Mapping[str, Any],
    figures: Mapping[str, Any],
    release: str = "",
    dataset: str = "",
    files: Sequence[Path] = (),
) -> Run:
    """Write down a run that ended just now.

    Args:
        shop: The shop's folder.
        command: The command's name.
        seconds: How long it took.
        parameters: What was asked: nested values become dotted names.
        figures: What came of it, nested; what is no number is left out.
        release: The release made or judged.
        dataset: Identity of the rows.
        files: Reports written.
    """
    now = datetime.now(UTC)
    name = f"{now:%Y%m%d-%H%M%S-%f}"[:-3] + f"-{command}-{uuid4().hex[:4]}"
    numbers = {
        key: float(value)
        for key, value in flat(figures).items()
        if isinstance(value, (int, float)) and not isinstance(value, bool) and value == value
    }
    run = Run(
        name,
        command,
        (now - timedelta(seconds=seconds)).isoformat(timespec="seconds"),
        round(seconds, 3),
        flat(parameters),
        numbers,
        release,
        dataset,
        [str(file) for file in files],
    )
    folder = shop / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / f"{name}.json", json.dumps(asdict(run), indent=2) + "\n")
    for old in sorted(folder.glob("[!.]*.json"))[:-MOST_KEPT]:
        old.unlink(missing_ok=True)
    return run


def read_runs(shop: Path) -> list[Run]:
    """Give a shop's runs, the oldest first; a file that is none is passed over."""
    runs = []
    for file in sorted((shop / FOLDER).glob("[!.]*.json")):
        try:
            runs.append(Run(**json.loads(file.read_text(encoding="utf-8"))))
        except (OSError, ValueError, TypeError):
            continue
    return runs


def find_run(runs: Sequence[Run], asked: str) -> Run:
    """Give the run of a name, or of the part of a name that only one has.

    Raises:
        ArtifactError: If there is none, or several.
    """
    found = [run for run in runs if asked in run.name]
    exact = [run for run in found if run.name == asked]
    if len(exact or found) != 1:
        known = ", ".join(run.name for run in (found or runs)[-5:]) or "none"
        what = "several runs" if found else "no run"
        raise ArtifactError(f"{what} of the name {asked}: choose one of {known}")
    return (exact or found)[0]


def flat(values: Mapping[str, Any], before: str = "") -> dict[str, Value]:
    """Give nested values by dotted names; a list becomes text."""
    found: dict[str, Value] = {}
    for key, value in values.items():
        name = f"{before}{key}"
        if isinstance(value, Mapping):
            found |= flat(value, f"{name}.")
        elif value is None or isinstance(value, (str, int, float, bool)):
            found[name] = value
        else:
            found[name] = (
                ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
            )
    return found
