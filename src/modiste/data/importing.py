"""Tables and pictures into one dataset: checked, coded, sorted, published whole or not at all."""

from __future__ import annotations

import json
import time
from pathlib import Path

import narwhals as nw
import polars as pl

import modiste
from modiste.artifacts import fingerprint, hash_file
from modiste.data.dataset import Dataset, attribute_codes
from modiste.data.entities import no_users, read_items, read_users
from modiste.data.intake import Intake
from modiste.data.plans import Plan, Progress, Sources
from modiste.data.purchases import no_interactions, read_interactions
from modiste.data.report import FILE, ImportReport, peak_memory
from modiste.data.shop import dataset_store

__all__ = ["Plan", "Progress", "Sources", "build_dataset", "import_sources"]

TABLES = ("interactions", "items", "users")


def import_sources(
    sources: Sources, shop: Path, *, progress: Progress | None = None
) -> ImportReport:
    """Make a dataset of the sources and publish it as the shop's current one.

    Args:
        sources: Tables with their plans, and the picture folder.
        shop: The shop's folder; the dataset goes to its `data`.
        progress: Told how far it is.

    Returns:
        What was read, taken and set aside.

    Raises:
        InputError: If a file cannot be used; the shop stays as it was.
    """
    store = dataset_store(shop)
    facts: dict[str, object] = {}
    report = ImportReport(sources.kind)

    def name(_: Path) -> str:
        return f"{(report.last_day or 'catalogue').replace('-', '')}-{report.identity[:8]}"

    with store.publish(name, facts) as folder:
        build_dataset(sources, folder, report, progress=progress)
        facts |= {"source": report.source, "identity": report.identity, "rows": _rows(report)}
    report.version = store.current_name() or ""
    return report


def build_dataset(
    sources: Sources, folder: Path, report: ImportReport, *, progress: Progress | None = None
) -> Dataset:
    """Write the dataset of the sources, its quarantine and its report into an empty folder.

    Args:
        sources: Tables with their plans, and the picture folder.
        folder: An empty folder.
        report: Is filled.
        progress: Told how far it is.

    Raises:
        InputError: If a file cannot be used, or not one interaction of a file of them can.
    """
    started = time.perf_counter()

    def intake(plan: Plan, role: str) -> Intake:
        return Intake(plan, role, folder, report, progress)

    items, item_attributes = read_items(
        sources.items, intake(sources.items, "items"), sources.pictures, report
    )
    known_users, user_attributes = no_users()
    if sources.users is not None:
        known_users, user_attributes = read_users(sources.users, intake(sources.users, "users"))
    if sources.interactions is None:
        users = no_interactions(items.height, known_users, folder, report)
    else:
        users = read_interactions(
            sources.interactions,
            intake(sources.interactions, "interactions"),
            items["item_id"],
            known_users,
            folder,
            report,
            progress,
        )
    items.write_parquet(folder / "items.parquet")
    attribute_codes(users, user_attributes).write_parquet(folder / "users.parquet")
    report.n_items, report.n_users = items.height, users.height
    report.identity = fingerprint({name: hash_file(_file(folder, name)) for name in TABLES})
    interactions, all_items, all_users = (
        nw.from_native(pl.scan_parquet(_file(folder, name), glob=False)) for name in TABLES
    )
    dataset = Dataset(
        interactions,
        all_items,
        all_users,
        item_attributes=item_attributes,
        user_attributes=user_attributes,
        own_names=sources.own_names(),
        picture_folder=sources.pictures.resolve() if sources.pictures else None,
        identity=report.identity,
    )
    dataset.write_settings(folder)
    report.seconds = round(time.perf_counter() - started, 2)
    report.peak_memory_mb = round(peak_memory(), 1)
    report.check()
    text = json.dumps({"modiste": modiste.__version__, **report.to_dict()}, indent=2)
    (folder / FILE).write_text(text + "\n", encoding="utf-8")
    return dataset


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}.parquet"


def _rows(report: ImportReport) -> dict[str, dict[str, object]]:
    return {
        role: {"read": table.read, "accepted": table.accepted, "quarantined": table.quarantined}
        for role, table in report.tables.items()
    }
