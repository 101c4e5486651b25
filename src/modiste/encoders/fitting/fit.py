"""The loop: epochs over the fitted part, each tried on held-out items, the best one kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from modiste.encoders.fitting.batches import draw_batches
from modiste.encoders.fitting.checkpoint import Fitted, read_checkpoint, write_checkpoint
from modiste.encoders.fitting.loss import Closeness
from modiste.encoders.fitting.material import Material
from modiste.encoders.fitting.model import Model
from modiste.encoders.fitting.settings import FitSettings
from modiste.encoders.fitting.speech import Speech
from modiste.encoders.fitting.towers import Seen
from modiste.encoders.lexicon import Whole

Told = Callable[[str, float], None]
FEW_WATCHED = 50
"""Fewer than so many watched items are too coarse a measure by recall: their loss chooses."""
_CUTS = (1, 5, 10)
_SHARPNESS = 20.0
_CHUNK = 64
_WARM_UP = 50
_MIRRORED = 0.5
_STEADIEST = 0.98
_LONGEST_STEP = 2.0
_WORD_ROWS = ("words.rows.weight", "words.importance.weight")


@dataclass(frozen=True)
class Fit:
    """One fit of a model."""

    model: Model
    material: Material
    seen: Seen
    """All items' pictures, by row of `material`."""
    speech: Speech
    """All items' texts."""
    settings: FitSettings

    @property
    def few_watched(self) -> bool:
        """Whether the best epoch is that of the least held-out loss, not of the highest recall."""
        return len(self.material.watch) < FEW_WATCHED

    def run(self, checkpoint: Path, key: str, progress: Told | None = None) -> tuple[Fitted, int]:
        """Fit, from where a killed run of the same `key` was left; the best epoch's model stays.

        The model's running mean over steps is what is judged and kept.

        Returns:
            How far it came, and the epoch at which it went on.
        """
        closeness = Closeness()
        learned = {
            **self.model.learned(),
            **{f"closeness.{name}": weight for name, weight in closeness.named_parameters()},
        }
        optimiser = self._optimiser(learned)
        fitted = read_checkpoint(checkpoint, key) or Fitted()
        means = {name: weight.detach().clone() for name, weight in learned.items()}
        if fitted.epochs:
            self._fill_best(fitted)
            _restore(fitted.tensors, learned, means, optimiser)
        else:
            self._standardise()
        begun = len(fitted.epochs)
        for epoch in range(begun, self.settings.epochs):
            if epoch - fitted.best > self.settings.patience:
                break
            loss = self._epoch(epoch, learned, means, optimiser, closeness, progress)
            with _swapped(learned, means):
                figures = {"loss": loss, **self.held_out()}
                fitted.epochs.append(figures)
                if fitted.best < 0 or self._beats(figures, fitted.epochs[fitted.best]):
                    fitted.best = epoch
                    best = {f"best.{name}": value for name, value in self.model.weights().items()}
                else:
                    kept = fitted.tensors.items()
                    best = {name: value for name, value in kept if name.startswith("best.")}
            fitted.tensors = {**best, **_state(learned, means, optimiser)}
            write_checkpoint(checkpoint, fitted, key)
            if progress is not None:
                progress(_line(epoch, figures), 1.0)
        self._fill_best(fitted)
        self.model.train(False)
        return fitted, begun

    def _fill_best(self, fitted: Fitted) -> None:
        tensors = fitted.tensors.items()
        best = {name: value for name, value in tensors if name.startswith("best.")}
        self.model.fill({name.removeprefix("best."): value for name, value in best.items()})

    def _beats(self, figures: dict[str, float], best: dict[str, float]) -> bool:
        if self.few_watched:
            return figures["held_out_loss"] < best["held_out_loss"]
        return _mean_recall(figures) > _mean_recall(best)

    @torch.inference_mode()
    def held_out(self) -> dict[str, float]:
        """Compare watched items' texts with their pictures.

        Returns:
            `recall@1` …: how often a text finds its own picture first, among the first five, ten.
            `held_out_loss`: how hard it is to choose the own one, from either side; at one
            sharpness in all epochs, so that growing confidence alone moves nothing.
        """
        self.model.train(False)
        rows = self.material.watch
        pictures = torch.cat(
            [
                self.model.pictures.project(self.seen.of(torch.from_numpy(rows[at : at + _CHUNK])))
                for at in range(0, len(rows), _CHUNK)
            ]
        )
        texts = self.speech.whole(rows)
        scores = texts @ pictures.T
        before = (scores > scores.diagonal()[:, None]).sum(1)
        recall = {f"recall@{cut}": float((before < cut).float().mean()) for cut in _CUTS}
        own = torch.arange(len(rows))
        sharp = scores * _SHARPNESS
        loss = functional.cross_entropy(sharp, own) + functional.cross_entropy(sharp.T, own)
        return {**recall, "held_out_loss": float(loss) / 2}

    def _epoch(
        self,
        epoch: int,
        learned: dict[str, torch.nn.Parameter],
        means: dict[str, Tensor],
        optimiser: torch.optim.Optimizer,
        closeness: Closeness,
        progress: Told | None,
    ) -> float:
        # Draws depend on seed and epoch alone, so that a resumed fit draws what it would have.
        rng = np.random.default_rng([self.settings.seed, epoch])
        torch.manual_seed(int(rng.integers(1 << 40)))
        self.model.train(True)
        size = min(self.settings.batch, len(self.material.fit))
        n_steps = len(self.material.fit) // size
        losses = []
        for step, rows in enumerate(draw_batches(self.material.fit, size, rng)):
            done = epoch * n_steps + step
            _set_rates(optimiser, done, self.settings.epochs * n_steps)
            loss = self._loss(rows, rng, closeness)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(list(learned.values()), _LONGEST_STEP)
            optimiser.step()
            closeness.limit()
            steadiness = min(_STEADIEST, (1 + done) / (10 + done))
            with torch.no_grad():
                for name, weight in learned.items():
                    means[name].lerp_(weight.detach(), 1 - steadiness)
            losses.append(float(loss.detach()))
            if progress is not None:
                progress(f"epoch {epoch + 1}", (step + 1) / (n_steps + 1))
        return float(np.mean(losses))

    def _loss(self, rows: Whole, rng: np.random.Generator, closeness: Closeness) -> Tensor:
        settings, material = self.settings, self.material
        seen = self.seen.of(torch.from_numpy(rows))
        if rng.random() < _MIRRORED:
            seen = seen.mirrored()
        pictures = self.model.pictures.project(seen)
        loss = closeness.pair_loss(pictures, self.speech.draw(rows, rng), settings.loss)
        if settings.group_weight:
            for family, groups in enumerate(material.groups):
                own = torch.from_numpy(groups.of[rows])
                told = closeness.group_loss(pictures, self.speech.names(family), own)
                loss = loss + settings.group_weight * groups.weight * told
        return loss

    @torch.no_grad()
    def _standardise(self) -> None:
        rows = torch.from_numpy(self.material.fit)
        chunks = [rows[at : at + _CHUNK] for at in range(0, len(rows), _CHUNK)]
        self.model.train(False)
        features = [self.model.pictures.features(self.seen.of(chunk)) for chunk in chunks]
        self.model.pictures.standardise(torch.cat(features))

    def _optimiser(self, learned: dict[str, torch.nn.Parameter]) -> torch.optim.Optimizer:
        settings = self.settings
        given = self.model.pictures.trunk.plan()["kind"] != "small"
        kinds: dict[str, list[torch.nn.Parameter]] = {"blocks": [], "rows": [], "others": []}
        for name, weight in learned.items():
            blocks = given and name.startswith("pictures.trunk.")
            kinds["blocks" if blocks else "rows" if name in _WORD_ROWS else "others"].append(weight)
        rates = {
            "blocks": {"lr": settings.block_rate, "weight_decay": 0.01},
            # A row is met in few batches: larger steps, and nothing pulls it back between.
            "rows": {"lr": 3 * settings.rate, "weight_decay": 0.0},
            "others": {"lr": settings.rate, "weight_decay": 0.05},
        }
        groups = [{"params": kinds[kind], **rates[kind]} for kind in kinds if kinds[kind]]
        for group in groups:
            group["most"] = group["lr"]
        return torch.optim.AdamW(groups, betas=(0.9, 0.98))


