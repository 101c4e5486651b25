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


@pytest.fixture(scope="session")
def trained_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up shop without pictures, imported and trained."""
    from modiste.config import build_config
    from modiste.data.sources.hm import import_hm
    from modiste.data.synthetic import write_synthetic_shop
    from modiste.pipeline import train

    quick = {
        "candidates": {"als": {"dim": 8, "epochs": 3}, "bpr": {"dim": 8, "epochs": 5}},
        "training": {"n_windows": 3, "negatives_per_user": 20, "pool_size": 60},
        "ranker": {"n_trees": 15, "threads": 1, "min_leaf_rows": 10},
    }
    folder = tmp_path_factory.mktemp("trained")
    write_synthetic_shop(folder / "files", "tiny", 7, pictures=False)
    import_hm(folder / "files", folder / "shop")
    train(folder / "shop", build_config(quick, "quick"))
    return folder / "shop"
