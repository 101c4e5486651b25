"""`modiste garments fit` and `modiste recognise`, as a user types them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image

from modiste.cli import main
from modiste.encoders.spec import EncoderSpec
from modiste.garments.fit import fit_recogniser
from tests.garments.conftest import QUICK
from tests.garments.drawn import draw_labels, write_network


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recogniser of one epoch: that it answers is what counts here."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("recognise")
    spec = EncoderSpec("transformers", str(write_network(folder / "network")))
    labels = draw_labels(folder / "pictures", 30)
    fit_recogniser([labels], spec, folder / "model", replace(QUICK, epochs=1, views=1))
    plan = folder / "model" / "recogniser.json"
    assert json.loads(plan.read_text())["places"] == [""]
    torch.set_num_threads(threads)
    return folder / "model"


def run(*words: object) -> int:
    return main([str(word) for word in words])


def test_one_object_a_photo_and_faults_among_them(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photos = tmp_path / "photos"
    (photos / "below").mkdir(parents=True)
    Image.new("RGB", (300, 500), (180, 30, 40)).save(photos / "below" / "b.jpg")
    Image.new("L", (1, 1), 5).save(photos / "a.png")
    (photos / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no")
    (photos / "notes.txt").write_text("no photo")
    assert run("recognise", photos, tmp_path / "gone.jpg", "--model", model, "--json") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    names = [Path(line["file"]).name for line in lines]
    assert names == ["a.png", "b.jpg", "broken.jpg", "gone.jpg"]
    assert [sorted(set(line) - {"file"}) for line in lines] == [
        ["garments"], ["garments"], ["error"], ["error"],
    ]  # fmt: skip
    for garment in (one for line in lines for one in line.get("garments", [])):
        assert set(garment) == {
            "box", "category", "category_probability", "attributes", "landmarks", "confidence",
        }  # fmt: skip
        assert all(0 <= side <= 1 for side in garment["box"])
        assert sum(garment["attributes"]["shade"].values()) == pytest.approx(1, abs=1e-3)


def test_readable_lines_and_a_file(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drawn = model.parent / "pictures" / "0000.png"
    assert run("recognise", drawn, "--model", model) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"{drawn}:")
    assert "shade" in shown or shown.strip().endswith("none")
    assert run("recognise", drawn, "--model", model, "--out", tmp_path / "told.txt") == 0
    assert (tmp_path / "told.txt").read_text() == shown
    assert capsys.readouterr().out == ""


def test_what_cannot_be_done_is_told_in_one_line(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    huge = tmp_path / "huge.png"
    huge.write_bytes(
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x01\x00\x00\x00\x01\x00\x00\x08\x02\x00\x00\x00"
    )
    wrong = [
        (["recognise", huge], "give --model FOLDER"),
        (["recognise", huge, "--model", tmp_path], "modiste garments fit"),
        (["recognise", tmp_path / "empty", "--model", model], "holds no JPEG"),
        (["recognise", huge, "--model", model, "--json"], "none of 1 photos could be read"),
        (["recognise", huge, "--shop", tmp_path], "modiste garments fit"),
        (["recognise", huge, "--model", model, "--out", tmp_path / "a" / "b"], "--out"),
        (["garments", "fit", "--data", tmp_path, "--out", tmp_path / "o"], "no labelled pictures"),
        (["garments", "fit", "--data", tmp_path, "--out", tmp_path / "o", "--rate", "2"], "--rate"),
    ]
    for words, message in wrong:
        assert run(*words) == 2
        told = capsys.readouterr().err.strip().splitlines()
        assert len(told) == 1
        assert message in told[0]


@pytest.mark.slow
@pytest.mark.real_data
def test_real_garments_are_recognised_better_than_by_majority(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A short fit on real labels; `docs/concepts/garments.md` has the figures of a long one."""
    weights = shared.parent / "weights" / "mobilenet_v2_imagenet"
    words = ["--data", shared / "deepfashion_inshop", "--out", tmp_path / "model", "--views", 1,
             "--epochs", 3, "--width", 96, "--height", 96, "--json",
             "--backbone", f"transformers={weights}"]  # fmt: skip
    assert run("garments", "fit", *words) == 0
    report = json.loads(capsys.readouterr().out)
    best = report["epochs"][report["best"]]
    assert best["category"] > 0.35  # the largest category is 0.21 of all
    assert best["presence"] > 0.95
    photo = shared / "deepfashion_inshop" / "img" / "id_00000002.jpg"
    assert run("recognise", photo, "--model", tmp_path / "model", "--json") == 0
    assert json.loads(capsys.readouterr().out)["garments"]
