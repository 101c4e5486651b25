"""The three models as they learn: what a user is in each, and what is kept."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn

from modiste.relevance.learning.learner import Learner, Material
from modiste.relevance.learning.model import Factors, Items, Look, Vbpr, Wardrobe
from modiste.relevance.pairs import Whole, cut_wardrobes, draw_rows, draw_wardrobes
from modiste.relevance.score import Dense, Relevance
from modiste.relevance.settings import RelevanceSettings


class WardrobeLearner(Learner):
    """Users as the mean of what they bought."""

    network: Wardrobe

    def __init__(
        self,
        material: Material,
        settings: RelevanceSettings,
        draw: torch.Generator,
        start: Relevance | None,
    ) -> None:
        """Make the network and cut purchases into wardrobes."""
        super().__init__(material, settings, draw)
        items = _items(self, draw)
        self.network = Wardrobe(items, settings.dim, settings.attention)
        self.wardrobes = cut_wardrobes(self.known.take(self.rows), settings.longest)
        sold = self.sales[self.sales > 0]
        self.usual = float(np.log1p(sold).mean()) if len(sold) else 0.0
        self.begin(start)

    def batches(self, rng: np.random.Generator) -> Iterator[tuple[Whole, Whole]]:
        """Give whole wardrobes."""
        for places, number in draw_wardrobes(self.wardrobes, self.settings.batch, rng):
            yield self.rows[places], number

    def people(self, rows: Whole, number: Whole, bought: Tensor) -> Tensor:
        """Give for each purchase the mean of the others of its wardrobe."""
        vectors: Tensor = self.network(bought, torch.from_numpy(number))
        return vectors

    def scored(self, items: Tensor) -> tuple[Tensor, Tensor]:
        """Give the items' vectors, and the weight of their sales."""
        return self._vectors(items, self.left_in(len(items))), self._popularity(
            self.sales[items.numpy()]
        )

    @torch.no_grad()
    def kept(self) -> Relevance:
        """Give vectors of all items; those never bought have their picture alone."""
        attends = self.network.attention
        vectors = self.of_all(self._vectors).numpy()
        return Relevance(
            self.settings,
            self.item_ids,
            vectors,
            self._popularity(self.sales).numpy(),
            worn=vectors,
            attends=None if attends is None else attends.numpy().copy(),
            unsold=float(self._popularity(np.zeros(1, int))[0]),
            looks=_folded(self),
            start=self.kept_start(),
        )

    def _vectors(self, rows: Tensor, kept: Tensor | None) -> Tensor:
        items = self.network.items
        vectors: Tensor = items(rows, self.of_pictures(items.look, rows), kept)
        return vectors

    def _popularity(self, sales: Whole) -> Tensor:
        if not self.settings.popularity:
            return torch.zeros(len(sales))
        logs = np.log1p(sales).astype(np.float32) - np.float32(self.usual)
        return self.network.popularity * torch.from_numpy(logs)


class UserLearner(Learner):
    """Users with a row each, whatever it holds."""

    def batches(self, rng: np.random.Generator) -> Iterator[tuple[Whole, Whole]]:
        """Give rows, each a wardrobe of its own."""
        for rows in draw_rows(self.rows, self.settings.batch, rng):
            yield rows, np.arange(len(rows))

    def people(self, rows: Whole, number: Whole, bought: Tensor) -> Tensor:
        """Give the users' factors."""
        users, place = np.unique(self.known.users[rows], return_inverse=True)
        vectors: Tensor = self.network(torch.from_numpy(users))
        return vectors.index_select(0, torch.from_numpy(place))


class FactorsLearner(UserLearner):
    """Users with a vector each."""

    network: Factors

    def __init__(
        self,
        material: Material,
        settings: RelevanceSettings,
        draw: torch.Generator,
        start: Relevance | None,
    ) -> None:
        """Make the network."""
        super().__init__(material, settings, draw)
        items = _items(self, draw)
        self.network = Factors(self.known.n_users, items, settings.dim, draw)
        self.tables = {**self.tables, "users": self.network.users}
        self.begin(start)

    def scored(self, items: Tensor) -> tuple[Tensor, Tensor]:
        """Give the items' factors; nothing is added to a score."""
        return self._vectors(items, self.left_in(len(items))), torch.zeros(len(items))

    @torch.no_grad()
    def kept(self) -> Relevance:
        """Give the factors of all."""
        return Relevance(
            self.settings,
            self.item_ids,
            self.of_all(self._vectors).numpy(),
            np.zeros(self.known.n_items, np.float32),
            users=_known_users(self, self.network.users),
            looks=_folded(self),
            start=self.kept_start(),
        )

    def _vectors(self, rows: Tensor, kept: Tensor | None) -> Tensor:
        items = self.network.items
        vectors: Tensor = items(rows, self.of_pictures(items.look, rows), kept)
        return vectors


