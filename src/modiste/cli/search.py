"""`modiste search`."""

from __future__ import annotations

import json
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from modiste.cli.application import app
from modiste.cli.options import AsJson, Filters, SearchedEncoder, Shop
from modiste.cli.progress import shown_progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modiste.search.answer import SearchResult
    from modiste.search.bulk import Answered
    from modiste.search.taste import RankItems


class By(StrEnum):
    """What the queries of a file are."""

    words = "words"
    pictures = "pictures"
    both = "both"


@app.command("search")
def search_command(
    shop: Shop,
    words: Annotated[
        list[str] | None, typer.Argument(help="What is looked for, with or without quotes.")
    ] = None,
    photo: Annotated[
        Path | None, typer.Option(help="A picture of what is looked for, alone or with words.")
    ] = None,
    weight: Annotated[
        float | None,
        typer.Option(
            help="What the photo counts beside the words: 0 nothing, 1 all; by default 0.5."
        ),
    ] = None,
    without: Annotated[
        str | None,
        typer.Option(help="What is not wanted: attributes are excluded, other words pushed back."),
    ] = None,
    filters: Filters = None,
    user: Annotated[
        str | None, typer.Option("--for", help="A user id: their taste re-orders what is found.")
    ] = None,
    k: Annotated[int, typer.Option("--k", help="Items to find, 1 to 1000.")] = 12,
    variants: Annotated[
        bool, typer.Option(help="Show several variants (colours) of one product.")
    ] = False,
    encoder: SearchedEncoder = None,
    queries: Annotated[
        Path | None,
        typer.Option(
            help="Many queries: a text file, one a line, or CSV or Parquet with a column query "
            "(--by both: and a column picture)."
        ),
    ] = None,
    by: Annotated[
        By | None,
        typer.Option(
            help="What the queries of --queries are, by default words; pictures are paths of files."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="With --queries: the Parquet file of query, item_id, rank, score."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find items by words, by a photo, or by both ("this, but blue")."""
    from modiste.data.photos import open_photo
    from modiste.errors import InputError
    from modiste.search import Searcher
    from modiste.search.bulk import answer_file
    from modiste.search.searcher import check_numbers, read_filters

    text = " ".join(words or ()).strip() or None
    if (queries is None) != (out is None):
        raise InputError(
            "--queries and --out go together: name the file to read and the one to write"
        )
    if queries is not None and (text or photo or user):
        raise InputError("--queries answers a file: leave out words, --photo and --for")
    if by is not None and queries is None:
        raise InputError(f"--by {by.value}: says what the queries of a file are: give --queries")
    if weight is not None and not (by is By.both or (photo is not None and text)):
        raise InputError(
            f"--weight {weight:g}: says what a photo counts beside words: give a photo and words"
        )
    # What is wrong is told before the shop is opened, which takes seconds.
    share = 0.5 if weight is None else weight
    check_numbers(k, share)
    conditions = read_filters(filters or ())
    if photo is not None:
        open_photo(photo)
    if queries is not None and out is not None:
        with shown_progress() as progress:
            told = answer_file(
                Searcher.open(shop, encoder, progress),
                queries,
                out,
                by=(by or By.words).value,
                weight=share,
                without=without,
                filters=filters or (),
                k=k,
                variants=variants,
                progress=progress,
            )
        _tell(told, out, as_json)
        return
    with shown_progress() as progress:
        searcher = Searcher.open(shop, encoder, progress)
    result = searcher.search(
        text,
        photo,
        weight=share,
        without=without,
        filters=conditions,
        user=user,
        ranker=None if user is None else _ranker(shop),
        k=k,
        variants=variants,
    )
    if as_json:
        asked = {"words": text, "photo": None if photo is None else str(photo)}
        typer.echo(json.dumps({**asked, **asdict(result)}, indent=2, ensure_ascii=False))
    else:
        _print(result)


def _ranker(shop: Path) -> RankItems | None:
    """Give the release's ranker; None: nothing was trained."""
    from modiste.release import open_release, rank_items, release_store

    return None if release_store(shop).current_name() is None else rank_items(open_release(shop))


def _tell(told: Answered, out: Path, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"out": str(out), **asdict(told)}, indent=2, ensure_ascii=False))
        return
    typer.echo(f"{out}: {told.n_rows:,} rows for {told.n_queries:,} queries")
    for note in told.notes:
        typer.echo(note, err=True)


def _print(result: SearchResult) -> None:
    """Print hits as a table, and what is to be known below it."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    if not console.is_terminal:
        console = Console(width=120)
    decimals = _decimals([hit.price for hit in result.hits if hit.price is not None])
    # What a hit is, is seen by its price or, in a shop that tells none, by its attributes.
    shown = ["price"] if decimals is not None else _shown(result)
    if result.hits:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        table.add_column("", justify="right", style="dim")
        table.add_column("item", no_wrap=True)
        table.add_column("name", ratio=2)
        for column in shown:
            table.add_column(column, justify="right" if column == "price" else "left")
        table.add_column("score", justify="right", no_wrap=True)
        table.add_column("why", ratio=3)
        for hit in result.hits:
            price = "" if hit.price is None else f"{hit.price:,.{decimals}f}"
            own = [price if name == "price" else hit.attributes.get(name, "") for name in shown]
            cells = [str(hit.rank), hit.item_id, hit.name, *own, f"{hit.score:.3f}"]
            table.add_row(*(Text(cell) for cell in cells), Text("; ".join(hit.why)))
        console.print(table)
    for note in result.notes:
        console.print(Text(note))
    named = [f"{name} {', '.join(values)}" for name, values in result.understood.items()]
    named += [f"without {name} {', '.join(values)}" for name, values in result.without.items()]
    if named:
        console.print(Text(f"understood: {'; '.join(named)}", style="dim"))
    if result.hits:
        console.print(Text(f"found by {result.strategy}", style="dim"))


def _decimals(prices: Sequence[float]) -> int | None:
    """Give the decimals that tell the lowest price well, the same for all; None: no price."""
    from math import floor, log10

    lowest = min((price for price in prices if price > 0), default=1.0)
    return max(2, min(6, 2 - floor(log10(lowest)))) if prices else None


def _shown(result: SearchResult) -> list[str]:
    """Give the attributes that hits are shown with: those that shoppers speak of first."""
    known = {name for hit in result.hits for name in hit.attributes}
    return [name for name in ("colour", "kind", "audience") if name in known]
