"""From a release to a Feast repository: past weeks offline, the release's own day online."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import os
import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl

from modiste.errors import ArtifactError, InputError, ModisteError
from modiste.feature_store.repository import (
    DATA,
    DEFINITIONS,
    SETTINGS,
    kept_settings,
    online_settings,
    write_repository,
)
from modiste.feature_store.snapshots import (
    ENTITIES,
    STAMP,
    columns_of,
    described,
    moment_of,
    snapshot,
)
from modiste.ranking.prepared import prepare
from modiste.ranking.windows import Windows, window_starts
from modiste.recommend.parts import join_parts, parts_of, write_part
from modiste.release import Release

_COUNTING = "PROMETHEUS_MULTIPROC_DIR"
Progress = Callable[[str, float], None]
DEFINED = ("user", "item", "user_features", "item_features", "release")


@dataclass(frozen=True)
class Published:
    """What a repository holds."""

    folder: str
    release: str
    as_of: str
    rows: dict[str, int]
    """Offline rows, by "user" and "item"."""
    columns: dict[str, int]
    """Features, by "user" and "item"."""
    n_weeks: int
    """Days of which there are rows: past weeks' first days, and the release's."""
    online: str
    """Kind of the online store; empty: nothing was put online."""


def publish(
    release: Release,
    out: Path,
    *,
    cache: Path | None = None,
    n_weeks: int | None = None,
    online: str | None = None,
    materialize: bool = True,
    progress: Progress | None = None,
) -> Published:
    """Write a Feast repository of a release's features of users and items.

    Offline are the first days of the past weeks that the ranker learned from (users: that week's
    buyers; items: all) and the release's own day (all users, all items). Online is that day. Every
    row bears the release's name.

    Args:
        release: The release; its feature service bears its name.
        out: The repository's folder: a new one, or one that `publish` made before.
        cache: Where labelled windows are kept between runs.
        n_weeks: Past weeks; None: as many as the ranker learned from.
        online: See `repository.online_settings`; None: the store it has already, or SQLite.
        materialize: Whether the release's day is put online now.
        progress: Told each stage and its share done.

    Raises:
        InputError: If the folder holds something else, or the online store does not answer.
    """
    settings = kept_settings(out) if online is None else online_settings(online)
    if out.exists() and any(out.iterdir()) and not (out / DEFINITIONS).is_file():
        raise InputError(f"{out} holds other files: name a new folder, or one published before")
    (out / DATA).mkdir(parents=True, exist_ok=True)
    config, shop = release.config, release.shop
    training = config.training
    windows = Windows(config.recipe, training, config.seed, cache)
    recipe = described(config.recipe)
    as_of = release.model.prepared.as_of
    starts = window_starts(training, shop.day_range()[0], as_of)
    starts = sorted(starts[: len(starts) if n_weeks is None else n_weeks])
    rows: dict[str, int] = {}
    columns: dict[str, list[str]] = {}
    with contextlib.ExitStack() as stack:
        files = {entity: out / DATA / f"{entity}_features.parquet" for entity in ENTITIES}
        parts = {entity: stack.enter_context(parts_of(file)) for entity, file in files.items()}
        for number, day in enumerate([*starts, as_of]):
            last = day == as_of
            buyers = None if last else windows.window(shop, day).rows["user_idx"].unique()
            past = shop.until(day)
            prepared = release.model.prepared if last else prepare(recipe, past, config.seed)
            for entity in ENTITIES:
                only = buyers if entity == "user" else None
                made = snapshot(recipe, prepared, past, entity, only)
                columns[entity] = list(columns_of(made))
                rows[entity] = rows.get(entity, 0) + len(made)
                stamp = pl.lit(release.name).alias(f"{STAMP}{entity}")
                write_part(made.with_columns(stamp), parts[entity], number)
            if progress:
                progress("write features", (number + 1) / (len(starts) + 1))
        for entity, file in files.items():
            join_parts(parts[entity], file, csv=False)
    names: dict[str, str] = {
        entity: shop.own_names.get(f"{entity}_id", f"{entity}_id") for entity in ENTITIES
    }
    project = re.sub(r"\W+", "_", f"modiste_{out.resolve().name}")
    told = str(release.manifest["as_of"])
    write_repository(out, project, release.name, told, names, columns, settings)
    _put_online(out, str(settings["type"]), as_of if materialize else None)
    if progress and materialize:
        progress("put online", 1.0)
    kind = str(settings["type"]) if materialize else ""
    counts = {entity: len(found) for entity, found in columns.items()}
    return Published(str(out), release.name, told, rows, counts, len(starts) + 1, kind)


def open_store(folder: Path) -> Any:
    """Open a repository with Feast.

    Raises:
        ArtifactError: If there is none.
    """
    if not (folder / SETTINGS).is_file():
        raise ArtifactError(f"{folder} is no feature repository: run modiste features publish")
    # Feast turns on Prometheus' counting by several processes as it is loaded, for a server of its
    # own: who else counts in this process shall not notice.
    import prometheus_client  # noqa: F401 - chooses how it counts as it is loaded

    before = os.environ.get(_COUNTING)
    try:
        from feast import FeatureStore
    finally:
        if before is None:
            os.environ.pop(_COUNTING, None)

    return FeatureStore(repo_path=str(folder))


def _put_online(folder: Path, kind: str, day: int | None) -> None:
    """Tell Feast of the definitions, and put the rows of a day online; None: no rows.

    Raises:
        InputError: If the online store does not answer.
    """
    try:
        with quiet():
            store = open_store(folder)
            _apply(store, folder)
            if day is not None:
                moment = moment_of(day)
                store.materialize(moment - timedelta(seconds=1), moment + timedelta(seconds=1))
    except ModisteError:
        raise
    except Exception as error:  # each store's driver has errors of its own
        told = " ".join(str(error).split()) or type(error).__name__
        raise InputError(
            f"{folder}: the online store ({kind}) cannot be written ({told}): the offline files "
            "are there; look at --online, then say modiste features publish again"
        ) from error


def _apply(store: Any, folder: Path) -> None:
    """Tell Feast of the definitions, as `feast apply` does."""
    spec = importlib.util.spec_from_file_location("definitions", folder.resolve() / DEFINITIONS)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    store.apply([getattr(module, name) for name in DEFINED])


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep to itself what Feast prints and warns of."""
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        warnings.simplefilter("ignore")
        yield
