"""What is kept of a fitted model: vectors by item, and the scores they give without torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from modiste.errors import InputError
from modiste.relevance.settings import RelevanceSettings

Vectors = npt.NDArray[np.float32]
Rows = npt.NDArray[np.integer]
_CELLS = 1 << 24
"""Numbers gathered at once: 64 MiB for each side."""


@dataclass(frozen=True)
class Dense:
    """A dense layer over picture features, or two of them with a ReLU between."""

    weights: tuple[Vectors, ...]
    """`[n_out, n_in]` of each layer, first to last."""
    biases: tuple[Vectors, ...]
    """`[n_out]` of each layer."""
    relu: bool
    """Whether what the last layer gives is cut off at zero."""

    def of(self, features: npt.NDArray[np.floating]) -> Vectors:
        """Give the picture part of items' vectors: `[n, n_features]` to `[n, dim]`."""
        width = max(weight.shape[1] for weight in self.weights)
        size = max(1, _CELLS // width)
        blocks = [
            self._block(np.asarray(features[at : at + size], np.float32))
            for at in range(0, len(features), size)
        ]
        return np.concatenate(blocks or [np.empty((0, self.weights[-1].shape[0]), np.float32)])

    def _block(self, values: Vectors) -> Vectors:
        last = len(self.weights) - 1
        for place, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            values = values @ weight.T + bias
            if place < last or self.relu:
                np.maximum(values, 0, out=values)
        return values


@dataclass(frozen=True)
class Relevance:
    """A fitted model. A score is a user's vector · an item's target + the item's popularity."""

    settings: RelevanceSettings
    item_ids: npt.NDArray[np.str_]
    """The shop's id of each item row; empty where items were given by row alone."""
    targets: Vectors
    """`[n_items, dim]`: the vectors that items are scored by."""
    popularity: Vectors
    """`[n_items]`: what an item's score gains whoever asks; 0 where the model has none."""
    worn: Vectors | None = None
    """`[n_items, dim]`: the vectors with which items count in a wardrobe; None: users have ids."""
    attends: Vectors | None = None
    """`[dim]`: an item counts by the exponential of its worn vector · this; None: all alike."""
    users: Vectors | None = None
    """`[n_users, dim]`: users' own vectors; None: users are their wardrobes."""
    unsold: float = 0.0
    """The popularity of an item that was never sold."""
    looks: Mapping[str, Dense] = field(default_factory=dict)
    """Layers over picture features by what they make: `targets`, `popularity`, and `worn` where
    that is another thing than `targets`."""
    start: Mapping[str, Vectors] = field(default_factory=dict)
    """What a further fit begins with: the items' own vectors and the like, by parameter."""
    figures: tuple[Mapping[str, float], ...] = ()
    """Loss and held-out AUC of each epoch."""

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return int(self.targets.shape[1])

    @property
    def n_items(self) -> int:
        """How many items it knows."""
        return len(self.targets)

    def wardrobes(
        self,
        users: Rows,
        items: Rows,
        weights: npt.NDArray[np.floating] | None = None,
        *,
        n_users: int,
    ) -> Vectors:
        """Give users' vectors by what they bought: `[n_users, dim]`.

        The vector of a user depends on their own purchases alone, to the last bit and in whatever
        order they are given. Where users have ids, it is theirs, whatever they bought; who was not
        there at the fit gets the mean of all.

        Args:
            users: `[n_purchases]`, rows from 0 to `n_users - 1`.
            items: `[n_purchases]`, item rows.
            weights: `[n_purchases]`, how much each counts, such as for its age; None: all alike.
            n_users: How many users; one without purchases gets zeros.
        """
        if self.worn is None:
            return self._own_vectors(n_users)
        counted = np.ones(len(items), np.float32) if weights is None else np.asarray(weights)
        if self.attends is not None:
            counted = counted * np.exp(self.worn @ self.attends)[items]
        order = np.lexsort((counted, items, users))
        starts = np.searchsorted(users[order], np.arange(n_users + 1))
        bought = csr_matrix(
            (counted[order].astype(np.float32), np.asarray(items)[order], starts),
            shape=(n_users, self.n_items),
        )
        sums = bought @ self.worn
        total = bought @ np.ones((self.n_items, 1), np.float32)
        vectors: Vectors = (sums / np.where(total > 0, total, 1)).astype(np.float32)
        return vectors

    def score(
        self, users: Rows, items: Rows, wardrobes: Vectors, *, popularity: bool = True
    ) -> Vectors:
        """Score pairs: `[n_pairs]`.

        A pair's score does not depend on the other pairs, to the last bit.

        Args:
            users: `[n_pairs]`, rows of `wardrobes`.
            items: `[n_pairs]`, item rows.
            wardrobes: `[n_users, dim]`, as `wardrobes` gives them.
            popularity: Whether the item's popularity is added.
        """
        scores = np.empty(len(users), np.float32)
        size = max(1, _CELLS // self.dim)
        for at in range(0, len(users), size):
            mine, theirs = wardrobes[users[at : at + size]], self.targets[items[at : at + size]]
            scores[at : at + size] = np.einsum("nd,nd->n", mine, theirs)
        return scores + self.popularity[items] if popularity else scores

    def for_new_items(self, features: npt.NDArray[np.floating]) -> dict[str, Vectors]:
        """Give what items that were never sold get by their pictures alone.

        Args:
            features: `[n, n_features]`, from the picture network that the model was fitted on.

        Returns:
            `targets [n, dim]`, `popularity [n]`, and `worn [n, dim]` where users are wardrobes.

        Raises:
            InputError: If the model knows no pictures, or other features.
        """
        if "targets" not in self.looks:
            raise InputError(
                "the relevance model was fitted without pictures: it has no vectors for new items, "
                "fit one with pictures"
            )
        expected = self.looks["targets"].weights[0].shape[1]
        if features.shape[1:] != (expected,):
            raise InputError(
                f"picture features of shape {list(features.shape)} given, expected "
                f"[n, {expected}]: use the picture network that the model was fitted on"
            )
        made = {name: dense.of(features) for name, dense in self.looks.items()}
        biases = made.get("popularity", np.zeros((len(features), 1), np.float32))
        found = {**made, "popularity": biases[:, 0] + np.float32(self.unsold)}
        if self.worn is not None:
            found.setdefault("worn", found["targets"])
        return found

    def with_items(
        self,
        item_ids: npt.NDArray[np.str_],
        features: npt.NDArray[np.floating],
        has_picture: npt.NDArray[np.bool_],
    ) -> Relevance:
        """Lay the model out for another catalogue: new items get their vectors by their pictures.

        Args:
            item_ids: The shop's id of each row of the new catalogue.
            features: `[n, n_features]`; rows without a picture are not read.
            has_picture: `[n]`.
        """
        row, known = match_rows(self.item_ids, item_ids, self.n_items, len(item_ids))
        seen = np.flatnonzero(~known & has_picture)
        made = self.for_new_items(features[seen]) if len(seen) and self.looks else {}

        def laid(name: str, old: Vectors, otherwise: float = 0.0) -> Vectors:
            new = np.full((len(item_ids), *old.shape[1:]), otherwise, np.float32)
            new[known] = old[row[known]]
            if name in made:
                new[seen] = made[name]
            return new

        return replace(
            self,
            item_ids=item_ids,
            targets=laid("targets", self.targets),
            popularity=laid("popularity", self.popularity, self.unsold),
            worn=None if self.worn is None else laid("worn", self.worn),
            start={},
        )

    def _own_vectors(self, n_users: int) -> Vectors:
        assert self.users is not None
        vectors = np.repeat(self.users.mean(axis=0, keepdims=True), n_users, axis=0)
        n_known = min(n_users, len(self.users))
        vectors[:n_known] = self.users[:n_known]
        return vectors


def match_rows(
    known: npt.NDArray[np.str_], asked: npt.NDArray[np.str_], n_known: int, n_asked: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Find asked items among known ones, by id; by row where one side has no ids.

    Returns:
        The row of each asked item among the known ones `[n_asked]`, and whether it is there.
    """
    if not len(known) or not len(asked):
        rows = np.arange(n_asked)
        return np.minimum(rows, n_known - 1), rows < n_known
    order = np.argsort(known)
    place = np.minimum(np.searchsorted(known, asked, sorter=order), n_known - 1)
    rows = order[place]
    return rows, known[rows] == asked
