"""A whole synthetic shop, from its size and seed to its files."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from modiste.data.synthetic.calendar import list_dates
from modiste.data.synthetic.catalogue import Catalogue, build_catalogue
from modiste.data.synthetic.customers import build_customers
from modiste.data.synthetic.planted import (
    FOLDER,
    SUMMARY,
    Planted,
    name_thoughts,
    write_planted_tables,
)
from modiste.data.synthetic.purchases import THOUGHTS, draw_purchases
from modiste.data.synthetic.scales import find_scale
from modiste.data.synthetic.tables import list_articles, list_customers
from modiste.data.synthetic.visits import build_visits
from modiste.data.synthetic.writer import TransactionWriter, write_submission, write_table
from modiste.errors import InputError

Progress = Callable[[str, int, int], None]
"""Told what is being made, how much of it is done, and how much there is."""

FILES = ("articles.csv", "customers.csv", "transactions_train.csv", "sample_submission.csv")
"""What is written in the contest's layout, besides the folder `images`."""


def write_synthetic_shop(
    out: Path,
    scale: str,
    seed: int,
    *,
    pictures: bool | None = None,
    n_customers: int | None = None,
    n_articles: int | None = None,
    n_days: int | None = None,
    progress: Progress | None = None,
) -> Planted:
    """Write a made-up fashion shop in the layout of the H&M contest's files.

    The shop behaves as a real one: few articles sell much and most sell little; articles are
    launched, peak and fade while basics stay; weekdays and times of the year show; customers have
    a taste in kinds, colours, patterns and prices and a hidden style they share with others; some
    things are bought together and some are bought again. What was planted is written beside the
    files, as `planted.json` and `planted/*.parquet`.

    Args:
        out: Folder to write into; made where it is absent. An earlier synthetic shop in it is
            replaced, pictures and all.
        scale: `tiny`, `small` or `hm`.
        seed: 0 or more. The same seed and numbers give the same bytes.
        pictures: Whether to draw a picture of each article; the scale decides by default.
        n_customers: Other number of customers than the scale's; purchases follow.
        n_articles: Other number of articles than the scale's.
        n_days: Other length in days than the scale's; purchases follow.
        progress: Called with what is being made, how much is done and how much there is.

    Returns:
        What was planted.

    Raises:
        InputError: The scale is unknown, a number too small or too large, or `out` is a file or
            holds a shop that was not made up here.
    """
    if seed < 0:
        raise InputError(f"seed: {seed} was given, expected 0 or more: give another")
    size = find_scale(scale).resized(n_customers=n_customers, n_articles=n_articles, n_days=n_days)
    _clear(out)
    tell = progress or _say_nothing

    tell("articles", 0, size.n_articles)
    catalogue = build_catalogue(size, seed)
    articles = list_articles(catalogue, seed)
    write_table(articles, out / "articles.csv")
    tell("articles", size.n_articles, size.n_articles)

    tell("customers", 0, size.n_customers)
    customers = build_customers(size, seed)
    write_table(list_customers(customers, seed), out / "customers.csv")
    n_pairs = write_planted_tables(out, size, catalogue, customers)
    tell("customers", size.n_customers, size.n_customers)

    tell("purchases", 0, size.n_purchases)
    visits = build_visits(size, customers, seed)
    writer = TransactionWriter(
        out / "transactions_train.csv",
        dates=list_dates(size.first_day, size.n_days),
        customer_ids=customers.ids,
        article_ids=articles["article_id"],
        dearest=int(catalogue.cents.max()),
    )
    thoughts = np.zeros(len(THOUGHTS), dtype=np.int64)
    last_week = np.zeros(len(catalogue), dtype=np.int64)
    n_written = 0
    with writer:
        for day in draw_purchases(size, catalogue, customers, visits, seed):
            writer.append(day)
            thoughts += np.bincount(day.thought, minlength=len(THOUGHTS))
            if day.day >= size.n_days - 7:
                last_week += np.bincount(day.article, minlength=len(catalogue))
            n_written += len(day.article)
            tell("purchases", n_written, size.n_purchases)
    best = np.argsort(-last_week, kind="stable")[:12]
    write_submission(
        out / "sample_submission.csv", customers.ids, articles["article_id"].gather(best)
    )

    wanted = size.pictures if pictures is None else pictures
    n_pictures = _draw_pictures(out, articles, catalogue, seed, tell) if wanted else 0
    planted = Planted(
        folder=out,
        scale=size.name,
        seed=seed,
        first_day=size.first_day,
        last_day=size.last_day,
        n_customers=size.n_customers,
        n_articles=size.n_articles,
        n_products=len(catalogue.n_colours),
        n_purchases=n_written,
        n_visits=len(visits.customer),
        n_pairs=n_pairs,
        n_pictures=n_pictures,
        thoughts=name_thoughts(thoughts.tolist()),
    )
    planted.write()
    return planted


def _clear(out: Path) -> None:
    """Make the folder, and take an earlier synthetic shop out of it."""
    if out.exists() and not out.is_dir():
        raise InputError(f"{out}: is a file, expected a folder to write a shop into: name another")
    ours = (out / FOLDER).is_dir()
    foreign = [name for name in (*FILES, "images") if (out / name).exists()]
    if foreign and not ours:
        raise InputError(
            f"{out}: holds {foreign[0]} of another origin, expected an empty folder or an earlier "
            "synthetic shop: name another folder"
        )
    if ours:
        (out / SUMMARY).unlink(missing_ok=True)
        shutil.rmtree(out / "images", ignore_errors=True)
    # This folder marks the shop as made up here from the first moment on.
    (out / FOLDER).mkdir(parents=True, exist_ok=True)


def _draw_pictures(
    out: Path, articles: pl.DataFrame, catalogue: Catalogue, seed: int, tell: Progress
) -> int:
    from modiste.data.synthetic.pictures import write_pictures

    return write_pictures(out / "images", articles["article_id"].to_list(), catalogue, seed, tell)


def _say_nothing(what: str, done: int, total: int) -> None:
    """Report to nobody."""
