"""H&M's files: a hand-made handful in the default tier, the real sample where it is."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import polars as pl
import pytest

from modiste.cli import main
from modiste.data import open_shop
from modiste.data.sources.hm import ITEM_ATTRIBUTES, import_hm
from modiste.engine import collect
from modiste.errors import InputError
from tests.data.small_shop import accepted, quarantined, write

ARTICLES = ["article_id", "product_code", "prod_name", "detail_desc", *ITEM_ATTRIBUTES.values()]
TRANSACTIONS = "t_dat,customer_id,article_id,price,sales_channel_id\n"


def make_files(folder: Path, *, zipped: bool = False) -> Path:
    def put(name: str, text: str) -> None:
        content = gzip.compress(text.encode()) if zipped else text.encode()
        write(folder / (name + (".csv.gz" if zipped else ".csv")), content)

    rows = [
        ["0108775015", "0108775", "Strap top", '"Top, narrow\nstraps"', *"abcdefghijk"],
        ["0108775044", "0108775", "Strap top", "", *"abcdefghijk"],
        ["0999999001", "0999999", "Hat", "", *"bbcdefghijk"],
    ]
    put("articles", "\n".join([",".join(ARTICLES), *(",".join(row) for row in rows)]) + "\n")
    put(
        "customers",
        "customer_id,FN,Active,club_member_status,fashion_news_frequency,age,postal_code\n"
        "ff01,,,ACTIVE,NONE,21.0,p1\naa02,1.0,,PRE-CREATE,Regularly,,p2\n",
    )
    put(
        "transactions_train",
        TRANSACTIONS + "2018-09-21,ff01,0108775015,0.05,2\n2018-09-20,aa02,0108775044,0.01,1\n"
        "2018-09-20,bb03,0108775044,0.01,1\n2018-09-20,aa02,108775044,0.01,1\n",
    )
    return folder


@pytest.mark.parametrize("zipped", [False, True])
def test_the_contest_layout(tmp_path: Path, zipped: bool) -> None:
    files = make_files(tmp_path / "hm", zipped=zipped)
    write(files / "images" / "010" / "0108775015.jpg", b"?")
    write(files / "sample_submission.csv", "customer_id,prediction\n")
    report = import_hm(files, tmp_path / "shop")
    assert accepted(tmp_path) == [
        ("aa02", "0108775044", "2018-09-20", pytest.approx(0.01), 1),
        ("bb03", "0108775044", "2018-09-20", pytest.approx(0.01), 1),
        ("ff01", "0108775015", "2018-09-21", pytest.approx(0.05), 2),
    ]
    assert [row[1:3] for row in quarantined(tmp_path)] == [(5, "unknown item")]
    assert (report.users_without_row, report.items_never_sold, report.pictures) == (1, 1, 1)
    shop = open_shop(tmp_path / "shop")
    items, users = collect(shop.items), collect(shop.users)
    assert items["picture"].to_list() == ["010/0108775015.jpg", None, None]
    assert items["description"].to_list() == ["Top, narrow\nstraps", None, None]
    assert items["product_id"].to_list() == ["0108775", "0108775", "0999999"]
    assert items["kind"].to_list() == ["a", "a", "b"]
    assert items["kind_code"].to_list() == [0, 0, 1]
    assert users["user_id"].to_list() == ["aa02", "bb03", "ff01"]
    assert users["age"].to_list() == [None, None, 21.0]
    assert users["club"].to_list() == ["PRE-CREATE", None, "ACTIVE"]
    assert users["fn"].to_list() == ["1.0", None, None]
    assert users["active"].null_count() == users.height
    assert shop.item_attributes == tuple(ITEM_ATTRIBUTES)
    assert shop.user_attributes == ("club", "news", "fn", "active", "postal")
    assert shop.own_names == {"user_id": "customer_id", "item_id": "article_id", "day": "t_dat"}


def test_articles_and_pictures_may_lie_elsewhere(tmp_path: Path) -> None:
    files = make_files(tmp_path / "hm")
    moved = (files / "articles.csv").rename(tmp_path / "articles.csv")
    with pytest.raises(InputError, match=r"has no articles.csv .* or give --articles FILE"):
        import_hm(files, tmp_path / "shop")
    write(tmp_path / "pictures" / "0999999001.jpg", b"?")
    report = import_hm(files, tmp_path / "shop", articles=moved, pictures=tmp_path / "pictures")
    assert (report.n_items, report.pictures) == (3, 1)
    assert import_hm(files, tmp_path / "shop", articles=moved, keep_pictures=False).pictures == 0


def test_a_renamed_column_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = make_files(tmp_path / "hm")
    write(files / "transactions_train.csv", "date,customer_id,article_id,price\n2018-09-20,a,b,1\n")
    assert main(["import", "hm", str(files), "--shop", str(tmp_path / "shop")]) == 2
    said = capsys.readouterr().err
    assert "has no column t_dat among date, customer_id, article_id, price" in said
    assert not (tmp_path / "shop").exists()


def test_a_cut_of_the_columns_is_enough(tmp_path: Path) -> None:
    files = make_files(tmp_path / "hm")
    write(files / "articles.csv", "article_id,product_type_name\n0108775015,Top\n0108775044,Top\n")
    report = import_hm(files, tmp_path / "shop")
    assert "absent columns: product_code, prod_name" in report.tables["items"].notes[-1]
    assert open_shop(tmp_path / "shop").item_attributes == ("kind",)


@pytest.mark.real_data
def test_the_real_sample(tmp_path: Path, shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(
        ["import", "hm", str(shared / "hm_sample"), "--shop", str(tmp_path / "s"), "--json"]
    )
    report = json.loads(capsys.readouterr().out)
    assert code == 0
    assert report["tables"]["interactions"]["read"] == 31_662
    assert report["tables"]["interactions"]["accepted"] == 31_662
    assert (report["n_items"], report["n_users"], report["pictures"]) == (105_542, 1_364, 11_800)
    assert (report["first_day"], report["last_day"]) == ("2018-09-20", "2020-09-22")
    shop = open_shop(tmp_path / "s")
    items = collect(shop.items)
    assert items["item_id"].head(1).item() == "0108775015"
    assert items["item_id"].str.len_chars().unique().to_list() == [10]
    rows = collect(shop.interactions)
    assert rows.equals(rows.sort("day", "user_idx", "item_idx", "price", "channel"))


@pytest.mark.real_data
def test_the_real_last_week_with_the_samples_articles(tmp_path: Path, shared: Path) -> None:
    report = import_hm(
        shared / "hm_last_week",
        tmp_path / "s",
        articles=shared / "hm_sample" / "articles.csv.gz",
    )
    assert report.n_interactions == 120_497
    assert (report.n_users, report.users_without_row, report.pictures) == (34_330, 0, 11_800)
    table = pl.read_parquet(tmp_path / "s" / "data" / report.version / "interactions.parquet")
    assert table["day"].n_unique() == 7
