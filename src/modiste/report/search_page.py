"""The page of a measure of search: its figures, and pictures of what was found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import polars as pl

from modiste.artifacts import write_text
from modiste.data import open_shop
from modiste.engine import collect
from modiste.errors import InputError, MissingExtraError
from modiste.report.customers import Card
from modiste.report.glance import shown_attributes
from modiste.report.pictures import Album
from modiste.search.measure.tables import tables

try:
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup
except ModuleNotFoundError as error:
    raise MissingExtraError("jinja2", extra="report") from error

_PARTS = {
    "attribute_queries": (
        "Asked for attributes",
        "Queries drawn by chance; a mark says that kind and colour are right.",
    ),
    "reworded_queries": (
        "The same in other words",
        "The words of the query are not those of the catalogue's attributes.",
    ),
    "similar_products": (
        "Similar products",
        "Items drawn by chance, and what is most alike by each way of comparing; a mark says that "
        "kind and colour are the same.",
    ),
    "own_picture": (
        "Own picture found by its description",
        "A mark says that the picture is the described item's own, among all judged pictures.",
    ),
}


def write_search_page(
    shop: Path,
    result: Mapping[str, Any],
    out: Path,
    progress: Callable[[str, float], None] | None = None,
) -> None:
    """Write the figures of a measure and rows of pictures as one self-contained HTML file.

    Args:
        shop: The shop's folder.
        result: What `search.measure.measure_search` gave.
        out: The file.
        progress: Told the stage and the share done.

    Raises:
        ArtifactError: If nothing was imported.
        InputError: If the file cannot be written.
    """
    tell = progress or (lambda _stage, _share: None)
    tell("write the page", 0.0)
    dataset = open_shop(shop)
    about = shown_attributes(dataset)
    items = collect(dataset.items.select("item_id", "name", "picture", *about))
    wanted = _wanted(result["examples"])
    known = items.filter(pl.col("item_id").is_in(wanted)).rows_by_key("item_id", named=True)
    album = Album(dataset.picture_folder)

    def card(item: str, *, badge: str = "", right: bool = False) -> dict[str, Any]:
        row = known[item][0]
        told = " · ".join(str(row[name]) for name in about if row[name])
        return {
            "it": Card(row["name"] or item, told, album.data_uri(row["picture"]), badge),
            "right": right,
        }

    sections = []
    for number, (part, (title, reading)) in enumerate(_PARTS.items(), start=1):
        questions: dict[str, dict[str, Any]] = {}
        for row in result["examples"].get(part, ()):
            key = f"{row['item'] or ''} {row['asked']}"
            asked = questions.setdefault(
                key,
                {
                    "text": row["asked"],
                    "item": card(row["item"]) if part == "similar_products" else None,
                    "ways": [],
                },
            )
            hits = [
                card(hit["item"], badge=str(rank), right=hit["right"])
                for rank, hit in enumerate(row["hits"], start=1)
            ]
            asked["ways"].append({"way": row["way"], "hits": hits})
        if questions:
            sections.append({"title": title, "reading": reading, "asked": questions.values()})
        tell("write the page", number / (len(_PARTS) + 1))
    folder = files("modiste.report") / "templates"
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string((folder / "search.html.j2").read_text(encoding="utf-8"))
    style = Markup((folder / "report.css").read_text(encoding="utf-8"))  # noqa: S704 - our own file
    page = template.render(
        style=style,
        shop=shop.resolve().name,
        judged=result["judged"],
        dataset=result["dataset"],
        tables=tables(result),
        sections=sections,
        notes=result["notes"],
    )
    try:
        write_text(out, page)
    except OSError as fault:
        raise InputError(f"{out} cannot be written ({fault}): choose another --report") from None
    tell("write the page", 1.0)


def _wanted(examples: Mapping[str, Any]) -> list[str]:
    rows = [row for part in examples.values() for row in part]
    asked = [row["item"] for row in rows if row["item"]]
    return sorted({*asked, *(hit["item"] for row in rows for hit in row["hits"])})
