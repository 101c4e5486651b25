"""`modiste import deepfashion` and `modiste import garments`: labelled pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from modiste.cli.application import import_app
from modiste.cli.options import AsJson
from modiste.cli.progress import shown_progress

if TYPE_CHECKING:
    from modiste.data.garments.report import LabelsReport

Out = Annotated[Path, typer.Option("--out", help="The folder of the labels; made if absent.")]
Layout = Annotated[
    Literal["folders"] | None,
    typer.Option(
        help="Lay pictures out as OUT/folders/PART/CATEGORY, too: links, no copies.",
    ),
]
_EXAMPLE = 80


@import_app.command("deepfashion")
def import_deepfashion_command(
    path: Annotated[Path, typer.Argument(help="The set's folder, unpacked as it is published.")],
    out: Out,
    annotation: Annotated[
        Literal["coarse", "fine", "in-shop"] | None,
        typer.Option(help="Which annotation, where the folder holds several."),
    ] = None,
    layout: Layout = None,
    as_json: AsJson = False,
) -> None:
    """Import labels of DeepFashion: Category and Attribute Prediction, coarse or fine, or In-shop.

    Pictures stay where they are. Rows that cannot be used are set aside with their reason.
    """
    from modiste.data.sources.deepfashion import import_deepfashion

    with shown_progress() as progress:
        report = import_deepfashion(
            path, out, annotation=annotation, folders=layout is not None, progress=progress
        )
    _print(report, out, as_json=as_json)


@import_app.command("garments")
def import_garments_command(
    table: Annotated[
        Path,
        typer.Argument(
            help="CSV or Parquet, a row a garment: picture, left, top, right, bottom, category, "
            "place, nothing, product, part, and attributes of your own."
        ),
    ],
    pictures: Annotated[Path, typer.Option(help="The folder of the photos.")],
    out: Out,
    layout: Layout = None,
    as_json: AsJson = False,
) -> None:
    """Import your own labelled photos, to fit a recogniser of garments on them.

    Several rows of a photo are several garments. Photos stay where they are.
    """
    from modiste.data.sources.labelled_pictures import import_labelled_pictures

    with shown_progress() as progress:
        report = import_labelled_pictures(
            table, pictures, out, folders=layout is not None, progress=progress
        )
    _print(report, out, as_json=as_json)


def _print(report: LabelsReport, out: Path, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(report.to_dict(), indent=2))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table()
    shown.add_column("file")
    for name in ("read", "accepted", "quarantined"):
        shown.add_column(name, justify="right")
    lines = []
    for name, table in report.tables.items():
        aside = sum(table.quarantined.values())
        shown.add_row(Text(name), *(f"{count:,}" for count in (table.read, table.accepted, aside)))
        lines += [f"{name}: {note}" for note in table.notes]
        for reason, count in sorted(table.quarantined.items(), key=lambda pair: -pair[1]):
            example = table.examples[reason]
            text = str(example["text"]).replace("\t", " ")[:_EXAMPLE]
            lines.append(f"{name}: {count:,} {reason}, as line {example['line']}: {text}")
    console = Console()
    console.print(shown)
    for line in lines + _facts(report, out):
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _facts(report: LabelsReport, out: Path) -> list[str]:
    parts = ", ".join(f"{count:,} {part}" for part, count in report.parts.items())
    told = ", ".join(f"{name} of {count:,}" for name, count in report.told.items())
    return [
        f"{report.n_garments:,} garments in {report.n_pictures:,} pictures of "
        f"{report.n_products:,} products: {parts}",
        f"told: {told or 'nothing'}",
        *report.notes,
        *(f"{count:,} {how} in {out / 'folders'}" for how, count in report.links.items()),
        f"{report.seconds:.1f} s of CPU, at most {report.peak_memory_mb:,.0f} MiB of memory",
        f"labels are in {out}; next:",
        f"  modiste garments fit --data {out} --backbone transformers=FOLDER --out MODEL",
        f"  modiste evaluate-garments --data {out} --model MODEL",
    ]
