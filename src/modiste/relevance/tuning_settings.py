"""What can be chosen when a picture network learns from purchases."""

from __future__ import annotations

from pydantic import Field

from modiste.component import component


@component
class TuningSettings:
    """How a picture network learns together with a relevance model."""

    rounds: int = Field(default=8, ge=1, le=1000)
    """Rounds at most, each judged on held-out users and kept on disk."""
    steps: int = Field(default=20, ge=1)
    """Batches of a round."""
    pictures: int = Field(default=1024, ge=8)
    """About so many pictures a batch: what it takes of memory and time."""
    blocks: int = Field(default=0, ge=0)
    """How many of the network's last blocks learn; 0: those after the last halving of its maps."""
    network_rate: float = Field(default=1e-4, gt=0, le=1)
    """Largest step of the network's blocks."""
    slowed: float = Field(default=0.2, gt=0, le=1)
    """Largest step of all else, as a share of the first phase's rate."""
    mirrored: bool = True
    """Whether every other picture is turned left to right while learning."""
    most_gb: float = Field(default=32.0, gt=0)
    """Gigabytes that the frozen part's values may take on disk."""
    wait: int = Field(default=3, ge=1)
    """Rounds without a better held-out AUC after which it stops."""
