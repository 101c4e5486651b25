"""A shop's own tables in all the forms in which shops write them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import polars as pl
import pytest

from modiste.cli import main
from modiste.data import open_shop
from modiste.data.sources.tables import import_tables
from modiste.errors import InputError
from tests.data.small_shop import ITEMS, accepted, import_rows, quarantined, write

PLAIN = "user,item,date,price\nu1,001,2020-09-16,9.5\nu2,003,2020-09-17,20\n"
EXPECTED = [
    ("u1", "001", "2020-09-16", 9.5, None),
    ("u2", "003", "2020-09-17", 20.0, None),
]


def as_parquet(path: Path, columns: dict[str, list[object]]) -> Path:
    pl.DataFrame(columns).write_parquet(path)
    return path


def import_file(folder: Path, name: str, content: bytes, **options: object) -> None:
    items = write(folder / "items.csv", ITEMS)
    import_tables(write(folder / name, content), items, folder / "shop", **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", PLAIN.encode()),
        ("bom.csv", b"\xef\xbb\xbf" + PLAIN.encode()),
        ("crlf.csv", PLAIN.replace("\n", "\r\n").encode()),
        ("no-end.csv", PLAIN.rstrip().encode()),
        ("blank-lines.csv", ("\n\n" + PLAIN.replace("\n", "\n\n")).encode()),
        ("a.tsv", PLAIN.replace(",", "\t").encode()),
        ("semicolon.csv", PLAIN.replace(",", ";").replace(".", ",").encode()),
        ("bars.txt", PLAIN.replace(",", "|").encode()),
        (
            "quoted.csv",
            b'"user","item","date","price"\n' + b'"u1","001","2020-09-16","9.5"\n'
            b'"u2","003","2020-09-17","20"\n',
        ),
        ("a.csv.gz", gzip.compress(PLAIN.encode(), mtime=0)),
        ("blanks.csv", PLAIN.replace(",", " , ").encode()),
        ("no-header.csv", PLAIN.split("\n", 1)[1].encode()),
        ("no-header.tsv", PLAIN.split("\n", 1)[1].replace(",", "\t").encode()),
        ("other-order.csv", b"date,price,item,user\n2020-09-16,9.5,001,u1\n2020-09-17,20,003,u2\n"),
    ],
)
def test_all_forms_of_text_give_the_same_rows(tmp_path: Path, name: str, content: bytes) -> None:
    import_file(tmp_path, name, content)
    assert accepted(tmp_path) == EXPECTED
    assert quarantined(tmp_path) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("2020-09-16T23:30:00", "2020-09-17T00:10:00"),
        ("2020-09-16 23:30:00.123", "2020-09-17 00:10"),
        ("2020-09-16T23:30:00Z", "2020-09-17T00:10:00Z"),
        ("2020-09-16T23:30:00+02:00", "2020-09-17T00:10:00+0200"),
        ("1600270000", "1600300801"),
        ("1600270000.25", "1600300801.5"),
        ("1600270000123", "1600300801123"),
        ("20200916", "20200917"),
        ("16.09.2020", "17.09.2020"),
        ("09/16/2020 10:30", "09/17/2020 9:30"),
        ("2020/09/16", "2020/09/17"),
    ],
)
def test_times_are_understood(tmp_path: Path, first: str, second: str) -> None:
    rows = f"u1,001,{first},9.5\nu2,003,{second},20\n"
    import_rows(tmp_path / "named", rows)
    assert accepted(tmp_path / "named") == EXPECTED


def test_a_zone_moves_no_day(tmp_path: Path) -> None:
    import_rows(tmp_path, "u1,001,2020-09-16T00:30:00+02:00,9.5\n")
    assert accepted(tmp_path)[0][2] == "2020-09-16"


def test_a_pattern_of_times_can_be_given(tmp_path: Path) -> None:
    import_file(tmp_path, "a.csv", b"user,item,date\nu1,001,16 Sep 2020\n", time_format="%d %b %Y")
    assert accepted(tmp_path) == [("u1", "001", "2020-09-16", None, None)]


def test_parquet_with_types(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    interactions = as_parquet(
        tmp_path / "i.parquet",
        {
            "customerId": [7, 8],
            "sku": ["001", "003"],
            "timestamp": [datetime(2020, 9, 16, 10, tzinfo=UTC), datetime(2020, 9, 17, tzinfo=UTC)],
            "price": [9.5, 20.0],
        },
    )
    items = as_parquet(
        tmp_path / "items.parquet", {"sku": ["001", "003"], "color": ["red", "blue"]}
    )
    import_tables(interactions, items, tmp_path / "shop")
    assert accepted(tmp_path) == [
        ("7", "001", "2020-09-16", 9.5, None),
        ("8", "003", "2020-09-17", 20.0, None),
    ]


@pytest.mark.parametrize(
    "header",
    [
        "customer_id,article_id,t_dat,price",
        "userID,itemId,timestamp,unit_price",
        "Visitor Id,SKU,Order Date,Amount",
        "uid,asin,unixReviewTime,price",
        "CLIENT,PRODUCT,DATE,PRICE",
    ],
)
def test_common_spellings(tmp_path: Path, header: str) -> None:
    import_rows(tmp_path, PLAIN.split("\n", 1)[1], header=header + "\n")
    assert accepted(tmp_path) == EXPECTED
    shop = open_shop(tmp_path / "shop")
    assert list(shop.own_names.values()) == header.split(",")[:3]


@pytest.mark.parametrize("name", ["1st_visit", "", "2020 sales", "price"])
def test_a_header_may_hold_any_name(tmp_path: Path, name: str) -> None:
    header = f"user,item,date,price,{name}\n"
    import_rows(tmp_path, "u1,001,2020-09-16,9.5,7\nu2,003,2020-09-17,20,8\n", header=header)
    assert accepted(tmp_path) == EXPECTED


def test_columns_without_names_can_be_mapped(tmp_path: Path) -> None:
    import_file(
        tmp_path,
        "a.csv",
        b"001,u1,9.5,2020-09-16\n003,u2,20,2020-09-17\n",
        mapping=["item_id=0", "user_id=1", "price=2", "time=3"],
    )
    assert accepted(tmp_path) == EXPECTED
    assert open_shop(tmp_path / "shop").own_names["item_id"] == "item_id"


def test_items_keep_what_is_known_of_them(tmp_path: Path) -> None:
    items = "sku,parent_id,title,category,color,brand,gender,Wash Care,weight,note\n" + "".join(
        f"{n:03},p{n // 2},T{n},{'dress' if n % 2 else 'shirt'},red,b{n % 3},women,"
        f"{'cold' if n % 4 else 'hot'},{n},{'unique words ' + str(n)}\n"
        for n in range(60)
    )
    import_rows(tmp_path, PLAIN.split("\n", 1)[1], items=items)
    shop = open_shop(tmp_path / "shop")
    rows = shop.items.collect("polars").to_native()
    assert shop.item_attributes == ("kind", "colour", "brand", "audience", "wash_care")
    assert rows.row(3, named=True) == {
        "item_idx": 3,
        "item_id": "003",
        "product_id": "p1",
        "name": "T3",
        "description": None,
        "picture": None,
        **{"kind": "dress", "colour": "red", "brand": "b0", "audience": "women"},
        **{"wash_care": "cold", "kind_code": 0, "colour_code": 0, "brand_code": 0},
        **{"audience_code": 0, "wash_care_code": 0},
    }


def test_an_item_without_product_is_its_own_product(tmp_path: Path) -> None:
    import_rows(tmp_path, PLAIN.split("\n", 1)[1])
    rows = open_shop(tmp_path / "shop").items.collect("polars").to_native()
    assert rows["product_id"].to_list() == ["001", "002", "003"]


def test_users_have_age_and_attributes(tmp_path: Path) -> None:
    users = write(tmp_path / "u.csv", "user,age,country\nu2,33,DE\nu0,young,FR\nu2,44,FR\n")
    report = import_tables(
        write(tmp_path / "i.csv", PLAIN),
        write(tmp_path / "t.csv", ITEMS),
        tmp_path / "shop",
        users=users,
    )
    shop = open_shop(tmp_path / "shop")
    rows = shop.users.collect("polars").to_native()
    assert rows.rows() == [
        (0, "u0", None, "FR", 1),
        (1, "u1", None, None, None),
        (2, "u2", 33.0, "DE", 0),
    ]
    assert report.tables["users"].quarantined == {"duplicate user": 1}
    assert (report.users_without_row, report.users_without_purchase) == (1, 1)


def test_channels_of_words_become_numbers(tmp_path: Path) -> None:
    rows = "u1,001,2020-09-16,1,web\nu1,001,2020-09-17,1,app\nu1,001,2020-09-18,1,\n"
    report = import_rows(tmp_path, rows, header="user,item,date,price,channel\n")
    assert [row[4] for row in accepted(tmp_path)] == [1, 0, None]
    assert "channels: 0 = app, 1 = web" in report.notes


def test_pictures_are_found_by_name_in_nested_folders(tmp_path: Path) -> None:
    for path in ("a/001.jpg", "a/b/002.PNG", "x.webp", "notes.txt", ".hidden.jpg"):
        write(tmp_path / "pictures" / path, b"?")
    items = "item,title,image\n001,a,\n002,b,\n003,c,x.webp\n"
    report = import_tables(
        write(tmp_path / "i.csv", PLAIN),
        write(tmp_path / "t.csv", items),
        tmp_path / "shop",
        pictures=tmp_path / "pictures",
    )
    shop = open_shop(tmp_path / "shop")
    rows = shop.items.collect("polars").to_native()
    assert rows["picture"].to_list() == ["a/001.jpg", "a/b/002.PNG", "x.webp"]
    assert (report.pictures, report.pictures_without_item) == (3, 0)
    assert shop.picture_folder == tmp_path / "pictures"


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ("nonsense", "expected name=column"),
        ("item_id=", "expected name=column"),
        ("item_id=foo", "no column 'foo' among interactions: user, item, date, price; items: item"),
        ("size=price", "'size' is none of age, audience, brand, channel, club, colour"),
        ("tiem=date", "--map tiem=date: 'tiem' is none of age,"),
        ("tiem=date", "did you mean time?"),
        ("time=when", "--map time=when: no column 'when'"),
        ("users.user_id=user", "there is no table users"),
    ],
)
def test_a_mapping_that_means_nothing_lists_the_columns(
    tmp_path: Path, mapping: str, said: str
) -> None:
    with pytest.raises(InputError) as error:
        import_file(tmp_path, "a.csv", PLAIN.encode(), mapping=[mapping])
    assert said in str(error.value)


def test_a_column_is_one_thing_only(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"'user' of a\.csv cannot be user_id and item_id"):
        import_file(tmp_path, "a.csv", PLAIN.encode(), mapping=["user_id=user", "item_id=user"])


def test_a_mapping_can_name_its_table(tmp_path: Path) -> None:
    items = write(tmp_path / "t.csv", "number,code\n001,x\n003,y\n")
    import_tables(
        write(tmp_path / "i.csv", PLAIN.replace("item", "code")),
        items,
        tmp_path / "shop",
        mapping={"items.item_id": "number", "interactions.item_id": "code"},
    )
    assert accepted(tmp_path) == EXPECTED


def test_the_command_prints_what_it_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [
        *("--interactions", str(write(tmp_path / "i.csv", PLAIN + "u1,9,2020-09-17,1\n"))),
        *("--items", str(write(tmp_path / "t.csv", ITEMS))),
        *("--shop", str(tmp_path / "shop")),
    ]
    assert main(["import", "tables", *files]) == 0
    captured = capsys.readouterr()
    shown = captured.out
    assert "warning: 1 of 3 (33.3 %) rows of interactions (i.csv) were set aside" in captured.err
    assert "most for unknown item" in captured.err
    assert "interactions: user_id = user, item_id = item, time = date, price" in shown
    assert "set aside 1: unknown item, as line 4: u1,9,2020-09-17,1" in shown
    assert "2 purchases from 2020-09-16 to 2020-09-17" in shown
    assert main(["import", "tables", *files, "--json"]) == 0
    captured = capsys.readouterr()
    assert "warning: 1 of 3" in captured.err
    report = json.loads(captured.out)
    stored = tmp_path / "shop" / "data" / report["version"] / "import-report.json"
    assert json.loads(stored.read_text())["identity"] == report["identity"]
    assert "import-report.json" in shown
    assert report["tables"]["interactions"]["quarantined"] == {"unknown item": 1}


def test_paths_with_signs_of_patterns_are_plain_paths(tmp_path: Path) -> None:
    folder = tmp_path / "a [b] *c?"
    import_rows(folder, PLAIN.split("\n", 1)[1])
    assert accepted(folder) == EXPECTED
    assert main(["doctor", "--shop", str(folder / "shop"), "--json"]) == 0


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("ratings.tsv", b"u1\t001\t4\t1600270000\nu2\t003\t5\t1600300801\n"),
        ("contest.csv", b"2020-09-16,u1,001\n2020-09-17,u2,003\n"),
    ],
)
def test_without_names_the_times_tell_the_columns(
    tmp_path: Path, name: str, content: bytes
) -> None:
    items = write(tmp_path / "t.csv", "001,A\n002,B\n003,C\n")
    import_tables(write(tmp_path / name, content), items, tmp_path / "shop")
    assert accepted(tmp_path) == [(*row[:3], None, None) for row in EXPECTED]


def test_without_names_and_times_the_columns_must_be_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no column for user_id, item_id, time among 0, 1, 2"):
        import_file(tmp_path, "a.csv", b"1,2,x\n3,4,y\n")


VARIANTS = "product_id,{},title\np1,001,A\np1,002,B\np2,003,C\n"


@pytest.mark.parametrize("header", ["sku", "variant_id", "Variant", "id", "movieId", "movie_id"])
@pytest.mark.parametrize("sold", ["item", "same"])
def test_variants_are_the_items_of_their_product(tmp_path: Path, header: str, sold: str) -> None:
    own = "item" if sold == "item" or header == "id" else header
    report = import_rows(
        tmp_path,
        PLAIN.split("\n", 1)[1],
        header=f"user,{own},date,price\n",
        items=VARIANTS.format(header),
    )
    assert accepted(tmp_path) == EXPECTED
    assert quarantined(tmp_path) == []
    assert report.tables["items"].columns["item_id"] == header
    rows = open_shop(tmp_path / "shop").items.collect("polars").to_native()
    assert rows["product_id"].to_list() == ["p1", "p1", "p2"]


def test_the_sales_tell_what_the_item_is(tmp_path: Path) -> None:
    report = import_rows(
        tmp_path,
        "u1,p1,2020-09-16,9.5\nu2,p2,2020-09-17,20\n",
        header="user,product_id,date,price\n",
        items=VARIANTS.format("sku"),
    )
    assert [row[1] for row in accepted(tmp_path)] == ["p1", "p2"]
    items = report.tables["items"]
    assert items.quarantined == {"duplicate item": 1}
    assert "1 rows repeat a product_id and were set aside" in items.notes[-1]


def test_what_does_not_count_is_said(tmp_path: Path) -> None:
    rows = "u1,001,2020-09-16,9.5,3,5\nu2,003,2020-09-17,20,1,4\n"
    report = import_rows(tmp_path, rows, header="user,item,date,price,Quantity,rating\n")
    assert accepted(tmp_path) == EXPECTED
    assert report.tables["interactions"].notes[-2:] == [
        "Quantity is not used: every row counts once, repeat it for more pieces",
        "rating is not used: every row counts as a purchase, whatever was thought of it",
    ]


def test_columns_without_names_are_told_how_to_get_one(tmp_path: Path) -> None:
    report = import_rows(tmp_path, PLAIN.split("\n", 1)[1], items="001,A,x\n002,B,x\n003,C,y\n")
    assert report.tables["items"].notes[-1] == (
        "columns 1, 2 have no names: give them with --map, such as --map items.name=1"
    )
    import_tables(
        tmp_path / "interactions.csv",
        tmp_path / "items.csv",
        tmp_path / "shop",
        mapping=["items.name=1"],
    )
    rows = open_shop(tmp_path / "shop").items.collect("polars").to_native()
    assert rows["name"].to_list() == ["A", "B", "C"]


def test_few_rows_set_aside_are_no_warning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = PLAIN.split("\n", 1)[1] * 2 + "u1,9,2020-09-17,1\n"
    files = [
        *("--interactions", str(write(tmp_path / "i.csv", "user,item,date,price\n" + rows))),
        *("--items", str(write(tmp_path / "t.csv", ITEMS))),
        *("--shop", str(tmp_path / "shop")),
    ]
    assert main(["import", "tables", *files]) == 0
    captured = capsys.readouterr()
    assert "set aside 1" in captured.out
    assert "warning" not in captured.err
    (stored,) = (tmp_path / "shop" / "data").glob("*/import-report.json")
    assert f"report: {stored}\n" in captured.out
