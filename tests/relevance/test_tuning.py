"""A picture network learns with the model: what moves, what stays, and what a kill changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from modiste.encoders.batches import encode_files
from modiste.encoders.fitting.devices import best_device, best_number
from modiste.encoders.transformers import Transformers, multiplies_bfloat16
from modiste.errors import InputError
from modiste.relevance.fit import material_of
from modiste.relevance.learning.learners import LEARNERS
from modiste.relevance.learning.network import LivePictures, PictureNetwork
from modiste.relevance.learning.tuning import Tuned, fit_end_to_end
from modiste.relevance.pairs import Purchases, Whole
from modiste.relevance.settings import RelevanceSettings, vbpr_settings
from modiste.relevance.tuning_settings import TuningSettings
from tests.encoders.tiny_models import write_model

N_ITEMS, N_USERS = 48, 60
WITHOUT, BROKEN = 3, 5
QUICK = RelevanceSettings(dim=8, epochs=2, held_out=6, batch=64, n_shared=24, picture_axes=0)
TUNING = TuningSettings(rounds=3, steps=3, pictures=32, network_rate=1e-3, wait=3)

Opened = Callable[..., PictureNetwork]


@pytest.fixture(scope="session")
def resnet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny network with random weights."""
    return write_model("resnet", tmp_path_factory.mktemp("network"))


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path | None]:
    """Pictures of four colours; one item has none, one a file that is no picture."""
    folder = tmp_path_factory.mktemp("photos")
    rng = np.random.default_rng(2)
    colours = np.array([[200, 40, 40], [40, 180, 60], [50, 60, 200], [30, 30, 30]])
    paths: list[Path | None] = []
    for item in range(N_ITEMS):
        pixels = colours[item % 4] + rng.integers(-30, 30, (32, 32, 3))
        path = folder / f"{item}.png"
        Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(path)
        paths.append(path)
    (folder / f"{BROKEN}.png").write_text("no picture")
    paths[WITHOUT] = None
    return paths


