"""How an encoder is fitted."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from modiste.component import component
from modiste.encoders.splits import JUDGED, WATCHED

LossName = Literal["siglip", "clip"]


@component
class FitSettings:
    """What can be chosen when an encoder is fitted on a shop."""

    pictures: str = ""
    """`transformers=FOLDER` or a hub name: the picture model whose last blocks are trained. Empty:
    a small network learned from the shop's pictures alone."""
    words: str = ""
    """`transformers=FOLDER` or a hub name of a sentence encoder; its vectors are projected. Empty:
    a small word tower learned from the shop's descriptions."""
    epochs: int = Field(default=12, ge=1, le=1000)
    """Times each picture is seen, unless held-out figures stop getting better before."""
    patience: int = Field(default=4, ge=1)
    """Epochs without better held-out figures after which fitting stops."""
    held_out: float = Field(default=JUDGED, ge=0, le=0.8)
    """Share of products that the encoder never sees, to judge it by."""
    watched: float = Field(default=WATCHED, gt=0, le=0.2)
    """Share of products that decide when to stop."""
    loss: LossName = "clip"
    """`clip`, or `siglip`."""
    dim: int = Field(default=256, ge=8, le=2048)
    """Length of a vector."""
    batch: int = Field(default=256, ge=8, le=8192)
    """Pictures a step."""
    rate: float = Field(default=1e-3, gt=0, le=1)
    """Largest step of what is learned from nothing; it falls to zero along a cosine."""
    trained_blocks: int = Field(default=3, ge=0)
    """How many of the picture model's last blocks are trained; 0: none."""
    block_rate: float = Field(default=2e-4, gt=0, le=1)
    """Largest step of a given model's blocks."""
    group_weight: float = Field(default=1.0, ge=0)
    """What telling "colour kind" of each picture weighs beside its whole description."""
    words_dropped: float = Field(default=0.2, ge=0, lt=1)
    """Share of a text's words that are left out at random, on average."""
    width: int = Field(default=0, ge=0, le=1024)
    """Width in pixels that pictures are brought to; 0: what suits the picture model."""
    height: int = Field(default=0, ge=0, le=1024)
    """Height in pixels; 0: what suits the picture model."""
    n_grams: int = Field(default=8192, ge=64)
    """Rows that parts of words share, by hash."""
    seed: int = 0
    """Same seed, same shop, same machine and threads: same bytes."""
