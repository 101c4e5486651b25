"""`modiste garments audit`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from modiste.cli.application import garments_app
from modiste.cli.options import check_folders, write_rows
from modiste.cli.progress import shown_progress

if TYPE_CHECKING:
    from modiste.garments.audit.audit import Audit

_FIRST = 10
"""Findings of each fault that are printed."""
_TITLES = {"wrong": "likely wrong", "missing": "missing", "duplicate": "pictures shown twice"}


@garments_app.command("audit")
def audit_command(
    shop: Annotated[Path, typer.Option(help="The shop's folder, with embedded pictures.")],
    model: Annotated[
        Path | None,
        typer.Option(
            help="A recogniser made by modiste garments fit, which suggests attributes that the "
            "shop does not have; by default that at SHOP/garments, if it is there."
        ),
    ] = None,
    encoder: Annotated[
        str | None,
        typer.Option(
            metavar="NAME[=SOURCE]",
            help="Whose vectors of pictures; by default the one embedded last that was not fitted "
            "on the shop's own labels.",
        ),
    ] = None,
    certain: Annotated[
        float,
        typer.Option(
            min=0.0,
            max=1.0,
            help="Least chance that a value is wrong for it to be named, if 5 % of all are.",
        ),
    ] = 0.5,
    words: Annotated[
        bool, typer.Option(help="Whether names and descriptions are evidence too.")
    ] = True,
    out: Annotated[
        Path | None, typer.Option(help="Write all findings to this .csv or .parquet file.")
    ] = None,
    page: Annotated[
        Path | None, typer.Option(help="Write a page of pictures to this HTML file.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print all findings as JSON.")] = False,
    seed: Annotated[int, typer.Option(help="Of the fits.")] = 0,
) -> None:
    """Look through a catalogue: values that look wrong or are missing, pictures shown twice.

    Every item is judged by models that never saw its product. The shop is not changed.
    """
    from modiste.errors import InputError, require

    check_folders(out, page)
    if out is not None and out.suffix not in (".csv", ".parquet"):
        raise InputError(f"{out}: expected a name that ends in .csv or .parquet: name it so")
    if page is not None:
        require("jinja2", extra="report")
    from modiste.garments.audit.audit import audit_shop

    with shown_progress() as progress:
        found = audit_shop(
            shop,
            model=model,
            encoder=encoder,
            words=words,
            certain=certain,
            seed=seed,
            progress=progress,
        )
    for note in found.notes:
        typer.echo(f"modiste: {note}", err=True)
    if out is not None:
        write_rows(found.table, out)
    if page is not None:
        from modiste.report.audit_page import write_audit_page

        write_audit_page(found, page)
    if as_json:
        plain = {
            "n_items": found.n_items,
            "judged_by": list(found.parts),
            "checked": list(found.checked),
            "findings": found.table.to_dicts(),
        }
        typer.echo(json.dumps(plain, indent=2, ensure_ascii=False))
    else:
        _print(found, certain)
    for what, file in (("findings", out), ("page", page)):
        if file is not None:
            typer.echo(f"{what}: {file}", err=True)


def _print(found: Audit, certain: float) -> None:
    typer.echo(f"{found.n_items:,} items, judged by {', '.join(found.parts)}")
    for line in found.checked:
        typer.echo(f"  {line}")
    typer.echo(
        f"  named where the chance to be wrong is at least {certain:.2f}, if 5 % of all values are"
    )
    for fault, title in _TITLES.items():
        rows = found.table.filter(fault=fault)
        if not rows.height:
            continue
        typer.echo(f"\n{title} ({rows.height:,})")
        for row in rows.head(_FIRST).iter_rows(named=True):
            chance = "" if row["probability"] is None else f"{row['probability']:.2f}  "
            given = row["given"] or "none"
            typer.echo(
                f"  {chance}{row['item_id']}  {row['attribute']}: {given} → {row['suggested']}"
                f"  ({row['reason']})"
            )
        if rows.height > _FIRST:
            typer.echo(f"  … {rows.height - _FIRST:,} more: --out FILE.csv, --page FILE.html")
    if not found.table.height:
        typer.echo("nothing needs a second look")
