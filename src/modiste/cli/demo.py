"""`modiste demo`: the whole trip on the built-in shop."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer

from modiste.cli.application import app
from modiste.cli.kept import keep_evaluation, keep_training
from modiste.cli.progress import shown_progress

SHOP = Path("demo-shop")
"""Where the shop is made, and where `modiste serve` looks for one."""
EPOCHS = 6
"""Enough for drawn pictures; `modiste encoder fit` has 12 by default."""
QUERY, HITS = "red dress", 5
Progress = Callable[[str, float], None]


@app.command("demo")
def demo_command(
    shop: Annotated[Path, typer.Option(help="The folder to make the shop in.")] = SHOP,
    scale: Annotated[str, typer.Option(help="tiny or small.")] = "small",
    weeks: Annotated[int, typer.Option(help="How many past weeks are predicted.")] = 4,
    seed: Annotated[int, typer.Option(help="Another seed, another shop.")] = 1,
) -> None:
    """Make the built-in shop, learn its pictures and words, train, predict past weeks, recommend.

    Every step is a command of its own; each is printed as you would type it.
    """
    from modiste.cli.train import train_lines
    from modiste.config import load_config
    from modiste.data.sources.hm import import_hm
    from modiste.data.synthetic import write_synthetic_shop
    from modiste.errors import InputError, MissingExtraError
    from modiste.evaluation.summary import print_summary
    from modiste.pipeline import evaluate, train
    from modiste.recommend import write_recommendations
    from modiste.recommend.stored import make_lists, store_lists
    from modiste.release import open_release

    try:
        from modiste.report import write_report
    except MissingExtraError:
        raise MissingExtraError("what draws the report", extra="demo") from None
    if scale not in ("tiny", "small") or weeks < 1:
        raise InputError(f"--scale {scale} --weeks {weeks}: expected tiny or small, from 1 week on")
    start = perf_counter()
    sees = find_spec("torch") is not None
    files, lists = shop / "files", shop / "recommendations.parquet"
    page, figures = shop / "report.html", shop / "reports" / "evaluation.json"
    shop.mkdir(parents=True, exist_ok=True)
    config = load_config("demo")
    with shown_progress() as progress:
        _tell(f"modiste synth --scale {scale} --seed {seed} --pictures --out {files}")
        write_synthetic_shop(
            files,
            scale,
            seed,
            pictures=True,
            progress=lambda what, done, total: progress(what, done / max(1, total)),
        )
        _tell(f"modiste import hm {files} --shop {shop}")
        imported = import_hm(files, shop, progress=progress)
        if sees:
            _see(shop, progress)
        else:
            _tell("# no PyTorch, so no search by photo: pip install 'modiste[vision]'")
        _tell(f"modiste train --shop {shop} --config demo")
        trained = train(shop, config, progress=progress)
        keep_training(shop, trained, config)
        _tell(f"modiste evaluate --shop {shop} --config demo --weeks {weeks}")
        begun = perf_counter()
        result = evaluate(shop, config, n_weeks=weeks, progress=progress)
        keep_evaluation(shop, result, config, perf_counter() - begun, {"weeks": weeks})
        _tell(f"modiste recommend --shop {shop} --out {lists}")
        release = open_release(shop)
        written = write_recommendations(release.model, release.shop, lists, progress=progress)
        _tell(f"modiste recommend --shop {shop}")
        stored = make_lists(release.model, release.shop, progress=progress)
        store_lists(stored, shop, release.name, "")
        _tell(f"modiste report --shop {shop} --out {page}")
        write_report(shop, page)
    typer.echo("")
    for line in train_lines(trained):
        typer.echo(line)
    typer.echo("")
    print_summary(result, brief=True)
    typer.echo(f"every table: modiste evaluate --shop {shop} --config demo --weeks {weeks}")
    if find_spec("tantivy") is not None:
        _search(shop)
    purchases = imported.tables["interactions"].accepted
    counts = f"{written.n_users:,} customers, {purchases:,} purchases"
    typer.echo(f"{counts}, {perf_counter() - start:.0f} s")
    typer.echo("")
    for what, place in (
        ("the report, open it in a browser", page),
        ("twelve articles for every customer", lists),
        ("every figure", figures),
        ("the shop's files, in the layout of H&M's contest", files),
    ):
        typer.echo(f"{place!s:<40} {what}")
    window = "modiste serve" if shop == SHOP else f"modiste serve --shop {shop}"
    if find_spec("fastapi") is None:
        window = f"pip install 'modiste[demo]' && {window}"
    typer.echo(f"\nnow open the shop window:\n  {window}")
    typer.echo("\nnext, with this shop or your own:")
    for command in (
        f"modiste doctor --shop {shop}",
        f"modiste evaluate-search --shop {shop}",
        f"modiste recommend --shop {shop} --format kaggle --out submission.csv",
        "modiste import hm PATH --shop DIR",
        "modiste import tables --interactions FILE --items FILE --shop DIR",
    ):
        typer.echo(f"  {command}")


def _see(shop: Path, progress: Progress) -> None:
    """Fit an encoder on the shop's own pictures and words, and make the vectors of its items."""
    from modiste.data import open_shop
    from modiste.encoders.embedding import embed
    from modiste.encoders.fitting.catalogue import fit_catalogue
    from modiste.encoders.fitting.settings import FitSettings

    _tell(f"modiste encoder fit --shop {shop} --epochs {EPOCHS}")
    fit_catalogue(open_shop(shop), shop, FitSettings(epochs=EPOCHS), progress)
    _tell(f"modiste embed --shop {shop} --encoder catalogue")
    embed(shop, "catalogue", progress=progress)


def _search(shop: Path) -> None:
    """Show what words find."""
    from modiste.search import Searcher

    _tell(f'modiste search "{QUERY}" --shop {shop} --k {HITS}')
    for hit in Searcher.open(shop).search(QUERY, k=HITS).hits:
        typer.echo(f"{hit.rank:>3}  {hit.item_id}  {hit.name}: {', '.join(hit.why)}")
    typer.echo("")


def _tell(command: str) -> None:
    typer.echo(f"$ {command}", err=True)
