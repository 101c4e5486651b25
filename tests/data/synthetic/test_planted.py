"""What was planted is there: pairs, tastes, seasons, lives, repeats, and it can be predicted."""

from __future__ import annotations

import numpy as np
import polars as pl

from modiste.data.synthetic.kinds import KINDS, SHAPES
from tests.data.synthetic.conftest import Shop, number, share


def _with_days(shop: Shop) -> pl.DataFrame:
    """Purchases with what is planted about their article, and `day` since 1970."""
    planted = shop.planted.read_articles()
    return shop.purchases.with_columns(day=pl.col("t_dat").to_physical()).join(
        planted, on="article_id", maintain_order="left"
    )


def test_articles_sell_only_while_they_are_on_the_rail(years: Shop) -> None:
    sold = _with_days(years)
    assert (sold["day"] >= sold["launch_day"]).all()
    assert (sold["day"] <= sold["last_day"]).all()
    ending = sold.filter(pl.col("last_day") < sold["day"].max())
    assert ending.height > sold.height / 3


def test_articles_peak_and_fade(years: Shop) -> None:
    sold = _with_days(years).filter(~pl.col("evergreen"))
    first = sold["day"].min()
    # Those whose whole life lies within the story.
    whole = sold.filter(pl.col("launch_day") >= first, pl.col("last_day") < sold["day"].max())
    from_peak = whole["day"] - whole["peak_day"]
    n_at_peak = from_peak.is_between(-5, 5).sum()
    n_late = from_peak.is_between(45, 55).sum()
    assert n_at_peak > 3 * n_late > 0


