"""The contest's tables of articles and customers, column by column."""

from __future__ import annotations

import numpy as np
import polars as pl

from modiste.data.synthetic.audiences import (
    AUDIENCES,
    CHILDREN_ACCESSORIES,
    LADIES_ACCESSORIES,
    LINGERIE,
    SPECIAL_SECTIONS,
)
from modiste.data.synthetic.catalogue import Catalogue
from modiste.data.synthetic.colours import COLOURS, PATTERNS
from modiste.data.synthetic.customers import Customers
from modiste.data.synthetic.descriptions import write_descriptions, write_names
from modiste.data.synthetic.kinds import KINDS
from modiste.data.synthetic.streams import draw_codes, open_stream

_CHILDREN = ("baby", "kids", "teens")


def list_articles(catalogue: Catalogue, seed: int) -> pl.DataFrame:
    """The articles as in `articles.csv`: 25 columns, all text, ordered by `article_id`."""
    rng = open_stream(seed, "words")
    kinds = pl.DataFrame(
        {
            "product_type_no": [str(kind.type_no) for kind in KINDS],
            "product_type_name": [kind.name for kind in KINDS],
            "product_group_name": [kind.group for kind in KINDS],
        }
    )
    patterns = pl.DataFrame(
        {
            "graphical_appearance_no": [str(pattern.code) for pattern in PATTERNS],
            "graphical_appearance_name": [pattern.name for pattern in PATTERNS],
        }
    )
    colours = pl.DataFrame(
        {
            "colour_group_code": [str(colour.code) for colour in COLOURS],
            "colour_group_name": [colour.name for colour in COLOURS],
            "perceived_colour_value_id": [str(colour.value_id) for colour in COLOURS],
            "perceived_colour_value_name": [colour.value_name for colour in COLOURS],
            "perceived_colour_master_id": [str(colour.master_id) for colour in COLOURS],
            "perceived_colour_master_name": [colour.master_name for colour in COLOURS],
        }
    )
    shelf = catalogue.audience * len(KINDS) + catalogue.kind
    n_sections = np.asarray([len(audience.sections) for audience in AUDIENCES])
    drawn = np.floor(rng.random(len(catalogue.n_colours)) * 60).astype(np.int64)
    section = drawn[catalogue.product] % n_sections[catalogue.audience]
    table: pl.DataFrame = pl.concat(
        [
            pl.DataFrame(
                {
                    "article_id": catalogue.article_ids.tolist(),
                    "product_code": catalogue.product_codes.astype(str).tolist(),
                    "prod_name": write_names(catalogue, rng),
                }
            ),
            kinds[catalogue.kind],
            patterns[catalogue.pattern],
            colours[catalogue.colour],
            _list_shelves()[shelf],
            _list_sections()[shelf * n_sections.max() + section],
            _list_garments()[shelf],
            pl.DataFrame({"detail_desc": write_descriptions(catalogue, rng)}),
        ],
        how="horizontal",
    )
    return table


def list_customers(customers: Customers, seed: int) -> pl.DataFrame:
    """The customers as in `customers.csv`: 7 columns, all text, ordered by `customer_id`."""
    rng = open_stream(seed, "members")
    n = len(customers)
    news = rng.random(n) < 0.35
    active = news & (rng.random(n) < 0.97)
    club = rng.random(n)
    letters = np.where(news, "Regularly", np.where(rng.random(n) < 0.01, "", "NONE"))
    # Several customers share a postal code.
    postal = draw_codes(n // 4 + 1, open_stream(seed, "postal codes"))
    age = pl.Series(customers.age)
    return pl.DataFrame(
        {
            "customer_id": customers.ids,
            "FN": _flag(news),
            "Active": _flag(active),
            "club_member_status": pl.Series(
                np.where(club < 0.92, "ACTIVE", np.where(club < 0.994, "PRE-CREATE", "")).tolist()
            ).replace({"": None}),
            "fashion_news_frequency": pl.Series(letters.tolist()).replace({"": None}),
            "age": pl.select(
                pl.when(age >= 0).then(pl.concat_str(age.cast(pl.String), pl.lit(".0")))
            ).to_series(),
            "postal_code": postal.gather(rng.integers(0, len(postal), n)),
        }
    )


def _flag(values: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> pl.Series:
    return pl.select(pl.when(pl.Series(values)).then(pl.lit("1.0"))).to_series()


def _list_shelves() -> pl.DataFrame:
    """Department and index of each audience and kind, audience by audience."""
    rows = [
        (
            str(1100 + 120 * a + 3 * k),
            f"{audience.label} {kind.garment[1] if kind.shape != 'tee' else kind.name}",
            *(str(part) for part in _find_index(a, k)),
        )
        for a, audience in enumerate(AUDIENCES)
        for k, kind in enumerate(KINDS)
    ]
    names = ["department_no", "department_name", "index_code", "index_name"]
    return pl.DataFrame(rows, schema=[*names, "index_group_no", "index_group_name"], orient="row")


def _list_sections() -> pl.DataFrame:
    """Section of each audience, kind and draw, as many draws for all as the most need."""
    widest = max(len(audience.sections) for audience in AUDIENCES)
    rows = []
    for a, audience in enumerate(AUDIENCES):
        for k in range(len(KINDS)):
            special = SPECIAL_SECTIONS.get(_find_index(a, k)[0])
            for draw in range(widest):
                number, name = special or audience.sections[draw % len(audience.sections)]
                rows.append((str(number), name))
    return pl.DataFrame(rows, schema=["section_no", "section_name"], orient="row")


def _list_garments() -> pl.DataFrame:
    rows = []
    for audience in AUDIENCES:
        for kind in KINDS:
            number, name = kind.garment
            if audience.name in _CHILDREN and kind.shape in ("dress", "skirt"):
                number, name = 1014, "Dresses/Skirts girls"
            rows.append((str(number), name))
    return pl.DataFrame(rows, schema=["garment_group_no", "garment_group_name"], orient="row")


def _find_index(audience: int, kind: int) -> tuple[str, str, int, str]:
    who, what = AUDIENCES[audience], KINDS[kind]
    if who.name == "ladies" and what.style in ("under", "swim", "night"):
        return LINGERIE
    if who.name == "ladies" and what.style in ("shoe", "bag", "acc"):
        return LADIES_ACCESSORIES
    if who.name in _CHILDREN and what.style in ("shoe", "bag", "acc", "swim"):
        return CHILDREN_ACCESSORIES
    return who.filed
