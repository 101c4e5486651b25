"""The fit: epochs over purchases, each judged on held-out users, the best one kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from modiste.errors import InputError, MissingExtraError
from modiste.relevance.ensemble import combine, fit_weights
from modiste.relevance.negatives import Negatives
from modiste.relevance.pairs import Purchases, Whole, last_rows
from modiste.relevance.score import Relevance, Vectors
from modiste.relevance.settings import RelevanceSettings

if TYPE_CHECKING:
    from modiste.relevance.learning.learner import Learner, Material

Told = Callable[[str, float], None]
_JUDGED_AGAINST = 100


def fit_relevance(
    purchases: Purchases,
    settings: RelevanceSettings,
    *,
    features: npt.NDArray[np.floating] | None = None,
    has_picture: npt.NDArray[np.bool_] | None = None,
    kinds: Whole | None = None,
    item_ids: npt.NDArray[np.str_] | None = None,
    start: Relevance | None = None,
    progress: Told | None = None,
) -> Relevance:
    """Learn which items fit which users from what they bought.

    Args:
        purchases: What is known; nothing else is looked at.
        settings: What is learned, and how.
        features: `[n_items, n_features]`, what a picture network made of the items' pictures, of
            any float type; may be a memory map. None: no pictures.
        has_picture: `[n_items]`; None: every item has one.
        kinds: `[n_items]`, each item's kind of garment from 0, -1 unknown; for negatives.
        item_ids: The shop's ids, kept with the model.
        start: A fitted model to go on from, such as that of the week before; items are matched by
            id, or by row where it has none.
        progress: Told a line and how far it is, from 0 to 1.

    Returns:
        The model of the epoch with the best AUC on held-out users; the last one where none are
        held out. With `n_models` above 1, that many, made one by `ensemble.combine`.

    Raises:
        InputError: If the arrays do not belong together, there is nothing to learn from, or
            pictures are asked for and not given.
        MissingExtraError: If torch is not installed.
    """
    try:
        import torch
    except ModuleNotFoundError as error:
        raise MissingExtraError("torch", extra="vision") from error
    from modiste.relevance.learning.learners import LEARNERS

    material, watch = material_of(purchases, settings, features, has_picture, kinds, item_ids)
    models = []
    for number in range(settings.n_models):
        draw = torch.Generator().manual_seed(settings.seed * 1000 + number)
        learner = LEARNERS[settings.model](material, settings, draw, start)
        rng = np.random.default_rng([settings.seed, 1 + number])
        models.append(fit_one(learner, watch, rng, _told(progress, number, settings)))
    if len(models) == 1:
        return models[0]
    return combine(models, fit_weights(*watch.pairs(models)))


def material_of(
    purchases: Purchases,
    settings: RelevanceSettings,
    features: npt.NDArray[np.floating] | None,
    has_picture: npt.NDArray[np.bool_] | None,
    kinds: Whole | None,
    item_ids: npt.NDArray[np.str_] | None,
) -> tuple[Material, Watch]:
    """Give what is learned from and what it is judged by, of what `fit_relevance` takes."""
    from modiste.relevance.learning.learner import Material
    from modiste.relevance.learning.pictures import Pictures

    purchases.check()
    if not len(purchases):
        raise InputError("no purchases were given: there is nothing to learn relevance from")
    pictures = None
    if settings.pictures:
        if features is None:
            raise InputError(
                "the relevance model reads pictures and none were given: embed the shop's pictures "
                "first, or fit it with pictures = false"
            )
        there = np.ones(purchases.n_items, dtype=bool) if has_picture is None else has_picture
        pictures = Pictures.of(features, there, settings.picture_axes)
    known = purchases.distinct()
    rng = np.random.default_rng([settings.seed, 0])
    held = last_rows(known, settings.held_out, rng)
    watch = Watch(known, held, rng)
    ids = np.empty(0, dtype=np.str_) if item_ids is None else item_ids
    return Material(known, held, pictures, kinds, ids), watch


def fit_one(
    learner: Learner,
    watch: Watch,
    rng: np.random.Generator,
    told: Callable[[str, int, float], None],
) -> Relevance:
    """Run epochs until the held-out AUC stops getting better."""
    best, model = 0, learner.kept()
    figures: list[dict[str, float]] = []
    for epoch in range(learner.settings.epochs):
        loss = learner.run_epoch(rng, partial(told, f"epoch {epoch + 1}", epoch))
        kept = learner.kept()
        figures.append({"loss": loss, "auc": watch.auc(kept)})
        if not epoch or not len(watch.users) or figures[-1]["auc"] > figures[best]["auc"]:
            best, model = epoch, kept
        told(_line(epoch, figures[-1]), epoch, 1.0)
        if epoch - best >= learner.settings.patience:
            break
    return replace(model, figures=tuple(figures))


class Watch:
    """Held-out purchases and what each is judged against."""

    def __init__(self, known: Purchases, held: Whole, rng: np.random.Generator) -> None:
        """Draw, once for all epochs, what the users did not buy."""
        self.bought = known.items[held]
        self.others = Negatives(known, "uniform").draw(held, _JUDGED_AGAINST, rng)
        seen = np.ones(len(known), dtype=bool)
        seen[held] = False
        self.users = known.users[held]
        theirs = np.flatnonzero(seen & np.isin(known.users, self.users))
        self.rows = np.searchsorted(self.users, known.users[theirs])
        self.items = known.items[theirs]

    def auc(self, model: Relevance) -> float:
        """Give how often the held-out purchase is scored above what was not bought."""
        own, theirs = self.scores(model)
        above = (np.sign(own[:, None] - theirs) + 1) / 2
        drawn = self.others >= 0
        return float(above[drawn].mean()) if drawn.any() else float("nan")

    def pairs(
        self, models: Sequence[Relevance]
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
        """Give all scores of held-out pairs `[n_pairs, n_models]`, and which were bought."""
        drawn = self.others >= 0
        scored = [self.scores(model) for model in models]
        columns = [np.concatenate([own, theirs[drawn]]) for own, theirs in scored]
        bought = np.arange(len(columns[0])) < len(self.users)
        return np.stack(columns, axis=1), bought

    def scores(self, model: Relevance) -> tuple[Vectors, Vectors]:
        """Score held-out purchases `[n]` and what each is judged against `[n, n_others]`."""
        n, n_others = self.others.shape
        if model.users is None:
            wardrobes = model.wardrobes(self.rows, self.items, n_users=n)
        else:
            wardrobes = model.users[self.users]
        own = model.score(np.arange(n), self.bought, wardrobes)
        asked = np.repeat(np.arange(n), n_others)
        theirs = model.score(asked, np.maximum(self.others, 0).ravel(), wardrobes)
        return own, theirs.reshape(n, n_others)


def _told(
    progress: Told | None, number: int, settings: RelevanceSettings
) -> Callable[[str, int, float], None]:
    """Tell of one of several models: a line, the epoch, and how much of it is done."""
    which = f"model {number + 1}, " if settings.n_models > 1 else ""

    def tell(line: str, epoch: int, share: float) -> None:
        if progress:
            done = number + (epoch + share) / settings.epochs
            progress(which + line, done / settings.n_models)

    return tell


def _line(epoch: int, figures: dict[str, float]) -> str:
    return f"epoch {epoch + 1}: loss {figures['loss']:.4f}, held-out AUC {figures['auc']:.4f}"
