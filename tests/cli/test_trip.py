"""The whole trip by the commands a user types, on a tiny shop."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from modiste.cli import main
from modiste.recommend.stored import lists_store
from modiste.release import open_release

CONFIG = """
[candidates.als]
dim = 8
epochs = 3
[candidates.bpr]
dim = 8
epochs = 5
[training]
n_windows = 3
[ranker]
n_trees = 15
n_seeds = 1
min_leaf_rows = 10
threads = 1
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a made-up shop's files, the shop imported from them, and a configuration."""
    folder = tmp_path_factory.mktemp("trip")
    files, shop = str(folder / "files"), str(folder / "shop")
    assert main(["synth", "--scale", "tiny", "--out", files, "--no-pictures"]) == 0
    assert main(["import", "hm", files, "--shop", shop]) == 0
    (folder / "quick.toml").write_text(CONFIG, encoding="utf-8")
    assert main(["train", "--shop", shop, "--config", str(folder / "quick.toml")]) == 0
    return folder


def test_train_tells_what_it_did_as_json(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["train", "--shop", str(place / "shop"), "--config", str(place / "quick.toml")]
    assert main([*words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["unchanged"] == ["prepare", "fit", "publish"]
    assert main(words) == 0
    assert "nothing changed: release" in capsys.readouterr().out


def test_train_with_columns_that_are_not_there(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "--shop", str(place / "shop"), "--with", "sesons"]) == 2
    assert "did you mean seasons?" in capsys.readouterr().err


def test_the_table_with_columns_of_demand(place: Path) -> None:
    shop, out = str(place / "shop"), place / "table.parquet"
    words = ["--shop", shop, "--weeks", "1", "--out", str(out)]
    assert main(["table", *words]) == 0
    assert "life_sales" not in pl.read_parquet_schema(out)
    assert main(["table", *words, "--with", "life"]) == 0
    assert "life_sales" in pl.read_parquet_schema(out)
    assert main(["table", *words, "--with", "live"]) == 2


@pytest.mark.slow
def test_train_with_columns_of_demand(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = tmp_path / "shop"
    shutil.copytree(place / "shop", shop)
    words = ["train", "--shop", str(shop), "--config", str(place / "quick.toml")]
    assert main([*words, "--with", "seasons", "--without", "pair_looks"]) == 0
    assert ", with seasons, without pair_looks" in capsys.readouterr().out
    config = open_release(shop).config
    assert "seasons" in config.recipe.features
    assert "pair_looks" not in config.recipe.features


def test_recommend_writes_the_contests_file(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = place / "submission.csv"
    words = ["recommend", "--shop", str(place / "shop"), "--out", str(out), "--format", "kaggle"]
    assert main(words) == 0
    customers = pl.read_csv(place / "files" / "customers.csv")
    rows = pl.read_csv(out, infer_schema=False)
    assert set(rows["customer_id"]) == set(customers["customer_id"])
    assert (rows["prediction"].str.split(" ").list.n_unique() == 12).all()
    assert f"{len(customers):,} users" in capsys.readouterr().out


def test_recommend_for_some_users(place: Path) -> None:
    asked, out = place / "users.txt", place / "some.csv"
    known = pl.read_csv(place / "files" / "customers.csv")["customer_id"][0]
    asked.write_text(f"{known}\n\nsomebody-new\n{known}\n", encoding="utf-8")
    words = ["recommend", "--shop", str(place / "shop"), "--out", str(out), "--format", "csv"]
    assert main([*words, "--users", str(asked), "--k", "5"]) == 0
    rows = pl.read_csv(out, infer_schema=False)
    assert rows["customer_id"].value_counts()["count"].to_list() == [5, 5]
    assert set(rows["customer_id"]) == {known, "somebody-new"}


def test_a_file_of_users_may_have_a_header(place: Path) -> None:
    known = pl.read_csv(place / "files" / "customers.csv")["customer_id"][0]
    asked, out = place / "table.csv", place / "headed.csv"
    asked.write_text(f'age,customer_id\n30,"{known}"\n', encoding="utf-8")
    words = ["recommend", "--shop", str(place / "shop"), "--out", str(out), "--users", str(asked)]
    assert main(words) == 0
    assert pl.read_csv(out)["customer_id"].unique().to_list() == [known]


def test_lists_of_an_older_dataset_are_told(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = Path(shutil.copytree(place / "shop", tmp_path / "shop"))
    words = ["recommend", "--shop", str(shop), "--out", str(tmp_path / "lists.csv")]
    assert main(words) == 0
    assert "was imported after" not in capsys.readouterr().err
    assert main(["import", "hm", str(place / "files"), "--shop", str(shop)]) == 0
    capsys.readouterr()
    assert main(words) == 0
    assert "was imported after release" in capsys.readouterr().err


def test_evaluate_measures_what_is_served(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "--shop", str(place / "shop"), "--weeks", "1"]) == 0
    assert "configuration: that of release" in capsys.readouterr().out


def test_evaluate_writes_figures_and_lists(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures, lists = place / "figures.json", place / "lists.parquet"
    words = ["evaluate", "--shop", str(place / "shop"), "--config", str(place / "quick.toml")]
    files = ["--json", str(figures), "--predictions", str(lists)]
    assert main([*words, "--weeks", "1", *files]) == 0
    result = json.loads(figures.read_text(encoding="utf-8"))
    assert result == json.loads((place / "shop/reports/evaluation.json").read_text())
    assert pl.read_parquet(lists)["week_start"].unique().to_list() == [
        pl.Series([result["weeks"][0]]).str.to_date().item()
    ]
    assert f"{result['models']['modiste']['MAP@12']:.4f}" in capsys.readouterr().out


def test_report_is_written(place: Path) -> None:
    out = place / "page.html"
    assert main(["report", "--shop", str(place / "shop"), "--out", str(out)]) == 0
    assert "<html" in out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["recommend", "--memory", "lots"], "expected a size such as 8GB"),
        (["recommend", "--memory", "10MB"], "at least 1GB"),
        (["recommend", "--k", "0"], "a list needs at least 1 item"),
        (["recommend", "--users", "no-such-file"], "cannot be read as text"),
        (["train", "--config", "hmm"], "no configuration hmm"),
        (["train", "--as-of", "1990-01-01"], "the purchases run from"),
        (["train", "--as-of", "2030-01-01"], "choose a day from"),
        (["recommend", "--out", "lists.txt"], "the ending tells no format"),
        (["evaluate", "--weeks", "0"], "must be at least 1"),
        (["evaluate", "--weeks", "900"], "ask for fewer"),
        (["evaluate", "--json", "no/such/folder.json"], "does not exist"),
    ],
)
def test_what_cannot_be_used_is_told_in_one_line(
    words: list[str], message: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    needs_out = words[0] == "recommend" and "--out" not in words
    out = ["--out", str(place / "never.csv")] if needs_out else []
    assert main([*words, "--shop", str(place / "shop"), *out]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error
    assert not (place / "never.csv").exists()


def test_a_shop_that_is_not_there_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (["train"], ["evaluate"], ["recommend", "--out", str(tmp_path / "x.csv")]):
        assert main([*words, "--shop", str(tmp_path / "nowhere")]) == 2
        assert "run modiste" in capsys.readouterr().err
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.slow
def test_the_demo_goes_from_nothing_to_a_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = tmp_path / "demo-shop"
    assert main(["demo", "--shop", str(shop), "--scale", "tiny", "--weeks", "1"]) == 0
    told = capsys.readouterr()
    assert "own history + popular" in told.out
    assert "$ modiste train" in told.err
    assert ": colour Red, kind Dress" in told.out, "what red dress finds"
    assert (shop / "report.html").stat().st_size > 100_000
    assert pl.read_parquet(shop / "recommendations.parquet")["rank"].max() == 12
    assert lists_store(shop).current_name() is not None, "the server need not make them"
    assert f"modiste serve --shop {shop}" in told.out
