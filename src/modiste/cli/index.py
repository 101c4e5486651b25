"""`modiste index`."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from modiste.cli.application import app
from modiste.cli.options import AsJson, Shop
from modiste.cli.progress import shown_progress

if TYPE_CHECKING:
    from collections.abc import Callable

    from modiste.data import Dataset


class IndexKind(StrEnum):
    """The back-ends."""

    exact = "exact"
    hnsw = "hnsw"


@app.command("index")
def index_command(
    shop: Shop,
    encoder: Annotated[
        str | None,
        typer.Option(
            help="Whose vectors: NAME[=SOURCE] as at modiste embed, or the name of its folder in "
            "SHOP/vectors; by default those of all encoders."
        ),
    ] = None,
    kind: Annotated[
        IndexKind,
        typer.Option(help="exact looks at every vector, hnsw walks a graph of neighbours."),
    ] = IndexKind.exact,
    as_json: AsJson = False,
) -> None:
    """Build an index over the vectors of pictures and words, and say what it misses.

    Its lists are compared with those of a scan of all vectors, without a filter and under filters
    that leave 50 %, 10 %, 1 % and 0.1 % of the items: parts drawn at random, and values of the
    shop's own attributes.
    """
    from modiste.data.shop import open_shop
    from modiste.encoders.stored import vector_labels
    from modiste.errors import ArtifactError

    dataset = open_shop(shop)
    labels = [_label(shop, encoder)] if encoder is not None else vector_labels(shop)
    if not labels:
        raise ArtifactError(
            f"{shop} has no vectors: run modiste embed --shop {shop} --encoder NAME"
        )
    with shown_progress() as progress:
        built = [_build(shop, dataset, label, kind.value, progress) for label in labels]
    if as_json:
        typer.echo(json.dumps(built, indent=2))
        return
    for figures in built:
        for side, told in figures["sides"].items():
            _print_table(figures["label"], side, told)


def _label(shop: Path, asked: str) -> str:
    """Find whose vectors are asked for: a folder's name, or a spec as at `modiste embed`."""
    from modiste.encoders.spec import EncoderSpec
    from modiste.encoders.stored import read_vectors, vector_labels

    known = vector_labels(shop)
    if asked in known:
        return asked
    label = EncoderSpec.parse(asked).label if "=" in asked else asked
    if label not in known:
        read_vectors(shop, label)  # says which there are
    return label


def _build(
    shop: Path, dataset: Dataset, label: str, kind: str, progress: Callable[[str, float], None]
) -> dict[str, Any]:
    """Build and store the indexes of one encoder: their figures as plain values."""
    from time import perf_counter

    import numpy as np

    from modiste.encoders.stored import read_vectors
    from modiste.index.recall import (
        attribute_filters,
        measure_index,
        random_filters,
        sample_queries,
    )
    from modiste.index.stored import build_indexes, publish_indexes

    vectors = read_vectors(shop, label)
    progress(f"{label}: build", 0.0)
    start = perf_counter()
    indexes = build_indexes(vectors, kind)
    seconds = perf_counter() - start
    progress(f"{label}: build", 1.0)
    rng = np.random.default_rng(0)
    sides: dict[str, Any] = {}
    for side, index in indexes.items():
        if index.n_vectors == 0:
            continue
        filters = {
            **random_filters(index.n_vectors, rng),
            **attribute_filters(dataset, vectors, side),
        }

        def told(_stage: str, share: float, side: str = side) -> None:
            progress(f"{label}: measure {side}", share)

        queries = sample_queries(index.vectors, rng)
        rows = [row.as_dict() for row in measure_index(index, queries, filters, told)]
        sides[side] = {"n_vectors": index.n_vectors, "dim": index.vectors.shape[1], "rows": rows}
    facts = {"kind": kind, "build_seconds": seconds, "sides": sides}
    publish_indexes(shop, vectors, indexes, facts)
    return {"label": label, **facts}


def _print_table(label: str, side: str, told: dict[str, Any]) -> None:
    """Print the figures of one index; the filter comes last, since its words may be long."""
    typer.echo(f"{label}, {side}: {told['n_vectors']:,} vectors of {told['dim']}")
    head = ("allowed", "recall@10", "filled", "ms alone", "batched")
    widest = max(len("search"), *(len(row["strategy"]) for row in told["rows"]))
    typer.echo("  ".join([*head, f"{'search':<{widest}}", "filter"]))
    for row in told["rows"]:
        figures = (
            f"{row['share']:.2%}",
            f"{row['recall']:.3f}",
            f"{row['filled']:.0%}",
            f"{row['one_ms']:.2f}",
            f"{row['batched_ms']:.2f}",
        )
        cells = [f"{cell:>{len(name)}}" for name, cell in zip(head, figures, strict=True)]
        typer.echo("  ".join([*cells, f"{row['strategy']:<{widest}}", row["filter"]]))
    typer.echo()
