"""`modiste attributes`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from modiste.cli.application import app
from modiste.cli.options import AsJson, Shop
from modiste.cli.progress import shown_progress

if TYPE_CHECKING:
    from modiste.search.attributes import AttributeAnswer
    from modiste.search.attributes.answer import Groups


@app.command("attributes")
def attributes_command(
    words: Annotated[list[str], typer.Argument(help="What is said, with or without quotes.")],
    shop: Shop,
    model: Annotated[
        Path | None,
        typer.Option(
            help="A garments model whose categories and attributes are told too; by default the "
            "shop's, in SHOP/garments, if there is one."
        ),
    ] = None,
    encoder: Annotated[
        str | None,
        typer.Option(
            metavar="NAME[=SOURCE]",
            help="An encoder of words to compare by; by default vectors learned on the shop's own "
            "descriptions and kept in SHOP/words.",
        ),
    ] = None,
    k: Annotated[int, typer.Option("--k", help="Values of each attribute at most.")] = 5,
    as_json: AsJson = False,
) -> None:
    """Say which of the shop's kinds, colours and other attributes words mean.

    Typing errors, plurals and synonyms are understood; what is not wanted ("no stripes") is told
    apart.
    """
    from modiste.errors import InputError
    from modiste.search.attributes import AttributeFinder
    from modiste.search.attributes.garments import find_model, model_terms

    text = " ".join(words).strip()
    if not text:
        raise InputError("nothing was said: give words, such as 'long sleeved floral dress'")
    if k < 1:
        raise InputError(f"--k {k}: expected at least 1 value of each attribute")
    found = find_model(shop, model)
    with shown_progress() as progress:
        finder = AttributeFinder.open(
            shop, encoder, None if found is None else model_terms(found), progress
        )
    answer = finder.find(text, k)
    if as_json:
        typer.echo(json.dumps(asdict(answer), indent=2, ensure_ascii=False))
    else:
        _print(answer)


def _print(answer: AttributeAnswer) -> None:
    """Print a row an attribute, and what is to be known below."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    if not console.is_terminal:
        console = Console(width=120)
    parts = (("", answer.attributes), ("not ", answer.without), ("model: ", answer.model))
    if any(groups for _, groups in parts):
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        table.add_column("attribute", no_wrap=True)
        table.add_column("values and how close they are", ratio=1)
        for before, groups in parts:
            _add(table, before, groups)
        console.print(table)
    for note in answer.notes:
        console.print(Text(note))
    if answer.unknown:
        console.print(Text(f"not known here: {', '.join(answer.unknown)}"))
    console.print(
        Text(f"compared by {answer.strategy}; values named by the words are marked *", style="dim")
    )


def _add(table: object, before: str, groups: Groups) -> None:
    from rich.table import Table
    from rich.text import Text

    assert isinstance(table, Table)
    for name, group in groups.items():
        told = [f"{one.value} {one.closeness:.2f}{'*' * (one.by == 'named')}" for one in group]
        table.add_row(Text(before + name), Text("  ".join(told)))
