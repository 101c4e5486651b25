"""Every reason for which a row is set aside, one hand-made row each."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from tests.data.small_shop import accepted, import_rows, quarantined

GOOD = "u1,001,2020-09-16,9.95\n"
KEPT = ("u1", "001", "2020-09-16", pytest.approx(9.95), None)
TOMORROW = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1)).date()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("u1,999,2020-09-16,9.95", "unknown item"),
        ("u1,1,2020-09-16,9.95", "unknown item"),
        ("u1,001,2020-02-30,9.95", "malformed date"),
        ("u1,001,16th of May,9.95", "malformed date"),
        ("u1,001,2020-09-16 25h,9.95", "malformed date"),
        ("u1,001,,9.95", "malformed date"),
        (f"u1,001,{TOMORROW},9.95", "future date"),
        ("u1,001,9999-12-31,9.95", "future date"),
        ("u1,001,1970-01-01,9.95", "date before 1990"),
        ("u1,001,2020-09-16,-0.01", "negative price"),
        ("u1,001,2020-09-16,", "absent price"),
        ("u1,001,2020-09-16,  ", "absent price"),
        ("u1,001,2020-09-16,cheap", "malformed price"),
        ("u1,001,2020-09-16,NaN", "malformed price"),
        ("u1,001,2020-09-16,inf", "malformed price"),
        (",001,2020-09-16,9.95", "empty id"),
        ("u1,,2020-09-16,9.95", "empty id"),
        ('"  ",001,2020-09-16,9.95', "empty id"),
        (",,,", "empty id"),
        ("u1,001,2020-09-16", "wrong number of columns"),
        ("u1,001,2020-09-16,9.95,web", "wrong number of columns"),
        ("lonely", "wrong number of columns"),
        ('u1,"001,2020-09-16,9.95', "unclosed quote"),
        ('u1,"001"x,2020-09-16,9.95', "unclosed quote"),
    ],
)
def test_row_is_set_aside_with_its_reason(tmp_path: Path, row: str, reason: str) -> None:
    report = import_rows(tmp_path, f"{GOOD}{row}\n{GOOD}").tables["interactions"]
    assert (report.read, report.accepted, report.quarantined) == (3, 2, {reason: 1})
    assert quarantined(tmp_path) == [("interactions.csv", 3, reason, row)]
    assert report.examples == {reason: {"line": 3, "text": row}}
    assert accepted(tmp_path) == [KEPT, KEPT]


def test_bytes_that_are_not_utf8_are_kept_readably(tmp_path: Path) -> None:
    import_rows(tmp_path, GOOD.encode() + b"caf\xe9,001,2020-09-16,1\n")
    assert quarantined(tmp_path) == [
        ("interactions.csv", 3, "not UTF-8", "caf\\xe9,001,2020-09-16,1")
    ]


def test_the_first_of_two_items_stays(tmp_path: Path) -> None:
    items = "item,title\n001,first\n002,other\n001,second\n,nameless\n"
    report = import_rows(tmp_path, GOOD, items=items).tables["items"]
    assert report.quarantined == {"duplicate item": 1, "empty id": 1}
    assert [row[1:] for row in quarantined(tmp_path)] == [
        (4, "duplicate item", "001,second"),
        (5, "empty id", ",nameless"),
    ]
    assert report.accepted == 2


def test_repeated_purchases_are_quantity(tmp_path: Path) -> None:
    assert import_rows(tmp_path, GOOD * 3).n_interactions == 3


def test_a_price_of_nothing_is_a_price(tmp_path: Path) -> None:
    import_rows(tmp_path, "u1,001,2020-09-16,0\n")
    assert accepted(tmp_path) == [("u1", "001", "2020-09-16", 0.0, None)]


def test_without_a_price_column_no_price_is_asked_for(tmp_path: Path) -> None:
    import_rows(tmp_path, "u1,001,2020-09-16\n", header="user,item,date\n")
    assert accepted(tmp_path) == [("u1", "001", "2020-09-16", None, None)]


def test_the_first_fault_of_a_row_counts(tmp_path: Path) -> None:
    report = import_rows(tmp_path, GOOD + ",999,never,-1\n")
    assert report.tables["interactions"].quarantined == {"empty id": 1}


def test_nothing_usable_is_an_error_that_shows_a_row(tmp_path: Path) -> None:
    from modiste.errors import InputError

    with pytest.raises(InputError, match=r"not one of the 2 rows .* unknown item .*u1,7,"):
        import_rows(tmp_path, "u1,7,2020-09-16,1\nu1,8,2020-09-16,1\n")
    assert not (tmp_path / "shop" / "data" / "CURRENT").exists()
