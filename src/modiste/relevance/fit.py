"""The fit: epochs over purchases, each judged on held-out users, the best one kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from modiste.errors import InputError, MissingExtraError
from modiste.relevance.negatives import Negatives
from modiste.relevance.pairs import Purchases, Whole, last_rows
from modiste.relevance.score import Relevance
from modiste.relevance.settings import RelevanceSettings

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
        held out.

    Raises:
        InputError: If the arrays do not belong together, there is nothing to learn from, or
            pictures are asked for and not given.
        MissingExtraError: If torch is not installed.
    """
    try:
        import torch
    except ModuleNotFoundError as error:
        raise MissingExtraError("torch", extra="vision") from error
    from modiste.relevance.learner import Material
    from modiste.relevance.learners import LEARNERS
    from modiste.relevance.pictures import Pictures

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
    rng = np.random.default_rng([settings.seed, 1])
    known = purchases.distinct()
    held = last_rows(known, settings.held_out, rng)
    ids = np.empty(0, dtype=np.str_) if item_ids is None else item_ids
    draw = torch.Generator().manual_seed(int(rng.integers(1 << 62)))
    material = Material(known, held, pictures, kinds, ids)
    learner = LEARNERS[settings.model](material, settings, draw, start)
    watch = Watch(known, held, rng)
    best, model = 0, learner.kept()
    figures: list[dict[str, float]] = []
    for epoch in range(settings.epochs):
        loss = learner.run_epoch(rng, _told(progress, epoch, settings.epochs))
        kept = learner.kept()
        figures.append({"loss": loss, "auc": watch.auc(kept)})
        if not epoch or not len(held) or figures[-1]["auc"] > figures[best]["auc"]:
            best, model = epoch, kept
        if progress:
            progress(_line(epoch, figures[-1]), (epoch + 1) / settings.epochs)
        if epoch - best >= settings.patience:
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
        self.n_known = known.n_users

    def auc(self, model: Relevance) -> float:
        """Give how often the held-out purchase is scored above what was not bought."""
        n = len(self.users)
        if not n:
            return float("nan")
        if model.users is None:
            wardrobes = model.wardrobes(self.rows, self.items, n_users=n)
        else:
            wardrobes = model.users[self.users]
        own = model.score(np.arange(n), self.bought, wardrobes)
        drawn = self.others >= 0
        asked = np.repeat(np.arange(n), self.others.shape[1])
        theirs = model.score(asked, np.maximum(self.others, 0).ravel(), wardrobes)
        above = np.sign(own[:, None] - theirs.reshape(drawn.shape))
        return float(((above + 1) / 2)[drawn].mean())


def _told(progress: Told | None, epoch: int, epochs: int) -> Callable[[float], None]:
    def tell(share: float) -> None:
        if progress:
            progress(f"epoch {epoch + 1}", (epoch + share) / epochs)

    return tell


def _line(epoch: int, figures: dict[str, float]) -> str:
    return f"epoch {epoch + 1}: loss {figures['loss']:.4f}, held-out AUC {figures['auc']:.4f}"
