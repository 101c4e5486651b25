"""Files of queries."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from modiste.errors import InputError
from modiste.search import Searcher
from modiste.search.bulk import answer_file, read_queries
from tests.search.rack import GARMENTS, photo, searcher


@pytest.fixture(scope="module")
def rack() -> Searcher:
    return searcher(2)


def test_each_answer_is_that_of_the_query_alone(rack: Searcher, tmp_path: Path) -> None:
    texts = ["red dress", "hat under 15", "shirt not blue", "qwertyuiop", "green"]
    (tmp_path / "queries.txt").write_text("\n".join([*texts, "", " "]), encoding="utf-8")
    told = answer_file(rack, tmp_path / "queries.txt", tmp_path / "out.parquet", k=4)
    rows = pl.read_parquet(tmp_path / "out.parquet")
    assert rows.schema == {
        "query": pl.String,
        "item_id": pl.String,
        "rank": pl.Int32,
        "score": pl.Float32,
    }
    for text in texts:
        mine = rows.filter(pl.col("query") == text)
        hits = rack.search(text, k=4).hits if text != "qwertyuiop" else ()
        assert mine["item_id"].to_list() == [hit.item_id for hit in hits]
        assert mine["rank"].to_list() == list(range(1, len(hits) + 1))
    assert told.n_queries == 5
    assert told.n_rows == len(rows)
    assert told.notes == ("1 query found nothing, 'qwertyuiop'",)
    assert not list(tmp_path.glob(".out*"))


def test_pictures_that_cannot_be_opened_are_told_of(rack: Searcher, tmp_path: Path) -> None:
    (tmp_path / "hat.png").write_bytes(photo("Blue", "Hat"))
    (tmp_path / "broken.png").write_bytes(b"\x89PNG")
    (tmp_path / "paths.txt").write_text("hat.png\nbroken.png\nabsent.png\n", encoding="utf-8")
    told = answer_file(rack, tmp_path / "paths.txt", tmp_path / "out.parquet", by="pictures", k=1)
    rows = pl.read_parquet(tmp_path / "out.parquet")
    assert rows["query"].to_list() == ["hat.png"]
    assert int(rows["item_id"][0]) // 2 == GARMENTS.index(("Blue", "Hat"))
    assert sum("png" in note for note in told.notes) == 3


def test_both_mix_a_picture_with_words(rack: Searcher, tmp_path: Path) -> None:
    (tmp_path / "dress.png").write_bytes(photo("Red", "Dress"))
    table = pl.DataFrame({"query": ["blue", "green"], "picture": ["dress.png", "dress.png"]})
    table.write_csv(tmp_path / "queries.csv")
    answer_file(rack, tmp_path / "queries.csv", tmp_path / "out.parquet", by="both", k=1)
    rows = pl.read_parquet(tmp_path / "out.parquet")
    found = [GARMENTS[int(item) // 2] for item in rows["item_id"]]
    assert found == [("Blue", "Dress"), ("Green", "Dress")]


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_tables_need_their_columns(tmp_path: Path, suffix: str) -> None:
    path, table = tmp_path / f"queries{suffix}", pl.DataFrame({"text": ["hat"]})
    (table.write_csv if suffix == ".csv" else table.write_parquet)(path)
    with pytest.raises(InputError, match="columns text, expected also query"):
        read_queries(path, "words")
    good = table.rename({"text": "query"})
    (good.write_csv if suffix == ".csv" else good.write_parquet)(path)
    assert read_queries(path, "words")["query"].to_list() == ["hat"]


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"\xff\xfe\x00", "is no text: write it as UTF-8"), (b"\n \n", "holds no query")],
)
def test_a_file_that_holds_no_query(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "queries.txt").write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_queries(tmp_path / "queries.txt", "words")
    with pytest.raises(InputError, match=r"absent.txt: is not there: name a text"):
        read_queries(tmp_path / "absent.txt", "words")


def test_the_answers_need_a_place(rack: Searcher, tmp_path: Path) -> None:
    (tmp_path / "queries.txt").write_text("hat\n", encoding="utf-8")
    for out in (tmp_path / "out.csv", tmp_path / "absent" / "out.parquet"):
        with pytest.raises(InputError, match="--out"):
            answer_file(rack, tmp_path / "queries.txt", out)
