"""The honest measure of a shop's relevance models: what each is worth on the last purchases."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

import numpy as np
import polars as pl

import modiste
from modiste.artifacts import write_text
from modiste.component import settings_of
from modiste.data import Dataset
from modiste.data.shop import dataset_store
from modiste.encoders.embedding import embed
from modiste.encoders.spec import EncoderSpec
from modiste.encoders.stored import ItemVectors, choose_label, read_vectors, vector_labels
from modiste.errors import InputError
from modiste.evaluation.relevance.end_to_end import Network, opened_network
from modiste.evaluation.relevance.figures import Judged, Sheet, among_new, parts_of_judged
from modiste.evaluation.relevance.full import place_among_new, place_in_gallery
from modiste.evaluation.relevance.models import BASELINES, DEFAULT, STANDARD, Model, scorers_of
from modiste.evaluation.relevance.sampled import (
    N_NEGATIVES,
    draw_negatives,
    place_sampled,
    score_sampled,
    write_scores,
)
from modiste.evaluation.relevance.scorers import Matrix, Scorer
from modiste.evaluation.relevance.split import Rows, Split, Ties, leave_last_out
from modiste.relevance.pairs import Purchases

Progress = Callable[[str, float], None]
MOST_USERS = 50_000
"""Users that are judged where more could be, drawn at random."""
REPORT = Path("reports") / "relevance.json"
"""Where the figures of a shop lie."""


def measure_relevance(
    shop: Path,
    *,
    encoder: str | None = None,
    models: Sequence[str] = (),
    seed: int = 0,
    ties: Ties = "seed",
    most_users: int = MOST_USERS,
    scores: Path | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Measure how well each model finds the item that a user bought last, among others.

    Args:
        shop: The shop's folder.
        encoder: Whose picture vectors are used, `NAME[=SOURCE]`; missing ones are made. None: the
            shop's own choice, see `choose_label`.
        models: Models to measure, `NAME[,SETTING=VALUE …]`, see `models.STANDARD`. Empty: all, as
            they are.
        seed: Of ties in time, negatives, fits and intervals.
        ties: Which of several items of a user's last day is held out, see `leave_last_out`.
        most_users: Users to judge at most.
        scores: Parquet file for every judged pair of the sampled protocol.
        progress: Told the stage and the share done.

    Returns:
        `judged` (what was judged), `models` (figures by model and protocol), `parts` (the same for
        parts of the users and items), `among_new` (new items among new items), `leads` (the
        default model minus each other), `notes`, `seconds`. It is written to
        `SHOP/reports/relevance.json` too.

    Raises:
        ArtifactError: If nothing was imported, or the asked vectors are not there.
        InputError: If no item has a picture vector, or nobody is left to judge by.
    """
    start = perf_counter()
    tell = progress or (lambda _stage, _share: None)
    asked = [Model.parse(text) for text in models or STANDARD]
    asked = list({model.name: model for model in asked}.values())
    version = dataset_store(shop).current()
    dataset = Dataset.read(version).in_memory()
    vectors = _vectors(shop, encoder, tell)
    seen = vectors.rows(dataset, "pictures")
    split = leave_last_out(dataset, seen["item_idx"], seed=seed, ties=ties, most_users=most_users)
    looks = split.items.select("item_idx").join(seen, on="item_idx", maintain_order="left")
    pictures = np.asarray(vectors.of("pictures")[looks["row"].to_numpy()], np.float32)
    negatives = draw_negatives(split, N_NEGATIVES, np.random.default_rng(seed))

    with opened_network(dataset, split, vectors.spec, shop) as network:
        judged, seconds = _judge(asked, split, pictures, network, negatives, seed, scores, tell)
    tell("intervals", 0.0)
    sheet = Sheet(judged, split, seed)
    everybody = np.ones(split.n_judged, bool)
    parts = {
        what: {
            name: {"judged": int(some.sum()), "models": sheet.of(some)}
            for name, some in masks.items()
        }
        for what, masks in parts_of_judged(split).items()
    }
    result = {
        "modiste": modiste.__version__,
        "dataset": version.name,
        "encoder": str(vectors.spec),
        "vectors": vectors.version,
        "seed": seed,
        "ties": ties,
        "judged": _facts(split, negatives),
        "settings": {model.name: _settings(model) for model in asked if model.settings},
        "models": sheet.of(everybody),
        "parts": parts,
        "among_new": {
            "items": int((split.item_sales == 0).sum()),
            "judged": len(split.of_new_items),
            "models": among_new(judged, split.judged_user[split.of_new_items], seed),
        },
        "leads": {DEFAULT: sheet.leads(DEFAULT)} if DEFAULT in judged and len(judged) > 1 else {},
        "cpu_seconds_to_fit": seconds,
        "notes": _notes(split, negatives),
        "seconds": round(perf_counter() - start, 2),
    }
    tell("intervals", 1.0)
    (shop / REPORT).parent.mkdir(parents=True, exist_ok=True)
    write_text(shop / REPORT, json.dumps(result, indent=2, ensure_ascii=False) + "\n")
    return result


