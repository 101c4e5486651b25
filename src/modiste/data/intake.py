"""One table's way in: block by block, every row either taken or set aside with its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from modiste.data.checks import UNKNOWN_ITEM
from modiste.data.plans import Plan, Progress
from modiste.data.quarantine import Quarantine
from modiste.data.records import Block
from modiste.data.report import ImportReport, TableReport


class Intake:
    """Counts what is read of one table, and keeps what cannot be taken."""

    def __init__(
        self, plan: Plan, role: str, folder: Path, report: ImportReport, progress: Progress | None
    ) -> None:
        """Begin with no rows.

        Args:
            plan: The table and what its columns become.
            role: "interactions", "items" or "users".
            folder: The dataset's folder, where `quarantine` goes.
            report: Gets this table's report at once; it is filled as rows come.
            progress: Told how far it is.
        """
        self._plan, self._role, self._progress = plan, role, progress
        self._quarantine = Quarantine(folder / "quarantine", role, plan.table.name)
        self._mended: Counter[str] = Counter()
        self.columns = {**plan.columns, **plan.attributes, **plan.guesses}
        self.report = TableReport(
            plan.table.name,
            columns=dict(self.columns),
            ignored=[own for own in plan.table.columns if own not in set(self.columns.values())],
            notes=list(plan.notes),
        )
        report.tables[role] = self.report

    def blocks(self) -> Iterator[tuple[Block, pl.DataFrame]]:
        """Give each block, and its rows with the columns called as in modiste."""
        size, done = max(self._plan.table.size, 1), 0

        def advance(amount: int) -> None:
            nonlocal done
            done += amount
            if self._progress:
                self._progress(f"read {self._role}", min(done / size, 1.0))

        for block in self._plan.table.blocks(advance):
            yield (
                block,
                block.rows.select(pl.col(own).alias(name) for name, own in self.columns.items()),
            )
        self.report.notes += [f"{count:,} {what}" for what, count in self._mended.items()]
        self._quarantine.flush()
        self.report.quarantined = self._quarantine.counts
        self.report.examples = self._quarantine.examples

    def take(self, block: Block, rows: pl.DataFrame) -> pl.DataFrame:
        """Set the rows aside that have a `reason`, and give the others without that column."""
        self._quarantine.add(block.broken)
        if block.mended:
            self._mended[block.mended] += rows.height
        self.report.read += rows.height + block.broken.height
        if rows["reason"].null_count() < rows.height:
            faulty = rows["reason"].is_not_null().arg_true()
            places = block.places(faulty.to_numpy().astype(np.int64))
            self._quarantine.add(places.with_columns(rows["reason"].gather(faulty)))
            rows = rows.filter(pl.col("reason").is_null())
        self.report.accepted += rows.height
        return rows.drop("reason")

    def nothing_left(self) -> str:
        """Say why no row could be taken, for an error."""
        table = self.report
        if not table.read:
            return f"{table.file} has a header and no rows: give a file with rows"
        reason = max(table.quarantined, key=lambda name: table.quarantined[name])
        example = table.examples[reason]
        advice = "check what its columns mean, and name them with --map, in Python with mapping="
        if reason == UNKNOWN_ITEM:
            advice = "check that both files have the same ids, with their leading zeros"
        return (
            f"not one of the {table.read} rows of {table.file} can be used, mostly for {reason} "
            f"(line {example['line']}: {example['text']!r}): {advice}"
        )
