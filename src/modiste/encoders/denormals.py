"""Numbers next to zero, on which a processor is many times slower than on others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def denormals_as_zero() -> Iterator[None]:
    """Count denormal numbers of this thread as zero while it holds.

    Weights that fall towards zero while fitting, and values behind them, become such numbers. The
    setting belongs to the thread and would change the arithmetic of everything that runs in it
    later, so it is put back.
    """
    import torch

    before = _are_zero()
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(before)


def _are_zero() -> bool:
    """Say whether they count as zero now; torch sets it and does not tell it."""
    import torch

    smallest = torch.full((1,), torch.finfo(torch.float32).tiny)
    return float((smallest / 2) * 2) == 0.0
