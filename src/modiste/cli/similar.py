"""`modiste similar`."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from modiste.cli.application import app
from modiste.cli.options import AsJson, Filters, Shop, check_folders, write_rows
from modiste.cli.progress import shown_progress
from modiste.cli.recommend import read_ids

if TYPE_CHECKING:
    import polars as pl

    from modiste.search.similar.items import Similar
    from modiste.search.similar.likeness import Mask


_SHOWN = ("kind", "colour")
"""Attributes that are told beside the name."""
_NOTHING = {
    "blend": "nothing is known of it that others can be compared by",
    "pictures": "it has no picture, or modiste embed has not seen it yet; try --by words",
    "words": "nothing is said of it that is said of others, or modiste embed has not read it yet; "
    "try --by pictures",
    "bought": "nobody bought it together with another item; try --by blend",
}


class Way(StrEnum):
    """What items are compared by."""

    blend = "blend"
    pictures = "pictures"
    words = "words"
    bought = "bought"


@app.command("similar")
def similar_command(
    shop: Shop,
    item: Annotated[
        list[str] | None, typer.Argument(help="The shop's own ids, exactly.", show_default=False)
    ] = None,
    k: Annotated[int, typer.Option("--k", help="Neighbours for each item.")] = 5,
    by: Annotated[
        Way,
        typer.Option(
            help="pictures and words: their vectors, words without vectors by the catalogue's own; "
            "bought: customers in common; blend: pictures, colours and words, what the shop has."
        ),
    ] = Way.blend,
    encoder: Annotated[
        str | None,
        typer.Option(help="Whose vectors, NAME[=SOURCE]; by default the shop's best."),
    ] = None,
    variants: Annotated[
        bool,
        typer.Option(
            "--variants",
            help="Give variants too: by default the item's own product is left out, and of any "
            "other only the colour most alike is given.",
        ),
    ] = False,
    filters: Filters = None,
    items: Annotated[
        Path | None,
        typer.Option(help="Text file with an item id a line; without it --out is of every item."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Parquet file for `item_id, neighbour_id, rank, score`."),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Write a page with the pictures to this HTML file.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find the items most like others, never the item itself.

    By default other products are given; the other colours of the same one come with --variants.
    """
    from modiste.search.similar.items import Similar, with_ids

    _check(item, items, out, report)
    found = Similar.open(shop, by.value, encoder)
    asked = list(dict.fromkeys(item or ()))
    if items is not None:
        own = found.dataset.own_names["item_id"]
        asked = read_ids(items, own, option="--items", name="item_id").to_list()
    at = found.positions(asked) if asked else found.every()
    allowed = _allowed(found, filters or [])
    with shown_progress() as progress:
        rows = found.neighbours(at, k, variants=variants, allowed=allowed, progress=progress)
    if report is not None:
        from modiste.report.similar_page import write_similar_page

        write_similar_page(found, at, rows, report)
    if out is not None:
        write_rows(with_ids(rows, found.items), out)
    if as_json:
        typer.echo(json.dumps(_plain(found, at, rows), indent=2))
    elif out is None:
        _print(found, at, rows)
    if out is not None:
        n_alone = len(at) - rows.get_column("item_idx").n_unique()
        typer.echo(
            f"{out}: {len(at) - n_alone:,} items, up to {k} neighbours each, by {found.strategy}"
            + (f"; {n_alone:,} items have none" if n_alone else ""),
            err=as_json,
        )
    if report is not None:
        typer.echo(f"report: {report}", err=True)


def _check(
    given: list[str] | None, file: Path | None, out: Path | None, report: Path | None
) -> None:
    """Check what was given before anything is opened."""
    from modiste.errors import InputError

    check_folders(out, report)
    if given and file is not None:
        raise InputError("items were given and --items too: give one of the two")
    if not given and file is None and out is None:
        raise InputError("no item was given: give ids, or --out FILE.parquet for every item")


def _allowed(found: Similar, filters: list[str]) -> Mask | None:
    """Turn filters into a mask of items; None: no filter."""
    if not filters:
        return None
    from modiste.errors import InputError
    from modiste.rules.filters import allowed, filter_notes, filter_table, parse_filter

    parsed = [parse_filter(text) for text in filters]
    table = filter_table(found.dataset)
    mask = allowed(parsed, table)
    for note in filter_notes(parsed, table):
        typer.echo(f"modiste: {note}", err=True)
    if not mask.any():
        raise InputError(f"no item meets {' and '.join(filters)}: loosen a filter")
    return mask


def _plain(found: Similar, at: Any, rows: pl.DataFrame) -> dict[str, Any]:
    """Give the neighbours as plain values, one entry an item asked for."""
    hits = found.hits(rows)
    return {
        "by": found.by,
        "strategy": found.strategy,
        "items": [
            {
                "item_id": found.items["item_id"][int(one)],
                "name": found.items["name"][int(one)],
                "neighbours": [
                    {
                        "item_id": hit.item_id,
                        "name": hit.name,
                        "rank": hit.rank,
                        "score": round(hit.score, 6),
                        "why": list(hit.why),
                        "attributes": dict(hit.attributes),
                    }
                    for hit in hits.get(int(one), ())
                ],
            }
            for one in at
        ],
    }


def _print(found: Similar, at: Any, rows: pl.DataFrame) -> None:
    hits = found.hits(rows)
    for one in map(int, at):
        typer.echo(f"{found.items['item_id'][one]}  {found.items['name'][one] or ''}".rstrip())
        for hit in hits.get(one, ()):
            about = ", ".join(hit.attributes[name] for name in _SHOWN if name in hit.attributes)
            typer.echo(
                f"  {hit.rank:>2}  {hit.score:.3f}  {hit.item_id}  {hit.name}"
                + (f" · {about}" if about else "")
                + f"  ({', '.join(hit.why)})"
            )
        if one not in hits:
            typer.echo(f"  none: {_NOTHING[found.by]}")
    typer.echo(f"by {found.strategy}")
    if found.scale:
        typer.echo(found.scale)
