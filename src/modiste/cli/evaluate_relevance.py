"""`modiste evaluate-relevance`."""

from __future__ import annotations

import json
from pathlib import Path
from time import perf_counter
from typing import Annotated, Literal

import typer

from modiste.cli.application import app
from modiste.cli.kept import Track, check_track, keep
from modiste.cli.options import JsonFile, Shop, check_folders
from modiste.cli.progress import shown_progress


@app.command("evaluate-relevance")
def evaluate_relevance_command(
    shop: Shop,
    encoder: Annotated[
        str | None,
        typer.Option(
            metavar="NAME[=SOURCE]",
            help="The encoder whose vectors of pictures are learned from; missing ones are made. "
            "By default one whose vectors the shop holds.",
        ),
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME[,SETTING=VALUE …]",
            help="A model to measure; repeat it. By default popularity, nearest-picture, ids, "
            "paper, vbpr, wardrobe-ids, wardrobe-pictures and wardrobe. Settings are those of a "
            "fit, such as wardrobe,n_models=5 or paper,negatives=same_kind; with end_to_end=yes "
            "the picture network learns too.",
        ),
    ] = None,
    json_file: JsonFile = None,
    scores: Annotated[
        Path | None,
        typer.Option(
            help="Write every judged pair of the sampled protocol to this Parquet file: model, "
            "user_id, item_id, label, score."
        ),
    ] = None,
    users: Annotated[
        int, typer.Option(min=2, help="Judge at most so many users, drawn at random.")
    ] = 50_000,
    ties: Annotated[
        Literal["seed", "id"],
        typer.Option(
            help="Which of several articles of a user's last day is held out: by chance, or the "
            "highest id, which often is the newest article."
        ),
    ] = "seed",
    seed: Annotated[int, typer.Option(help="Of ties, negatives, fits and intervals.")] = 0,
    track: Track = None,
) -> None:
    """Measure how well pictures and purchases tell what a user buys next, baselines beside it.

    The last purchase of each user is held out and looked for among 100 articles that the user
    never bought, and among all; intervals are of 95 %.
    """
    from modiste.evaluation.relevance.printing import print_relevance
    from modiste.evaluation.relevance.whole import REPORT, measure_relevance

    check_folders(json_file, scores)
    check_track(track)
    start = perf_counter()
    with shown_progress() as progress:
        result = measure_relevance(
            shop,
            encoder=encoder,
            models=model or (),
            seed=seed,
            ties=ties,
            most_users=users,
            scores=scores,
            progress=progress,
        )
    keep(
        shop,
        "evaluate-relevance",
        track,
        seconds=perf_counter() - start,
        parameters={"encoder": encoder, "models": model, "seed": seed, "ties": ties},
        figures=result,
        files=[shop / REPORT],
    )
    if json_file is not None:
        text = json.dumps(result, indent=2, ensure_ascii=False) + "\n"
        json_file.write_text(text, encoding="utf-8")
    print_relevance(result)
    typer.echo(f"figures: {shop / REPORT}")
