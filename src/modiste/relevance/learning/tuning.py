"""End to end: the picture network's last layers learn together with the relevance model.

The second phase of the paper. The first is an ordinary fit upon the network's features as they are;
this one goes on from it, at small rates, in rounds that are each judged on held-out users. The best
round is kept, and the first phase where none is better.

Source: Elsayed, Brinkmeyer, Schmidt-Thieme, End-to-End Image-Based Fashion Recommendation, 2022,
section on training.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice
from math import cos, pi
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from modiste.artifacts import fingerprint
from modiste.component import settings_of
from modiste.encoders.denormals import denormals_as_zero
from modiste.encoders.fitting.checkpoint import Fitted, read_checkpoint, write_checkpoint
from modiste.errors import InputError
from modiste.relevance.fit import Told, Watch, fit_relevance, material_of
from modiste.relevance.learning.learner import Learner
from modiste.relevance.learning.learners import LEARNERS
from modiste.relevance.learning.network import LivePictures, PictureNetwork
from modiste.relevance.learning.rows import RowAdam
from modiste.relevance.pairs import Purchases, Whole
from modiste.relevance.score import Relevance
from modiste.relevance.settings import RelevanceSettings
from modiste.relevance.stored import read_relevance, write_relevance
from modiste.relevance.tuning_settings import TuningSettings

_CHECKPOINT, _FROZEN = "checkpoint.safetensors", "frozen"
_LEAST = 0.02
"""What is left of a rate at the end."""
_WARM_UP = 10
_LONGEST_STEP = 2.0
_SHARE = 0.65
"""Of a step's pictures, those that were bought; the others are negatives for all."""


@dataclass(frozen=True)
class Tuned:
    """What came of it. The network is left as in the round that was kept."""

    model: Relevance
    """By the network's features; the first phase's model where no round was better."""
    frozen: Relevance
    """The first phase's model."""
    rounds: tuple[Mapping[str, float], ...]
    """Loss and held-out AUC of each round."""
    best: int
    """The round that was kept, from 0; -1: the first phase."""
    begun: int
    """The round at which a killed run went on; 0: from the beginning."""


def fit_end_to_end(
    purchases: Purchases,
    settings: RelevanceSettings,
    tuning: TuningSettings,
    network: PictureNetwork,
    work: Path,
    *,
    kinds: Whole | None = None,
    item_ids: np.ndarray[tuple[int], np.dtype[np.str_]] | None = None,
    progress: Told | None = None,
) -> Tuned:
    """Fit a relevance model and the last layers of the network that sees its pictures.

    Killed at any moment, the next call goes on after the last whole round and comes to the same.

    Args:
        purchases: What is known; nothing else is looked at.
        settings: Of the relevance model.
        tuning: Of the second phase.
        network: What sees the items' pictures, as it was opened.
        work: An existing folder for what a killed run goes on from.
        kinds: See `fit_relevance`.
        item_ids: See `fit_relevance`.
        progress: Told a line and how far it is, from 0 to 1.

    Raises:
        InputError: If the settings are those of several models, or of one without pictures.
    """
    if settings.n_models > 1 or not settings.pictures:
        raise InputError(
            f"end to end with n_models = {settings.n_models} and pictures = {settings.pictures}: "
            "it is one model that reads pictures; fit an ensemble on the tuned encoder's vectors"
        )
    tell = progress or (lambda _line, _share: None)
    there = network.activations.there
    features = network.all_features()
    key = _key(purchases, settings, tuning, network, features, kinds)
    frozen = _frozen(work, key)
    if frozen is None:
        frozen = fit_relevance(
            purchases,
            settings,
            features=features,
            has_picture=there,
            kinds=kinds,
            item_ids=item_ids,
            progress=lambda line, share: tell(f"pictures frozen, {line}", share),
        )
        _keep_frozen(work, key, frozen)
    small = _smaller(settings, tuning)
    material, watch = material_of(purchases, small, features, there, kinds, item_ids)
    assert material.pictures is not None
    live = replace(material, pictures=LivePictures.over(material.pictures, network))
    learner = LEARNERS[small.model](live, small, torch.Generator(), frozen)
    rounds = _Rounds(learner, watch, network, tuning, settings.seed)
    with denormals_as_zero():
        fitted, begun = rounds.run(work / _CHECKPOINT, key, watch.auc(frozen), tell)
        model = frozen
        if fitted.best >= 0:
            model = replace(learner.kept(), settings=settings, figures=tuple(fitted.epochs))
    return Tuned(model, frozen, tuple(fitted.epochs), fitted.best, begun)


