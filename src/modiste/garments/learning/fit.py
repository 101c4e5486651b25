"""The loop: epochs over views of pictures, each watched, the best one kept, resumed when killed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import cos, pi
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from modiste.encoders.denormals import denormals_as_zero
from modiste.encoders.fitting.checkpoint import Fitted, read_checkpoint, write_checkpoint
from modiste.garments.answers import Predictions, joined
from modiste.garments.figures import score, watch
from modiste.garments.learning.loss import Asked, Loss, rare_weights
from modiste.garments.learning.model import GarmentNetwork
from modiste.garments.learning.seen import Seen
from modiste.garments.learning.views import flip_targets, move_targets, other_side
from modiste.garments.material import Material
from modiste.garments.settings import GarmentSettings
from modiste.garments.targets import Targets, Whole

Told = Callable[[str, float], None]
CHECKPOINT = "checkpoint.safetensors"
_LEAST = 0.01
"""What is left of a rate at the end."""
_WARM_UP = 40
_LONGEST_STEP = 5.0
_WATCHED_BATCH = 64


class Lessons:
    """Epochs of one fit."""

    def __init__(
        self, network: GarmentNetwork, material: Material, seen: Seen, settings: GarmentSettings
    ) -> None:
        """Make what all epochs share."""
        self.network, self.material, self.seen, self.settings = network, material, seen, settings
        self.learned = material.learned[seen.first[material.learned] >= 0]
        self.watched = material.watched[seen.first[material.watched] >= 0]
        self.weights = network.learned()
        for weight in self.weights.values():  # the network comes frozen
            weight.requires_grad_(True)
        self.kept = {name: weight.detach().clone() for name, weight in self.weights.items()}
        own = [weight for name, weight in self.weights.items() if name.startswith("heads.")]
        last = [weight for name, weight in self.weights.items() if name.startswith("network.")]
        self.rates = [settings.rate, settings.network_rate]
        self.optimiser = torch.optim.AdamW(
            [{"params": own}, {"params": last}], lr=settings.rate, weight_decay=settings.decay
        )
        self.loss = _loss(network, material.targets[self.learned], settings)
        self.other = other_side(network.words.landmarks)
        self.n_steps = max(1, -(-len(self.learned) // settings.batch))
        self.steps = self.begun = 0

    def run(self, folder: Path, key: str, tell: Told) -> Fitted:
        """Run epochs, from where a killed run was left; the best one's weights stay.

        Args:
            folder: Where the checkpoint lies.
            key: Of all that decides what comes of it.
            tell: Told a line and how far it is.
        """
        path, epochs = folder / CHECKPOINT, self.settings.epochs
        fitted = read_checkpoint(path, key) or Fitted()
        if fitted.epochs:
            self._restore(fitted.tensors)
            self.begun = len(fitted.epochs)
        with denormals_as_zero():
            for number in range(len(fitted.epochs), epochs):
                if fitted.best >= 0 and number - 1 - fitted.best >= self.settings.patience:
                    break
                loss = self._epoch(number, tell)
                with _Exchanged(self.weights, self.kept):
                    figures = watch(self.predict(self.watched), self.material.targets[self.watched])
                fitted.epochs.append({"loss": loss, **figures, "score": score(figures)})
                if self._is_best(fitted):
                    fitted.best = number
                    best = _copied(self.kept, "best.")
                else:
                    best = _chosen(fitted.tensors, "best.")
                fitted.tensors = {**best, **self._state()}
                write_checkpoint(path, fitted, key)
                tell(_line(number, fitted.epochs[-1]), (number + 1) / epochs)
            _fill(self.weights, _chosen(fitted.tensors, "best."), "best.")
        return fitted

    def predict(self, rows: Whole) -> Predictions:
        """Tell of pictures as they are: see `GarmentNetwork.predict`."""
        places = self.seen.first[rows]
        batches = [
            self.network.predict(self._near(places[start : start + _WATCHED_BATCH]))
            for start in range(0, max(1, len(places)), _WATCHED_BATCH)
        ]
        return joined(batches)

    def _is_best(self, fitted: Fitted) -> bool:
        if fitted.best < 0 or not len(self.watched):
            return True
        return fitted.epochs[-1]["score"] > fitted.epochs[fitted.best]["score"]

    def _epoch(self, number: int, tell: Told) -> float:
        # Draws depend on seed and epoch alone, so that a resumed run draws what it would have.
        rng = np.random.default_rng([self.settings.seed, 11, number])
        offsets = np.random.default_rng([self.settings.seed, 12]).integers(
            0, self.seen.n_views, len(self.learned)
        )
        torch.manual_seed(int(rng.integers(1 << 40)))
        self.network.heads.train()
        losses, order = [], rng.permutation(len(self.learned))
        size, total = self.settings.batch, self.settings.epochs * self.n_steps
        for step in range(self.n_steps):
            some = order[step * size : (step + 1) * size]
            views = self.seen.first[self.learned[some]] + (offsets[some] + number) % (
                self.seen.n_views
            )
            losses.append(self._step(self.learned[some], views, rng))
            if step % 8 == 0:
                tell(f"epoch {number + 1}", (self.steps + 1) / (total + 1))
        return float(np.mean(losses))

    def _step(self, rows: Whole, views: Whole, rng: np.random.Generator) -> float:
        self._set_rates()
        flipped = rng.random(len(rows)) < 0.5
        near = self._near(views)
        turn = torch.from_numpy(flipped).to(near.device)[:, None, None, None]
        near = torch.where(turn, near.flip(3), near)
        targets = move_targets(self.material.targets[rows], self.seen.windows[views])
        asked = Asked.of(flip_targets(targets, flipped, self.other), near.device)
        self.optimiser.zero_grad()
        loss = self.loss(self.network.back(near), asked)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(list(self.weights.values()), _LONGEST_STEP)
        self.optimiser.step()
        self.steps += 1
        share = min(self.settings.average, self.steps / (self.steps + 10))
        with torch.no_grad():
            for name, weight in self.weights.items():
                self.kept[name].lerp_(weight, 1 - share)
        return float(loss.detach())

    def _near(self, places: Whole) -> Tensor:
        return torch.from_numpy(self.seen.values[places]).to(self.network.device).float()

    def _set_rates(self) -> None:
        """Rise over the first steps, then fall along a cosine."""
        total = self.settings.epochs * self.n_steps
        share = _LEAST + (1 - _LEAST) / 2 * (1 + cos(pi * min(1.0, self.steps / total)))
        share *= min(1.0, (self.steps + 1) / min(_WARM_UP, total))
        for group, most in zip(self.optimiser.param_groups, self.rates, strict=True):
            group["lr"] = most * share

    def _state(self) -> dict[str, Tensor]:
        """Give all that the next epoch needs: weights, their mean, the optimiser's figures."""
        tensors = _copied(self.weights, "now.") | _copied(self.kept, "mean.")
        tensors["steps"] = torch.tensor(self.steps)
        for name, weight in self.weights.items():
            for part, value in self.optimiser.state[weight].items():
                tensors[f"optimiser.{part}.{name}"] = value.detach().cpu().contiguous().clone()
        return tensors

    def _restore(self, tensors: Mapping[str, Tensor]) -> None:
        _fill(self.weights, tensors, "now.")
        _fill(self.kept, tensors, "mean.")
        self.steps = int(tensors["steps"])
        for name, weight in self.weights.items():
            if f"optimiser.step.{name}" in tensors:  # else no picture told anything of its head
                self.optimiser.state[weight] = {
                    part: tensors[f"optimiser.{part}.{name}"].to(
                        weight.device if part != "step" else "cpu"
                    )
                    for part in ("step", "exp_avg", "exp_avg_sq")
                }


