"""`modiste forecast` and `modiste evaluate-demand` as a user types them."""

import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from modiste.cli import app
from modiste.data import open_shop
from modiste.data.sources.hm import import_hm
from modiste.data.synthetic import write_synthetic_shop
from modiste.engine import collect
from modiste.runs.record import read_runs


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    files, folder = (tmp_path_factory.mktemp(name) for name in ("files", "shop"))
    write_synthetic_shop(files, "tiny", 5, pictures=False)
    import_hm(files, folder)
    return folder


def run(*words: str) -> str:
    result = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_articles_are_forecast_with_a_page(shop: Path, tmp_path: Path) -> None:
    out = tmp_path / "articles.parquet"
    run("forecast", "--shop", str(shop), "--by", "article", "--weeks", "1", "--out", str(out))
    table = pl.read_parquet(out)
    assert {"key", "name", "week_start", "value", "low", "high", "stage", "offered"} <= set(
        table.columns
    )
    assert table["key"].str.len_chars().min() == 10, "ids are text as they came in"
    assert str(table["week_start"][0]) == "2020-09-23"
    page = out.with_suffix(".html").read_text(encoding="utf-8")
    assert "<svg" in page
    assert "http" not in page.replace("http://www.w3.org", "")
    kept = read_runs(shop)[-1]
    assert kept.command == "forecast"
    assert kept.parameters == {"by": "article", "weeks": 1, "as_of": "2020-09-23"}
    assert kept.figures["rows"] == table.height
    assert list(kept.files) == [str(out), str(out.with_suffix(".html"))]
    assert kept.name in run("runs", "--shop", str(shop))


def test_a_forecast_is_told_as_json(shop: Path, tmp_path: Path) -> None:
    out, stock = tmp_path / "articles.csv", tmp_path / "stock.csv"
    items = collect(open_shop(shop).items.select("item_id")).sort("item_id")
    items.with_columns(stock=pl.lit("many")).write_csv(stock)
    words = ["--shop", str(shop), "--by", "article", "--weeks", "1", "--stock", str(stock)]
    result = CliRunner().invoke(app, ["forecast", *words, "--out", str(out), "--json"])
    told = json.loads(result.stdout)
    assert (told["rows"], told["weeks"]) == (pl.read_csv(out).height, 1)
    assert "without a number are judged by their sales" in result.stderr
    assert pl.read_csv(out)["value"].sum() > 0


@pytest.mark.slow
def test_kinds_are_forecast_and_models_compared(shop: Path, tmp_path: Path) -> None:
    out = tmp_path / "kinds.csv"
    run("forecast", "--shop", str(shop), "--by", "kind", "--out", str(out), "--no-page")
    assert pl.read_csv(out)["model"].n_unique() >= 1
    assert not out.with_suffix(".html").exists()


@pytest.mark.slow
def test_past_weeks_are_foreseen(shop: Path, tmp_path: Path) -> None:
    out = tmp_path / "said.parquet"
    text = run("evaluate-demand", "--shop", str(shop), "--weeks", "3", "--predictions", str(out))
    assert "AUROC" in text
    said = pl.read_parquet(out)
    assert said.columns == ["task", "week_start", "key", "value", "actual"]
    assert said["week_start"].n_unique() == 3
    assert not said["key"].is_null().any()
    kept = read_runs(shop)[-1]
    assert kept.command == "evaluate-demand"
    assert kept.parameters["weeks"] == 3
    assert kept.figures["tasks.churn.models.modiste.auroc"] > 0
    assert "auroc" in run("runs", "--shop", str(shop), "--command", "evaluate-demand")
