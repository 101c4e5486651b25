"""What every command that learns or measures does in the end: it keeps the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from modiste.config import Config
    from modiste.pipeline import TrainReport

Track = Annotated[
    str | None,
    typer.Option(
        "--track",
        metavar="local|URL",
        envvar="MODISTE_TRACK",
        help="Tell MLflow of this run: local keeps it in SHOP/runs, a URL is a tracking server's.",
    ),
]
"""The option; a command hands it to `check_track` first and to `keep` last."""


def check_track(track: str | None) -> None:
    """Complain before the work, not after it, if MLflow is asked for and cannot be told."""
    if track:
        from modiste.runs.tracking import check_tracking

        check_tracking(track)


def keep(
    shop: Path,
    command: str,
    track: str | None,
    *,
    seconds: float,
    parameters: Mapping[str, Any],
    figures: Mapping[str, Any],
    release: str = "",
    files: Sequence[Path] = (),
) -> None:
    """Keep a run in `SHOP/runs`, and tell MLflow where that was asked."""
    from modiste.data.shop import dataset_store
    from modiste.runs.record import keep_run

    run = keep_run(
        shop,
        command,
        seconds=seconds,
        parameters=parameters,
        figures=figures,
        release=release,
        dataset=dataset_store(shop).current_name() or "",
        files=files,
    )
    if track:
        from modiste.runs.tracking import track_run

        typer.echo(
            f"modiste: run {run.name}, told to MLflow: {track_run(shop, run, track)}", err=True
        )


def keep_training(
    shop: Path, report: TrainReport, config: Config, track: str | None = None
) -> None:
    """Keep a run of `modiste train`."""
    keep(
        shop,
        "train",
        track,
        seconds=report.seconds,
        parameters={"as_of": report.as_of, **config.settings()},
        figures={"training": report.training, "peak_memory": report.peak_memory},
        release=report.release,
    )


def keep_evaluation(
    shop: Path,
    result: Mapping[str, Any],
    config: Config,
    seconds: float,
    asked: Mapping[str, Any],
    release: str = "",
    track: str | None = None,
) -> None:
    """Keep a run of `modiste evaluate`."""
    keep(
        shop,
        "evaluate",
        track,
        seconds=seconds,
        parameters={**asked, "last": result["weeks"][-1], **config.settings()},
        figures={name: result[name] for name in ("models", "paired")},
        release=release,
        files=[shop / "reports" / "evaluation.json"],
    )
