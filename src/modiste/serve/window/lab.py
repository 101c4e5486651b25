"""What the lab is told: read from a shop's folder and its release, changed by nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from modiste.artifacts import read_manifest
from modiste.errors import InputError
from modiste.release import release_store
from modiste.search.measure.stored import MEASURE
from modiste.serve.lab_schemas import (
    Lab,
    LabCourse,
    LabFault,
    LabPlace,
    LabRelease,
    LabRow,
    LabSource,
    LabTable,
    LabUser,
    LabWorn,
)
from modiste.serve.window.asked import RecommendationsAsked
from modiste.serve.window.catalogue import Catalogue
from modiste.serve.window.window import ShopWindow

EVALUATION = Path("reports") / "evaluation.json"
MOST_FEATURES = 30
MOST_WORN = 24
MOST_EXAMPLES = 5
_EPOCH = date(1970, 1, 1)
_MAIN = "MAP@12"
ALONE = "unique_recall"


def build_lab(shop: Path, window: ShopWindow) -> Lab:
    """Read what is known of a shop's models and data.

    Args:
        shop: The shop's folder.
        window: The same shop, opened.
    """
    notes = []
    measured = _read(shop / EVALUATION)
    if measured is None:
        notes.append(f"no evaluation: modiste evaluate --shop {shop.name}")
    searched = _read(shop / MEASURE)
    if searched is None:
        notes.append(f"no measure of search: modiste evaluate-search --shop {shop.name}")
    releases = _releases(shop)
    if not releases:
        notes.append(f"no release: modiste train --shop {shop.name}")
    return Lab(
        releases=releases,
        courses=[*_over_releases(releases), *_over_weeks(measured or {})],
        models=_models(measured),
        sources=_sources(measured),
        importance=_importance(shop),
        search=_search(searched or {}),
        faults=_faults(window.catalogue),
        notes=notes,
    )


def explain_user(window: ShopWindow, user_id: str, k: int = 12) -> LabUser:
    """Follow one user's list: what they bought, who proposes what, what the ranker reads.

    Raises:
        InputError: If nothing was trained, or the release does not know the user.
    """
    personal = window.personal
    if personal is None:
        raise InputError("nothing was trained: run modiste train and start the server again")
    user = personal.users.find(user_id)
    if user is None or personal.events.is_forgotten(user_id):
        raise InputError(f"user {user_id!r} is not known: GET /users gives some who are")
    listed = personal.answer(RecommendationsAsked(user_id=user_id, k=k, explain=True))
    bought = personal.live.history(user).sort("day", "item_idx", descending=True)
    made = personal.live.lists(personal.live.asked(user), k)
    ranks = {
        name: made.rows[f"{name}_rank"]
        for name in personal.live.model.recipe.sources
        if f"{name}_rank" in made.rows.columns
    }
    n_sources = sum(
        (rank.is_not_null().cast(pl.Int32) for rank in ranks.values()),
        start=pl.zeros(made.rows.height, pl.Int32, eager=True),
    )
    pool = [
        LabSource(
            source=name,
            n=int(rank.is_not_null().sum()),
            n_alone=int((rank.is_not_null() & (n_sources == 1)).sum()),
        )
        for name, rank in ranks.items()
    ]
    rows = {
        personal.item_ids_by_place[row["item_idx"]]: row for row in made.rows.iter_rows(named=True)
    }
    order = [
        LabPlace(
            **shown.model_dump(),
            sources=_ranks(rows.get(shown.id, {}), ranks),
            features=_numbers(rows.get(shown.id, {}), shown.reason.parts or {}),
        )
        for shown in listed.items
    ]
    worn = [
        LabWorn(
            item=window.catalogue.item(int(personal.places[row["item_idx"]])),
            day=(_EPOCH + timedelta(days=row["day"])).isoformat(),
        )
        for row in bought.head(MOST_WORN).iter_rows(named=True)
        if personal.places[row["item_idx"]] >= 0
    ]
    return LabUser(
        user_id=user_id,
        wardrobe=worn,
        n_bought=bought.height,
        pool=sorted(pool, key=lambda one: -one.n),
        n_pool=made.rows.height,
        order=order,
    )


def _ranks(row: Mapping[str, Any], names: Iterable[str]) -> dict[str, int]:
    found = {name: row.get(f"{name}_rank") for name in names}
    return {name: int(rank) for name, rank in found.items() if rank is not None}


def _numbers(row: Mapping[str, Any], names: Iterable[str]) -> dict[str, float]:
    found = {name: row.get(name) for name in names}
    return {
        name: round(float(value), 4)
        for name, value in found.items()
        if isinstance(value, int | float) and value == value
    }


def _read(path: Path) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read


def _figures(values: Mapping[str, Any]) -> dict[str, float]:
    return {
        name: float(value)
        for name, value in values.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }


def _table(title: str, about: str, rows: Mapping[str, Mapping[str, Any]]) -> LabTable:
    told = [LabRow(name=name, figures=_figures(row)) for name, row in rows.items()]
    return LabTable(title=title, about=about, rows=told)


def _releases(shop: Path) -> list[LabRelease]:
    store = release_store(shop)
    current = store.current_name()
    found = []
    for name in store.versions():
        manifest = read_manifest(store.root / name)
        found.append(
            LabRelease(
                name=name,
                current=name == current,
                as_of=str(manifest.get("as_of", "")),
                dataset=str(manifest.get("dataset", "")),
                figures=_figures(manifest.get("training", {})),
            )
        )
    return sorted(found, key=lambda one: (one.as_of, one.name))


def _over_releases(releases: list[LabRelease]) -> list[LabCourse]:
    if len(releases) < 2:
        return []
    recall = [one.figures.get("pool_recall") for one in releases]
    names = [one.name for one in releases]
    return [LabCourse(title="Recall of the pool", times=names, lines={"pool recall": recall})]


def _over_weeks(measured: Mapping[str, Any]) -> list[LabCourse]:
    weeks = measured.get("segments", {}).get("week", {})
    if not weeks:
        return []
    models = list(measured.get("models", {}))
    lines = {
        model: [week["models"].get(model, {}).get(_MAIN) for week in weeks.values()]
        for model in models
    }
    return [LabCourse(title=_MAIN, times=list(weeks), lines=lines)]


def _models(measured: Mapping[str, Any] | None) -> LabTable | None:
    if measured is None:
        return None
    weeks = len(measured.get("weeks", ()))
    about = f"{weeks} weeks, {measured.get('n_user_weeks', 0):,} lists; intervals of 95 %"
    return _table("Models", about, measured.get("models", {}))


def _sources(measured: Mapping[str, Any] | None) -> LabTable | None:
    rows = (measured or {}).get("sources") or {}
    about = "what of the next week's purchases each source proposed, and what it alone"
    # All of the pool is proposed by nobody else: that says nothing of a source.
    told = {
        name: {part: value for part, value in row.items() if (name, part) != ("pool", ALONE)}
        for name, row in rows.items()
    }
    return _table("Candidate ledger", about, told) if told else None


def _importance(shop: Path) -> LabTable | None:
    store = release_store(shop)
    if store.current_name() is None:
        return None
    path = store.current() / "importance.parquet"
    if not path.is_file():
        return None
    table = pl.read_parquet(path).sort("gain", descending=True)
    total = float(table["gain"].sum()) or 1.0
    rows = {
        row["feature"]: {"share": row["gain"] / total, "splits": row["splits"]}
        for row in table.head(MOST_FEATURES).iter_rows(named=True)
    }
    return _table("Features", f"share of the ranker's gain; {table.height} in all", rows)


def _search(searched: Mapping[str, Any]) -> list[LabTable]:
    found = []
    for name, part in searched.items():
        if isinstance(part, Mapping) and isinstance(part.get("rows"), Mapping):
            about = f"{part.get('n_queries', 0):,} queries in {part.get('gallery', 0):,} items"
            found.append(_table(name.replace("_", " ").capitalize(), about, part["rows"]))
    return found


def _faults(catalogue: Catalogue) -> list[LabFault]:
    """Count what items lack that a shopper or a model would use."""
    items = catalogue.items
    n = max(items.height, 1)
    missing = [
        (f"without {name.replace('_', ' ')}", items[name].is_null() | _blank(items[name]))
        for name in ("name", "description", "picture", "price", *catalogue.names)
        if name in items.columns
    ]
    if "name" in items.columns and "product_id" in items.columns:
        twins = items.select("name", *catalogue.names).is_duplicated()
        missing.append(("with a twin of the same name and attributes", twins))
    told = []
    for what, mask in dict(missing).items():
        ids = items["item_id"].filter(mask)
        if len(ids):
            told.append(
                LabFault(
                    what=what,
                    n=len(ids),
                    share=len(ids) / n,
                    examples=ids.head(MOST_EXAMPLES).to_list(),
                )
            )
    return sorted(told, key=lambda one: -one.n)


def _blank(values: pl.Series) -> pl.Series:
    if values.dtype != pl.String:
        return pl.repeat(False, len(values), dtype=pl.Boolean, eager=True)
    return values.fill_null("").str.strip_chars() == ""
