"""`modiste search` as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from modiste.cli import main
from modiste.cli.search import _decimals
from modiste.data.shop import open_shop
from modiste.data.synthetic import write_synthetic_shop
from modiste.engine import collect

QUICK = """
[candidates.als]
dim = 4
epochs = 2
[candidates.bpr]
dim = 4
epochs = 2
[training]
n_windows = 2
[ranker]
n_trees = 5
n_seeds = 1
min_leaf_rows = 10
threads = 1
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up shop with pictures and their colours."""
    folder = tmp_path_factory.mktemp("search")
    files = str(folder / "files")
    write_synthetic_shop(folder / "files", "tiny", 1, pictures=True, n_articles=120)
    assert main(["import", "hm", files, "--shop", str(folder / "shop")]) == 0
    assert main(["embed", "--shop", str(folder / "shop"), "--encoder", "colour"]) == 0
    return folder / "shop"


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    capsys.readouterr()
    assert main(["search", *words]) == 0
    return capsys.readouterr().out


def test_hits_are_a_table(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(capsys, "black dress", "--shop", str(shop), "--k", "3")
    assert "kind Dress" in out
    assert "understood: colour Black; kind Dress" in out
    assert "found by words (BM25)" in out
    assert printed(capsys, "black", "dress", "--shop", str(shop), "--k", "3") == out


def test_a_photo_is_looked_at_before_the_shop_is_opened(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"")
    photo = str(tmp_path / "photo.jpg")
    assert main(["search", "--photo", photo, "--shop", str(tmp_path / "absent")]) == 2
    assert "0 bytes" in capsys.readouterr().err


def test_a_shop_without_prices_shows_what_its_hits_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "items.csv").write_text(
        "item_id,name,kind,colour\n1,Rosa,Dress,Red\n2,Fern,Hat,Green\n", encoding="utf-8"
    )
    (tmp_path / "bought.csv").write_text("user_id,item_id,day\na,1,2024-05-01\n", encoding="utf-8")
    files = ["--items", str(tmp_path / "items.csv"), "--interactions", str(tmp_path / "bought.csv")]
    assert main(["import", "tables", *files, "--shop", str(tmp_path / "shop")]) == 0
    first = next(
        line
        for line in printed(capsys, "rosa", "--shop", str(tmp_path / "shop")).splitlines()
        if "Rosa" in line
    )
    assert first.split()[:5] == ["1", "1", "Rosa", "Red", "Dress"]


def test_prices_of_one_answer_have_the_same_decimals() -> None:
    assert _decimals([0.0271, 0.005068]) == 5
    assert _decimals([19.99, 5.0, 0.0]) == 2
    assert _decimals([]) is None


def test_json_holds_all_of_it(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(printed(capsys, "black dress", "--shop", str(shop), "--k", "3", "--json"))
    assert told["words"] == "black dress"
    assert [hit["rank"] for hit in told["hits"]] == [1, 2, 3]
    assert set(told["hits"][0]) == {
        *("item_idx", "item_id", "name", "rank", "score", "why", "attributes", "picture", "price")
    }
    assert told["understood"] == {"colour": ["Black"], "kind": ["Dress"]}


def test_a_picture_of_the_catalogue_finds_itself(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = open_shop(shop)
    items = collect(dataset.items).drop_nulls("picture")
    assert dataset.picture_folder is not None
    for row in items[::40].iter_rows(named=True):
        path = str(dataset.picture_folder / row["picture"])
        told = json.loads(printed(capsys, "--photo", path, "--shop", str(shop), "--json"))
        assert told["hits"][0]["item_id"] == row["item_id"]
        assert told["hits"][0]["score"] == pytest.approx(1.0, abs=1e-5)


def test_no_hits_are_no_error(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["dress", "--shop", str(shop), "--filter", "price<0"]
    told = printed(capsys, *words).splitlines()
    assert any(line.startswith("nothing of kind Dress passes the filter") for line in told)
    assert sum("nothing" in line for line in told) == 1
    assert not any("found by" in line for line in told)
    assert json.loads(printed(capsys, *words, "--json"))["hits"] == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "0 bytes"),
        (b"GIF89a", "is a GIF, which is not read"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 99, "damaged"),
    ],
)
def test_a_hostile_photo_is_one_line(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, said: str
) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(content)
    capsys.readouterr()
    assert main(["search", "--photo", str(path), "--shop", str(shop)]) == 2
    told = capsys.readouterr().err
    assert told.startswith("modiste: ")
    assert told.count("\n") == 1
    assert said in told


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "nothing to search for"),
        (["hat", "--queries", "q.txt"], "--queries and --out go together"),
        (["hat", "--queries", "q.txt", "--out", "o.parquet"], "leave out words"),
        (["hat", "--weight", "0.3"], "--weight 0.3: says what a photo counts beside words"),
        (["hat", "--by", "pictures"], "--by pictures: says what the queries of a file are"),
        (["--queries", "absent.txt", "--out", "o.parquet"], "--queries absent.txt: is not there"),
        (["hat", "--encoder", "nobody"], "nobody"),
        (["hat", "--filter", "colour"], "filter 'colour'"),
    ],
)
def test_what_cannot_be_used_is_one_line(
    shop: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    capsys.readouterr()
    assert main(["search", *words, "--shop", str(shop)]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") == 1


def test_a_file_of_queries(shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "queries.txt").write_text("black dress\nred hat\n", encoding="utf-8")
    words = ["--queries", str(tmp_path / "queries.txt"), "--out", str(tmp_path / "out.parquet")]
    out = printed(capsys, *words, "--shop", str(shop), "--k", "5")
    assert "10 rows for 2 queries" in out
    assert pl.read_parquet(tmp_path / "out.parquet")["query"].to_list() == (
        ["black dress"] * 5 + ["red hat"] * 5
    )


@pytest.mark.slow
def test_a_release_re_orders_for_a_user(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "quick.toml").write_text(QUICK, encoding="utf-8")
    assert main(["train", "--shop", str(shop), "--config", str(tmp_path / "quick.toml")]) == 0
    user = collect(open_shop(shop).users)["user_id"][0]
    words = ["black", "--shop", str(shop), "--k", "20", "--json"]
    mine = json.loads(printed(capsys, *words, "--for", user))
    assert mine["strategy"].endswith("taste")
    assert any("your taste" in hit["why"] for hit in mine["hits"])
