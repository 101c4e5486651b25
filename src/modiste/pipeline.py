"""The driver: train and publish a release, evaluate past weeks, write everybody's list."""

from __future__ import annotations

import json
import resource
import sys
from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import polars as pl

import modiste
from modiste.artifacts import fingerprint, verify, write_text
from modiste.config import DIRECT, Config
from modiste.data import Dataset
from modiste.data.shop import dataset_store
from modiste.encoders.stored import with_vectors
from modiste.engine import collect
from modiste.errors import ArtifactError, InputError, MissingExtraError
from modiste.evaluation.backtest import MODEL, backtest
from modiste.evaluation.context import build_context
from modiste.evaluation.summary import summarise
from modiste.ranking.ensemble import read_ranker
from modiste.ranking.model import Fit, Model, fit_on_windows
from modiste.ranking.prepared import Prepared, Progress, prepare, stream
from modiste.ranking.windows import Windows
from modiste.recommend.table import WrittenTable, write_scoring_table, write_training_table
from modiste.release import release_store
from modiste.relevance.score import Relevance

STAGES = ("prepare", "fit", "publish")
"""What training does, in this order: tables of sources and features as of the day, the ranker on
past weeks, and the release."""
_EPOCH = date(1970, 1, 1)


@dataclass
class TrainReport:
    """What a training run did."""

    release: str
    """Name of the release that is current now."""
    as_of: str
    """The day before which everything was learned, as ISO date."""
    unchanged: list[str] = field(default_factory=list)
    """Stages that were not run again, since nothing they read had changed."""
    damage: str = ""
    """What was wrong with the current release, which was then fitted anew; empty: nothing."""
    vectors: str = ""
    """Whose vectors of pictures and words were read; empty: none."""
    relevance: str = ""
    """What the relevance model is, or why there is none; empty: nothing reads one."""
    windows_made: int = 0
    windows_reused: int = 0
    training: dict[str, Any] = field(default_factory=dict)
    """Counts of the training rows, see `ranking.model.training_facts`."""
    seconds: float = 0.0
    peak_memory: int = 0
    """Peak memory of the process in bytes."""


def train(
    shop: Path, config: Config, *, as_of: date | None = None, progress: Progress | None = None
) -> TrainReport:
    """Fit sources, features and ranker on the rows before a day and publish a release.

    What did not change since the current release is taken from it.

    Args:
        shop: The shop's folder.
        config: The configuration.
        as_of: The day; by default the one after the last purchase.
        progress: Told each stage and its share done.

    Raises:
        ArtifactError: If nothing was imported.
        InputError: If there is too little history before the day.
    """
    start = perf_counter()
    version = dataset_store(shop).current()
    dataset = _open(version, shop, config)
    check_means(config, dataset)
    day = as_of_day(dataset, as_of)
    past = dataset.until(day).in_memory()
    past.day_range()  # complains of an empty past before anything is fitted
    stages = _stage_keys(dataset, day, config)
    store = release_store(shop)
    current = store.current_name()
    report = TrainReport(current or "", day_name(day), vectors=dataset.vectors_identity)
    known, report.damage = _known(store.root / current) if current else ({}, "")
    old = known.get("stages", {})
    if old == stages and known.get("dataset") == version.name:
        report.unchanged = list(STAGES)
        report.training = known["training"]
        return _timed(report, start)

    if current and old.get("prepare") == stages["prepare"]:
        prepared = Prepared.read(store.root / current, day, config.recipe)
        report.unchanged.append("prepare")
    else:
        prepared = prepare(config.recipe, past, config.seed, progress)
    if current and old.get("fit") == stages["fit"]:
        fit = Fit(
            read_ranker(store.root / current),
            pl.read_parquet(store.root / current / "rates.parquet"),
            known["training"],
        )
        report.unchanged.append("fit")
    else:
        windows = Windows(config.recipe, config.training, config.seed, shop / "cache" / "windows")
        fit = fit_on_windows(config.ranker, config.training, windows, past, config.seed, progress)
        report.windows_made, report.windows_reused = windows.n_made, windows.n_reused
    model = Model(config.recipe, prepared, fit, config.training.pool_size)
    facts = {
        "as_of": day_name(day),
        "as_of_day": day,
        "dataset": version.name,
        "dataset_identity": dataset.identity,
        "vectors": dataset.vectors_identity,
        "seed": config.seed,
        "config": config.settings(),
        "stages": stages,
        "training": fit.facts,
    }
    if config.recipe.reading_relevance():
        report.relevance = _told(prepared.relevance)
    name = f"{day_name(day).replace('-', '')}-{fingerprint(stages)[:8]}"
    with store.publish(name, facts) as draft:
        model.write(draft)
    report.release = store.current_name() or name
    report.training = fit.facts
    return _timed(report, start)


