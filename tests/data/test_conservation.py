"""Rows read = rows accepted + rows quarantined, whatever the bytes."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from modiste.data import reading
from modiste.data.reading import open_table
from tests.data.small_shop import HEADER, accepted, import_rows, quarantined, write

GOOD = b"u1,001,2020-09-16,1.5\n"
user = st.sampled_from([b"u1", b"u2", b"", b" ", b'"u,3"', b'"u', b"\xff", b'"u\n4"', b"\xc3\xbc"])
item = st.sampled_from([b"001", b"002", b"1", b"", b'"003"', b"001 "])
day = st.sampled_from([b"2020-09-16", b"2020-09-16T10:00:00Z", b"2999-01-01", b"x", b"", b"0"])
price = st.sampled_from([b"1", b"1.5", b"-1", b"", b"x", b"nan", b"1e3"])
row = st.builds(lambda *cells: b",".join(cells), user, item, day, price)
line = st.one_of(row, row, st.binary(max_size=30), st.just(b""))
end = st.sampled_from([b"\n", b"\n", b"\r\n"])
body = st.lists(st.tuples(line, end).map(b"".join), max_size=25).map(b"".join)


@settings(max_examples=40)
@given(body, st.sampled_from([7, 64, 1 << 20]))
def test_no_row_is_lost(data: bytes, block: int) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        original, reading.BLOCK = reading.BLOCK, block
        try:
            report = import_rows(folder, GOOD + data)
        finally:
            reading.BLOCK = original
        table = report.tables["interactions"]
        assert table.read == table.accepted + sum(table.quarantined.values())
        assert len(accepted(folder)) == table.accepted == report.n_interactions
        set_aside = [row for row in quarantined(folder) if row[0] == "interactions.csv"]
        assert len(set_aside) == sum(table.quarantined.values())
        assert report.identity == import_rows(folder, GOOD + data).identity


@given(st.binary(max_size=200))
def test_any_bytes_are_a_table_or_one_clear_error(data: bytes) -> None:
    from modiste.errors import InputError

    with TemporaryDirectory() as name:
        path = write(Path(name) / "t.csv", data)
        message = ""
        try:
            table = open_table(path, is_name=lambda _: False)
            for found in table.blocks():
                assert found.rows.columns == list(table.columns)
        except InputError as error:
            message = str(error)
        assert not message or (str(path) in message and "\n" not in message)


def test_the_order_of_rows_changes_nothing(tmp_path: Path) -> None:
    rows = [
        f"u{number % 7},00{number % 3 + 1},2020-0{number % 9 + 1}-16,{number % 5}\n"
        for number in range(60)
    ]
    one = import_rows(tmp_path / "a", "".join(rows))
    other = import_rows(tmp_path / "b", "".join(reversed(rows)))
    assert one.identity == other.identity
    assert accepted(tmp_path / "a") == accepted(tmp_path / "b")
    assert HEADER.startswith("user")
