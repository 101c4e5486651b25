"""H&M Personalized Fashion Recommendations: the contest's files and picture folder.

Source: https://www.kaggle.com/competitions/h-and-m-personalized-fashion-recommendations/data
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from modiste.data.checks import ISO
from modiste.data.importing import import_sources
from modiste.data.plans import Plan, Progress, Sources
from modiste.data.reading import TableFile, open_table
from modiste.data.report import ImportReport
from modiste.errors import InputError, SchemaError

INTERACTION_COLUMNS: Mapping[str, str] = {
    "user_id": "customer_id",
    "item_id": "article_id",
    "day": "t_dat",
    "price": "price",
    "channel": "sales_channel_id",
}
ITEM_COLUMNS: Mapping[str, str] = {
    "item_id": "article_id",
    "product_id": "product_code",
    "name": "prod_name",
    "description": "detail_desc",
}
ITEM_ATTRIBUTES: Mapping[str, str] = {
    "kind": "product_type_name",
    "kind_group": "product_group_name",
    "pattern": "graphical_appearance_name",
    "colour": "colour_group_name",
    "shade": "perceived_colour_value_name",
    "colour_family": "perceived_colour_master_name",
    "department": "department_name",
    "division": "index_name",
    "audience": "index_group_name",
    "section": "section_name",
    "garment_group": "garment_group_name",
}
USER_COLUMNS: Mapping[str, str] = {"user_id": "customer_id", "age": "age"}
USER_ATTRIBUTES: Mapping[str, str] = {
    "club": "club_member_status",
    "news": "fashion_news_frequency",
    "fn": "FN",
    "active": "Active",
    "postal": "postal_code",
}
_SUFFIXES = (".csv", ".csv.gz")


def import_hm(
    path: Path,
    shop: Path,
    *,
    articles: Path | None = None,
    pictures: Path | None = None,
    keep_pictures: bool = True,
    progress: Progress | None = None,
) -> ImportReport:
    """Import the contest's files: `articles`, `customers`, `transactions_train`, `images/`.

    Args:
        path: The folder with the files, each `.csv` or `.csv.gz`; `sample_submission` is not read.
        shop: The shop's folder; made if absent.
        articles: The articles' file where it lies elsewhere.
        pictures: The picture folder where it is not `images` in `path` or beside `articles`.
        keep_pictures: Whether items refer to their pictures, which stay where they are.
        progress: Told how far it is.

    Returns:
        What was read, taken and set aside.

    Raises:
        InputError: If a file is absent, empty, of the wrong kind or lacks a column; the shop stays
            as it was.
    """
    if not path.is_dir():
        raise InputError(f"{path} is no folder: give the folder with the contest's CSV files")
    items_path = articles or _find(path, "articles", "articles")
    folder = pictures or _picture_folder(path, items_path)
    sources = Sources(
        "hm",
        _plan(_find(path, "transactions_train"), INTERACTION_COLUMNS, {}, time_form=ISO),
        _plan(items_path, ITEM_COLUMNS, ITEM_ATTRIBUTES),
        _plan(_find(path, "customers"), USER_COLUMNS, USER_ATTRIBUTES),
        folder if keep_pictures else None,
    )
    return import_sources(sources, shop, progress=progress)


def _find(folder: Path, stem: str, option: str | None = None) -> Path:
    for suffix in _SUFFIXES:
        if (path := folder / f"{stem}{suffix}").exists():
            return path
    elsewhere = f" or give --{option} FILE" if option else ""
    raise InputError(
        f"{folder} has no {stem}.csv or {stem}.csv.gz: unpack the contest's files there{elsewhere}"
    )


def _picture_folder(path: Path, items_path: Path) -> Path | None:
    for folder in (path / "images", items_path.parent / "images"):
        if folder.is_dir():
            return folder
    return None


def _plan(
    path: Path,
    columns: Mapping[str, str],
    attributes: Mapping[str, str],
    *,
    time_form: str | None = None,
) -> Plan:
    table = open_table(path, is_name=set(columns.values()).__contains__)
    _require(table, columns)
    present = {name: own for name, own in columns.items() if own in table.columns}
    told = {name: own for name, own in attributes.items() if own in table.columns}
    absent = [own for own in (*columns.values(), *attributes.values()) if own not in table.columns]
    notes = (f"absent columns: {', '.join(absent)}",) if absent else ()
    return Plan(table, present, told, time_form=time_form, notes=notes)


_OPTIONAL = frozenset({"age", "price", "channel", "name", "description", "product_id"})


def _require(table: TableFile, columns: Mapping[str, str]) -> None:
    missing = [
        own for name, own in columns.items() if own not in table.columns and name not in _OPTIONAL
    ]
    if missing:
        raise SchemaError(
            f"{table.path} has no column {', '.join(missing)} among {', '.join(table.columns)}: "
            "give the contest's file, or use modiste import tables with --map"
        )
