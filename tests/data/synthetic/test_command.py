"""`modiste synth` writes a shop that the importer takes whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from modiste.cli import main

NUMBERS = ["--customers", "40", "--articles", "60", "--days", "40"]


def test_what_it_writes_goes_through_the_importer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, shop = str(tmp_path / "files"), str(tmp_path / "shop")
    words = ["synth", "--scale", "tiny", "--seed", "3", "--out", out, *NUMBERS]
    assert main([*words, "--pictures", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["n_articles"] == made["n_pictures"] == 60
    assert main(["import", "hm", out, "--shop", shop, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    rows = report["tables"]
    assert rows["interactions"]["accepted"] == made["n_purchases"]
    assert rows["items"]["accepted"] == 60
    assert rows["users"]["accepted"] == 40
    assert all(table["quarantined"] == {} for table in rows.values())


def test_it_says_what_it_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["synth", "--scale", "tiny", "--out", str(tmp_path / "files"), *NUMBERS]) == 0
    said = capsys.readouterr().out
    assert "60 articles" in said
    assert "40 customers" in said
    assert "0 pictures" in said


def test_an_unknown_scale_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["synth", "--scale", "hug", "--out", str(tmp_path / "files")]) == 2
    captured = capsys.readouterr()
    assert "expected one of tiny, small, hm" in captured.err
    assert captured.err.strip().count("\n") == 0
    assert not (tmp_path / "files").exists()