def _set_rates(optimiser: torch.optim.Optimizer, step: int, n_steps: int) -> None:
    """Rise over the first steps, then fall along a cosine, nearly to zero."""
    share = 0.02 + 0.49 * (1 + np.cos(np.pi * step / n_steps))
    for group in optimiser.param_groups:
        group["lr"] = group["most"] * min(1.0, (step + 1) / _WARM_UP) * share


def _mean_recall(figures: dict[str, float]) -> float:
    return float(np.mean([figures[f"recall@{cut}"] for cut in _CUTS]))


def _line(epoch: int, figures: dict[str, float]) -> str:
    recall = " / ".join(f"{figures[f'recall@{cut}']:.3f}" for cut in _CUTS)
    return f"epoch {epoch + 1}: loss {figures['loss']:.3f}, held-out recall@1/5/10 {recall}"


@contextmanager
def _swapped(learned: dict[str, torch.nn.Parameter], means: dict[str, Tensor]) -> Iterator[None]:
    """Put the running means in the model's place for a while."""
    with torch.no_grad():
        own = {name: weight.detach().clone() for name, weight in learned.items()}
        for name, weight in learned.items():
            weight.copy_(means[name])
        try:
            yield
        finally:
            for name, weight in learned.items():
                weight.copy_(own[name])


def _state(
    learned: dict[str, torch.nn.Parameter],
    means: dict[str, Tensor],
    optimiser: torch.optim.Optimizer,
) -> dict[str, Tensor]:
    tensors = {f"now.{name}": weight.detach().clone() for name, weight in learned.items()}
    tensors |= {f"mean.{name}": value.clone() for name, value in means.items()}
    for name, weight in learned.items():
        for figure, value in optimiser.state[weight].items():
            tensors[f"step.{figure}.{name}"] = torch.as_tensor(value).clone().contiguous()
    return {name: value.contiguous() for name, value in tensors.items()}


@torch.no_grad()
def _restore(
    tensors: dict[str, Tensor],
    learned: dict[str, torch.nn.Parameter],
    means: dict[str, Tensor],
    optimiser: torch.optim.Optimizer,
) -> None:
    for name, weight in learned.items():
        weight.copy_(tensors[f"now.{name}"])
        means[name].copy_(tensors[f"mean.{name}"])
        ending = f".{name}"
        optimiser.state[weight] = {
            key.removeprefix("step.").removesuffix(ending): value
            for key, value in tensors.items()
            if key.startswith("step.") and key.endswith(ending)
        }
