"""`modiste encoder tune`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from modiste.cli.application import encoder_app
from modiste.cli.options import AsJson, AsOf, Disk, Shop
from modiste.cli.progress import shown_progress

if TYPE_CHECKING:
    from modiste.relevance.tuned import TuneReport


@encoder_app.command("tune")
def tune_command(
    shop: Shop,
    out: Annotated[Path, typer.Option(help="The folder to make: the tuned encoder.")],
    pictures: Annotated[
        str,
        typer.Option(
            metavar="transformers=FOLDER",
            help="The picture network to begin with: a folder, or the name of a hub's model.",
        ),
    ] = "transformers=microsoft/resnet-50",
    as_of: AsOf = None,
    blocks: Annotated[
        int,
        typer.Option(
            min=0,
            help="How many of its last blocks learn; 0: those after the last halving of its maps.",
        ),
    ] = 0,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds at most.")] = 8,
    steps: Annotated[int, typer.Option(min=1, help="Batches of a round.")] = 20,
    batch: Annotated[int, typer.Option(min=8, help="About so many pictures a batch.")] = 1024,
    rate: Annotated[float, typer.Option(help="Largest step of the network.")] = 1e-4,
    disk: Disk = 32.0,
    seed: Annotated[
        int, typer.Option(help="Same seed, shop, machine and threads: same network.")
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Let a picture network learn from purchases: its last layers, with a relevance model.

    First the relevance model is fitted on what the network sees as it is, then both together.
    Killed, it goes on after the last whole round when it is called again.
    """
    from modiste.data.shop import open_shop
    from modiste.encoders.spec import EncoderSpec
    from modiste.errors import InputError
    from modiste.pipeline import as_of_day
    from modiste.relevance.settings import RelevanceSettings
    from modiste.relevance.tuned import tune_encoder
    from modiste.relevance.tuning_settings import TuningSettings

    if not 0 < rate <= 1:
        raise InputError(f"--rate {rate}: expected a number above 0, up to 1")
    dataset = open_shop(shop)
    dataset = dataset.until(as_of_day(dataset, as_of.date() if as_of else None))
    tuning = TuningSettings(
        rounds=rounds,
        steps=steps,
        pictures=batch,
        blocks=blocks,
        network_rate=rate,
        most_gb=disk,
    )
    with shown_progress() as progress:
        report = tune_encoder(
            dataset,
            shop / "cache" / "encoder-tune",
            EncoderSpec.parse(pictures),
            out,
            RelevanceSettings(seed=seed),
            tuning,
            progress,
        )
    if as_json:
        typer.echo(json.dumps(asdict(report), indent=2, default=str))
        return
    for line in _lines(report):
        typer.echo(line)
    typer.echo(f"next: modiste embed --shop {shop} --encoder transformers={out}")


def _lines(report: TuneReport) -> list[str]:
    lines = [f"{report.n_pictures:,} pictures seen, on {report.device}"]
    if report.resumed_at:
        lines.append(f"went on after round {report.resumed_at} of a run that was cut off")
    if report.faults:
        lines.append(
            f"{len(report.faults):,} pictures could not be used, the first: {report.faults[0]}"
        )
    mark = ", kept: no round was better" if report.best < 0 else ""
    lines.append(f"pictures frozen: held-out AUC {report.frozen:.4f}{mark}")
    for number, told in enumerate(report.rounds):
        mark = ", kept" if number == report.best else ""
        lines.append(
            f"round {number + 1:>3}: loss {told['loss']:.4f}, held-out AUC {told['auc']:.4f}{mark}"
        )
    return [*lines, f"{report.seconds:.0f} s", f"encoder: transformers={report.folder}"]
