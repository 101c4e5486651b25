"""A recogniser fitted on drawn garments: what it tells, and that a killed fit comes to the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from safetensors.numpy import load_file

from modiste.artifacts import hash_file
from modiste.data.garments.labels import BOX, Vocabulary
from modiste.encoders.spec import EncoderSpec
from modiste.encoders.transformers import Transformers
from modiste.errors import ArtifactError, InputError
from modiste.garments import Recogniser
from modiste.garments.figures import overlaps
from modiste.garments.fit import FitReport, fit_recogniser
from modiste.garments.learning import fit as learning
from modiste.garments.learning.model import GarmentNetwork
from modiste.garments.stored import HEADS, NETWORK, PLAN
from tests.encoders.tiny_models import write_model
from tests.garments.conftest import QUICK
from tests.garments.drawn import draw_labels

BRIEF = replace(QUICK, epochs=3, views=2)


def pictures_of(folder: Path, names: list[str]) -> list[Image.Image]:
    return [Image.open(folder / name).convert("RGB") for name in names]


def test_drawn_garments_are_recognised(fitted: FitReport) -> None:
    labels = draw_labels(fitted.folder.parent / "pictures", 200)
    judged = labels.part("test").table
    recogniser = Recogniser.open(fitted.folder)
    told = recogniser.predict(pictures_of(labels.root, judged["picture"].to_list()))
    assert told.categories is not None
    assert told.boxes is not None
    assert told.landmarks is not None
    right = told.categories[:, 0].argmax(1) == judged["category"].to_numpy()
    assert right.mean() > 0.9
    dark = told.groups["shade"][:, 0].argmax(1) == judged["group.shade"].to_numpy()
    assert dark.mean() > 0.75
    shared = overlaps(told.boxes[:, 0], judged.select(BOX).to_numpy())
    assert shared.mean() > 0.72
    hems = np.array(judged["landmarks"].to_list()).reshape(-1, 2, 3)
    assert np.abs(told.landmarks[:, 0, :, :2] - hems[..., :2]).mean() < 0.06
    assert (told.landmarks[..., 2] > 0.5).all()


def test_the_last_layers_learn_and_the_first_stay(fitted: FitReport, backbone: EncoderSpec) -> None:
    def weights(folder: Path) -> dict[str, npt.NDArray[np.float32]]:
        read: dict[str, npt.NDArray[np.float32]] = load_file(folder / "model.safetensors")
        return read

    before, after = weights(Path(backbone.source or "")), weights(fitted.folder / NETWORK)
    assert before.keys() == after.keys()
    changed = {name: bool((before[name] != after[name]).any()) for name in before}
    encoder = Transformers(source=backbone.source, dtype="float32")
    network = GarmentNetwork.build(encoder, Vocabulary(), ("",), layers=QUICK.layers)
    asked = {name for name in network.cut.trained() if name in changed}
    assert asked
    assert {name for name, is_changed in changed.items() if is_changed} == asked


def test_nothing_is_told_of_plain_pictures(fitted: FitReport) -> None:
    recogniser = Recogniser.open(fitted.folder)
    plain = [Image.new("RGB", (50, 70), (shade, shade, shade)) for shade in (150, 190, 230)]
    assert recogniser.recognise(plain) == [(), (), ()]
    assert recogniser.recognise([]) == []


def test_a_killed_fit_goes_on_and_comes_to_the_same_bytes(
    backbone: EncoderSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = draw_labels(tmp_path / "pictures", 40)
    whole = fit_recogniser([labels], backbone, tmp_path / "whole", BRIEF)
    epoch = learning.Lessons._epoch

    def killed(self: learning.Lessons, number: int, tell: learning.Told) -> float:
        if number == 2:
            raise KeyboardInterrupt
        return epoch(self, number, tell)

    monkeypatch.setattr(learning.Lessons, "_epoch", killed)
    with pytest.raises(KeyboardInterrupt):
        fit_recogniser([labels], backbone, tmp_path / "cut", BRIEF)
    monkeypatch.undo()
    assert not (tmp_path / "cut").exists()
    resumed = fit_recogniser([labels], backbone, tmp_path / "cut", BRIEF)
    assert (whole.begun, resumed.begun) == (0, 2)
    assert resumed.epochs == whole.epochs
    for name in (HEADS, PLAN, "network/model.safetensors"):
        assert hash_file(whole.folder / name) == hash_file(resumed.folder / name)
    assert not list(tmp_path.glob(".*"))


@pytest.mark.slow
def test_several_garments_have_a_slot_each_and_nothing_is_none(
    backbone: EncoderSpec, tmp_path: Path
) -> None:
    labels = draw_labels(tmp_path / "pictures", 240, several=True, with_nothing=True)
    report = fit_recogniser([labels], backbone, tmp_path / "out", replace(QUICK, epochs=20))
    assert (report.places, report.n_made) == (("upper", "lower", "full"), 0)
    recogniser = Recogniser.open(report.folder)
    judged = labels.part("test").table
    names = judged["picture"].unique(maintain_order=True).to_list()
    told = recogniser.recognise(pictures_of(labels.root, names))
    found = {name: sorted(str(one.category) for one in each)
             for name, each in zip(names, told, strict=True)}  # fmt: skip
    words = labels.vocabulary.category_names
    true = {
        name: sorted(words[place] for place in judged.filter(picture=name)["category"].drop_nulls())
        for name in names
    }
    assert np.mean([found[name] == true[name] for name in names]) > 0.85
    assert {len(each) for each in true.values()} == {0, 1, 2}


def test_pictures_that_cannot_be_read_are_told_and_left_out(
    backbone: EncoderSpec, tmp_path: Path
) -> None:
    labels = draw_labels(tmp_path / "pictures", 30)
    (labels.root / "0000.png").write_bytes(b"\x89PNG\r\n\x1a\nno")
    report = fit_recogniser([labels], backbone, tmp_path / "out", replace(BRIEF, epochs=1))
    assert len(report.faults) == 1
    assert "0000.png" in report.faults[0]
    with pytest.raises(InputError, match="exists"):
        fit_recogniser([labels], backbone, tmp_path / "out", BRIEF)
    with pytest.raises(InputError, match="allow more"):
        fit_recogniser([labels], backbone, tmp_path / "more", replace(BRIEF, most_gb=1e-6))
    (report.folder / HEADS).write_bytes(b"x")
    with pytest.raises(ArtifactError, match="altered"):
        Recogniser.open(report.folder)


@pytest.mark.parametrize("name", ["vit", "clip"])
def test_a_network_without_a_map_is_told(name: str, tmp_path: Path) -> None:
    labels = draw_labels(tmp_path / "pictures", 4)
    spec = EncoderSpec("transformers", str(write_model(name, tmp_path)))
    with pytest.raises(InputError, match="such as a ResNet or MobileNet"):
        fit_recogniser([labels], spec, tmp_path / "out", BRIEF)


def test_a_hub_that_cannot_be_reached_names_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    labels = draw_labels(tmp_path / "pictures", 4)
    with pytest.raises(InputError, match="--backbone transformers=FOLDER"):
        fit_recogniser(
            [labels], EncoderSpec("transformers", "nobody/nothing"), tmp_path / "out", BRIEF
        )


def test_a_folder_without_a_recogniser_is_told(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="modiste garments fit"):
        Recogniser.open(tmp_path)
