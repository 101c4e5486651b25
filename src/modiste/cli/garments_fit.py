"""`modiste garments fit`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from modiste.cli.application import garments_app
from modiste.cli.options import AsJson, Disk
from modiste.cli.progress import shown_progress

if TYPE_CHECKING:
    from modiste.garments.fit import FitReport

_FEW = 1_000
"""Pictures below which a recogniser learns little."""


@garments_app.command("fit")
def fit_command(
    data: Annotated[
        list[Path],
        typer.Option(
            help="Imported labels, a set of DeepFashion, or a shop; give it again for more: one "
            "recogniser learns from all."
        ),
    ],
    out: Annotated[Path, typer.Option(help="The folder to make: the recogniser.")],
    backbone: Annotated[
        str,
        typer.Option(
            metavar="transformers=FOLDER",
            help="The picture network to begin with: a folder, or the name of a hub's model.",
        ),
    ] = "transformers=microsoft/resnet-50",
    layers: Annotated[
        int, typer.Option(min=1, help="How many of its last convolutions learn, in whole blocks.")
    ] = 12,
    width: Annotated[
        int, typer.Option(min=0, max=1024, help="Pixels; 0: what suits the network.")
    ] = 0,
    height: Annotated[
        int, typer.Option(min=0, max=1024, help="Pixels; 0: what suits the network.")
    ] = 0,
    views: Annotated[int, typer.Option(min=1, help="In how many ways each picture is seen.")] = 4,
    epochs: Annotated[int, typer.Option(min=1, help="Times each picture is learned from.")] = 12,
    batch: Annotated[int, typer.Option(min=1, help="Pictures a step.")] = 16,
    rate: Annotated[float, typer.Option(help="Largest step of the heads.")] = 7e-4,
    network_rate: Annotated[float, typer.Option(help="Largest step of the network.")] = 3e-4,
    balance: Annotated[
        float, typer.Option(min=0, max=1, help="How far rare categories weigh more.")
    ] = 0.3,
    disk: Disk = 32.0,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put it in place of a recogniser that is there.")
    ] = False,
    seed: Annotated[
        int, typer.Option(help="Same seed, labels, machine and threads: same recogniser.")
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Learn to recognise garments in photos from labelled pictures.

    What the labels tell of is learned: categories, attributes, boxes, landmarks. Killed, it goes on
    after the last whole epoch when it is called again.
    """
    from modiste.data.garments.opening import open_labels
    from modiste.encoders.spec import EncoderSpec
    from modiste.errors import InputError
    from modiste.garments.fit import fit_recogniser
    from modiste.garments.settings import GarmentSettings

    for name, value in (("--rate", rate), ("--network-rate", network_rate)):
        if not 0 < value <= 1:
            raise InputError(f"{name} {value}: expected a number above 0, up to 1")
    spec = EncoderSpec.parse(backbone)
    settings = GarmentSettings(
        width=width,
        height=height,
        layers=layers,
        views=views,
        epochs=epochs,
        batch=batch,
        rate=rate,
        network_rate=network_rate,
        balance=balance,
        most_gb=disk,
        seed=seed,
    )
    with shown_progress() as progress:
        labels = [open_labels(folder, progress=progress) for folder in data]
        report = fit_recogniser(labels, spec, out, settings, replace=replace, progress=progress)
    if as_json:
        typer.echo(json.dumps(asdict(report), indent=2, default=str))
        return
    for line in _lines(report):
        typer.echo(line)
    typer.echo(f"next: modiste recognise PHOTO --model {out}")


def _lines(report: FitReport) -> list[str]:
    lines = [
        f"{report.n_learned:,} pictures learned from, {report.n_watched:,} watched, "
        f"{report.n_made:,} of them made up to show nothing; on {report.device}"
    ]
    if report.n_learned - report.n_made < _FEW:
        lines.append(
            f"fewer than {_FEW:,} pictures teach little: see what it is worth by modiste "
            "evaluate-garments, and label more"
        )
    if report.begun:
        lines.append(f"went on after epoch {report.begun} of a run that was cut off")
    if report.faults:
        lines.append(
            f"{len(report.faults):,} pictures could not be used, the first: {report.faults[0]}"
        )
    for number, told in enumerate(report.epochs):
        figures = ", ".join(f"{name} {value:.4f}" for name, value in told.items())
        kept = ", kept" if number == report.best else ""
        lines.append(f"epoch {number + 1:>3}: {figures}{kept}")
    lines.append(f"a garment is there from a probability of {report.threshold:.3f} on")
    lines.append(
        f"{report.seconds:.0f} s, {report.cpu_seconds:.0f} CPU-seconds, "
        f"{report.peak_memory / 1e9:.1f} GB of memory"
    )
    return [*lines, f"recogniser: {report.folder}"]
