"""`modiste import hm`, `modiste import tables` and `modiste import fashion-product-images`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from modiste.cli.application import import_app
from modiste.cli.options import AsJson
from modiste.cli.progress import shown_progress

if TYPE_CHECKING:
    from modiste.data.report import ImportReport, TableReport

Shop = Annotated[Path, typer.Option("--shop", help="The shop's folder; made if absent.")]
_EXAMPLE = 80
_MANY_ASIDE = 0.2


@import_app.command("hm")
def import_hm_command(
    path: Annotated[Path, typer.Argument(help="Folder with the contest's CSV files.")],
    shop: Shop,
    articles: Annotated[
        Path | None, typer.Option(help="The articles' file where it lies elsewhere.")
    ] = None,
    pictures: Annotated[
        Path | None, typer.Option(help="The picture folder where it is not PATH/images.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Import the files of H&M's contest: articles, customers, transactions_train, images."""
    from modiste.data.sources.hm import import_hm

    with shown_progress() as progress:
        report = import_hm(path, shop, articles=articles, pictures=pictures, progress=progress)
    _print_report(report, shop, as_json=as_json)


@import_app.command("tables")
def import_tables_command(
    interactions: Annotated[Path, typer.Option(help="One row a purchase: user, item, time.")],
    items: Annotated[Path, typer.Option(help="One row an item, with what is known of it.")],
    shop: Shop,
    users: Annotated[Path | None, typer.Option(help="One row a user.")] = None,
    pictures: Annotated[
        Path | None, typer.Option(help="Folder of pictures called by item id, nested or not.")
    ] = None,
    mapping: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="NAME=COLUMN",
            help="Your own name of a column, such as item_id=sku; repeat it. A file without "
            "header calls its columns 0, 1, 2 …",
        ),
    ] = None,
    time_format: Annotated[
        str | None, typer.Option(help="How times are written, such as %d.%m.%Y; found without.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Import your own tables: CSV, TSV, semicolons, gzipped or not, or Parquet.

    Columns are found by common spellings, and what was found is printed.
    """
    from modiste.data.sources.tables import import_tables

    with shown_progress() as progress:
        report = import_tables(
            interactions,
            items,
            shop,
            users=users,
            pictures=pictures,
            mapping=mapping,
            time_format=time_format,
            progress=progress,
        )
    _print_report(report, shop, as_json=as_json)


@import_app.command("fashion-product-images")
def import_fashion_product_images_command(
    path: Annotated[Path, typer.Argument(help="Folder with styles.csv and images.")],
    shop: Shop,
    as_json: AsJson = False,
) -> None:
    """Import the files of Fashion Product Images: styles.csv and images.

    A catalogue without purchases: it can be searched, not trained.
    """
    from modiste.data.sources.fashion_product_images import import_fashion_product_images

    with shown_progress() as progress:
        report = import_fashion_product_images(path, shop, progress=progress)
    _print_report(report, shop, as_json=as_json)


def _print_report(report: ImportReport, shop: Path, *, as_json: bool) -> None:
    _warn(report)
    if as_json:
        typer.echo(json.dumps(report.to_dict(), indent=2))
        return
    from rich.console import Console

    console = Console()
    console.print(_row_table(report))
    for role, table in report.tables.items():
        _print_columns(role, table, console)
    for line in _facts(report, shop):
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _warn(report: ImportReport) -> None:
    """Say on stderr which tables lost so many rows that the shop is hardly the shop any more."""
    from modiste.data.findings import share

    for role, table in report.tables.items():
        n_aside = sum(table.quarantined.values())
        if n_aside > _MANY_ASIDE * table.read:
            most = max(table.quarantined, key=lambda reason: table.quarantined[reason])
            typer.echo(
                f"warning: {share(n_aside, table.read)} rows of {role} ({table.file}) were set "
                f"aside, most for {most}: check the columns and mend the file before you train",
                err=True,
            )


def _row_table(report: ImportReport) -> object:
    from rich.table import Table
    from rich.text import Text

    shown = Table()
    for name in ("table", "file"):
        shown.add_column(name)
    for name in ("read", "accepted", "quarantined"):
        shown.add_column(name, justify="right")
    for role, table in report.tables.items():
        total = sum(table.quarantined.values())
        counts = (f"{count:,}" for count in (table.read, table.accepted, total))
        shown.add_row(role, Text(table.file), *counts)
    return shown


def _print_columns(role: str, table: TableReport, console: object) -> None:
    from rich.console import Console

    assert isinstance(console, Console)
    found = ", ".join(
        name if name == own else f"{name} = {own}"
        # The time of day is not kept, but its column is called as users call it in --map.
        for name, own in (("time" if n == "day" else n, o) for n, o in table.columns.items())
    )
    lines = [f"{role}: {found}", *(f"  {note}" for note in table.notes)]
    if table.ignored:
        lines.append(f"  not used: {', '.join(table.ignored)}")
    for reason, count in sorted(table.quarantined.items(), key=lambda pair: (-pair[1], pair[0])):
        example = table.examples[reason]
        text = str(example["text"]).replace("\t", " ")[:_EXAMPLE]
        lines.append(f"  set aside {count:,}: {reason}, as line {example['line']}: {text}")
    for line in lines:
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _facts(report: ImportReport, shop: Path) -> list[str]:
    from modiste.data.report import FILE
    from modiste.data.shop import dataset_store

    def said(count: int, words: str) -> list[str]:
        return [f"{count:,} {words}"] if count else []

    sold = f"{report.n_interactions:,} purchases from {report.first_day} to {report.last_day}"
    users = [
        f"{report.n_users:,} users",
        *said(
            report.users_without_row if "users" in report.tables else 0,
            "of them only in the interactions",
        ),
        *said(report.users_without_purchase, "without a purchase"),
    ]
    items = [
        f"{report.n_items:,} items",
        *said(report.items_never_sold if report.n_interactions else 0, "never sold"),
        f"{report.pictures:,} with a picture",
        *said(report.pictures_without_item, "pictures of no item"),
    ]
    following = [f"modiste doctor --shop {shop}"]
    if report.pictures:
        following += [
            f"modiste encoder fit --shop {shop}",
            f"modiste embed --shop {shop} --encoder catalogue",
        ]
    if report.n_interactions:
        following.append(f"modiste train --shop {shop}")
    elif not report.pictures:
        following.append(f"modiste search WORDS --shop {shop}")
    return [
        sold if report.n_interactions else "no purchases: the shop can be searched, not trained",
        *([", ".join(users)] if report.n_users else []),
        ", ".join(items),
        *report.notes,
        f"{report.seconds:.1f} s, at most {report.peak_memory_mb:,.0f} MiB of memory",
        f"report: {dataset_store(shop).root / report.version / FILE}",
        f"dataset {report.version} is current in {shop}; next:",
        *(f"  {command}" for command in following),
    ]