class _Rounds:
    """The loop of the second phase."""

    def __init__(
        self,
        learner: Learner,
        watch: Watch,
        network: PictureNetwork,
        tuning: TuningSettings,
        seed: int,
    ) -> None:
        self.learner, self.watch, self.network = learner, watch, network
        self.tuning, self.seed = tuning, seed
        own = learner.network.named_parameters()
        trained = network.trained()
        self.learned = {
            **{f"model.{name}": weight for name, weight in own},
            **{f"network.{name}": weight for name, weight in trained.items()},
        }
        self.moving = {
            "model": (learner.optimiser, learner.settings.rate),
            "network": (RowAdam(list(trained.values()), tuning.network_rate), tuning.network_rate),
        }

    def run(self, path: Path, key: str, frozen: float, tell: Told) -> tuple[Fitted, int]:
        """Run rounds, from where a killed run was left; the best one's weights stay.

        Args:
            path: The checkpoint.
            key: Of all that decides what comes of it.
            frozen: Held-out AUC of the first phase, which a round must beat.
            tell: Told a line and how far it is.
        """
        tuning = self.tuning
        begin = {name: weight.detach().clone() for name, weight in self.learned.items()}
        fitted = read_checkpoint(path, key) or Fitted()
        begun = len(fitted.epochs)
        if begun:
            self._restore(fitted.tensors)
        for number in range(begun, tuning.rounds):
            if number - 1 - fitted.best >= tuning.wait:
                break
            loss = self._round(number, tell)
            auc = self.watch.auc(self.learner.kept())
            fitted.epochs.append({"loss": loss, "auc": auc})
            least = fitted.epochs[fitted.best]["auc"] if fitted.best >= 0 else frozen
            if auc > least:
                fitted.best = number
                best = {f"best.{name}": kept for name, kept in self._weights().items()}
            else:
                kept_before = fitted.tensors.items()
                best = {name: kept for name, kept in kept_before if name.startswith("best.")}
            fitted.tensors = {**best, **self._state()}
            write_checkpoint(path, fitted, key)
            line = f"end to end, round {number + 1}: loss {loss:.4f}, held-out AUC {auc:.4f}"
            tell(f"{line}; pictures frozen {frozen:.4f}", (number + 1) / tuning.rounds)
        chosen = fitted.tensors.items()
        self._fill(
            {name.removeprefix("best."): kept for name, kept in chosen if name.startswith("best.")}
            or begin
        )
        return fitted, begun

    def _round(self, number: int, tell: Told) -> float:
        # Draws depend on seed and round alone, so that a resumed run draws what it would have.
        rng = np.random.default_rng([self.seed, 1000 + number])
        self.learner.draw.manual_seed(int(rng.integers(1 << 40)))
        self.network.turns = self.learner.draw if self.tuning.mirrored else None
        losses, total = [], self.tuning.rounds * self.tuning.steps
        for step, (rows, wardrobe) in enumerate(
            islice(self.learner.batches(rng), self.tuning.steps)
        ):
            done = number * self.tuning.steps + step
            self._set_rates(done, total)
            for optimiser, _ in self.moving.values():
                optimiser.zero_grad()
            loss = self.learner.loss(rows, wardrobe, rng)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(list(self.network.trained().values()), _LONGEST_STEP)
            for optimiser, _ in self.moving.values():
                optimiser.step()
            losses.append(float(loss.detach()))
            tell(f"end to end, round {number + 1}", (done + 1) / (total + 1))
        self.network.turns = None
        return float(np.mean(losses)) if losses else float("nan")

    def _set_rates(self, step: int, n_steps: int) -> None:
        """Rise over the first steps, then fall along a cosine."""
        share = _LEAST + (1 - _LEAST) / 2 * (1 + cos(pi * step / n_steps))
        share *= min(1.0, (step + 1) / _WARM_UP)
        for optimiser, most in self.moving.values():
            optimiser.rate = most * share

    def _weights(self) -> dict[str, Tensor]:
        return {
            name: weight.detach().cpu().contiguous().clone()
            for name, weight in self.learned.items()
        }

    def _state(self) -> dict[str, Tensor]:
        """Give all that the next round needs: weights and the optimisers' figures."""
        tensors = {f"now.{name}": weight for name, weight in self._weights().items()}
        for part, (optimiser, _) in self.moving.items():
            tensors[f"{part}.steps"] = torch.tensor(optimiser.steps)
            for place, (_, means, squares) in enumerate(optimiser.tables):
                tensors |= {f"{part}.{place}.means": means, f"{part}.{place}.squares": squares}
        return {name: tensor.cpu().contiguous().clone() for name, tensor in tensors.items()}

    def _restore(self, tensors: Mapping[str, Tensor]) -> None:
        self._fill({name: tensors[f"now.{name}"] for name in self.learned})
        for part, (optimiser, _) in self.moving.items():
            optimiser.steps = int(tensors[f"{part}.steps"])
            for place, (_, means, squares) in enumerate(optimiser.tables):
                means.copy_(tensors[f"{part}.{place}.means"])
                squares.copy_(tensors[f"{part}.{place}.squares"])

    @torch.no_grad()
    def _fill(self, weights: Mapping[str, Tensor]) -> None:
        for name, weight in self.learned.items():
            weight.copy_(weights[name])


