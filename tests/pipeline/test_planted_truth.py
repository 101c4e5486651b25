"""What was planted in the made-up shop is found by the source meant for it."""

from __future__ import annotations

from datetime import date

import narwhals as nw
import polars as pl
import pytest

from modiste.candidates import CANDIDATE_SOURCES
from modiste.data import Dataset
from modiste.data.shop import open_shop
from modiste.data.sources.hm import import_hm
from modiste.data.synthetic import Planted, write_synthetic_shop
from modiste.engine import collect, lazy

pytestmark = pytest.mark.slow

# Days before which the planted seasons turn: elsewhere a kind's articles come and go more than its
# season does, in a shop of 1,500.
WINTER, SPRING = date(2020, 2, 1), date(2020, 4, 15)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Planted, Dataset]:
    folder = tmp_path_factory.mktemp("planted")
    made = write_synthetic_shop(folder / "files", "small", 11, pictures=False)
    import_hm(folder / "files", folder / "shop")
    return made, open_shop(folder / "shop").in_memory()


def day_of(when: date) -> int:
    return (when - date(1970, 1, 1)).days


def with_ids(frame: pl.DataFrame, shop: Dataset) -> pl.DataFrame:
    items = collect(shop.items.select("item_idx", "item_id"))
    return frame.join(items, on="item_idx")


def test_bought_together_finds_the_planted_pairs(planted: tuple[Planted, Dataset]) -> None:
    """Of pairs both on sale, half are among 30 neighbours; by chance it would be one in ten."""
    made, shop = planted
    past = shop.until(shop.day_range()[1])
    source = CANDIDATE_SOURCES.get("bought_together")()
    neighbours = collect(source.prepare(past, 1)["neighbours"])
    items = collect(shop.items.select("item_idx", "item_id"))
    found = (
        neighbours.join(items.rename({"item_id": "article_id"}), on="item_idx")
        .join(
            items.rename({"item_idx": "neighbour_idx", "item_id": "goes_with"}), on="neighbour_idx"
        )
        .select("article_id", "goes_with")
    )
    known = set(found["article_id"]) & set(found["goes_with"])
    pairs = made.read_pairs().filter(
        pl.col("article_id").is_in(known) & pl.col("goes_with").is_in(known)
    )
    strong = pairs.sort("weight", descending=True).head(200)
    assert len(strong) > 100
    hit = strong.join(found, on=["article_id", "goes_with"], how="semi")
    chance = len(found) / len(known) ** 2
    share = len(hit) / len(strong)
    assert share > 0.5
    assert share > 5 * chance


@pytest.mark.parametrize("when", [WINTER, SPRING])
def test_last_year_finds_the_season(when: date, planted: tuple[Planted, Dataset]) -> None:
    """Articles that were not there last year are lifted as their kind is planted to rise."""
    made, shop = planted
    past = shop.until(day_of(when))
    week = pl.col("week").cast(pl.Int64)
    at = when.isocalendar().week
    seasons = made.read_seasons()
    soon = seasons.filter(week == at + 1).select("kind", soon="factor")
    before = seasons.filter(week == at - 3).select("kind", before="factor")
    rise = soon.join(before, on="kind").select(
        "kind", rise=(pl.col("soon") / pl.col("before")).log()
    )
    kinds = made.read_articles().select(pl.col("article_id").alias("item_id"), "kind")
    scores = []
    for name in ("last_year", "popular"):
        source = CANDIDATE_SOURCES.get(name)(k=10_000)  # type: ignore[call-arg]
        listed = collect(source.prepare(past, 1)["items"])
        scores.append(listed.select("item_idx", pl.col("score").log().alias(name)))
    then = day_of(when) - 364
    own = collect(shop.between(then, then + 14).select("item_idx").unique())
    lifted = scores[0].join(scores[1], on="item_idx").join(own, on="item_idx", how="anti")
    both = with_ids(lifted, shop).join(kinds, on="item_id").join(rise, on="kind")
    assert len(both) > 100
    agreement = both.select(pl.corr(pl.col("last_year") - pl.col("popular"), "rise")).item()
    assert agreement > 0.12


@pytest.mark.parametrize("name", ["similar_users", "bpr", "als"])
def test_hidden_style_is_found(name: str, planted: tuple[Planted, Dataset]) -> None:
    """Collaborative sources propose what the customer's planted cluster buys, attributes or not."""
    made, shop = planted
    past = shop.until(shop.day_range()[1])
    users = collect(shop.users.select("user_idx", "user_id"))
    clusters = (
        made.read_customers()
        .rename({"customer_id": "user_id"})
        .join(users, on="user_id")
        .select("user_idx", "cluster")
    )
    sold = collect(past.interactions.select("user_idx", "item_idx")).join(clusters, on="user_idx")
    item_share = (
        sold.group_by("item_idx", "cluster")
        .len("mine")
        .with_columns(share=pl.col("mine") / pl.col("mine").sum().over("item_idx"))
    )
    whole = sold.group_by("cluster").len("all").with_columns(pl.col("all") / len(sold))
    lift = item_share.join(whole, on="cluster").select(
        "item_idx", "cluster", lift=pl.col("share") / pl.col("all")
    )
    asked = past.of_users(lazy(clusters.select("user_idx").sort("user_idx"))).in_memory()
    means = {}
    for one in (name, "popular"):
        source = CANDIDATE_SOURCES.get(one)()
        proposed = collect(source.propose(source.prepare(past, 1), asked))
        shown = proposed.filter(pl.col("rank") <= 20).join(clusters, on="user_idx")
        lifts = shown.join(lift, on=["item_idx", "cluster"], how="left")["lift"].fill_null(0)
        means[one] = float(lifts.to_numpy().mean())
    assert means[name] > 1.2 * means["popular"]


@pytest.mark.parametrize("name", ["popular_department", "new_arrivals"])
def test_taste_is_found(name: str, planted: tuple[Planted, Dataset]) -> None:
    """Personal sources propose the customer's favourite kinds more often than best sellers do."""
    made, shop = planted
    past = shop.until(shop.day_range()[1])
    active = collect(
        past.interactions.group_by("user_idx").agg(nw.len().alias("n")).filter(nw.col("n") >= 20)
    )
    users = collect(shop.users.select("user_idx", "user_id"))
    asked = past.of_users(lazy(active.select("user_idx").sort("user_idx"))).in_memory()
    liked = (
        made.read_customers()
        .rename({"customer_id": "user_id"})
        .join(users, on="user_id")
        .select("user_idx", "kinds")
        .explode("kinds")
        .rename({"kinds": "kind"})
    )
    kinds = made.read_articles().select(pl.col("article_id").alias("item_id"), "kind")
    shares = {}
    for one in (name, "popular"):
        source = CANDIDATE_SOURCES.get(one)()
        proposed = collect(source.propose(source.prepare(past, 1), asked))
        shown = with_ids(proposed.filter(pl.col("rank") <= 20), shop).join(kinds, on="item_id")
        shares[one] = len(shown.join(liked, on=["user_idx", "kind"], how="semi")) / len(shown)
    assert shares[name] > 1.15 * shares["popular"]
