"""Everybody gets a list, in any chunks, known or not."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from modiste.engine import collect
from modiste.errors import InputError
from modiste.recommend import lists as module
from modiste.recommend import recommend, write_recommendations
from modiste.recommend.lists import chunk_users, fill
from modiste.release import Release, explain_users


@pytest.fixture(scope="module")
def everybody(release: Release) -> pl.DataFrame:
    return pl.concat(recommend(release.model, release.shop, 12))


def test_every_user_gets_twelve_known_items(release: Release, everybody: pl.DataFrame) -> None:
    sizes = everybody.group_by("user_idx").agg(
        pl.col("item_idx").n_unique().alias("items"), pl.col("rank").sort().alias("ranks")
    )
    assert len(sizes) == release.shop.n_users()
    assert (sizes["items"] == 12).all()
    assert all(ranks == list(range(1, 13)) for ranks in sizes["ranks"].to_list())
    assert everybody["item_idx"].is_between(0, release.shop.n_items() - 1).all()


def test_scores_fall_with_rank(everybody: pl.DataFrame) -> None:
    drop = everybody.sort("user_idx", "rank").select(
        (pl.col("score").shift(1) - pl.col("score")).over("user_idx").alias("drop")
    )
    assert (drop["drop"].drop_nulls() >= 0).all()


def test_users_without_history_get_a_list_too(release: Release, everybody: pl.DataFrame) -> None:
    known = collect(release.shop.interactions.select("user_idx").unique())
    cold = everybody.join(known, on="user_idx", how="anti")
    assert cold["user_idx"].n_unique() > 0
    assert cold["item_idx"].n_unique() >= 12


def test_chunks_do_not_change_a_list(
    release: Release, everybody: pl.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "chunk_users", lambda *_: 37)
    chunked = pl.concat(recommend(release.model, release.shop, 12))
    assert chunked.equals(everybody)


def test_some_users_get_what_they_get_among_all(release: Release, everybody: pl.DataFrame) -> None:
    asked = pl.Series("user_idx", [3, 17, 200], dtype=pl.Int32)
    some = pl.concat(recommend(release.model, release.shop, 12, users=asked))
    assert some.equals(everybody.filter(pl.col("user_idx").is_in([3, 17, 200])))


def test_k_beyond_the_catalogue_gives_what_was_ever_sold(release: Release) -> None:
    asked = pl.Series("user_idx", [0], dtype=pl.Int32)
    many = pl.concat(recommend(release.model, release.shop, 10_000, users=asked))
    sold = collect(release.shop.interactions.select("item_idx").unique())
    assert sorted(many["item_idx"]) == sorted(sold["item_idx"])


def test_k_below_one_is_told(release: Release) -> None:
    with pytest.raises(InputError, match="at least 1 item"):
        next(recommend(release.model, release.shop, 0))


def test_a_short_list_is_filled_without_repeats() -> None:
    lists = pl.DataFrame(
        {"user_idx": [1, 1, 2], "item_idx": [5, 6, 7], "rank": [1, 2, 1], "score": [0.5, 0.4, 0.1]},
        schema={
            "user_idx": pl.Int32,
            "item_idx": pl.Int32,
            "rank": pl.Int32,
            "score": pl.Float32,
        },
    )
    spare = pl.DataFrame({"item_idx": [6, 7, 8, 9]}, schema={"item_idx": pl.Int32})
    users = pl.Series("user_idx", [1, 2, 3], dtype=pl.Int32)
    full = fill(lists, users, spare, 3)
    by_user = {
        user: rows["item_idx"].to_list()
        for (user,), rows in full.group_by("user_idx", maintain_order=True)
    }
    assert by_user == {1: [5, 6, 7], 2: [7, 6, 8], 3: [6, 7, 8]}


def test_more_memory_means_larger_chunks_within_bounds() -> None:
    sizes = [chunk_users(memory * 10**9, 31_788_324, 80, 150) for memory in (1, 4, 8, 64)]
    assert sizes == sorted(sizes)
    assert (sizes[0], sizes[-1]) == (500, 50_000)
    assert 5_000 < sizes[2] < 50_000


def test_the_contests_file_has_a_row_a_customer(release: Release, tmp_path: Path) -> None:
    out = tmp_path / "submission.csv"
    n_users, n_short = write_recommendations(release.model, release.shop, out, file_format="kaggle")
    rows = pl.read_csv(out, infer_schema=False)
    assert rows.columns == ["customer_id", "prediction"]
    assert n_short == 0
    assert len(rows) == n_users == release.shop.n_users()
    ids = rows.select(pl.col("prediction").str.split(" ")).explode("prediction")["prediction"]
    assert len(ids) == 12 * n_users
    assert ids.str.contains(r"^0\d{9}$").all()
    assert [path.name for path in tmp_path.iterdir()] == ["submission.csv"]


def test_csv_and_parquet_hold_the_same_lists(release: Release, tmp_path: Path) -> None:
    csv, parquet = tmp_path / "lists.csv", tmp_path / "lists.parquet"
    write_recommendations(release.model, release.shop, csv, file_format="csv")
    write_recommendations(release.model, release.shop, parquet)
    names = ["customer_id", "article_id", "rank"]
    text = pl.read_csv(csv, schema_overrides={"article_id": pl.String}).select(names)
    assert text.equals(
        pl.read_parquet(parquet).select(names).with_columns(pl.col("rank").cast(pl.Int64))
    )


def test_unknown_users_get_the_list_of_a_new_one(release: Release, tmp_path: Path) -> None:
    out = tmp_path / "lists.parquet"
    known = str(collect(release.shop.users.select("user_id")).item(0, 0))
    ids = pl.Series(["somebody new", known, "another new one"])
    assert write_recommendations(release.model, release.shop, out, user_ids=ids).n_users == 3
    rows = pl.read_parquet(out)
    lists = {user: part["article_id"].to_list() for (user,), part in rows.group_by("customer_id")}
    assert set(lists) == set(ids)
    assert lists["somebody new"] == lists["another new one"]
    assert len(lists["somebody new"]) == 12


def test_a_folder_that_is_not_there_is_told(release: Release, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        write_recommendations(release.model, release.shop, tmp_path / "no" / "lists.csv")


def test_every_item_has_its_reason(trained_shop: Path, release: Release) -> None:
    ids = (
        collect(release.shop.users.select("user_id")).sort("user_id")["user_id"].head(40).to_list()
    )
    told = explain_users(trained_shop, [*ids, "nobody"], 12)
    assert told.columns == ["user_id", "item_id", "rank", "score", "source", "reason"]
    assert told["user_id"].unique(maintain_order=True).to_list() == [*ids, "nobody"]
    assert told.null_count().sum_horizontal().item() == 0
    assert set(told["source"]) <= {*release.model.recipe.sources, "fallback"}
    nobody = told.filter(pl.col("user_id") == "nobody")
    assert not set(nobody["source"]) & {"repurchase", "same_product", "bought_together"}


def test_a_repurchase_was_bought_and_a_neighbour_names_an_own_purchase(
    trained_shop: Path, release: Release
) -> None:
    users = collect(release.shop.users.select("user_idx", "user_id"))
    items = collect(release.shop.items.select("item_idx", "item_id", "name"))
    told = explain_users(trained_shop, users["user_id"].to_list(), 12).join(users, on="user_id")
    owned = collect(release.shop.interactions.select("user_idx", "item_idx").unique()).join(
        items, on="item_idx"
    )
    again = told.filter(pl.col("source") == "repurchase")
    assert len(again) > 20
    assert len(again.join(owned, on=["user_idx", "item_id"], how="semi")) == len(again)
    related = told.filter(pl.col("source") == "bought_together").with_columns(
        pl.col("reason").str.split(": ").list.last().alias("name")
    )
    assert len(related) > 20
    assert len(related.join(owned, on=["user_idx", "name"], how="semi")) == len(related)


def test_what_a_killed_run_left_is_swept(release: Release, tmp_path: Path) -> None:
    left = tmp_path / ".lists.csv-0123abcd"
    left.mkdir()
    (left / "000000.parquet").write_bytes(b"half")
    asked = pl.Series([str(collect(release.shop.users.select("user_id")).item(0, 0))])
    write_recommendations(release.model, release.shop, tmp_path / "lists.csv", user_ids=asked)
    assert [path.name for path in tmp_path.iterdir()] == ["lists.csv"]
