"""`modiste match`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from modiste.cli.application import app
from modiste.cli.options import AsJson, Filters, SearchedEncoder, Shop
from modiste.cli.progress import shown_progress

if TYPE_CHECKING:
    from modiste.search.match import MatchResult


@app.command("match")
def match_command(
    shop: Shop,
    photo: Annotated[
        Path | None, typer.Option(help="A photo of what is looked for, alone or with words.")
    ] = None,
    words: Annotated[
        str | None, typer.Option(help="What is looked for; beside a photo: what is otherwise.")
    ] = None,
    user: Annotated[
        str | None,
        typer.Option("--for", help="A user id: their purchases order what fits equally well."),
    ] = None,
    k: Annotated[int, typer.Option("--k", help="Products to give, 1 to 1000.")] = 10,
    model: Annotated[
        Path | None,
        typer.Option(
            help="A garments model that reads the photo; by default the shop's, in SHOP/garments, "
            "if there is one."
        ),
    ] = None,
    encoder: SearchedEncoder = None,
    without: Annotated[
        str | None, typer.Option(help="What is not wanted: no match has it.")
    ] = None,
    filters: Filters = None,
    rules: Annotated[
        Path | None,
        typer.Option(help="TOML file of what may be shown, how often, and what is promoted."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Give the products that match a photo or words, ordered by a user's purchases.

    Kind, colour and the other attributes come first, then how alike the pictures look; the user's
    taste orders what fits equally well.
    """
    from modiste.data.photos import open_photo
    from modiste.errors import InputError
    from modiste.rules.file import bind_rules, read_rules
    from modiste.search.match import Matcher
    from modiste.search.searcher import check_numbers, read_filters

    # What is wrong is told before the shop is opened, which takes seconds.
    if photo is None and not (words and words.strip()):
        raise InputError("nothing to match: give --words, --photo or both")
    check_numbers(k, 0.5)
    conditions = read_filters(filters or ())
    if photo is not None:
        open_photo(photo)
    read = None if rules is None else read_rules(rules)
    with shown_progress() as progress:
        matcher = Matcher.open(shop, encoder, model, progress)
        bound = None
        if read is not None and rules is not None:
            bound = bind_rules(read, matcher.searcher.dataset, rules.parent)
        result = matcher.match(
            words, photo, user=user, without=without, filters=conditions, rules=bound, k=k
        )
    if as_json:
        asked = {"words": words, "photo": None if photo is None else str(photo), "for": user}
        typer.echo(json.dumps({**asked, **asdict(result)}, indent=2, ensure_ascii=False))
    else:
        _print(result)


def _print(result: MatchResult) -> None:
    """Print matches as a table, and what is to be known below it."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    if not console.is_terminal:
        console = Console(width=140)
    personal = any(one.taste is not None for one in result.matches)
    if result.matches:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        table.add_column("", justify="right", style="dim")
        table.add_column("item", no_wrap=True)
        table.add_column("name", ratio=2)
        table.add_column("fit", justify="right", no_wrap=True)
        table.add_column("what fits", ratio=3)
        table.add_column("not", ratio=1)
        if personal:
            table.add_column("taste", justify="right", no_wrap=True)
            table.add_column("for you", ratio=3)
        for one in result.matches:
            fit = "" if one.fit is None else f"{one.fit:.2f}"
            cells = [str(one.rank), one.item_id, one.name, fit]
            cells += ["; ".join(one.fits), "; ".join(one.lacks)]
            if personal:
                cells += [f"{one.taste or 0.0:.2f}", "; ".join(one.for_you)]
            table.add_row(*map(Text, cells))
        console.print(table)
    for note in result.notes:
        console.print(Text(note))
    sources = (("words", result.by_words), ("photo", result.by_photo), ("without", result.without))
    for source, named in sources:
        if named:
            told = "; ".join(f"{name} {', '.join(values)}" for name, values in named.items())
            console.print(Text(f"{source}: {told}", style="dim"))
    if result.matches:
        console.print(Text(f"matched by {result.strategy}", style="dim"))
