"""`modiste import deepfashion`, `import garments` and `evaluate-garments`, as a user types them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from modiste.cli import main
from tests.data.garments.deepfashion_files import write_coarse, write_picture
from tests.evaluation.garments.test_whole import Stand


class Model(Stand):
    """What stands for a recogniser."""

    identity = "0123456789abcdef"

    @classmethod
    def open(cls, _: Path) -> Model:
        return cls()


def run(*words: object) -> int:
    return main([str(word) for word in words])


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    write_picture(tmp_path / "photos/a.jpg")
    write_picture(tmp_path / "photos/b.jpg", seed=1)
    rows = [
        "picture,category,fit,part,product",
        "a.jpg,Top,tight,train,1",
        "b.jpg,Skirt,loose,test,2",
    ]
    (tmp_path / "table.csv").write_text("\n".join(rows) + "\n")
    out = tmp_path / "labels"
    assert (
        run(
            "import",
            "garments",
            tmp_path / "table.csv",
            "--pictures",
            tmp_path / "photos",
            "--out",
            out,
        )
        == 0
    )
    return out


def test_an_import_says_what_it_took_and_what_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_coarse(tmp_path / "set")
    assert run("import", "deepfashion", tmp_path / "set", "--out", tmp_path / "labels") == 0
    printed = capsys.readouterr().out
    assert "4 garments in 4 pictures of 4 products: 2 train, 1 val, 1 test" in printed
    assert "1 box without area, as line 5: img/Dress/img_00000001.jpg 050" in printed.replace(
        "  ", " "
    )
    assert "modiste garments fit --data" in printed
    words = ("import", "deepfashion", tmp_path / "set", "--out", tmp_path / "labels", "--json")
    assert run(*words, "--layout", "folders") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["links"] == {"symbolic links": 4}
    assert report["tables"]["Anno_coarse/list_bbox.txt"]["quarantined"] == {"box without area": 1}


def test_what_is_no_set_is_one_line_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("import", "deepfashion", tmp_path, "--out", tmp_path / "labels") == 2
    assert "holds no set of DeepFashion" in capsys.readouterr().err
    assert not (tmp_path / "labels").exists()


def test_figures_go_to_a_file_and_a_page(
    labels: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("modiste.garments.recogniser.Recogniser", Model)
    json_file, page = tmp_path / "figures.json", tmp_path / "page.html"
    words: list[Any] = ["evaluate-garments", "--data", labels, "--model", tmp_path]
    capsys.readouterr()
    assert run(*words, "--json", json_file, "--page", page) == 0
    result = json.loads(json_file.read_text())
    assert result["model"]["identity"] == Model.identity
    assert result["sets"]["labels"]["judged"]["garments"] == 1
    assert "1 garments in 1 pictures" in capsys.readouterr().out
    assert page.read_text().startswith("<!doctype html>")
    assert run(*words, "--json", tmp_path / "no" / "figures.json") == 2
    assert run(*words, "--backbone", "transformers=x") == 2
    assert "leave it out where --model is given" in capsys.readouterr().err


def test_without_a_model_one_is_fitted_and_kept(
    labels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fitted: list[Any] = []

    def fit(given: Any, spec: Any, out: Path, settings: Any, **_: object) -> None:
        fitted.append((spec.source, out, settings.seed))

    monkeypatch.setattr("modiste.garments.recogniser.Recogniser", Model)
    monkeypatch.setattr("modiste.garments.fit.fit_recogniser", fit)
    json_file = tmp_path / "figures.json"
    words = ("evaluate-garments", "--data", labels, "--backbone", "transformers=net", "--seed", 4)
    assert run(*words, "--json", json_file) == 0
    assert fitted == [("net", tmp_path / "figures-model", 4)]
    assert json.loads(json_file.read_text())["model"]["folder"] == str(tmp_path / "figures-model")
