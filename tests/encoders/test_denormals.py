"""A setting of the processor is put back, also after an error."""

from __future__ import annotations

import pytest
import torch

from modiste.encoders.denormals import denormals_as_zero


def smallest() -> float:
    """Half of the smallest normal number, doubled again: 0 where denormals are flushed."""
    return float((torch.full((1,), torch.finfo(torch.float32).tiny) / 2) * 2)


def test_denormals_are_zero_inside_alone() -> None:
    assert smallest() > 0
    with denormals_as_zero():
        assert smallest() == 0
        with denormals_as_zero():
            assert smallest() == 0
        assert smallest() == 0, "put back to what it was, not to off"
    assert smallest() > 0


def test_they_are_back_after_an_error() -> None:
    with pytest.raises(KeyError), denormals_as_zero():
        raise KeyError
    assert smallest() > 0
