"""`modiste search`."""

from __future__ import annotations

import json
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from modiste.cli.application import app
from modiste.cli.progress import shown_progress

if TYPE_CHECKING:
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
    shop: Annotated[Path, typer.Option(help="The shop's folder.")],
    words: Annotated[str | None, typer.Argument(help="What is looked for.")] = None,
    photo: Annotated[
        Path | None, typer.Option(help="A picture of what is looked for, alone or with words.")
    ] = None,
    weight: Annotated[
        float, typer.Option(help="What the photo counts beside the words: 0 nothing, 1 all.")
    ] = 0.5,
    without: Annotated[
        str | None,
        typer.Option(help="What is not wanted: attributes are excluded, other words pushed back."),
    ] = None,
    filters: Annotated[
        list[str] | None,
        typer.Option(
            "--filter", help="A condition such as colour=Red or price<20; may be said again."
        ),
    ] = None,
    user: Annotated[
        str | None, typer.Option("--for", help="A user id: their taste re-orders what is found.")
    ] = None,
    k: Annotated[int, typer.Option("--k", help="Items to find.")] = 12,
    variants: Annotated[
        bool, typer.Option(help="Show several variants (colours) of one product.")
    ] = False,
    encoder: Annotated[
        str | None,
        typer.Option(
            metavar="LABEL|NAME[=SOURCE]",
            help="Whose vectors are searched; by default the encoder fitted on the shop, or the "
            "one embedded last.",
        ),
    ] = None,
    queries: Annotated[
        Path | None,
        typer.Option(
            help="Many queries: a text file, one a line, or CSV or Parquet with a column query "
            "(--by both: and a column picture)."
        ),
    ] = None,
    by: Annotated[
        By, typer.Option(help="What the queries of --queries are; pictures are paths of files.")
    ] = By.words,
    out: Annotated[
        Path | None,
        typer.Option(help="With --queries: the Parquet file of query, item_id, rank, score."),
    ] = None,
    json_wanted: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
) -> None:
    """Find items by words, by a photo, or by both ("this, but blue")."""
    from modiste.errors import InputError
    from modiste.search import Searcher
    from modiste.search.bulk import answer_file

    if (queries is None) != (out is None):
        raise InputError(
            "--queries and --out go together: name the file to read and the one to write"
        )
    if queries is not None and (words or photo or user):
        raise InputError("--queries answers a file: leave out words, --photo and --for")
    if queries is not None and out is not None:
        with shown_progress() as progress:
            told = answer_file(
                Searcher.open(shop, encoder, progress),
                queries,
                out,
                by=by.value,
                weight=weight,
                without=without,
                filters=filters or (),
                k=k,
                variants=variants,
                progress=progress,
            )
        _tell(told, out, json_wanted)
        return
    with shown_progress() as progress:
        searcher = Searcher.open(shop, encoder, progress)
    result = searcher.search(
        words,
        photo,
        weight=weight,
        without=without,
        filters=filters or (),
        user=user,
        ranker=None if user is None else _ranker(shop),
        k=k,
        variants=variants,
    )
    if json_wanted:
        asked = {"words": words, "photo": None if photo is None else str(photo)}
        typer.echo(json.dumps({**asked, **asdict(result)}, indent=2, ensure_ascii=False))
    else:
        _print(result)


def _ranker(shop: Path) -> RankItems | None:
    """Give the release's ranker; None: nothing was trained."""
    from modiste.release import open_release, rank_items, release_store

    return None if release_store(shop).current_name() is None else rank_items(open_release(shop))


def _tell(told: Answered, out: Path, json_wanted: bool) -> None:
    if json_wanted:
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
    priced = any(hit.price is not None for hit in result.hits)
    if result.hits:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        table.add_column("", justify="right", style="dim")
        table.add_column("item", no_wrap=True)
        table.add_column("name", ratio=2)
        if priced:
            table.add_column("price", justify="right", no_wrap=True)
        table.add_column("score", justify="right", no_wrap=True)
        table.add_column("why", ratio=3)
        for hit in result.hits:
            price = [] if not priced else ["" if hit.price is None else f"{hit.price:.4g}"]
            cells = [str(hit.rank), hit.item_id, hit.name, *price, f"{hit.score:.3f}"]
            table.add_row(*(Text(cell) for cell in cells), Text("; ".join(hit.why)))
        console.print(table)
    else:
        console.print("nothing was found", highlight=False)
    for note in result.notes:
        console.print(Text(note))
    if result.understood:
        named = [f"{name} {', '.join(values)}" for name, values in result.understood.items()]
        console.print(Text(f"understood: {'; '.join(named)}", style="dim"))
    console.print(Text(f"found by {result.strategy}", style="dim"))
