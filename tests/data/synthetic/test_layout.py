"""The files have the contest's layout, and the same seed gives the same bytes."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import polars as pl
import pytest

from modiste.data.synthetic import Planted, write_synthetic_shop
from modiste.data.synthetic.scales import SCALES
from modiste.errors import InputError
from tests.data.synthetic.conftest import Shop, number

ARTICLE_COLUMNS = (
    "article_id,product_code,prod_name,product_type_no,product_type_name,product_group_name,"
    "graphical_appearance_no,graphical_appearance_name,colour_group_code,colour_group_name,"
    "perceived_colour_value_id,perceived_colour_value_name,perceived_colour_master_id,"
    "perceived_colour_master_name,department_no,department_name,index_code,index_name,"
    "index_group_no,index_group_name,section_no,section_name,garment_group_no,"
    "garment_group_name,detail_desc"
)
CUSTOMER_COLUMNS = "customer_id,FN,Active,club_member_status,fashion_news_frequency,age,postal_code"
PURCHASE_COLUMNS = "t_dat,customer_id,article_id,price,sales_channel_id"


def test_headers_are_the_contests(tiny: Shop) -> None:
    def header(name: str) -> str:
        with (tiny.planted.folder / name).open(encoding="utf-8") as file:
            return file.readline().rstrip("\n")

    assert header("articles.csv") == ARTICLE_COLUMNS
    assert header("customers.csv") == CUSTOMER_COLUMNS
    assert header("transactions_train.csv") == PURCHASE_COLUMNS
    assert header("sample_submission.csv") == "customer_id,prediction"


def test_as_many_rows_as_the_scale_says(tiny: Shop) -> None:
    scale = SCALES["tiny"]
    assert tiny.articles.height == scale.n_articles == tiny.planted.n_articles
    assert tiny.customers.height == scale.n_customers
    assert tiny.purchases.height == scale.n_purchases == tiny.planted.n_purchases
    submission = pl.read_csv(tiny.planted.folder / "sample_submission.csv")
    assert submission["customer_id"].to_list() == tiny.customers["customer_id"].to_list()
    assert (submission["prediction"].str.split(" ").list.n_unique() == 12).all()


def test_article_ids_are_ten_digits_from_zero_and_hold_the_product(tiny: Shop) -> None:
    articles = tiny.articles
    assert articles["article_id"].str.contains(r"^0\d{9}$").all()
    assert (articles["article_id"].str.slice(1, 6) == articles["product_code"]).all()
    assert articles["article_id"].is_unique().all()
    assert articles["article_id"].is_sorted()


def test_products_come_in_several_colours_no_colour_twice(tiny: Shop) -> None:
    colours = tiny.articles.group_by("product_code").agg(
        pl.len(), n_colours=pl.col("colour_group_code").n_unique()
    )
    assert (colours["len"] == colours["n_colours"]).all()
    assert 1.6 < number(colours["len"].mean()) < 3.0
    kinds = tiny.articles.group_by("product_code").agg(pl.col("product_type_no").n_unique())
    assert (kinds["product_type_no"] == 1).all()


def test_customers_are_hexadecimal_and_some_ages_are_missing(years: Shop) -> None:
    customers = years.customers
    for column in ("customer_id", "postal_code"):
        assert customers[column].str.contains("^[0-9a-f]{64}$").all()
    assert customers["customer_id"].is_unique().all()
    assert 0 < customers["age"].null_count() < customers.height / 20
    ages = customers["age"].drop_nulls().cast(pl.Float64)
    assert ages.is_between(16, 99).all()
    assert customers["age"].drop_nulls().str.ends_with(".0").all()


def test_every_purchase_is_of_a_known_article_by_a_known_customer(tiny: Shop) -> None:
    purchases = tiny.purchases
    assert purchases.join(tiny.articles, on="article_id", how="anti").is_empty()
    assert purchases.join(tiny.customers, on="customer_id", how="anti").is_empty()


def test_purchases_run_from_the_first_day_to_the_contests_last_in_order(tiny: Shop) -> None:
    days = tiny.purchases["t_dat"]
    assert days.is_sorted()
    assert days[0] == tiny.planted.first_day == dt.date(2020, 3, 25)
    assert days[-1] == tiny.planted.last_day == dt.date(2020, 9, 22)
    assert set(tiny.purchases["sales_channel_id"]) == {1, 2}


def test_prices_are_in_the_contests_scale(tiny: Shop) -> None:
    shop_price = tiny.purchases["price"] * 590
    assert ((shop_price * 100 - (shop_price * 100).round()).abs() < 1e-6).all()
    assert shop_price.is_between(0.49, 500).all()
    assert 5 < number(shop_price.median()) < 30


def test_descriptions_exercise_the_quoting_of_csv(years: Shop) -> None:
    said = years.articles["detail_desc"].drop_nulls()
    assert said.str.contains('"', literal=True).any()
    assert said.str.contains(",", literal=True).any()
    assert 0 < years.articles["detail_desc"].null_count() < years.articles.height / 50
    assert said.n_unique() > years.articles.height / 3


def test_descriptions_say_the_kind_of_the_row(years: Shop) -> None:
    jeans = years.articles.filter(pl.col("garment_group_name") == "Trousers Denim")
    assert jeans.height > 5
    said = jeans["detail_desc"].drop_nulls().str.to_lowercase()
    assert said.str.contains("jeans|denim").all()


def _fingerprints(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("one", 3), ("again", 3), ("other", 4)):
        write_synthetic_shop(
            tmp_path / name, "tiny", seed, pictures=True, n_customers=60, n_articles=60, n_days=60
        )
    one, again, other = (_fingerprints(tmp_path / name) for name in ("one", "again", "other"))
    assert sum(name.endswith(".jpg") for name in one) == 60
    assert one == again
    for name in (
        "articles.csv",
        "customers.csv",
        "transactions_train.csv",
        "planted/pairs.parquet",
    ):
        assert one[name] != other[name]


def test_an_earlier_shop_is_replaced_and_its_pictures_are_gone(tmp_path: Path) -> None:
    first, planted = (
        write_synthetic_shop(
            tmp_path / "shop", "tiny", seed, pictures=True, n_customers=30, n_articles=60, n_days=30
        )
        for seed in (1, 2)
    )
    assert first.seed == 1
    ids = pl.read_csv(tmp_path / "shop" / "articles.csv", infer_schema=False)["article_id"]
    pictures = {path.stem for path in (tmp_path / "shop" / "images").rglob("*.jpg")}
    assert pictures == set(ids)
    assert Planted.read(tmp_path / "shop") == planted


def test_a_real_shop_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "articles.csv").write_text("article_id\n1\n")
    with pytest.raises(InputError, match="of another origin"):
        write_synthetic_shop(tmp_path, "tiny", 1)
    assert (tmp_path / "articles.csv").read_text() == "article_id\n1\n"


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ({"scale": "huge"}, "expected one of tiny, small, hm"),
        ({"seed": -1}, "expected 0 or more"),
        ({"n_customers": 3}, "expected 20 to"),
        ({"n_articles": 59}, "expected 60 to"),
        ({"n_days": 27}, "expected 28 to"),
    ],
)
def test_numbers_that_make_no_shop_are_refused(
    tmp_path: Path, numbers: dict[str, int | str], message: str
) -> None:
    arguments = {"scale": "tiny", "seed": 1} | numbers
    with pytest.raises(InputError, match=message):
        write_synthetic_shop(tmp_path / "shop", **arguments)  # type: ignore[arg-type]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "shop").write_text("")
    with pytest.raises(InputError, match="is a file"):
        write_synthetic_shop(tmp_path / "shop", "tiny", 1)


def test_a_folder_without_a_shop_has_nothing_planted(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no planted\.json"):
        Planted.read(tmp_path)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_smallest_shop_is_a_shop(tmp_path: Path, seed: int) -> None:
    shop = write_synthetic_shop(
        tmp_path / "shop", "hm", seed, n_customers=20, n_articles=60, n_days=28
    )
    assert shop.n_purchases == 18
    assert shop.n_pictures == 0
