"""The parts of a step: losses by hand, the mean of the others, axes and back, rows that move."""

import numpy as np
import numpy.typing as npt
import pytest
import torch

from modiste.errors import InputError
from modiste.relevance.learning.learner import Material
from modiste.relevance.learning.learners import LEARNERS, WardrobeLearner
from modiste.relevance.learning.loss import pair_loss
from modiste.relevance.learning.model import Items, Wardrobe, table
from modiste.relevance.learning.pictures import Pictures
from modiste.relevance.learning.rows import RowAdam
from modiste.relevance.settings import RelevanceSettings
from tests.relevance.planted import Planted


def draws() -> torch.Generator:
    return torch.Generator().manual_seed(4)


def test_losses_are_what_their_names_say() -> None:
    bought, others = torch.tensor([1.0, 0.0]), torch.tensor([[0.5, 2.0], [1.0, 9.0]])
    there = torch.tensor([[True, True], [True, False]])
    softmax = -np.log(np.exp(1) / np.exp([1, 0.5, 2]).sum()), -np.log(1 / (1 + np.exp(1)))
    assert pair_loss(bought, others, there, "softmax").item() == pytest.approx(np.mean(softmax))

    def sigmoid(x: float) -> float:
        return float(1 / (1 + np.exp(-x)))

    bpr = [-np.log(sigmoid(1 - 0.5)), -np.log(sigmoid(1 - 2)), -np.log(sigmoid(0 - 1))]
    assert pair_loss(bought, others, there, "bpr").item() == pytest.approx(np.mean(bpr))
    yes, no = [sigmoid(1), sigmoid(0)], [1 - sigmoid(x) for x in (0.5, 2, 1)]
    expected = -np.mean(np.log(yes + no))
    assert pair_loss(bought, others, there, "cross_entropy").item() == pytest.approx(expected)


def test_a_purchase_is_never_part_of_the_wardrobe_it_is_foreseen_from() -> None:
    network = Wardrobe(Items(5, 2, None, draws()), 2, attention=True)
    with torch.no_grad():
        assert network.attention is not None
        network.attention.copy_(torch.tensor([0.3, -0.2]))
    worn = torch.tensor([[1.0, 0], [0, 1], [2, 2], [5, 5], [3, 1]], requires_grad=True)
    number = torch.tensor([0, 0, 0, 1, 1])
    people = network(worn, number)
    counted = network.counted(worn).detach()
    mean = (counted[1] * worn[1] + counted[2] * worn[2]) / (counted[1] + counted[2])
    np.testing.assert_allclose(people[0].detach(), mean.detach(), rtol=1e-5)
    np.testing.assert_allclose(people[3].detach(), worn[4].detach(), rtol=1e-5)
    for row in range(5):
        worn.grad = None
        people[row].sum().backward(retain_graph=True)
        assert worn.grad is not None
        assert worn.grad[row].abs().max() < 1e-6, "what is foreseen moved its own wardrobe"


def test_shared_negatives_leave_out_what_each_user_bought(planted: Planted) -> None:
    known = planted.purchases.distinct()
    learner = WardrobeLearner(
        Material(known, np.zeros(0, int), None, None, np.empty(0, str)),
        RelevanceSettings(pictures=False),
        draws(),
        None,
    )
    others = np.arange(0, known.n_items, 2)
    rows = np.arange(50, 120)
    found = learner._bought(rows, others).numpy()
    bought: npt.NDArray[np.bool_] = np.zeros((known.n_users, known.n_items), dtype=bool)
    bought[known.users, known.items] = True
    np.testing.assert_array_equal(found, bought[known.users[rows]][:, others])


