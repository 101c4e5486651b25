"""What every candidate source and every family of features promises, as checks to run.

Each check raises an `AssertionError` that names the promise which is broken.
"""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import narwhals as nw
import polars as pl
from polars.testing import assert_frame_equal

from modiste.candidates.base import CandidateSource, Tables
from modiste.data import Dataset
from modiste.engine import collect, lazy
from modiste.features.base import Feature
from modiste.schema import CANDIDATES, check_schema
from modiste.testing.shops import with_other_future

PAIR = ["user_idx", "item_idx"]
_SEED = 7


def check_source(source: CandidateSource, shop: Dataset, as_of: int | None = None) -> None:
    """Check that a candidate source holds its contract on a shop.

    Args:
        source: The source.
        shop: A shop whose interactions begin before `as_of` and go on after it.
        as_of: The day to propose for; None: 14 days before the end.
    """
    day = shop.day_range()[1] - 14 if as_of is None else as_of
    past = shop.until(day)
    tables = source.prepare(past, _SEED)
    found = source.propose(tables, past)
    check_schema(found, CANDIDATES, type(source).__name__)
    rows = _sorted(found)

    assert not rows.select(PAIR).is_duplicated().any(), "a pair is proposed twice"
    assert rows["score"].is_finite().all(), "a score is missing or not finite"
    crowded = rows.group_by("user_idx").len().filter(pl.col("len") > source.k)
    assert crowded.is_empty(), f"more than {source.k} proposals: {crowded.head(3).rows()}"
    place = rows.sort(
        "user_idx", "score", "item_idx", descending=[False, True, False]
    ).with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("user_idx").alias("place"))
    wrong = place.filter(pl.col("place") != pl.col("rank"))
    assert wrong.is_empty(), f"ranks do not follow falling score, then item: {wrong.head(3).rows()}"
    items, users = collect(past.items), collect(past.users)
    assert rows.join(items, on="item_idx", how="anti").is_empty(), "an item is not in the catalogue"
    assert rows.join(users, on="user_idx", how="anti").is_empty(), "a user was not asked for"

    again = _sorted(source.propose(source.prepare(past, _SEED), past))
    _same(rows, again, "the same seed gave other rows")
    shuffled = replace(
        past, interactions=lazy(collect(past.interactions).sample(fraction=1, shuffle=True, seed=3))
    )
    other = _sorted(source.propose(source.prepare(shuffled, _SEED), shuffled))
    _same(rows, other, "the order of the interactions matters")

    future = with_other_future(shop, day).until(day)
    seen = _sorted(source.propose(source.prepare(future, _SEED), future.of_users(past.users)))
    _same(rows, seen, "what happened at or after as_of changed the proposals")

    some = past.of_users(past.users.filter(nw.col("user_idx") % 3 == 0))
    part = _sorted(source.propose(tables, some))
    keys = collect(some.users)
    _same(
        rows.join(keys, on="user_idx", how="semi"), part, "who else is asked changed the proposals"
    )
    nobody = past.of_user_range(0, 0)
    assert _sorted(source.propose(tables, nobody)).is_empty(), "proposals for nobody"
    stored = _stored(tables)
    _same(rows, _sorted(source.propose(stored, past)), "stored tables gave other proposals")
    _check_scores(source, tables, past, rows)


def check_feature(feature: Feature, shop: Dataset, as_of: int | None = None) -> None:
    """Check that a family of features holds its contract on a shop.

    Args:
        feature: The family.
        shop: A shop whose interactions begin before `as_of` and go on after it.
        as_of: The day whose features are computed; None: 14 days before the end.
    """
    day = shop.day_range()[1] - 14 if as_of is None else as_of
    past = shop.until(day)
    users, items = collect(past.users), collect(past.items)
    every = users.select("user_idx").join(items.select("item_idx"), how="cross")
    pairs = every.with_columns((pl.col("user_idx") * 1000 + pl.col("item_idx")).alias("kept"))
    tables = feature.prepare(past)
    rows = _values(feature, tables, past, pairs)

    assert rows.height == pairs.height, f"{pairs.height} pairs became {rows.height} rows"
    _same(pairs.sort(PAIR), rows.select(pairs.columns), "a column that was there has changed")
    added = [name for name in rows.columns if name not in pairs.columns]
    assert added, "no column was added"
    for name in added:
        assert rows.schema[name].is_numeric(), f"{name} is {rows.schema[name]}, not a number"

    _same(rows, _values(feature, feature.prepare(past), past, pairs), "a second run differs")
    shuffled = replace(
        past, interactions=lazy(collect(past.interactions).sample(fraction=1, shuffle=True, seed=3))
    )
    other = _values(feature, feature.prepare(shuffled), shuffled, pairs)
    _same(rows, other, "the order of the interactions matters")
    future = with_other_future(shop, day).until(day)
    seen = _values(feature, feature.prepare(future), future.of_users(past.users), pairs)
    _same(rows, seen, "what happened at or after as_of changed a value")

    few = pairs.filter((pl.col("user_idx") % 3 == 0) & (pl.col("item_idx") % 2 == 0))
    some = past.of_users(lazy(few.select("user_idx").unique()))
    part = _values(feature, tables, some, few)
    kept = rows.join(few.select(PAIR), on=PAIR, how="semi")
    _same(kept, part, "which other pairs are asked for changed a value")
    stored = _values(feature, _stored(tables), past, pairs)
    _same(rows, stored, "stored tables gave other values")
    none = _values(feature, tables, past.of_user_range(0, 0), pairs.head(0))
    assert none.columns == rows.columns, "without pairs other columns were added"


def _check_scores(
    source: CandidateSource, tables: Tables, past: Dataset, proposed: pl.DataFrame
) -> None:
    """Check `score`: one row a pair, null where nothing is known, equal to what was proposed."""
    users, items = collect(past.users), collect(past.items)
    every = users.select("user_idx").join(items.select("item_idx"), how="cross")
    scored = source.score(tables, lazy(every))
    if scored is None:
        return
    rows = _sorted(scored)
    assert rows.select(PAIR).equals(every.sort(PAIR)), "score gave other pairs than asked for"
    both = proposed.join(rows, on=PAIR, suffix="_again")
    far = both.filter((pl.col("score") - pl.col("score_again")).abs() > 1e-4)
    assert len(both) == len(proposed), "a proposed pair has no score"
    assert far.is_empty(), f"score and propose differ: {far.head(3).rows()}"


def _values(feature: Feature, tables: Tables, asked: Dataset, pairs: pl.DataFrame) -> pl.DataFrame:
    return _sorted(feature.add(tables, asked, lazy(pairs)))


def _sorted(frame: nw.LazyFrame) -> pl.DataFrame:
    return collect(frame).sort(PAIR)


def _stored(tables: Tables) -> Tables:
    """Write tables as Parquet and read them back, as a release does."""

    def trip(frame: pl.DataFrame) -> pl.DataFrame:
        file = BytesIO()
        frame.write_parquet(file)
        file.seek(0)
        return pl.read_parquet(file)

    return {name: lazy(trip(collect(frame))) for name, frame in tables.items()}


def _same(left: pl.DataFrame, right: pl.DataFrame, broken: str) -> None:
    """Compare to the last bit."""
    try:
        assert_frame_equal(left, right, check_exact=True, check_column_order=False)
    except AssertionError as error:
        raise AssertionError(f"{broken}: {error}") from None
