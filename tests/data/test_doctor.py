"""What `modiste doctor` finds in shops that ail in one way each."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import pytest
from PIL import Image

from modiste.artifacts import Store
from modiste.cli import main
from modiste.data import doctor, health_pictures, photos
from modiste.data.doctor import examine_shop
from modiste.data.environment import examine_environment
from modiste.data.findings import Finding
from modiste.data.shop import dataset_store
from modiste.data.sources.tables import import_tables
from tests.data.small_shop import HEADER, ITEMS, import_rows, write

FIRST = date(2020, 1, 1)


def rows_of_days(days: Iterable[int], *, item: str = "001", price: float = 10.0) -> str:
    return "".join(
        f"u{day % 5},{item},{FIRST + timedelta(days=day)},{price + day % 7}\n" for day in days
    )


HEALTHY = rows_of_days(range(100)) + rows_of_days(range(0, 100, 2), item="002")


def found(shop: Path, subject: str) -> Finding:
    (one,) = (finding for finding in examine_shop(shop) if finding.subject == subject)
    return one


def test_a_healthy_shop_has_nothing_worse_than_notes(tmp_path: Path) -> None:
    import_rows(tmp_path, HEALTHY)
    assert {one.severity for one in examine_shop(tmp_path / "shop")} == {"ok", "note"}
    assert found(tmp_path / "shop", "items never sold").found == "1 of 3 (33.3 %)"


def test_altered_files_are_an_error_and_are_not_parsed(tmp_path: Path) -> None:
    import_rows(tmp_path, HEALTHY)
    stored = dataset_store(tmp_path / "shop").current() / "items.parquet"
    stored.write_bytes(stored.read_bytes()[:-1] + b"?")
    (only,) = examine_shop(tmp_path / "shop")
    assert only.severity == "error"
    assert "items.parquet" in only.found


def test_an_altered_release_is_an_error_and_says_to_train(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import_rows(tmp_path, HEALTHY)
    shop = tmp_path / "shop"
    assert all(one.subject != "release" for one in examine_shop(shop))
    store = Store(shop / "releases", "release")
    with store.publish("first", {}) as folder:
        (folder / "model.txt").write_text("trees")
    assert found(shop, "release").severity == "ok"
    (store.current() / "model.txt").write_text("other")
    assert main(["doctor", "--shop", str(shop)]) == 1
    shown = capsys.readouterr().out
    assert "ERROR   release: " in shown
    assert "model.txt has SHA-256" in shown
    assert "run modiste train --shop" in shown


@pytest.mark.parametrize(
    ("subject", "rows", "severity", "said"),
    [
        ("rows of interactions", HEALTHY + "u1,9,2020-01-01,1\n", "note", "1 of 151 (0.7 %)"),
        ("rows of interactions", HEALTHY + "u1,9,2020-01-01,1\n" * 9, "warning", "9 unknown item"),
        ("rows of interactions", HEALTHY + "u1,9,2020-01-01,1\n" * 90, "error", "90 unknown item"),
        ("leading zeros", HEALTHY + "u1,1,2020-01-01,1\n", "error", "1 rows set aside would match"),
        ("history", rows_of_days(range(20)), "warning", "20 days, 2020-01-01 to 2020-01-20"),
        (
            "gaps in time",
            rows_of_days([*range(40), *range(50, 100)]),
            "warning",
            "10 of 100 (10.0 %) days have no sale, the longest gap is 10 from 2020-02-10",
        ),
        ("gaps in time", rows_of_days([*range(40), *range(41, 100)]), "note", "1 of 100"),
        (
            "gaps in time",
            rows_of_days(day for day in range(100) if (FIRST + timedelta(days=day)).weekday() != 6),
            "note",
            "no sale on any Sunday (14 days)",
        ),
        ("price scale", HEALTHY, "ok", "10 to 16, median 13"),
        (
            "price scale",
            HEALTHY + "u1,002,2020-01-01,99950\n",
            "warning",
            "1 of 151 (0.7 %) are 1000 times off",
        ),
        ("price scale", HEALTHY + "u1,002,2020-01-01,1600\n", "warning", "1 items were sold at"),
        ("prices of 0", HEALTHY + "u1,002,2020-01-01,0\n" * 9, "warning", "9 of 159"),
        ("repeated rows", HEALTHY + "u9,002,2020-01-01,5\n" * 3, "note", "2 of 153 (1.3 %)"),
        ("repeated rows", HEALTHY * 2, "warning", "150 of 300 (50.0 %)"),
    ],
)
def test_ailments_of_interactions(
    tmp_path: Path, subject: str, rows: str, severity: str, said: str
) -> None:
    import_rows(tmp_path, rows)
    one = found(tmp_path / "shop", subject)
    assert one.severity == severity
    assert said in one.found
    assert (severity in {"ok", "note"}) or one.advice


def test_repeats_are_counted_across_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import_rows(tmp_path, HEALTHY * 3)
    monkeypatch.setattr(doctor, "_SLICE", 4)
    assert found(tmp_path / "shop", "repeated rows").found.startswith("300 of 450 ")


@pytest.mark.parametrize(
    ("items", "severity"),
    [
        ("item\n001\n002\n", "ok"),
        ("item\n1\n2\n100\n", "ok"),
        ("item\n108775015\n999999001\n8775015\n", "warning"),
        ("item\nA1\nB2\n001\n", "ok"),
    ],
)
def test_leading_zeros_of_items(tmp_path: Path, items: str, severity: str) -> None:
    first = items.split()[1]
    import_rows(tmp_path, HEALTHY.replace("001", first).replace("002", first), items=items)
    assert found(tmp_path / "shop", "leading zeros").severity == severity


def test_items_alike_and_never_sold(tmp_path: Path) -> None:
    items = "item,title,group\n001,A,g\n002,B,g\n" + "".join(
        f"{n:03},Same dress,g\n" for n in range(10, 20)
    )
    import_rows(tmp_path, HEALTHY, items=items)
    assert (
        found(tmp_path / "shop", "items alike").found
        == "10 of 12 (83.3 %) are equal in all but their id"
    )
    assert found(tmp_path / "shop", "items never sold").severity == "warning"


def test_users_without_row_or_history(tmp_path: Path) -> None:
    users = write(tmp_path / "u.csv", "user,age\nu0,20\nu1,30\nu77,40\n")
    import_tables(
        write(tmp_path / "i.csv", HEADER + HEALTHY),
        write(tmp_path / "t.csv", ITEMS),
        tmp_path / "shop",
        users=users,
    )
    assert found(tmp_path / "shop", "users without history").found == "1 of 6 (16.7 %)"
    assert found(tmp_path / "shop", "users without row").found.startswith("3 of 6 (50.0 %)")


def test_a_till_is_no_customer(tmp_path: Path) -> None:
    crowd = "".join(f"c{n},001,{FIRST + timedelta(days=n % 99)},5\n" for n in range(1000))
    till = "".join(f"till,001,{FIRST + timedelta(days=n % 99)},5\n" for n in range(500))
    import_rows(tmp_path, crowd + till)
    assert found(tmp_path / "shop", "largest user").found.startswith("user till has 500 of 1,500")


def picture(size: tuple[int, int] = (8, 8), kind: str = "JPEG") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size).save(file, kind)
    return file.getvalue()


def test_pictures_that_are_broken_or_gone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "pictures"
    good = picture((64, 64))
    contents = {
        "001.jpg": good,
        "002.jpg": good[: len(good) // 2],
        "003.jpg": b"",
        "004.png": picture((600, 600), "PNG"),
        "005.jpg": picture(kind="GIF"),
        "006.jpg": good,
    }
    for name, content in contents.items():
        write(folder / name, content)
    items = "item\n" + "".join(f"00{n}\n" for n in range(1, 8))
    import_tables(
        write(tmp_path / "i.csv", HEADER + HEALTHY),
        write(tmp_path / "t.csv", items),
        tmp_path / "shop",
        pictures=folder,
    )
    (folder / "006.jpg").unlink()
    monkeypatch.setattr(photos, "MOST_PIXELS", 500 * 500)
    arguments = ["doctor", "--shop", str(tmp_path / "shop"), "--all-pictures", "--json"]
    assert main(arguments) == 0
    findings = json.loads(capsys.readouterr().out)["shop"]
    (broken,) = (one for one in findings if one["subject"] == "broken pictures")
    assert broken["severity"] == "warning"
    assert broken["found"] == (
        "5 of 6 (83.3 %) of all: 002.jpg (is cut off), 003.jpg (has 0 bytes), "
        "004.png (has 600 x 600 pixels, which is too large) …"
    )
    assert health_pictures.why_broken(folder / "005.jpg") == "is a GIF, which is not read"
    assert health_pictures.why_broken(folder / "006.jpg") == "is not there"
    assert health_pictures.why_broken(folder / "001.jpg") is None
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    assert main(["doctor", "--shop", str(tmp_path / "shop")]) == 1
    assert "ERROR   pictures: the folder" in capsys.readouterr().out


def test_an_empty_folder_is_no_shop(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--shop", str(tmp_path)]) == 2
    assert "run modiste import first" in capsys.readouterr().err


def test_a_file_is_no_shop(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shop = write(tmp_path / "shop", "x")
    tables = (str(write(tmp_path / "i.csv", HEADER + HEALTHY)), str(write(tmp_path / "t", ITEMS)))
    for command in (
        ["doctor"],
        ["import", "tables", "--interactions", tables[0], "--items", tables[1]],
    ):
        assert main([*command, "--shop", str(shop)]) == 2
        assert capsys.readouterr().err.strip() == (
            f"modiste: {shop} is a file: expected a shop's folder, give another --shop"
        )


def test_the_environment_names_the_command_for_an_absent_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from importlib import metadata

    def requires(name: str) -> list[str]:
        del name
        return ["polars>=2", "no-such-package>=1; extra == 'magic'", "numpy>=2; extra == 'plain'"]

    monkeypatch.setattr(metadata, "requires", requires)
    findings = {one.subject: one for one in examine_environment(tmp_path / "not" / "yet")}
    assert findings["extra magic"].advice == "pip install 'modiste[magic]'"
    assert findings["extra plain"].severity == "ok"
    assert {"Python", "packages", "cores", "memory", "disk"} <= findings.keys()
