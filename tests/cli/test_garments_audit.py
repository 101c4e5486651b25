"""`modiste garments audit` as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from modiste.cli import main
from tests.garments.audit.rack import Planted, plant


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    return plant(tmp_path_factory.mktemp("audit-cli"))


def test_findings_are_printed_written_and_shown(
    planted: Planted, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, page = tmp_path / "found.csv", tmp_path / "found.html"
    words = ["garments", "audit", "--shop", str(planted.folder)]
    assert main([*words, "--out", str(out), "--page", str(page)]) == 0
    told = capsys.readouterr().out
    assert told.startswith("240 items, judged by pictures (transformers-toy)")
    assert "likely wrong (" in told
    assert "pictures shown twice (2)" in told
    rows = pl.read_csv(out, infer_schema=False)
    assert set(planted.wrong_kind) <= set(rows.filter(fault="wrong", attribute="kind")["item_id"])
    html = page.read_text(encoding="utf-8")
    assert html.count("data:image/jpeg") > 10
    assert "hat → dress" in html.replace("&#8594;", "→") or "hat → " in html
    assert "http" not in html.replace("http-equiv", "")


def test_json_holds_every_finding(planted: Planted, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["garments", "audit", "--shop", str(planted.folder), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["n_items"] == 240
    faults = {one["fault"] for one in told["findings"]}
    assert faults == {"wrong", "missing", "duplicate"}


def test_files_are_looked_at_before_the_work(
    planted: Planted, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["garments", "audit", "--shop", str(planted.folder)]
    assert main([*words, "--out", str(tmp_path / "found.xlsx")]) == 2
    assert ".csv or .parquet" in capsys.readouterr().err
    assert main([*words, "--page", str(tmp_path / "no" / "found.html")]) == 2
    assert "make it first" in capsys.readouterr().err
    assert main([*words, "--model", str(tmp_path)]) == 2