@pytest.mark.parametrize("model", list(LEARNERS))
def test_regularisation_changes_the_gradient(model: str, planted: Planted) -> None:
    known = planted.purchases.distinct()
    slopes = []
    for weight in (0.0, 0.3):
        settings = RelevanceSettings(
            model=model,  # type: ignore[arg-type]
            pictures=False,
            regularisation=weight,
            negatives="uniform",
        )
        material = Material(known, np.zeros(0, int), None, None, np.empty(0, str))
        learner = LEARNERS[settings.model](material, settings, draws(), None)
        rows, number = next(learner.batches(np.random.default_rng(1)))
        learner.loss(rows, number, np.random.default_rng(2)).backward()  # type: ignore[no-untyped-call]
        grad = learner.tables["items"].weight.grad
        assert grad is not None
        slopes.append(grad.to_dense())
    assert not torch.allclose(slopes[0], slopes[1])


class AdamByHand:
    """Algorithm 1 of Kingma & Ba for one weight, a number at a time."""

    def __init__(self, weight: torch.Tensor) -> None:
        self.weight = weight.detach().double().numpy().copy()
        self.mean, self.square = np.zeros_like(self.weight), np.zeros_like(self.weight)

    def step(self, number: int, rate: float, rows: list[int], slope: torch.Tensor) -> None:
        given = slope.double().numpy()
        self.mean[rows] = 0.9 * self.mean[rows] + 0.1 * given
        self.square[rows] = 0.999 * self.square[rows] + 0.001 * given**2
        mean, square = self.mean[rows] / (1 - 0.9**number), self.square[rows] / (1 - 0.999**number)
        self.weight[rows] -= rate * mean / (np.sqrt(square) + 1e-8)


def test_rows_of_a_batch_move_by_adam_and_no_others() -> None:
    layer = table(20, 3, draws())
    adam, by_hand = RowAdam([layer.weight], 0.1), AdamByHand(layer.weight)
    for step in range(1, 6):
        rows = [3, 7, 10 + step]
        adam.zero_grad()
        (layer(torch.tensor(rows)) - step).square().sum().backward()
        slope = layer.weight.grad.to_dense()[rows]  # type: ignore[union-attr]
        by_hand.step(step, 0.1, rows, slope)
        adam.step()
    np.testing.assert_allclose(layer.weight.detach(), by_hand.weight, atol=1e-5)
    still = table(20, 3, draws()).weight
    moved = (layer.weight != still).any(dim=1).nonzero()[:, 0].tolist()
    assert moved == [3, 7, 11, 12, 13, 14, 15]


def test_weights_with_whole_gradients_move_by_adam() -> None:
    weight = torch.nn.Parameter(torch.ones(4, 3))
    adam, by_hand = RowAdam([weight], 0.1), AdamByHand(weight)
    for step in range(1, 6):
        adam.zero_grad()
        (weight * step - 3).square().sum().backward()  # type: ignore[no-untyped-call]
        assert weight.grad is not None
        by_hand.step(step, 0.1, [0, 1, 2, 3], weight.grad)
        adam.step()
    np.testing.assert_allclose(weight.detach(), by_hand.weight, atol=1e-5)


def test_axes_keep_what_differs_and_layers_fold_back_to_given_features(planted: Planted) -> None:
    there = np.ones(len(planted.features), dtype=bool)
    there[4] = False
    pictures = Pictures.of(planted.features, there, 256)
    assert pictures.n_axes == planted.features.shape[1]
    assert pictures.features[torch.from_numpy(there)].square().mean() == pytest.approx(1, rel=0.01)
    assert not pictures.features[4].any()
    weight, bias = torch.randn(5, 24, generator=draws()), torch.randn(5, generator=draws())
    dense = pictures.folded([(weight, bias)], relu=True)
    expected = (pictures.features @ weight.T + bias).relu()
    np.testing.assert_allclose(dense.of(planted.features)[there], expected[there], atol=1e-4)
    (back, offset), *_ = pictures.unfolded(dense)
    np.testing.assert_allclose(back, weight, atol=1e-4)
    np.testing.assert_allclose(offset, bias, atol=1e-4)
    few = Pictures.of(planted.features, there, 13)
    share = few.features.square().sum() / (pictures.features.square().sum())
    assert few.n_axes == 13
    assert share > 0.4
    with pytest.raises(InputError, match="no item has a picture"):
        Pictures.of(planted.features, ~there & False, 13)
