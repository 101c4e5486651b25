"""Each head learns from the pictures that tell something of it, and from no others."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from modiste.garments.figures import choose_threshold, overlaps, score, watch
from modiste.garments.learning.heads import Heads, Shape
from modiste.garments.learning.loss import Asked, Loss, generalised_overlap, rare_weights
from modiste.garments.settings import GarmentSettings
from modiste.garments.targets import Targets
from tests.garments.drawn import WORDS

SHAPE = Shape(8, 3, 4, 6, n_slots=2, n_categories=3, groups=(2,), n_tags=5, has_boxes=True,
              n_landmarks=2)  # fmt: skip


@pytest.fixture
def heads() -> Heads:
    torch.manual_seed(1)
    return Heads(SHAPE, 0.0)


def loss_of(heads: Heads, targets: Targets) -> torch.Tensor:
    judge = Loss(GarmentSettings(), torch.ones(3), (torch.ones(2),), heads.positions)
    draw, other = torch.Generator().manual_seed(2), torch.Generator().manual_seed(3)
    near = torch.rand(len(targets), 8, 3, 4, generator=draw)
    early = torch.rand(len(targets), 6, 6, 8, generator=other)
    return judge(heads(near, early), Asked.of(targets, torch.device("cpu")))


def blank(n: int = 2) -> Targets:
    targets = Targets.untold(n, 2, WORDS)
    return Targets(**{**vars(targets), "tags": np.full((n, 2, 5), -1, np.int8)})


def learned_by(heads: Heads, targets: Targets) -> set[str]:
    heads.zero_grad()
    loss_of(heads, targets).backward()  # type: ignore[no-untyped-call]
    return {
        name.split(".")[0]
        for name, weight in heads.named_parameters()
        if weight.grad is not None and weight.grad.abs().sum() > 0
    }


def test_what_is_not_told_teaches_nothing(heads: Heads) -> None:
    assert learned_by(heads, blank()) == set()
    assert float(loss_of(heads, blank()).detach()) == 0


@pytest.mark.parametrize(
    ("told", "value", "head"),
    [
        ("presence", 1.0, "presence"), ("categories", 2, "categories"), ("groups", 1, "groups"),
        ("tags", 1, "tags"), ("boxes", [0.1, 0.2, 0.6, 0.9], "where"),
        ("landmarks", [0.5, 0.5, 1.0], "seen"),
    ],
)  # fmt: skip
def test_a_head_learns_from_what_is_told_of_it(
    heads: Heads, told: str, value: object, head: str
) -> None:
    targets = blank()
    getattr(targets, told)[0, 1] = value
    found = learned_by(heads, targets)
    every = {"presence", "categories", "groups", "tags", "where", "seen"}
    assert head in found
    assert found & (every - {head, "where"}) == set()


def test_a_picture_that_tells_nothing_of_a_head_does_not_change_its_loss(heads: Heads) -> None:
    targets = blank(4)
    targets.categories[:2, 0] = [1, 2]
    both, first = loss_of(heads, targets), loss_of(heads, targets[slice(0, 2)])
    assert float(both.detach()) == pytest.approx(float(first.detach()), rel=1e-5)


def test_coordinates_may_lie_on_the_edge(heads: Heads) -> None:
    assert float(heads.positions[0]) < 0
    assert float(heads.positions[-1]) > 1


def test_generalised_overlap_by_hand() -> None:
    one = torch.tensor([[0.0, 0.0, 0.5, 0.5], [0.0, 0.0, 0.5, 0.5], [0.0, 0.0, 0.2, 1.0]])
    other = torch.tensor([[0.0, 0.0, 0.5, 0.5], [0.25, 0.0, 0.75, 0.5], [0.8, 0.0, 1.0, 1.0]])
    # the same; a third shared and nothing left around; nothing shared and 0.6 of 1 between
    found = generalised_overlap(one, other)
    assert found.tolist() == pytest.approx([1, 1 / 3, -0.6], abs=1e-5)
    np.testing.assert_allclose(overlaps(one.numpy(), other.numpy()), [1, 1 / 3, 0], atol=1e-6)


def test_rare_values_weigh_more_and_the_mean_stays_one() -> None:
    places = np.array([0] * 8 + [1] * 2 + [-1] * 5)
    assert rare_weights(places, 2, 0.0).tolist() == [1, 1]
    weights = rare_weights(places, 2, 1.0)
    assert weights.tolist() == pytest.approx([0.625, 2.5])
    assert (weights * [8, 2]).sum() / 10 == pytest.approx(1)


def test_the_threshold_parts_what_is_there_from_what_is_not() -> None:
    presence = np.array([0.9, 0.8, 0.7, 0.2, 0.1, 0.5], np.float32)
    there = np.array([1, 1, 1, 0, 0, np.nan], np.float32)
    assert choose_threshold(presence, there) == pytest.approx(0.45)
    assert choose_threshold(presence, np.ones(6, np.float32)) == 0.5


def test_a_score_is_higher_for_better_figures() -> None:
    assert score({"box": 0.8, "landmarks": 0.1}) > score({"box": 0.8, "landmarks": 0.2})
    assert score({"category": 0.8, "kinds": 0.5}) > score({"category": 0.8, "kinds": 0.4})
    assert score({"presence": 0.7}) == 0.7


def test_each_head_counts_the_same_in_a_score() -> None:
    assert score({"category": 0.9, "kinds": 0.1, "box": 0.7}) == pytest.approx(0.6)


def test_figures_by_hand() -> None:
    from modiste.garments.answers import Predictions

    targets = blank(2)[slice(0, 2)]
    targets.categories[:, 0] = [0, 1]
    targets.presence[:, 0] = [1, 0]
    shares = np.zeros((2, 2, 3), np.float32)
    shares[:, 0, 0] = 1
    told = Predictions(np.full((2, 2), 0.7, np.float32), shares, {}, None, None, None)
    assert watch(told, targets) == {"category": 0.5, "kinds": 0.5, "presence": 0.5}
