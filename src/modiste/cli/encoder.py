"""`modiste encoder fit` and `list`."""

from __future__ import annotations

import json
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from modiste.cli.application import encoder_app
from modiste.cli.options import AsJson, Shop
from modiste.cli.progress import shown_progress

if TYPE_CHECKING:
    from modiste.encoders.fitting.catalogue import FitReport


class Loss(StrEnum):
    """How pictures and texts are compared while fitting."""

    clip = "clip"
    siglip = "siglip"


@encoder_app.command("fit")
def fit_command(
    shop: Shop,
    pictures: Annotated[
        str,
        typer.Option(
            metavar="transformers=FOLDER",
            help="A picture model whose last blocks are trained; by default a small network is "
            "learned from the shop's pictures alone.",
        ),
    ] = "",
    words: Annotated[
        str,
        typer.Option(
            metavar="transformers=FOLDER",
            help="A sentence encoder whose vectors are projected; by default a small word tower is "
            "learned from the shop's descriptions.",
        ),
    ] = "",
    epochs: Annotated[int, typer.Option(help="Times each picture is seen, at most.")] = 12,
    held_out: Annotated[
        float, typer.Option(help="Share of products it never sees, to be judged by.")
    ] = 0.2,
    loss: Annotated[Loss, typer.Option(help="How pictures and texts are compared.")] = Loss.clip,
    dim: Annotated[int, typer.Option(help="Length of a vector.")] = 256,
    batch: Annotated[int, typer.Option(help="Pictures a step.")] = 256,
    trained_blocks: Annotated[
        int, typer.Option(help="Last blocks of the picture model that are trained; 0: none.")
    ] = 3,
    size: Annotated[
        str,
        typer.Option(
            metavar="WIDTHxHEIGHT",
            help="Pixels that pictures are brought to; by default what suits the picture model.",
        ),
    ] = "",
    seed: Annotated[
        int, typer.Option(help="Same seed, shop, machine and threads: same bytes.")
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Fit an encoder on the shop's own pictures and descriptions; nothing is downloaded.

    Killed, it goes on after the last whole epoch when it is called again.
    """
    from pydantic import ValidationError

    from modiste.data.shop import open_shop
    from modiste.encoders.fitting.catalogue import fit_catalogue
    from modiste.encoders.fitting.settings import FitSettings
    from modiste.errors import InputError

    width, _, height = size.partition("x")
    try:
        settings = FitSettings(
            pictures=pictures,
            words=words,
            epochs=epochs,
            held_out=held_out,
            loss=loss.value,
            dim=dim,
            batch=batch,
            trained_blocks=trained_blocks,
            width=int(width) if size else 0,
            height=int(height) if size else 0,
            seed=seed,
        )
    except ValidationError as error:
        fault = error.errors()[0]
        name = str(fault["loc"][0]).replace("_", "-")
        raise InputError(f"--{name} {fault['input']}: {fault['msg']}") from None
    except ValueError:
        raise InputError(f"--size {size}: expected WIDTHxHEIGHT such as 96x128") from None
    with shown_progress() as progress:
        report = fit_catalogue(open_shop(shop), shop, settings, progress)
    if as_json:
        typer.echo(json.dumps(asdict(report), indent=2, default=str))
        return
    for line in _lines(report):
        typer.echo(line)
    typer.echo(f"next: modiste embed --shop {shop} --encoder catalogue")


def _lines(report: FitReport) -> list[str]:
    chance = " / ".join(f"{min(1, cut / report.n_watch):.3f}" for cut in (1, 5, 10))
    by_loss = report.kept_by == "loss"
    lines = [
        f"fitted on {report.n_fit:,} items; {report.n_watch:,} others, not learned from, chose the "
        "epoch that is kept; the judged part was not read",
        f"by chance alone recall@1/5/10 would be {chance}",
    ]
    if by_loss:
        lines.append(
            f"{report.n_watch:,} are too few to choose by recall: the epoch with the least "
            "held-out loss is kept"
        )
    if report.resumed_at:
        lines.append(f"went on after epoch {report.resumed_at} of a run that was cut off")
    if report.faults:
        lines.append(
            f"{len(report.faults):,} pictures could not be used, the first: {report.faults[0]}"
        )
    for number, epoch in enumerate(report.epochs):
        mark = ", kept" if number == report.best else ""
        held_out = f", held-out loss {epoch['held_out_loss']:.3f}" if by_loss else ""
        lines.append(
            f"epoch {number + 1:>3}: loss {epoch['loss']:.3f}{held_out}, held-out recall@1/5/10 "
            f"{epoch['recall@1']:.3f} / {epoch['recall@5']:.3f} / {epoch['recall@10']:.3f}{mark}"
        )
    lines.append(f"{report.seconds:.0f} s")
    lines.append(f"encoder: catalogue={report.folder}")
    return lines


@encoder_app.command("list")
def list_command(
    shop: Annotated[
        Path | None, typer.Option(help="A shop's folder: its fitted encoders are listed too.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the kinds of encoders, and those that were fitted on a shop."""
    from modiste.artifacts import read_manifest
    from modiste.encoders import ENCODERS
    from modiste.encoders.stored import encoder_store

    kinds = {
        name: (ENCODERS.get(name).__doc__ or "").strip().splitlines()[0] for name in ENCODERS.names
    }
    fitted = []
    if shop is not None:
        store = encoder_store(shop)
        current = store.current_name()
        for name in store.versions():
            facts = read_manifest(store.root / name)
            fitted.append(
                {
                    "folder": str(store.root / name),
                    "current": name == current,
                    "pictures": facts.get("pictures"),
                    "recall": facts.get("recall"),
                }
            )
    if as_json:
        typer.echo(json.dumps({"kinds": kinds, "fitted": fitted}, indent=2))
        return
    for name, summary in kinds.items():
        typer.echo(f"{name:<14} {summary}")
    for one in fitted:
        mark = ", the current one" if one["current"] else ""
        typer.echo(f"fitted: catalogue={one['folder']}{mark}")