class VbprLearner(UserLearner):
    """VBPR: a user has a vector for ids and one for looks."""

    network: Vbpr

    def __init__(
        self,
        material: Material,
        settings: RelevanceSettings,
        draw: torch.Generator,
        start: Relevance | None,
    ) -> None:
        """Make the network."""
        super().__init__(material, settings, draw)
        n_features = 0 if self.pictures is None else self.pictures.n_axes
        known = self.known
        self.network = Vbpr(known.n_users, known.n_items, n_features, settings.dim, draw)
        network = self.network
        self.tables = {"items": network.items, "bias": network.bias, "users": network.users}
        looks = {"targets": network.look, "popularity": network.look_bias}
        self.looks = {name: (look,) for name, look in looks.items() if look is not None}
        self.begin(start)

    def scored(self, items: Tensor) -> tuple[Tensor, Tensor]:
        """Give the items' vectors, and their biases."""
        kept = self.left_in(len(items))
        return self._vectors(items, kept), self._bias(items, kept)[:, 0]

    @torch.no_grad()
    def kept(self) -> Relevance:
        """Give the vectors and biases of all."""
        looks = _folded(self)
        if looks:
            # A new item has nothing in the place of its own factor.
            weight, bias = looks["targets"].weights[0], looks["targets"].biases[0]
            looks["targets"] = Dense(
                (np.concatenate([np.zeros_like(weight), weight]),),
                (np.concatenate([np.zeros_like(bias), bias]),),
                relu=False,
            )
        return Relevance(
            self.settings,
            self.item_ids,
            self.of_all(self._vectors).numpy(),
            self.of_all(self._bias).numpy()[:, 0],
            users=_known_users(self, self.network.users),
            looks=looks,
            start=self.kept_start(),
        )

    def _vectors(self, rows: Tensor, kept: Tensor | None) -> Tensor:
        own: Tensor = self.network.items(rows)  # [n, dim]
        if kept is not None:
            own = own * kept
        seen = self.of_pictures(self.network.look, rows)  # [n, dim]
        return own if seen is None else torch.cat([own, seen], dim=1)  # [n, 2 · dim]

    def _bias(self, rows: Tensor, kept: Tensor | None) -> Tensor:
        own: Tensor = self.network.bias(rows)  # [n, 1]
        if kept is not None:
            own = own * kept
        seen = self.of_pictures(self.network.look_bias, rows)
        return own if seen is None else own + seen  # [n, 1]


LEARNERS: dict[str, type[WardrobeLearner] | type[FactorsLearner] | type[VbprLearner]] = {
    "wardrobe": WardrobeLearner,
    "factors": FactorsLearner,
    "vbpr": VbprLearner,
}


def _items(learner: Learner, draw: torch.Generator) -> Items:
    """Make what stands for items, and tell the learner what of it learns."""
    settings = learner.settings
    look = None
    if learner.pictures is not None:
        look = Look(learner.pictures.n_axes, settings.dense, settings.dim, draw)
    items = Items(learner.known.n_items if settings.ids else 0, settings.dim, look, draw)
    learner.tables = {} if items.ids is None else {"items": items.ids}
    learner.looks = {} if items.look is None else {"targets": items.look.dense}
    return items


def _folded(learner: Learner) -> dict[str, Dense]:
    if learner.pictures is None:
        return {}
    relu = not learner.settings.dense and learner.settings.model != "vbpr"
    return {
        name: learner.pictures.folded([(layer.weight, layer.bias) for layer in look], relu=relu)
        for name, look in learner.looks.items()
    }


def _known_users(
    learner: Learner, table: nn.Embedding
) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Give users' vectors; who has bought nothing gets the mean of the others."""
    vectors = table.weight.detach().numpy().copy()
    there = np.zeros(len(vectors), dtype=bool)
    there[learner.known.users[learner.rows]] = True
    vectors[~there] = vectors[there].mean(axis=0)
    return vectors