def _vectors(shop: Path, encoder: str | None, tell: Progress) -> ItemVectors:
    """Open the picture vectors to use; make them where an encoder is named that has none yet."""
    if encoder is not None and encoder not in vector_labels(shop):
        spec = EncoderSpec.parse(encoder)
        return read_vectors(shop, embed(shop, spec, progress=tell).label)
    label = choose_label(shop, "pictures", encoder)
    if label is None:
        raise InputError(
            f"{shop} has no vectors of pictures: name an encoder that makes them, such as "
            "--encoder transformers=FOLDER, or run modiste embed"
        )
    return read_vectors(shop, label)


def _judge(
    asked: Sequence[Model],
    split: Split,
    pictures: Matrix,
    network: Network,
    negatives: Rows,
    seed: int,
    out: Path | None,
    tell: Progress,
) -> tuple[dict[str, Judged], dict[str, float]]:
    """Fit and judge one model after the other; only counts are kept of each."""
    judged: dict[str, Judged] = {}
    seconds: dict[str, float] = {}
    with TemporaryDirectory(dir=out.parent if out else None, prefix=".scores-") as draft:
        for model in asked:
            began = process_time()
            found = _fit(model, split, pictures, network, seed, tell)
            seconds[model.name] = round(process_time() - began, 2)
            for name, scorer in found.items():
                few = score_sampled(scorer, split, negatives)
                if out is not None:
                    part = Path(draft) / f"{len(judged):04d}.parquet"
                    write_scores(part, name, split, negatives, few)
                judged[name] = Judged(
                    place_sampled(few),
                    place_in_gallery(scorer, split, partial(tell, f"judge {name}")),
                    place_among_new(scorer, split),
                )
        if out is not None:
            pl.scan_parquet(f"{draft}/*.parquet").sink_parquet(out, compression="zstd")
    return judged, seconds


def _fit(
    model: Model, split: Split, pictures: Matrix, network: Network, seed: int, tell: Progress
) -> dict[str, Scorer]:
    if model.settings is None:
        return {model.name: BASELINES[model.name](split, pictures)}
    from modiste.relevance.fit import fit_relevance

    purchases = Purchases(
        split.train_user, split.train_item, split.train_day, split.n_users, split.n_items
    )
    settings = replace(model.settings, seed=seed)

    def told(stage: str, share: float) -> None:
        tell(f"{model.name}: {stage}", share)

    if model.tuning is not None:
        fitted = network(purchases, settings, model.tuning, told)
    else:
        fitted = fit_relevance(
            purchases, settings, features=pictures, kinds=split.kinds, progress=told
        )
    return scorers_of(fitted, model.name, split)


def _facts(split: Split, negatives: Rows) -> dict[str, int]:
    sold = split.item_sales
    return {
        "users": split.n_judged,
        "of_users": split.n_held_out,
        "all_users": split.n_users,
        "items": split.n_items,
        "new_items": int((sold == 0).sum()),
        "training_pairs": len(split.train_user),
        "of_new_items": int((sold[split.judged_item] == 0).sum()),
        "negatives": negatives.shape[1],
    }


def _settings(model: Model) -> dict[str, Any]:
    """Give a fitted model's settings, so that it can be fitted again."""
    own = settings_of(model.settings) if model.settings else {}
    return own | ({"end_to_end": settings_of(model.tuning)} if model.tuning else {})


def _notes(split: Split, negatives: Rows) -> list[str]:
    """Say in what the figures differ from those of a larger shop."""
    notes = []
    if split.n_judged < split.n_held_out:
        notes.append(
            f"{split.n_judged:,} of {split.n_held_out:,} users with a held-out purchase were drawn "
            "to be judged: --users takes more"
        )
    if negatives.shape[1] < N_NEGATIVES:
        notes.append(
            f"the shop is so small that {negatives.shape[1]} negatives were drawn, not "
            f"{N_NEGATIVES}: HR and NDCG are higher than among {N_NEGATIVES}"
        )
    if not len(split.of_new_items):
        notes.append("no held-out item is new: what pictures do for new items is not measured")
    return notes
