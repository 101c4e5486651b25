"""What every model does with a batch: draw, score, learn; and how it goes on from an older one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from modiste.encoders.denormals import denormals_as_zero
from modiste.relevance.learning.loss import pair_loss
from modiste.relevance.learning.pictures import Pictures
from modiste.relevance.learning.rows import RowAdam
from modiste.relevance.negatives import Negatives
from modiste.relevance.pairs import Purchases, Whole, ranges
from modiste.relevance.score import Relevance, match_rows
from modiste.relevance.settings import RelevanceSettings

_USERS = "users"
_BLOCK = 1 << 14


@dataclass(frozen=True)
class Material:
    """What is learned from."""

    known: Purchases
    """Distinct, sorted by user and day."""
    held: Whole
    """Rows of `known` that are only judged by."""
    pictures: Pictures | None
    kinds: Whole | None
    """`[n_items]`, each item's kind of garment; -1: unknown."""
    item_ids: npt.NDArray[np.str_]
    """Empty where items are known by row alone."""


class Learner(ABC):
    """A model in the making.

    A derived class makes `network`, names its parts in `tables` and `looks`, and calls `begin`.
    """

    network: nn.Module
    tables: dict[str, nn.Embedding]
    """What is learned by item row, and `users` by user row."""
    looks: dict[str, tuple[nn.Linear, ...]]
    """Layers over pictures by what they make."""

    def __init__(
        self, material: Material, settings: RelevanceSettings, draw: torch.Generator
    ) -> None:
        """Take what is learned from: all known purchases but those held out."""
        self.settings = settings
        self.pictures = material.pictures
        self.item_ids = material.item_ids
        self.draw = draw
        self.known = material.known
        self.negatives = Negatives(self.known, settings.negatives, material.kinds)
        left = np.ones(len(self.known), dtype=bool)
        left[material.held] = False
        self.rows = np.flatnonzero(left)
        self.sales = np.bincount(self.known.items[self.rows], minlength=self.known.n_items)
        self._place = np.full(self.known.n_items, -1, np.int64)

    @abstractmethod
    def batches(self, rng: np.random.Generator) -> Iterator[tuple[Whole, Whole]]:
        """Give all that is learned from in a new order: rows, and their wardrobes' numbers."""

    @abstractmethod
    def people(self, rows: Whole, number: Whole, bought: Tensor) -> Tensor:
        """Give the users' vectors of some purchases: `[n, dim]`.

        Args:
            rows: `[n]`, rows of the known purchases.
            number: `[n]`, the wardrobe each belongs to.
            bought: `[n, dim]`, the vectors of what was bought.
        """

    @abstractmethod
    def scored(self, items: Tensor) -> tuple[Tensor, Tensor]:
        """Give what distinct items are scored by: vectors `[n, dim]` and biases `[n]`."""

    @abstractmethod
    def kept(self) -> Relevance:
        """Give the model as it is now."""

    def begin(self, start: Relevance | None) -> None:
        """Go on from an older model, if there is one, and make what moves the weights."""
        if start is not None:
            self._go_on(start)
        self.optimiser = RowAdam(list(self.network.parameters()), self.settings.rate)

    def run_epoch(self, rng: np.random.Generator, told: Callable[[float], None]) -> float:
        """Learn from every purchase once.

        Returns:
            The mean loss of its steps.
        """
        losses, done = [], 0
        with denormals_as_zero():
            for rows, number in self.batches(rng):
                loss = self.loss(rows, number, rng)
                self.optimiser.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                self.optimiser.step()
                losses.append(float(loss.detach()))
                done += len(rows)
                told(done / len(self.rows))
        return float(np.mean(losses)) if losses else float("nan")

    def loss(self, rows: Whole, number: Whole, rng: np.random.Generator) -> Tensor:
        """Score some purchases beside what was not bought instead.

        Args:
            rows: `[n]`, rows of the known purchases.
            number: `[n]`, the wardrobe each belongs to.
            rng: What draws.
        """
        settings, n = self.settings, len(rows)
        bought = self.known.items[rows]
        if settings.negatives == "shared":
            others, chance = self.negatives.draw_shared(settings.n_shared, rng)
            there = ~self._bought(rows, others)  # [n, n_shared]
        else:
            drawn = self.negatives.draw(rows, settings.ratio, rng)
            there = torch.from_numpy(drawn >= 0)  # [n, ratio]
            others, chance = np.maximum(drawn, 0).ravel(), np.zeros(1)
        distinct, place = self._distinct(np.concatenate([bought, others]))
        vectors, bias = self.scored(distinct)  # [n_distinct, dim], [n_distinct]
        mine, theirs = vectors.index_select(0, place[:n]), vectors.index_select(0, place[n:])
        people = self.people(rows, number, mine)  # [n, dim]
        positive = (people * mine).sum(dim=1) + bias[place[:n]]  # [n]
        if settings.negatives == "shared":
            # Divided by the chance of being drawn, the few stand for all that might have been.
            scores = people @ theirs.T + (bias[place[n:]] - torch.from_numpy(chance).float())
        else:
            scores = torch.bmm(theirs.view(n, settings.ratio, -1), people[:, :, None])[:, :, 0]
            scores = scores + bias[place[n:]].view_as(scores)  # [n, ratio]
        loss = pair_loss(positive, scores, there, settings.loss)
        if settings.regularisation:
            squares = vectors.square().sum(dim=1)  # [n_distinct]
            items = squares[place[:n]].mean() + squares[place[n:]].mean()
            users = people.square().sum(dim=1).mean()
            loss = loss + settings.regularisation * (users + items)
        return loss

    def of_pictures(self, look: nn.Module | None, items: Tensor) -> Tensor | None:
        """Give what the pictures of some items add, zeros where there is none: `[n, n_out]`."""
        if look is None or self.pictures is None:
            return None
        added: Tensor = look(self.pictures.of_items(items))
        there = self.pictures.there
        return added if there is None else added * there[items]

    def left_in(self, n: int) -> Tensor | None:
        """Draw whose own vectors count in this step: `[n, 1]`; None: everybody's."""
        settings = self.settings
        if not (settings.ids and self.pictures is not None and settings.id_dropout):
            return None
        return (torch.rand(n, 1, generator=self.draw) >= settings.id_dropout).float()

    def of_all(self, vectors: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
        """Compute something of all items, a block at a time.

        Args:
            vectors: Of item rows `[n]`, and whether each was ever bought, `[n, 1]`: what is not
                learned by row must not count.
        """
        sold = torch.from_numpy((self.sales > 0).astype(np.float32))[:, None]
        blocks = torch.split(torch.arange(self.known.n_items), _BLOCK)
        return torch.cat([vectors(block, sold[block]) for block in blocks])

    def kept_start(self) -> dict[str, npt.NDArray[np.float32]]:
        """Give what a further fit begins with, apart from the layers over pictures."""
        layers = {id(part) for look in self.looks.values() for part in look}
        inside = {
            id(weight)
            for module in self.network.modules()
            if id(module) in layers
            for weight in module.parameters()
        }
        return {
            name: weight.detach().numpy().copy()
            for name, weight in self.network.named_parameters()
            if id(weight) not in inside
        }

    @torch.no_grad()
    def _go_on(self, start: Relevance) -> None:
        rows, known = match_rows(start.item_ids, self.item_ids, start.n_items, self.known.n_items)
        by_id = {id(table.weight) for name, table in self.tables.items() if name != _USERS}
        for name, weight in self.network.named_parameters():
            if (old := start.start.get(name)) is None or old.shape[1:] != weight.shape[1:]:
                continue
            given = torch.from_numpy(old)
            if id(weight) in by_id:
                weight[torch.from_numpy(known)] = given[torch.from_numpy(rows[known])]
            else:
                n = min(len(given), len(weight))
                weight[:n] = given[:n]
        for name, look in self.looks.items():
            if self.pictures is None or name not in start.looks:
                continue
            layers = self.pictures.unfolded(start.looks[name])
            for layer, (weight_then, bias_then) in zip(look, layers, strict=False):
                if layer.weight.shape == weight_then.shape:
                    layer.weight.copy_(weight_then)
                    if layer.bias is not None:
                        layer.bias.copy_(bias_then)

    def _distinct(self, items: Whole) -> tuple[Tensor, Tensor]:
        """Give the distinct items, rising, and the place of each given one among them."""
        self._place[items] = 0
        distinct = np.flatnonzero(self._place >= 0)
        self._place[distinct] = np.arange(len(distinct))
        place = self._place[items]
        self._place[distinct] = -1
        return torch.from_numpy(distinct), torch.from_numpy(place)

    def _bought(self, rows: Whole, others: Whole) -> Tensor:
        """Say which of the items drawn for all each purchase's user has: `[n, n_others]`."""
        users, user = np.unique(self.known.users[rows], return_inverse=True)
        begins = self.known.starts[users]
        sizes = self.known.starts[users + 1] - begins
        theirs = np.repeat(np.arange(len(users)), sizes)
        items = self.known.items[ranges(begins, sizes)]
        self._place[others] = np.arange(len(others))
        place = self._place[items]
        self._place[others] = -1
        has = torch.zeros(len(users), len(others), dtype=torch.bool)
        has[torch.from_numpy(theirs[place >= 0]), torch.from_numpy(place[place >= 0])] = True
        return has[torch.from_numpy(user)]
