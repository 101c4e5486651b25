"""Adam whose steps touch the rows of their batch and no others."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

_STEADY, _STEADY_SQUARE = 0.9, 0.999
_LEAST = 1e-8


class RowAdam:
    """Learns tables whose gradients are sparse and name each row once, and other weights whole.

    A catalogue has a hundred thousand rows and a batch touches some thousands: Adam over all of
    them would take longer than the batch itself. Rows that are not touched keep their running
    means, as torch's `SparseAdam` has it; that one sorts the rows of every step first.
    (Either of torch's takes seconds to load, with a compiler that is not used here.)

    Source: Kingma & Ba, Adam: A Method for Stochastic Optimization, 2015, algorithm 1.
    """

    def __init__(self, tables: Sequence[Tensor], rate: float) -> None:
        """Begin with running means of zero."""
        self.rate = rate
        self.steps = 0
        self.tables = [
            (table, torch.zeros_like(table), torch.zeros_like(table)) for table in tables
        ]

    def zero_grad(self) -> None:
        """Forget the gradients."""
        for table, _, _ in self.tables:
            table.grad = None

    @torch.no_grad()
    def step(self) -> None:
        """Move the rows that have a gradient."""
        self.steps += 1
        least_biased = (1 - _STEADY_SQUARE**self.steps) ** 0.5 / (1 - _STEADY**self.steps)
        for table, means, squares in self.tables:
            if table.grad is None:
                continue
            if not table.grad.is_sparse:
                means.lerp_(table.grad, 1 - _STEADY)
                squares.mul_(_STEADY_SQUARE)
                squares.addcmul_(table.grad, table.grad, value=1 - _STEADY_SQUARE)
                size = -self.rate * least_biased
                table.addcdiv_(means, squares.sqrt().add_(_LEAST), value=size)
                continue
            rows, slope = table.grad._indices()[0], table.grad._values()
            mean = means.index_select(0, rows).lerp_(slope, 1 - _STEADY)
            square = squares.index_select(0, rows).mul_(_STEADY_SQUARE)
            square.addcmul_(slope, slope, value=1 - _STEADY_SQUARE)
            means.index_copy_(0, rows, mean)
            squares.index_copy_(0, rows, square)
            step = mean.div_(square.sqrt_().add_(_LEAST))
            table.index_add_(0, rows, step, alpha=-self.rate * least_biased)