@pytest.fixture(scope="session")
def bought() -> Purchases:
    """Each user buys one colour, mostly."""
    rng = np.random.default_rng(1)
    users = np.repeat(np.arange(N_USERS), 6)
    own = (users % 4) + 4 * rng.integers(0, N_ITEMS // 4, len(users))
    items = np.where(rng.random(len(users)) < 0.9, own, rng.integers(0, N_ITEMS, len(users)))
    return Purchases(users, items, rng.integers(0, 9, len(users)), N_USERS, N_ITEMS)


@pytest.fixture
def opened(resnet: Path, photos: list[Path | None], tmp_path: Path) -> Opened:
    """Open the network anew, its frozen part's values kept in one folder."""
    kept = tmp_path / "near"
    kept.mkdir()

    def make(source: Path = resnet, **more: object) -> PictureNetwork:
        given = {"device": torch.device("cpu"), "number": torch.float32, **more}
        return PictureNetwork.open(str(source), photos, kept, "key", **given)  # type: ignore[arg-type]

    return make


def fitted(network: PictureNetwork, bought: Purchases, work: Path, **changed: object) -> Tuned:
    work.mkdir(exist_ok=True)
    tuning = replace(TUNING, **changed)  # type: ignore[arg-type]
    return fit_end_to_end(bought, QUICK, tuning, network, work)


def weights(network: PictureNetwork) -> dict[str, torch.Tensor]:
    state = network.encoder.model.state_dict()
    return {name: value.clone() for name, value in state.items()}


@pytest.mark.parametrize("name", ["resnet", "mobilenet"])
def test_features_are_the_vectors_that_the_encoder_itself_gives(
    name: str, opened: Opened, photos: list[Path | None], tmp_path: Path
) -> None:
    source = write_model(name, tmp_path)
    network = opened(source)
    files = [path for path in photos if path is not None and path.stem != str(BROKEN)]
    encoder = Transformers(source=str(source), dtype="float32")
    theirs = np.concatenate([part.vectors for part in encode_files(encoder, files, batch_size=8)])
    ours = network.all_features()
    there = network.activations.there
    assert np.abs(ours[there] - theirs).max() < 2e-3
    assert (~there).nonzero()[0].tolist() == [WITHOUT, BROKEN]
    assert not ours[~there].any()
    assert list(network.activations.faults) == [BROKEN]


def test_what_learns_begins_at_the_last_halving_of_the_maps(opened: Opened) -> None:
    network = opened()
    assert network.cut.at == 1
    assert network.trained()
    assert all(".stages.1." in name for name in network.trained())


@pytest.mark.parametrize("model", ["wardrobe", "vbpr"])
def test_each_picture_of_a_batch_goes_through_the_network_once(
    model: str, opened: Opened, bought: Purchases, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(QUICK if model == "wardrobe" else vbpr_settings(), dim=8, picture_axes=0)
    network = opened()
    features = network.all_features()
    material, _ = material_of(bought, settings, features, network.activations.there, None, None)
    assert material.pictures is not None
    live = replace(material, pictures=LivePictures.over(material.pictures, network))
    learner = LEARNERS[settings.model](live, settings, torch.Generator(), None)
    seen: list[int] = []
    run = network._of_places

    def told(places: Whole) -> torch.Tensor:
        seen.extend(places.tolist())
        return run(places)

    monkeypatch.setattr(network, "_of_places", told)
    rng = np.random.default_rng(4)
    rows, number = next(iter(learner.batches(rng)))
    learner.loss(rows, number, rng).backward()  # type: ignore[no-untyped-call]
    assert len(seen) == len(set(seen))
    pictured = learner.known.items[rows][network.activations.there[learner.known.items[rows]]]
    assert set(network.activations.place[pictured]) <= set(seen)
    assert all(weight.grad is not None for weight in network.trained().values())


def test_last_blocks_learn_and_all_else_of_the_network_stays(
    opened: Opened, bought: Purchases, tmp_path: Path
) -> None:
    network = opened()
    before, learned = weights(network), set(network.trained())
    tuned = fitted(network, bought, tmp_path / "work", wait=9)
    assert tuned.best >= 0, tuned.rounds
    after = weights(network)
    moved = {name for name in before if not torch.equal(before[name], after[name])}
    assert moved == learned  # no running mean or variance of a norm is among these


def test_the_first_phase_is_kept_where_no_round_is_better(
    opened: Opened, bought: Purchases, tmp_path: Path
) -> None:
    network = opened()
    before = weights(network)
    tuned = fitted(network, bought, tmp_path / "work", rounds=1, steps=20, network_rate=1.0)
    assert tuned.best == -1, (tuned.rounds, tuned.frozen.figures)
    assert tuned.model is tuned.frozen
    assert all(torch.equal(value, before[name]) for name, value in weights(network).items())


@pytest.mark.parametrize("at", ["in the first phase", "in round 2"])
def test_a_killed_run_goes_on_and_comes_to_the_same(
    at: str, opened: Opened, bought: Purchases, tmp_path: Path
) -> None:
    whole_network = opened()
    whole = fitted(whole_network, bought, tmp_path / "whole")

    class Killed(BaseException):
        pass

    def kill(line: str, share: float) -> None:
        if line.startswith("pictures frozen, epoch 2" if "first" in at else "end to end, round 2"):
            raise Killed

    work = tmp_path / "cut"
    work.mkdir()
    with pytest.raises(Killed):
        fit_end_to_end(bought, QUICK, TUNING, opened(), work, progress=kill)
    network = opened()
    again = fitted(network, bought, work)
    assert again.begun == (0 if "first" in at else 1)
    assert again.rounds == whole.rounds
    assert again.best == whole.best
    assert np.array_equal(again.model.targets, whole.model.targets)
    assert all(
        torch.equal(value, weights(whole_network)[name]) for name, value in weights(network).items()
    )


def test_a_run_of_other_settings_begins_anew(
    opened: Opened, bought: Purchases, tmp_path: Path
) -> None:
    fitted(opened(), bought, tmp_path / "work", rounds=2)
    assert fitted(opened(), bought, tmp_path / "work", rounds=3).begun == 0
    assert fitted(opened(), bought, tmp_path / "work", rounds=3).begun == 3


def test_the_frozen_part_sees_a_picture_once_for_all_runs(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = opened()
    runs: list[int] = []
    prepare = Transformers.prepare

    def counted(self: Transformers, picture: Image.Image) -> object:
        runs.append(1)
        return prepare(self, picture)

    monkeypatch.setattr(Transformers, "prepare", counted)
    second = opened()
    assert len(runs) == 1  # the sample by which the cut is found
    assert np.array_equal(first.activations.values, second.activations.values)
    opened(n_trained=2)
    assert len(runs) >= N_ITEMS


def test_the_tuned_network_is_an_encoder_of_the_same_features(
    opened: Opened, bought: Purchases, photos: list[Path | None], tmp_path: Path
) -> None:
    network = opened()
    tuned = fitted(network, bought, tmp_path / "work")
    out = tmp_path / "out"
    out.mkdir()
    network.write(out)
    encoder = Transformers(source=str(out), dtype="float32")
    first = photos[0]
    assert first is not None
    vectors = next(encode_files(encoder, [first], batch_size=1)).vectors
    assert np.abs(vectors - network.all_features()[:1]).max() < 2e-3
    made = tuned.model.for_new_items(vectors)["targets"]
    own = tuned.model.for_new_items(network.all_features()[:1])["targets"]
    assert np.abs(made - own).max() < 0.02


def test_pictures_are_turned_while_learning_alone(opened: Opened) -> None:
    network = opened()
    items = torch.arange(8)
    straight = network.features(items)
    network.turns = torch.Generator().manual_seed(1)
    turned = network.features(items)
    assert not torch.equal(straight, turned)
    network.turns = None
    assert torch.equal(straight, network.features(items))


def test_halved_numbers_give_nearly_the_same_features(opened: Opened) -> None:
    plain, halved = opened(), opened(number=torch.bfloat16)
    apart = plain.all_features() - halved.all_features()
    assert 0 < np.abs(apart).max() < 0.03


@pytest.mark.skipif(not multiplies_bfloat16(), reason="this processor does not multiply bfloat16")
def test_the_processor_counts_in_bfloat16_where_it_can() -> None:
    assert best_number(torch.device("cpu")) == torch.bfloat16


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no accelerator")
def test_the_network_learns_on_the_accelerator(
    opened: Opened, bought: Purchases, tmp_path: Path
) -> None:
    network = opened(device=best_device(), number=best_number(best_device()))
    assert network.device.type == "cuda"
    tuned = fitted(network, bought, tmp_path / "work")
    assert len(tuned.rounds) == TUNING.rounds
    assert np.isfinite(tuned.model.targets).all()


def test_a_network_that_does_not_pool_by_the_mean_is_told(opened: Opened, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="name a network such as a ResNet"):
        opened(write_model("vit", tmp_path))
    with pytest.raises(InputError, match="no network of pictures alone"):
        opened(write_model("clip", tmp_path))


def test_more_than_may_be_kept_on_disk_is_told(opened: Opened) -> None:
    with pytest.raises(InputError, match="allow more"):
        opened(most_bytes=1000)


@pytest.mark.parametrize("changed", [{"n_models": 2}, {"pictures": False}])
def test_end_to_end_is_one_model_that_reads_pictures(
    changed: dict[str, int], opened: Opened, bought: Purchases, tmp_path: Path
) -> None:
    settings = replace(QUICK, **changed)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="one model that reads pictures"):
        fit_end_to_end(bought, settings, TUNING, opened(), tmp_path)