class _Exchanged:
    """Lets weights have other values while it holds."""

    def __init__(self, weights: Mapping[str, Tensor], values: Mapping[str, Tensor]) -> None:
        self.weights, self.values = weights, values

    def __enter__(self) -> None:
        self.before = {name: weight.detach().clone() for name, weight in self.weights.items()}
        _fill(self.weights, self.values, "")

    def __exit__(self, *error: object) -> None:
        _fill(self.weights, self.before, "")


@torch.no_grad()
def _fill(weights: Mapping[str, Tensor], values: Mapping[str, Tensor], prefix: str) -> None:
    for name, weight in weights.items():
        weight.copy_(values[prefix + name])


def _copied(weights: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {
        prefix + name: weight.detach().cpu().contiguous().clone()
        for name, weight in weights.items()
    }


def _chosen(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name: tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def _loss(network: GarmentNetwork, targets: Targets, settings: GarmentSettings) -> Loss:
    def weights(places: Whole, n: int, power: float) -> Tensor:
        return torch.from_numpy(rare_weights(places, n, power)).to(network.device)

    groups = network.words.groups.values()
    return Loss(
        settings,
        weights(targets.categories, len(network.words.categories), settings.balance),
        tuple(
            weights(targets.groups[..., place], len(values), settings.group_balance)
            for place, values in enumerate(groups)
        ),
        network.heads.positions,
    )


def _line(number: int, figures: Mapping[str, float]) -> str:
    told = ", ".join(f"{name} {value:.4f}" for name, value in figures.items() if name != "score")
    return f"epoch {number + 1}: {told}"