def test_new_articles_are_launched_all_the_time(years: Shop) -> None:
    planted = years.planted.read_articles()
    first = years.purchases["t_dat"].to_physical().min()
    months = ((planted["launch_day"].filter(planted["launch_day"] >= first) - first) // 30).unique()
    assert months.len() >= 24


def test_few_articles_sell_much_and_many_little(years: Shop) -> None:
    counts = years.purchases["article_id"].value_counts(sort=True)["count"]
    tenth = years.articles.height // 10
    assert number(counts.head(tenth).sum()) > 0.35 * number(counts.sum())
    assert counts.len() > 0.9 * years.articles.height


def test_planted_pairs_lie_in_one_basket_far_more_often_than_chance(years: Shop) -> None:
    basket = years.purchases.select(
        "article_id", visit=pl.struct("t_dat", "customer_id").rank("dense")
    ).unique()
    n_visits = basket["visit"].n_unique()
    seen = basket.group_by("article_id").len("n")
    pairs = years.planted.read_pairs()
    together = (
        basket.join(pairs, on="article_id")
        .join(basket, left_on=["visit", "goes_with"], right_on=["visit", "article_id"])
        .group_by("article_id", "goes_with")
        .len("together")
    )
    counted = (
        pairs.join(together, on=["article_id", "goes_with"], how="left")
        .with_columns(pl.col("together").fill_null(0))
        .join(seen, on="article_id")
        .join(seen.rename({"article_id": "goes_with", "n": "m"}), on="goes_with")
        .with_columns(expected=pl.col("n") * pl.col("m") / n_visits)
    )
    lift = number(counted["together"].sum()) / number(counted["expected"].sum())
    assert lift > 5, lift
    # Audience, kind and time explain some of that. The fair comparison: the article with another
    # of the same audience and kind as its partner, launched within a month of it.
    about = years.planted.read_articles().select("article_id", "audience", "kind", "launch_day")
    decoys = (
        counted.join(about, left_on="goes_with", right_on="article_id")
        .join(about.rename({"article_id": "decoy"}), on=["audience", "kind"])
        .filter(
            pl.col("decoy").str.slice(0, 7) != pl.col("goes_with").str.slice(0, 7),
            (pl.col("launch_day") - pl.col("launch_day_right")).abs() < 30,
        )
        .select("article_id", "decoy")
        .unique()
        .join(
            pairs, left_on=["article_id", "decoy"], right_on=["article_id", "goes_with"], how="anti"
        )
    )
    by_chance = (
        basket.join(decoys, on="article_id")
        .join(basket, left_on=["visit", "decoy"], right_on=["visit", "article_id"])
        .height
    )
    assert number(counted["together"].mean()) > 3 * by_chance / decoys.height > 0


def test_customers_buy_what_they_favour(years: Shop) -> None:
    sold = _with_days(years).select("customer_id", "article_id", "kind", "colour", "pattern")
    people = years.planted.read_customers()
    joined = sold.join(people.rename({"pattern": "favourite"}), on="customer_id")
    others = people.sample(fraction=1.0, shuffle=True, seed=1)
    mixed = sold.join(
        people.select("customer_id")
        .with_columns(others.drop("customer_id"))
        .rename({"pattern": "favourite"}),
        on="customer_id",
    )
    for want, column in (("colours", "colour"), ("kinds", "kind")):
        own = joined.select(pl.col(want).list.contains(pl.col(column)).mean()).item()
        chance = mixed.select(pl.col(want).list.contains(pl.col(column)).mean()).item()
        assert own > 1.5 * chance, (want, own, chance)
    own = share(joined["favourite"] == joined["pattern"])
    chance = share(mixed["favourite"] == mixed["pattern"])
    assert own > 1.08 * chance


def test_prices_follow_the_customers_level(years: Shop) -> None:
    """Within a kind of one audience, and within a segment: dear things for those who want them."""
    sold = _with_days(years).join(years.planted.read_customers(), on="customer_id")
    price, level = pl.col("price_right").log(), pl.col("price_level").log()
    relative = sold.with_columns(
        price=price - price.mean().over("audience", "kind"),
        level=level - level.mean().over("segment"),
    )
    high = number(relative.filter(pl.col("level") > 0.25)["price"].mean())
    low = number(relative.filter(pl.col("level") < -0.25)["price"].mean())
    assert high > low + 0.04


def test_clusters_share_a_style_that_attributes_do_not_tell(years: Shop) -> None:
    """Within one audience and kind, a cluster's purchases lie close together in hidden style."""
    sold = _with_days(years).join(years.planted.read_customers(), on="customer_id")
    style = np.asarray(sold["style"].to_list())
    groups = sold.select(pl.struct("audience", "kind").rank("dense")).to_series().to_numpy()
    sums = np.zeros((groups.max() + 1, style.shape[1]))
    np.add.at(sums, groups, style)
    centred = style - (sums / np.bincount(groups)[:, None].clip(1))[groups]
    cluster = sold["cluster"].to_numpy()
    means = np.stack([centred[cluster == c].mean(axis=0) for c in np.unique(cluster)])
    shuffled = np.random.default_rng(0).permutation(cluster)
    chance = np.stack([centred[shuffled == c].mean(axis=0) for c in np.unique(cluster)])
    assert np.linalg.norm(means, axis=1).mean() > 5 * np.linalg.norm(chance, axis=1).mean()


def test_age_goes_with_the_part_of_the_range(years: Shop) -> None:
    sold = _with_days(years).join(years.customers, on="customer_id").drop_nulls("age")
    age = sold.group_by("audience").agg(pl.col("age").cast(pl.Float64).mean())
    means = dict(age.iter_rows())
    assert means["divided"] + 8 < means["ladies"]


def test_kinds_sell_in_their_season_in_both_years(years: Shop) -> None:
    sold = _with_days(years)
    for winter, summer in ((2018, 2019), (2019, 2020)):
        month, year = pl.col("t_dat").dt.month(), pl.col("t_dat").dt.year()
        cold = sold.filter((month == 11) & (year == winter))
        warm = sold.filter((month == 6) & (year == summer))
        for kind in ("coat", "beanie", "boots"):
            assert share(cold["kind"] == kind) > 3 * share(warm["kind"] == kind), kind
        for kind in ("trunks", "shorts", "sandals"):
            assert share(warm["kind"] == kind) > 3 * share(cold["kind"] == kind), kind


def test_the_season_table_says_when(years: Shop) -> None:
    seasons = years.planted.read_seasons()
    assert seasons.height == len(KINDS) * 52
    best = seasons.sort("factor").group_by("kind", maintain_order=True).last()
    peaks = dict(best.select("kind", "week").iter_rows())
    for kind in KINDS:
        if kind.peak_week:
            assert abs(peaks[kind.shape] - kind.peak_week) <= 1
    means = seasons.group_by("kind").agg(pl.col("factor").mean())
    assert means["factor"].is_between(0.97, 1.03).all()


def test_weekdays_differ(years: Shop) -> None:
    by_day = years.purchases.group_by(pl.col("t_dat").dt.weekday()).len().sort("t_dat")["len"]
    assert by_day.arg_max() == 5  # Saturday
    assert by_day[5] > 1.15 * by_day[1]


def test_activity_is_skewed_and_many_are_gone(years: Shop) -> None:
    counts = years.purchases["customer_id"].value_counts()["count"]
    assert number(counts.quantile(0.5)) < 0.6 * number(counts.mean())
    assert 0 < years.customers.height - counts.len() < years.customers.height / 20
    recent = years.purchases.filter(
        pl.col("t_dat") > pl.lit(years.planted.last_day) - pl.duration(days=91)
    )
    assert 0.25 < recent["customer_id"].n_unique() / years.customers.height < 0.55


def test_customers_come_back_for_the_same_article_and_for_other_colours(years: Shop) -> None:
    visits = _with_days(years).select("customer_id", "article_id", "product_code", "day").unique()
    days = visits.group_by("customer_id", "article_id").agg(pl.col("day").n_unique())
    assert 0.05 < share(days["day"] > 1) < 0.35
    colours = visits.group_by("customer_id", "product_code").agg(pl.col("article_id").n_unique())
    assert share(colours["article_id"] > 1) > 0.05
    evergreen = years.planted.read_articles().filter("evergreen")
    basics = days.join(evergreen, on="article_id", how="semi")
    fashion = days.join(evergreen, on="article_id", how="anti")
    assert share(basics["day"] > 1) > share(fashion["day"] > 1)


def test_customers_keep_to_their_channel(years: Shop) -> None:
    visits = years.purchases.select("customer_id", "t_dat", "sales_channel_id").unique()
    one = visits.group_by("customer_id", "t_dat").len()
    assert (one["len"] == 1).all()
    joined = visits.join(years.planted.read_customers(), on="customer_id")
    online = number(joined.filter(pl.col("online") > 0.8)["sales_channel_id"].mean()) - 1
    offline = number(joined.filter(pl.col("online") < 0.2)["sales_channel_id"].mean()) - 1
    assert online > 0.85
    assert offline < 0.15


def test_the_shares_of_the_thoughts_are_told(years: Shop) -> None:
    thoughts = years.planted.thoughts
    assert abs(sum(thoughts.values()) - 1) < 1e-4
    assert thoughts["taste"] > 0.5
    assert all(share > 0.01 for share in thoughts.values())


def test_shapes_name_the_kinds() -> None:
    assert len(set(SHAPES)) == len(KINDS)


def _average_precision(lists: dict[str, list[str]], truth: dict[str, set[str]]) -> float:
    """MAP@12 as in the contest."""
    total = 0.0
    for customer, bought in truth.items():
        hits, score = 0, 0.0
        for rank, article in enumerate(lists[customer][:12], start=1):
            if article in bought:
                hits += 1
                score += hits / rank
        total += score / min(len(bought), 12)
    return total / len(truth)


def test_a_later_week_can_be_predicted_better_than_by_own_history(years: Shop) -> None:
    """The best sellers among customers like you beat own history with best sellers behind it.

    The clusters are planted, a recommender has to find them; the margin is what there is to win
    from them alone, before tastes, pairs and repeats.
    """
    people = dict(years.planted.read_customers().select("customer_id", "cluster").iter_rows())
    own_scores, cluster_scores = [], []
    for week in range(6):
        end = pl.lit(years.planted.last_day) - pl.duration(days=7 * week)
        start = end - pl.duration(days=7)
        history = years.purchases.filter(pl.col("t_dat") <= start)
        label = years.purchases.filter(pl.col("t_dat") > start, pl.col("t_dat") <= end)
        recent = history.filter(pl.col("t_dat") > start - pl.duration(days=21))
        truth = {
            row[0]: set(row[1])
            for row in label.group_by("customer_id").agg("article_id").iter_rows()
        }
        popular = recent["article_id"].value_counts(sort=True)["article_id"].head(12).to_list()
        own = dict(
            history.reverse()
            .unique(["customer_id", "article_id"], keep="first", maintain_order=True)
            .group_by("customer_id", maintain_order=True)
            .agg(pl.col("article_id").head(12))
            .iter_rows()
        )
        of_cluster = dict(
            recent.join(years.planted.read_customers(), on="customer_id")
            .group_by("cluster", "article_id")
            .len()
            .sort("cluster", "len", "article_id", descending=[False, True, False])
            .group_by("cluster", maintain_order=True)
            .agg(pl.col("article_id").head(12))
            .iter_rows()
        )
        baseline = {c: list(dict.fromkeys([*own.get(c, []), *popular])) for c in truth}
        own_scores.append(_average_precision(baseline, truth))
        mine = {c: list(dict.fromkeys([*of_cluster[people[c]], *popular])) for c in truth}
        cluster_scores.append(_average_precision(mine, truth))
    assert 0.02 < np.mean(own_scores) < 0.15
    assert np.mean(cluster_scores) > 1.2 * np.mean(own_scores)
    assert np.mean(cluster_scores) < 0.3