def _open(version: Path, shop: Path, config: Config) -> Dataset:
    """Open a dataset, with the shop's vectors where a part of the recipe reads them."""
    dataset = Dataset.read(version)
    sources, features = config.recipe.sources.values(), config.recipe.features.values()
    reads = any(part.reads_vectors for part in sources)
    reads |= any(part.reads_vectors for part in features)
    return with_vectors(dataset, shop) if reads else dataset


def check_means(config: Config, dataset: Dataset) -> None:
    """Complain before the work if the relevance model is asked for and cannot be fitted.

    Raises:
        MissingExtraError: If what fits it is not installed.
    """
    readers = config.recipe.reading_relevance()
    if readers and "pictures" in dataset.item_vectors and find_spec("torch") is None:
        raise MissingExtraError("torch", extra="vision")


def _told(model: Relevance | None) -> str:
    """Say what a relevance model is, or why there is none though it was asked for."""
    if model is None:
        return "none, the shop has no vectors of pictures: modiste embed makes them"
    known = int(model.targets.any(axis=1).sum())
    words = f"{known:,} items, {model.dim} numbers each"
    judged = [epoch["auc"] for epoch in model.figures if epoch["auc"] == epoch["auc"]]
    return words + (f", held-out AUC {max(judged):.3f}" if judged else "")


def _known(folder: Path) -> tuple[dict[str, Any], str]:
    """Give a release's manifest, or nothing and the damage if a file of it was altered."""
    try:
        return verify(folder), ""
    except ArtifactError as error:
        return {}, str(error)


def _stage_keys(dataset: Dataset, day: int, config: Config) -> dict[str, str]:
    """Give each stage a fingerprint of all that it reads."""
    settings = config.settings()
    relevance = settings.get("relevance", {})
    features = {key: value for key, value in settings["features"].items() if key != "online"}
    inputs = {
        "modiste": modiste.__version__,
        "data": dataset.identity,
        "vectors": dataset.vectors_identity,
        "as_of": day,
        "seed": config.seed,
        "candidates": settings["candidates"],
        "features": features,
        "demand": settings.get("demand", {}),
        "relevance": {key: value for key, value in relevance.items() if key != "keep"},
    }
    training = {key: value for key, value in settings["training"].items() if key != "pool_size"}
    fit = {**inputs, "training": training, "ranker": settings["ranker"]}
    publish = {**fit, "pool_size": config.training.pool_size, "keep": config.recipe.keep}
    if config.online != DIRECT:
        publish["online"] = config.online
    return {
        "prepare": fingerprint(inputs),
        "fit": fingerprint(fit),
        "publish": fingerprint(publish),
    }


def _timed(report: TrainReport, start: float) -> TrainReport:
    report.seconds = perf_counter() - start
    report.peak_memory = peak_memory()
    return report


