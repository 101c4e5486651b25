"""What an import read, took and set aside."""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass, field
from typing import Any

FILE = "import-report.json"


@dataclass
class TableReport:
    """One file of an import; `read` = `accepted` + the sum of `quarantined`."""

    file: str
    """Its name."""
    read: int = 0
    """Rows read; the header and blank lines are none."""
    accepted: int = 0
    """Rows that entered the shop."""
    quarantined: dict[str, int] = field(default_factory=dict)
    """Rows set aside, by reason."""
    examples: dict[str, dict[str, object]] = field(default_factory=dict)
    """For each reason the first such row: `line` and the beginning of `text`."""
    columns: dict[str, str] = field(default_factory=dict)
    """What each column of modiste was called in the file."""
    ignored: list[str] = field(default_factory=list)
    """Columns of the file that nothing was made of."""
    notes: list[str] = field(default_factory=list)
    """What was found out or mended, in words."""


@dataclass
class ImportReport:
    """The whole import, as `import-report.json` holds it."""

    source: str
    """The kind of files: "hm", "tables", "frames" or "fashion-product-images"."""
    tables: dict[str, TableReport] = field(default_factory=dict)
    """The reports of `items`, and of `users` and `interactions` if there were such files."""
    version: str = ""
    """Name of the dataset's version in the shop."""
    identity: str = ""
    """Fingerprint of the accepted rows: equal for equal rows."""
    n_users: int = 0
    n_items: int = 0
    n_interactions: int = 0
    first_day: str | None = None
    """Date of the first purchase."""
    last_day: str | None = None
    """Date of the last purchase."""
    users_without_row: int = 0
    """Users of interactions whom the users' file does not have; added without attributes."""
    users_without_purchase: int = 0
    items_never_sold: int = 0
    pictures: int = 0
    """Items with a picture."""
    pictures_without_item: int = 0
    seconds: float = 0.0
    peak_memory_mb: float = 0.0
    """Largest resident memory of the process, in MiB."""
    notes: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Give the report as plain values."""
        return asdict(self)

    def check(self) -> None:
        """Hold the promise that no row is lost."""
        for role, table in self.tables.items():
            kept = table.accepted + sum(table.quarantined.values())
            if kept != table.read:
                raise AssertionError(f"{role}: {table.read} rows read, {kept} accounted for")


def peak_memory() -> float:
    """Give the largest resident memory of this process so far, in MiB; 0 where unknown."""
    try:
        import resource
    except ImportError:  # not on Windows
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10
