"""Puts the report together: one self-contained HTML file without links to anywhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from shlex import quote
from typing import Any

import polars as pl

from modiste.artifacts import Store, write_text
from modiste.data.dataset import Dataset
from modiste.errors import ArtifactError, InputError, MissingExtraError
from modiste.report import glance, glance_charts, measure, measure_charts
from modiste.report.customers import Explain, Gallery, show_customers
from modiste.report.demand import demand_parts
from modiste.report.parts import Chart, Table
from modiste.report.pictures import Album
from modiste.report.words import word_cloud

try:
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup
except ModuleNotFoundError as error:
    raise MissingExtraError("jinja2", extra="report") from error

STEPS = ("the data at a glance", "the evaluation", "the customers", "the page")
"""What `progress` is told before each part."""
IMPORTANCE = "importance.parquet"


def write_report(
    shop: Path,
    out: Path | None = None,
    *,
    rng_seed: int = 0,
    explain: Explain | None = None,
    progress: Callable[[str], None] | None = None,
) -> Path:
    """Write a shop's report as one HTML file.

    It shows the data at a glance, the last evaluation (`reports/evaluation.json` in the shop), what
    the current release's ranker looks at, and ten customers with what they are shown. A part that
    is not there yet says which command makes it.

    Args:
        shop: The shop's folder.
        out: The file; `report.html` in the shop by default.
        rng_seed: Of the choice of the ten customers; the same seed and shop give the same bytes.
        explain: Gives recommendations with reasons; those of the current release by default.
        progress: Told the name of each part before it is made.

    Returns:
        The file written.

    Raises:
        ArtifactError: If nothing was imported into the shop yet.
        InputError: If the folder of `out` does not exist, or the file cannot be written.
        MissingExtraError: If the extra `report` is not installed.
    """
    tell = progress or (lambda _: None)
    target = out or shop / "report.html"
    # Asked before the work: nobody should wait for a page that has no place.
    if out is not None and not out.parent.is_dir():
        raise InputError(f"{out}: the folder {out.parent} does not exist: make it first")
    store = Store(shop / "data", "dataset")
    folder = store.current()
    dataset = Dataset.read(folder)
    tell(STEPS[0])
    view: dict[str, Any] = {
        "title": shop.resolve().name,
        "folder": quote(str(shop)),
        "dataset": folder.name,
        "release": Store(shop / "releases", "release").current_name(),
        "facts": glance.facts(dataset),
        "glance": _glance_parts(dataset),
        "seasons": demand_parts(shop, dataset) if dataset.n_users() else [],
        "imported": _import_report(folder),
    }
    tell(STEPS[1])
    view |= _measured(shop)
    tell(STEPS[2])
    album = Album(dataset.picture_folder)
    view["gallery"] = show_customers(shop, dataset, album, explain or _explain, rng_seed)
    tell(STEPS[3])
    page = render(view)
    try:
        write_text(target, page)
    except OSError as fault:
        raise InputError(f"{target} cannot be written ({fault}): choose another --out") from None
    return target


def missing_parts(shop: Path) -> dict[str, str]:
    """Name the parts that a shop's report has to do without.

    Returns:
        Each part in the reader's words, and the command that makes what it is drawn from.
    """
    parts: dict[str, str] = {}
    if not Dataset.read(Store(shop / "data", "dataset").current()).n_users():
        return parts  # a catalogue alone has no lists
    if measure.read_evaluation(shop) is None:
        parts["figures of how good the lists are"] = "evaluate"
    if Store(shop / "releases", "release").current_name() is None:
        parts["what customers are shown"] = "train"
    return parts


def render(view: dict[str, Any]) -> str:
    """Fill the template; every text is escaped, only the charts' own SVG is not."""
    folder = files("modiste.report") / "templates"
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["thousands"] = lambda value: f"{value:,}"
    template = environment.from_string((folder / "report.html.j2").read_text(encoding="utf-8"))
    style = Markup((folder / "report.css").read_text(encoding="utf-8"))  # noqa: S704 - our own file
    return template.render(**view, style=style, svg=Markup)


def _explain(shop: Path, user_ids: Sequence[str], k: int) -> pl.DataFrame:
    from modiste.release import explain_users

    return explain_users(shop, user_ids, k)


def _glance_parts(dataset: Dataset) -> list[Chart | Table]:
    parts: list[Chart | Table | None] = []
    weeks = glance.sales_per_week(dataset)
    parts.append(glance_charts.sales_chart(weeks) if weeks.height > 1 else None)
    if weeks.height:
        for attribute in glance.shown_attributes(dataset):
            values = glance.top_values(dataset, attribute)
            parts.append(glance_charts.values_chart(attribute, values) if values.height else None)
    life = glance.lives(dataset)
    if life:
        parts += [glance_charts.life_chart(life), glance_charts.life_table(life)]
    prices = glance.prices(dataset)
    if prices.height:
        parts.append(glance_charts.price_chart(prices, glance.price_quartiles(dataset)))
    ages = glance.ages(dataset)
    parts.append(glance_charts.age_chart(ages) if ages.height else None)
    parts.append(word_cloud(glance.word_counts(dataset)))
    return [part for part in parts if part]


def _import_report(folder: Path) -> dict[str, Any] | None:
    try:
        report = json.loads((folder / "import-report.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return report if isinstance(report, dict) and report.get("tables") else None


def _measured(shop: Path) -> dict[str, Any]:
    evaluation = measure.read_evaluation(shop)
    importance = _importance(shop)
    view: dict[str, Any] = {
        "evaluation": evaluation,
        "features": measure_charts.FEATURES,
        "importance": None if importance is None else measure_charts.importance_chart(importance),
    }
    if evaluation:
        view |= {
            "headline": measure.headline(evaluation),
            "models": measure.models_table(evaluation),
            "leads": measure.leads_table(evaluation),
            "segments": measure.segments_table(evaluation),
            "ledger": measure.ledger_table(evaluation),
            "cold": measure.cold_facts(evaluation),
            "models_chart": measure_charts.models_chart(evaluation),
            "weeks_chart": measure_charts.weeks_chart(evaluation),
            "segments_chart": measure_charts.segments_chart(evaluation),
            "ledger_chart": measure_charts.ledger_chart(evaluation),
        }
    return view


def _importance(shop: Path) -> pl.DataFrame | None:
    try:
        file = Store(shop / "releases", "release").current() / IMPORTANCE
    except ArtifactError:
        return None
    return pl.read_parquet(file).select("feature", "gain", "splits") if file.is_file() else None


__all__ = ["STEPS", "Gallery", "missing_parts", "render", "write_report"]