def evaluate(
    shop: Path,
    config: Config,
    *,
    n_weeks: int,
    k: int = 12,
    refit_every: int = 1,
    as_of: date | None = None,
    predictions: Path | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Predict past weeks from the rows before each, and judge model and baselines.

    The result is written to `SHOP/reports/evaluation.json` too, where the report page reads it.

    Args:
        shop: The shop's folder.
        config: The configuration.
        n_weeks: How many of the last weeks are predicted.
        k: Length of the lists.
        refit_every: One fit of the ranker serves so many weeks, see `evaluation.backtest`.
        as_of: Rows of this day and later are left out; by default none.
        predictions: Parquet file for the model's lists; None: not written.
        progress: Told the share done.

    Returns:
        See `evaluation.summary`.
    """
    if n_weeks < 1 or refit_every < 1 or k < 1:
        raise InputError(
            f"weeks={n_weeks}, refit-every={refit_every}, k={k}: each must be at least 1"
        )
    dataset = _open(dataset_store(shop).current(), shop, config)
    check_means(config, dataset)
    dataset = dataset.until(as_of_day(dataset, as_of)).in_memory()
    windows = Windows(config.recipe, config.training, config.seed, shop / "cache" / "windows")
    done = backtest(
        config.recipe,
        config.ranker,
        config.training,
        dataset,
        n_weeks=n_weeks,
        seed=config.seed,
        k=k,
        refit_every=refit_every,
        windows=windows,
        progress=progress,
    )
    if predictions is not None:
        write_predictions(dataset, done.ranked[MODEL], predictions)
    context = build_context(dataset, done.relevant, done.weeks)
    result = summarise(
        done.ranked,
        done.relevant,
        context,
        np.random.default_rng(stream(config.seed, "bootstrap")),
        model=MODEL,
        k=k,
        ledger=done.ledger.rows(),
        seconds=done.seconds,
    )
    folder = shop / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / "evaluation.json", json.dumps(result, indent=2) + "\n")
    return result


def open_past(
    shop: Path, config: Config, test_weeks: int = 0, *, as_of: date | None = None
) -> Dataset:
    """Open a shop as it stood before a day, or before its last weeks.

    Args:
        shop: The shop's folder.
        config: The configuration.
        test_weeks: Label windows before the day that are left out too.
        as_of: The day; None: the one after the last purchase.

    Raises:
        InputError: If nothing is left.
        MissingExtraError: If what the configuration asks for is not installed.
    """
    dataset = _open(dataset_store(shop).current(), shop, config)
    check_means(config, dataset)
    day = as_of_day(dataset, as_of) - test_weeks * config.training.label_days
    first, _ = dataset.day_range()
    if day <= first:
        raise InputError(
            f"{test_weeks} test weeks are all the history there is: leave fewer of them out"
        )
    return dataset.until(day).in_memory()


def export_table(
    shop: Path,
    config: Config,
    out: Path,
    *,
    to_score: Path | None = None,
    as_of: date | None = None,
    memory: int = 8_000_000_000,
    progress: Progress | None = None,
) -> dict[Path, WrittenTable]:
    """Write the ranking table as a file, see `recommend.table`.

    Args:
        shop: The shop's folder.
        config: The configuration.
        out: The file of labelled rows.
        to_score: The file of rows to be scored; None: not written.
        as_of: The day before which everything was known; None: the one after the last purchase.
        memory: Budget in bytes.
        progress: Told each stage and its share done.

    Returns:
        What was written, by file.
    """
    past = open_past(shop, config, as_of=as_of)
    windows = Windows(config.recipe, config.training, config.seed, shop / "cache" / "windows")
    written = {out: write_training_table(windows, past, out, progress=progress)}
    if to_score is not None:
        written[to_score] = write_scoring_table(
            windows, past, to_score, memory=memory, progress=progress
        )
    return written


def write_predictions(dataset: Dataset, ranked: pl.DataFrame, out: Path) -> None:
    """Write lists by week as Parquet: user, `week_start` (a date), item, `rank`, sorted."""
    users = collect(dataset.users.select("user_idx", "user_id"))
    items = collect(dataset.items.select("item_idx", "item_id"))
    names = dataset.own_names
    rows = (
        ranked.join(users, on="user_idx")
        .join(items, on="item_idx")
        .sort("week", "user_idx", "rank")
        .select(
            pl.col("user_id").alias(names.get("user_id", "user_id")),
            pl.col("week").cast(pl.Date).alias("week_start"),
            pl.col("item_id").alias(names.get("item_id", "item_id")),
            "rank",
        )
    )
    draft = out.with_name(f".{out.name}.draft")
    rows.write_parquet(draft)
    draft.replace(out)


def as_of_day(dataset: Dataset, as_of: date | None) -> int:
    """Give a date as days since 1970; None: the day after the last interaction.

    Raises:
        InputError: If there is nothing before the day, or the data ends before it.
    """
    first, end = dataset.day_range()
    if as_of is None:
        return end
    day = (as_of - _EPOCH).days
    if not first < day <= end:
        raise InputError(
            f"as of {as_of}: the purchases run from {day_name(first)} to {day_name(end - 1)}: "
            f"choose a day from {day_name(first + 1)} to {day_name(end)}"
        )
    return day


def day_name(day: int) -> str:
    """Give a day since 1970 as ISO date."""
    return (_EPOCH + timedelta(days=day)).isoformat()


def peak_memory() -> int:
    """Give the process's peak memory in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
