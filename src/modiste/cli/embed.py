"""`modiste embed`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from modiste.cli.application import app
from modiste.cli.options import AsJson, Shop
from modiste.cli.progress import shown_progress

if TYPE_CHECKING:
    from modiste.encoders.embedding import Embedded

_LISTED = 10


@app.command("embed")
def embed_command(
    shop: Shop,
    encoder: Annotated[
        str,
        typer.Option(
            metavar="NAME[=SOURCE]",
            help="The encoder, and the folder or hub name it is made from: `colour`, "
            "`catalogue`, `transformers=FOLDER` …",
        ),
    ],
    batch_size: Annotated[
        int | None,
        typer.Option(min=1, help="Pictures encoded together; by default what suits the encoder."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make vectors of the items' pictures and words, which search and similar products use.

    A second run encodes only what is new or changed, and one that was stopped goes on where it was.
    A picture that cannot be read is set aside with its reason.
    """
    from modiste.encoders.embedding import embed

    with shown_progress() as progress:
        done = embed(shop, encoder, batch_size=batch_size, progress=progress)
    if as_json:
        typer.echo(json.dumps(done.as_dict(), indent=2))
        return
    for line in _summary(done):
        typer.echo(line)
    typer.echo(f"next: modiste index --shop {shop}, modiste search WORDS --shop {shop}")


def _summary(done: Embedded) -> list[str]:
    """Tell what was done, a line a fact."""
    lines = []
    for what, n_all, n_new in (
        ("pictures", done.n_pictures, done.n_new_pictures),
        ("words", done.n_words, done.n_new_words),
    ):
        if n_all or n_new:
            fresh = f"{n_new:,} encoded now" if n_new else "none changed since the last run"
            lines.append(f"{what} of {n_all:,} items, {fresh}")
    if done.n_without:
        lines.append(f"{done.n_without:,} of {done.n_items:,} items have no picture")
    if done.faults:
        lines.append(f"{len(done.faults):,} pictures were set aside:")
        lines += [
            f"  {fault['item_id']}: {fault['picture']} {fault['fault']}"
            for fault in done.faults[:_LISTED]
        ]
        if len(done.faults) > _LISTED:
            lines.append(f"  … all are listed by --json, {len(done.faults) - _LISTED:,} more")
    state = "is current" if done.changed else "was current already"
    lines.append(f"{done.seconds:.1f} s; {done.label} {done.version}, dim {done.dim}, {state}")
    return lines
