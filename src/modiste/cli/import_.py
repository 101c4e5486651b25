"""`modiste import hm` and `modiste import tables`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from modiste.cli.application import import_app

Shop = Annotated[Path, typer.Option("--shop", help="The shop's folder; made if absent.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the whole report as JSON.")]


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
    json: AsJson = False,
) -> None:
    """Import the files of H&M's contest: articles, customers, transactions_train, images."""
    from modiste.data.sources.hm import import_hm

    import_hm(path, shop, articles=articles, pictures=pictures)
