"""How a recogniser of garments is fitted."""

from __future__ import annotations

from pydantic import Field

from modiste.component import component


@component
class GarmentSettings:
    """What can be chosen when a recogniser is fitted."""

    width: int = Field(default=0, ge=0, le=1024)
    """Width in pixels that pictures are brought to, whole and squeezed; 0: the network's own."""
    height: int = Field(default=0, ge=0, le=1024)
    """Height in pixels; 0: the network's own."""
    layers: int = Field(default=12, ge=1, le=1000)
    """How many of the network's last convolutions learn, counted in whole blocks: at least so
    many."""
    views: int = Field(default=4, ge=1, le=64)
    """In how many ways each picture is seen: as it is, and cut, scaled, coloured, blurred and
    partly covered by chance. Each costs a pass through the frozen layers and disk, once."""
    epochs: int = Field(default=12, ge=1, le=1000)
    """Times each picture is learned from, another view each time, unless it stops before."""
    patience: int = Field(default=6, ge=1)
    """Epochs without better figures on the watched part after which fitting stops."""
    batch: int = Field(default=16, ge=1, le=4096)
    """Pictures a step."""
    rate: float = Field(default=7e-4, gt=0, le=1)
    """Largest step of the heads; it falls towards zero along a cosine."""
    network_rate: float = Field(default=3e-4, gt=0, le=1)
    """Largest step of the network's last layers."""
    decay: float = Field(default=0.05, ge=0, le=1)
    """What weights lose in a step, as a share of the step's size (AdamW)."""
    dropout: float = Field(default=0.3, ge=0, lt=1)
    """Share of features left out by chance before categories and attributes are told."""
    smoothing: float = Field(default=0.1, ge=0, lt=1)
    """Share of each label spread over all values: labels are wrong at times."""
    balance: float = Field(default=0.3, ge=0, le=1)
    """How far rare categories weigh more: by the power of so much of how rare they are; 0: all
    garments alike, 1: all categories alike."""
    group_balance: float = Field(default=0.0, ge=0, le=1)
    """The same for the values of attribute groups."""
    average: float = Field(default=0.998, ge=0, lt=1)
    """The weights kept are a running mean of the learned ones: what is left of it each step."""
    box_weight: float = Field(default=4.0, ge=0)
    """What boxes weigh beside a category."""
    landmark_weight: float = Field(default=4.0, ge=0)
    """What landmarks weigh beside a category."""
    nothing: float = Field(default=0.08, ge=0, le=1)
    """Pictures of nothing that are made up, as a share of the pictures learned from; none where
    the labels hold such pictures."""
    most_gb: float = Field(default=32.0, gt=0)
    """Gigabytes of disk that the views may take while fitting."""
    seed: int = 0
    """Same seed, same labels, same machine and threads: same bytes."""
