"""What an import of labelled pictures read, took and set aside."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field
from typing import Any

from modiste.data.garments.labels import PARTS, GarmentLabels
from modiste.data.report import TableReport, peak_memory


@dataclass
class LabelsReport:
    """The import as its manifest holds it; of every file `read` = `accepted` + `quarantined`."""

    source: str
    """What was read: "coarse", "fine", "in-shop" or "garments"."""
    tables: dict[str, TableReport] = field(default_factory=dict)
    n_pictures: int = 0
    n_garments: int = 0
    n_products: int = 0
    parts: dict[str, int] = field(default_factory=dict)
    """Garments in each part."""
    told: dict[str, int] = field(default_factory=dict)
    """Garments of which each label is told: category, box, landmarks, tags, groups."""
    links: dict[str, int] = field(default_factory=dict)
    """Pictures laid out in folders, by how: "symbolic links" or "hard links"."""
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0
    """CPU time of this process."""
    peak_memory_mb: float = 0.0
    """Largest resident memory of the process, in MiB."""

    def to_dict(self) -> dict[str, Any]:
        """Give the report as plain values."""
        return asdict(self)

    def fill(self, labels: GarmentLabels, started: float) -> None:
        """Count what the labels hold.

        Args:
            labels: What was read.
            started: Process time at which the import began.

        Raises:
            AssertionError: If a row of a file is neither accepted nor set aside.
        """
        for name, report in self.tables.items():
            kept = report.accepted + sum(report.quarantined.values())
            if kept != report.read:
                raise AssertionError(f"{name}: {report.read} rows read, {kept} accounted for")
        table = labels.table
        self.n_garments = table.filter(~table["nothing"]).height
        self.n_pictures = table["picture"].n_unique()
        self.n_products = table["product"].n_unique()
        self.parts = {part: int((table["part"] == part).sum()) for part in PARTS}
        columns = {"category": "category", "box": "left", "landmarks": "landmarks", "tags": "tags"}
        columns |= {name: f"group.{name}" for name in labels.vocabulary.groups}
        counts = {name: table[column].count() for name, column in columns.items()}
        self.told = {name: count for name, count in counts.items() if count}
        self.seconds = round(time.process_time() - started, 1)
        self.peak_memory_mb = round(peak_memory(), 1)
