"""Files of the wrong kind: one line, exit code 2, and the shop as it was."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from PIL import Image

from modiste.cli import main
from tests.data.small_shop import HEADER, ITEMS, import_rows, write

GOOD = HEADER + "u1,001,2020-09-16,9.95\n"


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "JPEG")
    return file.getvalue()


def archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("interactions.csv", GOOD)
    return file.getvalue()


def parquet() -> bytes:
    file = io.BytesIO()
    pl.DataFrame({"user": ["u1"]}).write_parquet(file)
    return file.getvalue()


def cut_gzip() -> bytes:
    rows = "".join(f"u{n},001,2020-09-16,{n}\n" for n in range(20_000))
    return gzip.compress((HEADER + rows).encode())[:-40_000]


def snapshot(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


Content = Callable[[], bytes] | str | None
KINDS: list[tuple[str, Content, str]] = [
    ("absent.csv", None, "does not exist"),
    ("empty.csv", lambda: b"", "is empty"),
    ("blank.csv", lambda: b"\n\r\n\n", "holds no rows"),
    ("bom.csv", lambda: b"\xef\xbb\xbf", "holds no rows"),
    ("picture.csv", picture, "is a JPEG picture"),
    ("zip.csv", archive, "is a zip archive"),
    ("table.csv", parquet, "is Parquet, no text"),
    ("text.parquet", GOOD.encode, "is text, no Parquet"),
    ("damaged.parquet", lambda: parquet()[:60], "cannot be read"),
    ("noise.csv", lambda: bytes(range(256)), "is binary data"),
    ("wide.csv", lambda: GOOD.encode("utf-16"), "is text in UTF-16"),
    ("mac.csv", lambda: GOOD.replace("\n", "\r").encode(), "CR alone"),
    ("cut.csv.gz", cut_gzip, "is damaged gzip"),
    ("bad.csv.gz", lambda: b"\x1f\x8bnonsense", "is damaged gzip"),
    ("nothing.csv.gz", lambda: gzip.compress(b""), "is empty"),
    ("picture.csv.gz", lambda: gzip.compress(picture()), "is gzip around a JPEG picture"),
    ("folder", "folder", "is a folder"),
]
COLUMNS: list[tuple[str, Content, str]] = [
    ("header.csv", HEADER.encode, "has a header and no rows"),
    ("renamed.csv", lambda: b"who,item,date\nu1,001,2020-09-16\n", "no column for user_id"),
    ("missing.csv", lambda: b"user,date\nu1,2020-09-16\n", "no column for item_id"),
]
CASES = [(role, *case) for role in ("interactions", "items") for case in KINDS]
CASES += [("interactions", *case) for case in COLUMNS]


@pytest.mark.parametrize(("role", "name", "content", "said"), CASES)
def test_a_file_of_the_wrong_kind_is_one_line_and_changes_nothing(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    role: str,
    name: str,
    content: Content,
    said: str,
) -> None:
    import_rows(tmp_path, "u1,001,2020-09-16,9.95\n")
    before = snapshot(tmp_path / "shop")
    given = tmp_path / name
    if content == "folder":
        given.mkdir()
    elif callable(content):
        write(given, content())
    files = {
        "interactions": write(tmp_path / "good.csv", GOOD),
        "items": write(tmp_path / "items.csv", ITEMS),
        role: given,
    }
    code = main(
        [
            *("import", "tables", "--shop", str(tmp_path / "shop")),
            *("--interactions", str(files["interactions"]), "--items", str(files["items"])),
        ]
    )
    shown = capsys.readouterr()
    assert code == 2
    assert shown.out == ""
    lines = shown.err.strip().splitlines()
    assert len(lines) == 1, shown.err
    assert lines[0].startswith("modiste: ")
    assert said in lines[0]
    assert snapshot(tmp_path / "shop") == before


def test_an_absent_shop_stays_absent(tmp_path: Path) -> None:
    items = write(tmp_path / "items.csv", ITEMS)
    given = ["--interactions", str(tmp_path / "no.csv"), "--items", str(items)]
    assert main(["import", "tables", *given, "--shop", str(tmp_path / "shop")]) == 2
    assert not (tmp_path / "shop").exists()


def test_a_cell_of_ten_megabytes_is_only_long(tmp_path: Path) -> None:
    long = "x" * 10_000_000
    items = f'item,title,description\n001,a,"{long},\n{long}"\n002,b,c\n'
    report = import_rows(tmp_path, "u1,001,2020-09-16,1\n", items=items)
    assert report.tables["items"].accepted == 2
    again = import_rows(tmp_path, f"u{long},001,2020-09-16,1\nu1,001,x{long},1\n")
    assert again.tables["interactions"].quarantined == {"malformed date": 1}
