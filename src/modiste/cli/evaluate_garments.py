"""`modiste evaluate-garments`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from modiste.cli.application import app
from modiste.cli.options import JsonFile, check_folders
from modiste.cli.progress import shown_progress

if TYPE_CHECKING:
    from modiste.data.garments.labels import GarmentLabels


@app.command("evaluate-garments")
def evaluate_garments_command(
    data: Annotated[
        list[Path],
        typer.Option(
            help="Imported labels, a set of DeepFashion, or a shop; give it again for more. Each "
            "is judged by itself, on its part test."
        ),
    ],
    json_file: JsonFile = None,
    model: Annotated[
        Path | None,
        typer.Option(
            help="A recogniser made by modiste garments fit. Without one it is fitted first, on "
            "the parts train and val of the same labels, and kept."
        ),
    ] = None,
    backbone: Annotated[
        str | None,
        typer.Option(
            metavar="transformers=FOLDER", help="The picture network of a fit, without --model."
        ),
    ] = None,
    page: Annotated[
        Path | None,
        typer.Option(help="Write a page with the figures and the worst mistakes to this file."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the intervals, and of the fit.")] = 0,
) -> None:
    """Measure how well garments are recognised, on pictures that nothing was learnt from.

    Category, attributes, boxes and landmarks, with intervals of 95 % by resampling products, and
    the commonest label and the middle box beside them.
    """
    from modiste.errors import InputError, require

    check_folders(json_file, page)
    if model is not None and backbone is not None:
        raise InputError("--backbone is of a fit: leave it out where --model is given")
    if page is not None:
        require("jinja2", extra="report")
        require("matplotlib", extra="report")
    from modiste.data.garments.opening import open_labels
    from modiste.evaluation.garments.printing import print_garments
    from modiste.evaluation.garments.whole import measure_garments
    from modiste.garments.recogniser import Recogniser

    with shown_progress() as progress:
        labels = [open_labels(folder, progress=progress) for folder in data]
        if model is None:
            model = _fitted(labels, backbone, (json_file or Path("garments.json")), seed, progress)
        recogniser = Recogniser.open(model)
        names = _names(data)
        result = measure_garments(
            list(zip(names, labels, strict=True)), recogniser, seed=seed, progress=progress
        )
    result = {"model": {"folder": str(model), "identity": recogniser.identity}, **result}
    if json_file is not None:
        text = json.dumps(result, indent=2, ensure_ascii=False) + "\n"
        json_file.write_text(text, encoding="utf-8")
    print_garments(result)
    if page is not None:
        from modiste.report.garments_page import write_garments_page

        write_garments_page(result, page)
    for what, file in (("model", model), ("figures", json_file), ("page", page)):
        if file is not None:
            typer.echo(f"{what}: {file}", err=True)


def _fitted(
    labels: list[GarmentLabels], backbone: str | None, beside: Path, seed: int, progress: object
) -> Path:
    """Fit a recogniser with the settings of `modiste garments fit`, beside the figures' file."""
    from modiste.encoders.spec import EncoderSpec
    from modiste.garments.fit import DEFAULT_BACKBONE, fit_recogniser
    from modiste.garments.settings import GarmentSettings

    out = beside.with_name(f"{beside.stem}-model")
    spec = EncoderSpec.parse(backbone or DEFAULT_BACKBONE)
    assert callable(progress)
    fit_recogniser(labels, spec, out, GarmentSettings(seed=seed), progress=progress)
    return out


def _names(data: list[Path]) -> list[str]:
    """Give each folder a name of its own: its last part, or all of it where that is not enough."""
    short = [folder.resolve().name for folder in data]
    return short if len(set(short)) == len(short) else [str(folder) for folder in data]
