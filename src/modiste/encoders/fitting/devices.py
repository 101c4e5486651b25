"""What networks run on, and with what numbers."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch

from modiste.encoders.transformers import multiplies_bfloat16


def best_device() -> torch.device:
    """Give what networks run on: the accelerator if there is one, else the processor."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def best_number(device: torch.device) -> torch.dtype:
    """Give what numbers a network multiplies: bfloat16 where the device itself has it."""
    has = torch.cuda.is_bf16_supported() if device.type == "cuda" else multiplies_bfloat16()
    return torch.bfloat16 if has else torch.float32


def counting_in(device: torch.device, number: torch.dtype) -> AbstractContextManager[Any]:
    """Let a network multiply such numbers while it holds."""
    if number == torch.float32:
        return nullcontext()
    return torch.autocast(device.type, dtype=number)
