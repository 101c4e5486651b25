"""`modiste similar` as a user types it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from modiste.cli import main
from modiste.testing import make_shop
from tests.search.similar.similar_shop import publish, write_shop

RED, NEW = "0000000000", "0000000002"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(write_shop(tmp_path_factory.mktemp("similar-cli") / "shop"))


def test_neighbours_are_printed_with_what_speaks_for_them(
    shop: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["similar", RED, "--shop", shop, "--by", "pictures", "--k", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{RED}  red dress"
    assert lines[1].split()[:3] == ["1", "0.932", NEW]
    assert lines[1].endswith("red dress new · dress  (pictures 0.93)")
    assert lines[-1] == "by pictures (transformers-toy), exact"


def test_json_and_filters(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["similar", RED, "--shop", shop, "--filter", "kind=hat", "--json"]
    assert main(words) == 0
    told = json.loads(capsys.readouterr().out)
    found = [one["item_id"] for one in told["items"][0]["neighbours"]]
    assert set(found) == {"0000000004", "0000000005"}
    assert main([*words[:4], "--filter", "kind=sock"]) == 2
    assert "sock" in capsys.readouterr().err


def test_a_list_of_ids_may_have_the_shops_own_word_for_them_above(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = make_shop([(0, 0, 1)], n_users=1, n_items=3)
    own = {**shop.own_names, "item_id": "article_id"}
    publish(replace(shop, own_names=own), tmp_path / "shop")
    (tmp_path / "ids.txt").write_text(f"name,article_id\nx,{NEW}\n\n", encoding="utf-8")
    words = ["similar", "--shop", str(tmp_path / "shop"), "--items", str(tmp_path / "ids.txt")]
    assert main([*words, "--by", "words", "--k", "50"]) == 0
    assert capsys.readouterr().out.startswith(NEW)


def test_bulk_is_a_table_of_listed_items_or_of_all(shop: str, tmp_path: Path) -> None:
    (tmp_path / "ids.txt").write_text(f"item_id\n{NEW}\n{RED}\n", encoding="utf-8")
    out = tmp_path / "out.parquet"
    listed = ["similar", "--shop", shop, "--items", str(tmp_path / "ids.txt"), "--out", str(out)]
    assert main([*listed, "--k", "2"]) == 0
    rows = pl.read_parquet(out)
    assert rows.columns == ["item_id", "neighbour_id", "rank", "score"]
    assert rows["item_id"].to_list() == [NEW, NEW, RED, RED]
    assert main(["similar", "--shop", shop, "--out", str(out), "--by", "pictures"]) == 0
    assert pl.read_parquet(out)["item_id"].n_unique() == 5


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["3"], "did you mean 0000000003?"),
        ([], "no item was given"),
        ([RED, "--items", "ids.txt"], "give one of the two"),
        (["--out", "nowhere/out.parquet"], "make it first"),
    ],
)
def test_what_cannot_be_used_is_one_line(
    words: list[str], said: str, shop: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["similar", *words, "--shop", shop]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert len(told.splitlines()) == 1


def test_the_page_shows_each_item_beside_its_neighbours(shop: str, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert main(["similar", RED, "0000000006", "--shop", shop, "--report", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    assert text.index("red dress") < text.index("red dress new")
    assert "There is nothing to compare it by." in text
    assert re.search("alike\N{NO-BREAK SPACE}0[.]..? · pictures\N{NO-BREAK SPACE}0[.]", text)
    assert "0 as alike as two items by chance" in text
    assert f"dress · {NEW}" in text
    assert "<script" not in text
    assert "http" not in text
