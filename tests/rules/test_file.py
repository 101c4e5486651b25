"""The rules' file: what it says, its faults, and what becomes of it in a shop."""

from pathlib import Path

import polars as pl
import pytest

from modiste.data import Dataset
from modiste.errors import ConfigError, InputError
from modiste.rules.engine import Pin, apply_rules
from modiste.rules.file import bind_rules, read_rules
from modiste.rules.stock import read_stock, stock_notes

DAY = 18_600  # 2020-12-04


@pytest.fixture(scope="module")
def shop() -> Dataset:
    """Six articles of two products, bought by two customers."""
    catalogue = pl.DataFrame(
        {
            "article_id": ["01", "02", "03", "04", "05", "06"],
            "product_code": ["p", "p", "q", "q", "r", "s"],
            "colour": ["Red", "Blue", "Red", "Blue", None, "Red"],
            "department": ["Shoes", "Shoes", "Bags", "Bags", "Bags", "Shoes"],
        }
    )
    sales = pl.DataFrame(
        {
            "customer_id": ["a", "a", "b"],
            "article_id": ["01", "03", "06"],
            "t_dat": ["2020-11-01", "2020-12-01", "2020-12-02"],
            "price": [10.0, 20.0, 30.0],
        }
    )
    return Dataset.from_frames(sales, catalogue).until(DAY)


def write(folder: Path, text: str) -> Path:
    path = folder / "rules.toml"
    path.write_text(text, encoding="utf-8")
    return path


def bound(folder: Path, shop: Dataset, text: str):  # type: ignore[no-untyped-def]
    return bind_rules(read_rules(write(folder, text)), shop, folder)


def test_only_and_hide_say_what_may_be_shown(tmp_path: Path, shop: Dataset) -> None:
    rules = bound(tmp_path, shop, 'only = ["colour=Red"]\nhide = ["price>25", "department=Bags"]')
    assert rules.allowed is not None
    assert rules.allowed.to_list() == [0]  # 03 is a bag, 06 costs 30


def test_no_rule_allows_everything(tmp_path: Path, shop: Dataset) -> None:
    assert bound(tmp_path, shop, "").allowed is None


def test_a_stock_feed_is_a_column_and_what_it_does_not_name_is_sold_out(
    tmp_path: Path, shop: Dataset
) -> None:
    (tmp_path / "stock.csv").write_text("sku,quantity\n02,3\n04,0\n05,x\n02,1\n")
    assert dict(read_stock(tmp_path / "stock.csv").rows()) == {"02": 4.0, "04": 0.0, "05": None}
    rules = bound(tmp_path, shop, 'stock = "stock.csv"\nonly = ["stock>0"]')
    assert rules.allowed is not None
    assert rules.allowed.to_list() == [1]


@pytest.mark.parametrize(
    ("text", "said"),
    [("id,price\n1,2\n", "no column for stock"), ("", "cannot be read")],
)
def test_a_stock_feed_that_is_none_says_so(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "stock.csv").write_text(text)
    with pytest.raises(InputError, match=said):
        read_stock(tmp_path / "stock.csv")


def test_caps_groups_by_product_first(tmp_path: Path, shop: Dataset) -> None:
    rules = bound(tmp_path, shop, "one_per_product = true\nat_most = { department = 1 }")
    ranked = pl.DataFrame(
        {"user_idx": [0] * 6, "item_idx": [1, 0, 5, 2, 4, 3], "rank": [1, 2, 3, 4, 5, 6]}
    ).with_columns(pl.col("user_idx", "item_idx", "rank").cast(pl.Int32), score=pl.lit(0.5))
    assert apply_rules(rules, ranked, 6)["item_idx"].to_list() == [1, 2]


def test_a_rule_with_days_holds_from_the_first_and_not_on_the_last(
    tmp_path: Path, shop: Dataset
) -> None:
    text = '[[pin]]\nitem = "05"\nplace = 1\nfrom = {}\nuntil = {}'
    for start, end, holds in (
        ("2020-12-04", "2020-12-05", True),
        ("2020-12-05", "2020-12-09", False),
        ("2020-12-01", "2020-12-04", False),
    ):
        pins = bound(tmp_path, shop, text.format(start, end)).pins
        assert pins == ((Pin(4, 1),) if holds else ()), (start, end)


def test_a_promotion_names_items_by_filters(tmp_path: Path, shop: Dataset) -> None:
    rules = bound(tmp_path, shop, '[[promote]]\nonly = ["department=Bags"]\nshare = 0.5')
    assert [rule.items.to_list() for rule in rules.promotions] == [[2, 3, 4]]


def test_every_fault_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    text = """
        only = ["colour"]
        one_per_produkt = true
        hide_bought_days = -1
        [[promote]]
        only = ["colour=Red"]
        share = 1.5
        [[pin]]
        item = "05"
        place = 0
    """
    with pytest.raises(ConfigError) as error:
        read_rules(write(tmp_path, text))
    lines = str(error.value).splitlines()
    assert len(lines) == 5
    for said in (
        "filter 'colour'",
        "did you mean one_per_product",
        "hide_bought_days",
        "share",
        "place",
    ):
        assert any(said in line for line in lines), said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("only = [", "no TOML"),
        (
            "stock = 'stock.csv'\nhide = ['price>9']",
            r"no condition reads it: add only = .\"stock>0",
        ),
        ("[pin]\nitem = '1'", "two brackets"),
        ("[[pin]]\nitem='1'\nplace=1\n[[pin]]\nitem='2'\nplace=1", "one place"),
    ],
)
def test_a_file_that_is_wrong_says_so(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        read_rules(write(tmp_path, text))


def test_a_file_that_is_not_there_was_never_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"there is no file .*rules.toml: give a file of rules"):
        read_rules(tmp_path / "rules.toml")


@pytest.mark.parametrize("text", ["hide=['stock<1']", "[[promote]]\nonly=['Stock>9']\nshare=0.1"])
def test_any_filter_may_read_the_stock(tmp_path: Path, text: str) -> None:
    assert read_rules(write(tmp_path, f"stock = 'stock.csv'\n{text}")).stock == "stock.csv"


def test_what_the_shop_does_not_have_is_named(tmp_path: Path, shop: Dataset) -> None:
    text = 'only = ["color=Rde"]\nat_most = { departmnt = 2 }\n[[pin]]\nitem = "5"\nplace = 1'
    with pytest.raises(ConfigError) as error:
        bound(tmp_path, shop, text)
    said = str(error.value)
    assert "did you mean Red" in said
    assert "did you mean department" in said
    assert "no item '5'" in said


def test_a_stock_feed_says_what_of_it_is_of_no_use(tmp_path: Path) -> None:
    items = pl.DataFrame({"item_id": ["01", "02", "03"]})
    (tmp_path / "stock.csv").write_text("sku,quantity\n02,3\n2,4\n03,many\n")
    notes = stock_notes(read_stock(tmp_path / "stock.csv"), items)
    assert [note.split(": ")[1] for note in notes] == [
        "2 of 3 items are named",
        "1 ids are no item's, “2” for one",
        "1 items without a number are judged by their sales",
    ]
    (tmp_path / "stock.csv").write_text("sku,quantity\n2,3\n")
    with pytest.raises(
        InputError, match=r"no item of the shop .“2” for one; the shop's are 01, 02"
    ):
        stock_notes(read_stock(tmp_path / "stock.csv"), items)
