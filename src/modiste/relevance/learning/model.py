"""The networks, forward only. Each gives users and items vectors whose product is the score.

What is learned by row lies in tables with sparse gradients: a step touches the rows of its batch.
"""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from torch import Tensor, nn

_SPREAD = 0.01
"""Standard deviation of a factor's numbers at the beginning: what is learned seldom says little."""
_FAINT = 0.1
"""How strong pictures are at the beginning, beside what keeps the spread of their features."""


class Look(nn.Module):
    """What an item's picture adds to its vector: one layer with ReLU, or two with it between."""

    def __init__(self, n_features: int, hidden: int, dim: int, draw: torch.Generator) -> None:
        """Begin with small draws; `hidden` 0: one layer, cut off at zero."""
        super().__init__()
        sizes = [n_features, hidden, dim] if hidden else [n_features, dim]
        self.dense = tuple(_linear(n_in, n_out, draw) for n_in, n_out in pairwise(sizes))
        self.layers = nn.ModuleList(self.dense)

    @property
    def relu(self) -> bool:
        """Whether the last layer is cut off at zero."""
        return len(self.dense) == 1

    def forward(self, features: Tensor) -> Tensor:
        """Give the picture part: `[n, n_features]` to `[n, dim]`."""
        values = features
        for place, layer in enumerate(self.dense):
            values = layer(values)  # [n, hidden], then [n, dim]
            if self.relu or place == 0:
                values = values.relu()
        return values


class Items(nn.Module):
    """An item's vector: its own, by id, and what its picture adds."""

    def __init__(self, n_items: int, dim: int, look: Look | None, draw: torch.Generator) -> None:
        """Make a table of own vectors; `n_items` 0: pictures alone."""
        super().__init__()
        self.ids = table(n_items, dim, draw) if n_items else None
        self.look = look

    def forward(self, rows: Tensor, pictures: Tensor | None, kept: Tensor | None) -> Tensor:
        """Give vectors of items: `[n, dim]`.

        Args:
            rows: `[n]`.
            pictures: `[n, dim]`, what the items' pictures add; None: nothing.
            kept: `[n, 1]`, 0 where the own vector is left out; None: nowhere.
        """
        if self.ids is None:
            assert pictures is not None
            return pictures  # [n, dim]
        own: Tensor = self.ids(rows)  # [n, dim]
        if kept is not None:
            own = own * kept  # [n, dim]
        return own if pictures is None else own + pictures  # [n, dim]


class Factors(nn.Module):
    """User factor · item factor.

    Source: Elsayed, Brinkmeyer, Schmidt-Thieme, End-to-End Image-Based Fashion
    Recommendation, 2022.
    """

    def __init__(self, n_users: int, items: Items, dim: int, draw: torch.Generator) -> None:
        """Make a table of user factors."""
        super().__init__()
        self.users = table(n_users, dim, draw)
        self.items = items

    def forward(self, users: Tensor) -> Tensor:
        """Give users' vectors: `[n]` to `[n, dim]`."""
        vectors: Tensor = self.users(users)
        return vectors  # [n, dim]


class Vbpr(nn.Module):
    """Preference by id and preference by looks, with biases of both.

    Source: He & McAuley, VBPR: Visual Bayesian Personalized Ranking from Implicit Feedback, 2016,
    equation 3: γu · γi + θu · (E f_i) + β_i + β' · f_i.
    """

    def __init__(
        self, n_users: int, n_items: int, n_features: int, dim: int, draw: torch.Generator
    ) -> None:
        """Make tables of factors; `n_features` 0: ids alone."""
        super().__init__()
        self.users = table(n_users, 2 * dim if n_features else dim, draw)
        self.items = table(n_items, dim, draw)
        self.bias = table(n_items, 1, draw, spread=0.0)
        self.look = _linear(n_features, dim, draw, bias=False) if n_features else None
        self.look_bias = _linear(n_features, 1, draw, bias=False) if n_features else None

    def forward(self, users: Tensor) -> Tensor:
        """Give users' vectors, γu beside θu: `[n]` to `[n, 2 · dim]`."""
        vectors: Tensor = self.users(users)
        return vectors  # [n, 2 · dim]


class Wardrobe(nn.Module):
    """A user is the mean of the vectors of what they bought.

    Source: the form is that of Kabbur, Ning, Karypis, FISM, 2013, equation 4, with the mean in the
    place of a power of the number, and pictures in the vectors.
    """

    def __init__(self, items: Items, dim: int, attention: bool) -> None:
        """Take what gives items their vectors: the same whether an item is scored or worn."""
        super().__init__()
        self.items = items
        self.popularity = nn.Parameter(torch.tensor([0.5]))
        self.attention = nn.Parameter(torch.zeros(dim)) if attention else None

    def counted(self, worn: Tensor) -> Tensor:
        """Give how much each item counts in a wardrobe: `[n, dim]` to `[n]`."""
        if self.attention is None:
            return torch.ones(len(worn))
        return (worn @ self.attention).exp()  # [n]

    def forward(self, worn: Tensor, number: Tensor) -> Tensor:
        """Give, for each purchase, the mean of all others of its wardrobe: `[n, dim]`.

        Args:
            worn: `[n, dim]`, vectors of what was bought.
            number: `[n]`, the wardrobe that each belongs to, rising from 0.
        """
        counted = self.counted(worn)  # [n]
        mine = worn * counted[:, None]  # [n, dim]
        n_wardrobes = int(number[-1]) + 1
        sums = torch.zeros(n_wardrobes, worn.shape[1]).index_add(0, number, mine)
        total = torch.zeros(n_wardrobes).index_add(0, number, counted)  # [n_wardrobes]
        others = sums[number] - mine  # [n, dim]
        rest = total[number] - counted  # [n]
        return others / rest.clamp(min=torch.finfo(rest.dtype).tiny)[:, None]  # [n, dim]


def table(n_rows: int, dim: int, draw: torch.Generator, spread: float = _SPREAD) -> nn.Embedding:
    """Make a table of vectors whose gradients are sparse: `[n_rows, dim]`."""
    start = torch.empty(n_rows, dim).normal_(0, 1, generator=draw) * spread
    return nn.Embedding(n_rows, dim, sparse=True, _weight=start)


def _linear(n_in: int, n_out: int, draw: torch.Generator, *, bias: bool = True) -> nn.Linear:
    layer = nn.Linear(n_in, n_out, bias=bias)
    with torch.no_grad():
        layer.weight.normal_(0, _FAINT / math.sqrt(n_in), generator=draw)
        if layer.bias is not None:
            layer.bias.zero_()
    return layer
