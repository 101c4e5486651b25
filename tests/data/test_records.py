"""Bytes become rows: the fast way and the exact way agree, and no row is lost."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modiste.data import reading, records
from modiste.data.reading import open_table
from modiste.data.records import Layout, parse, parse_clean, parse_exact
from tests.data.small_shop import write

LAYOUT = Layout(",", 3)
PIECES = [b"a", b"\xc3\xa9", b",", b",", b'"', b'""', b"\n", b"\n", b"\r\n", b" ", b"\xff", b"0"]
messy = st.lists(st.sampled_from(PIECES), max_size=60).map(lambda pieces: b"".join(pieces) + b"\n")
cell = st.text(st.sampled_from('ab,"\né '), max_size=5)
rows = st.lists(st.tuples(cell, cell, cell), min_size=1, max_size=8)


@given(messy)
def test_the_fast_way_gives_what_the_exact_way_gives_or_nothing(data: bytes) -> None:
    clean = parse_clean(data, LAYOUT, 1)
    exact, used = parse_exact(data, LAYOUT, 1, final=True)
    assert used == len(data)
    if clean is not None:
        assert clean.rows.rows() == exact.rows.rows()
        assert exact.broken.is_empty()
        index = np.arange(clean.rows.height)
        assert clean.places(index).equals(exact.places(index))


@given(messy, st.integers(1, 2))
def test_one_or_two_columns_agree_too(data: bytes, width: int) -> None:
    layout = Layout(",", width)
    exact, _ = parse_exact(data, layout, 1, final=True)
    clean = parse_clean(data, layout, 1)
    assert clean is None or clean.rows.rows() == exact.rows.rows()


@given(messy)
def test_cutting_around_faults_changes_nothing(data: bytes) -> None:
    exact, _ = parse_exact(data, LAYOUT, 5, final=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records, "_SMALL", 4)
        blocks, used = parse(data, LAYOUT, 5, final=True)
    assert used == len(data)
    assert [row for block in blocks for row in block.rows.rows()] == exact.rows.rows()
    assert [row for block in blocks for row in block.broken.rows()] == exact.broken.rows()
    places = [row for block in blocks for row in block.places(np.arange(block.rows.height)).rows()]
    assert places == exact.places(np.arange(exact.rows.height)).rows()


@given(messy)
def test_every_line_is_a_row_a_fault_or_blank(data: bytes) -> None:
    block, _ = parse_exact(data, LAYOUT, 1, final=True)
    places = block.places(np.arange(block.rows.height))
    texts = [*places["text"], *block.broken["text"]]
    lines = sum(1 for text in texts for line in text.split("\n") if line.strip("\r"))
    assert lines == sum(1 for line in data.split(b"\n") if line.strip(b"\r"))


@given(rows)
def test_what_a_csv_writer_wrote_is_read_back(table: list[tuple[str, str, str]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(table)
    data = text.getvalue().encode()
    exact, _ = parse_exact(data, LAYOUT, 1, final=True)
    assert exact.rows.rows() == [tuple(value or None for value in row) for row in table]
    clean = parse_clean(data, LAYOUT, 1)
    assert clean is not None
    assert clean.rows.equals(exact.rows)


def test_clean_bytes_take_the_fast_way() -> None:
    assert parse_clean(b'a,b,c\n"x, y","z\nz",""\n', LAYOUT, 1) is not None


@pytest.mark.parametrize(
    "data",
    [
        b"a,b\n",
        b"a,b,c,d\n",
        b"a,b,c\n\n",
        b"a,b\nc,d,e,f\n",
        b'a,"b,c\n',
        b"\xff,b,c\n",
        b'a"b",c,d\n',
    ],
)
def test_faulty_bytes_do_not(data: bytes) -> None:
    assert parse_clean(data, LAYOUT, 1) is None


def test_a_quote_that_never_closes_costs_one_line() -> None:
    data = b'1,2,3\n4,"5,6\n7,8,9\n' + b"a,b,c\n" * 1000
    block, _ = parse_exact(data, LAYOUT, 1, final=True)
    assert block.rows.height == 1002
    assert block.broken.rows() == [(2, '4,"5,6', "unclosed quote")]


def test_a_record_of_several_lines_and_the_wrong_width_costs_its_first_line() -> None:
    block, _ = parse_exact(b'1,"2\n3",4,5\n6,7,8\n', LAYOUT, 1, final=True)
    assert block.rows.rows() == [('3"', "4", "5"), ("6", "7", "8")]
    assert block.broken.rows() == [(1, '1,"2', "unclosed quote")]


@given(st.integers(1, 40), rows)
def test_the_size_of_blocks_changes_nothing(size: int, table: list[tuple[str, str, str]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([("user", "item", "date"), *table])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "BLOCK", size)
        found = _read(text.getvalue().encode())
    assert found == [tuple(value or None for value in row) for row in table if any(row)] or (
        found == [tuple(value or None for value in row) for row in table]
    )


def _read(data: bytes) -> list[tuple[object, ...]]:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as name:
        table = open_table(write(Path(name) / "t.csv", data), is_name={"user"}.__contains__)
        blocks = list(table.blocks())
    assert all(block.broken.is_empty() for block in blocks)
    return [row for block in blocks for row in block.rows.rows()]


def test_lines_are_counted_through_all_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BLOCK", 30)
    lines = ["user,item,date", *("a,b,c" if n % 7 else "a,b" for n in range(2, 60))]
    data = "\n".join(lines).encode()
    table = open_table(write(tmp_path / "t.csv", data), is_name={"user"}.__contains__)
    blocks = list(table.blocks())
    assert len(blocks) > 5
    faults = [row[0] for block in blocks for row in block.broken.rows()]
    assert faults == list(range(7, 60, 7))


def test_a_row_without_end_is_set_aside_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BLOCK", 1000)
    monkeypatch.setattr(reading, "LONGEST_ROW", 5000)
    data = b"user,item,date\n1,2,3\n" + b"x" * 20_000 + b"\n4,5,6\n"
    table = open_table(write(tmp_path / "t.csv", data), is_name={"user"}.__contains__)
    blocks = list(table.blocks())
    assert [row for block in blocks for row in block.rows.rows()] == [
        ("1", "2", "3"),
        ("4", "5", "6"),
    ]
    faults = [row for block in blocks for row in block.broken.rows()]
    assert [(line, reason) for line, _, reason in faults] == [(3, "row too long")]
