"""What every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parents[1]

# Two busy cores make single examples slow now and then; the same examples on every run make a
# failure repeat. HYPOTHESIS_PROFILE=search looks for new ones.
settings.register_profile(
    "repeat",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("search", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeat"))


@pytest.fixture
def rng() -> np.random.Generator:
    """Draws that are the same in every run."""
    return np.random.default_rng(20200923)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data sets: MODISTE_SHARED, or `shared` beside the checkout."""
    folder = Path(os.environ.get("MODISTE_SHARED") or ROOT.parent / "shared") / "data"
    if not folder.is_dir():
        pytest.skip("no real data: set MODISTE_SHARED to the folder that holds data/hm_sample")
    return folder