def _smaller(settings: RelevanceSettings, tuning: TuningSettings) -> RelevanceSettings:
    """Give settings of smaller steps, in batches that show the network about so many pictures."""
    slowed = replace(settings, rate=settings.rate * tuning.slowed)
    if settings.negatives != "shared":
        return replace(slowed, batch=max(1, tuning.pictures // (1 + settings.ratio)))
    bought = max(2, int(tuning.pictures * _SHARE))
    return replace(slowed, batch=bought, n_shared=max(1, tuning.pictures - bought))


def _key(
    purchases: Purchases,
    settings: RelevanceSettings,
    tuning: TuningSettings,
    network: PictureNetwork,
    features: np.ndarray[tuple[int, int], np.dtype[np.float32]],
    kinds: Whole | None,
) -> str:
    """Fingerprint all that decides what comes of it."""
    arrays = [purchases.users, purchases.items, purchases.days, features]
    arrays += [] if kinds is None else [kinds]
    return fingerprint(
        [
            1,
            [_digest(array) for array in arrays],
            settings_of(settings),
            settings_of(tuning),
            network.encoder.identity,
            f"{network.cut.at} {network.device.type} {network.number}",
            torch.get_num_threads(),
        ]
    )


def _digest(array: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> str:
    return hashlib.sha256(np.ascontiguousarray(array).data).hexdigest()


def _frozen(work: Path, key: str) -> Relevance | None:
    """Read the first phase of a killed run."""
    folder = work / _FROZEN
    known = folder / "key"
    if not known.is_file() or known.read_text(encoding="utf-8") != key:
        return None
    return read_relevance(folder)


def _keep_frozen(work: Path, key: str, model: Relevance) -> None:
    folder = work / _FROZEN
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    write_relevance(model, folder)
    (folder / "key").write_text(key, encoding="utf-8")
