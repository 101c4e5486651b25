"""A trained tiny shop."""

from __future__ import annotations

from pathlib import Path

import pytest

from modiste.config import build_config
from modiste.data.sources.hm import import_hm
from modiste.data.synthetic import write_synthetic_shop
from modiste.pipeline import train
from modiste.release import Release, open_release

QUICK = {
    "candidates": {"als": {"dim": 8, "epochs": 3}, "bpr": {"dim": 8, "epochs": 5}},
    "training": {"n_windows": 3, "negatives_per_user": 20, "pool_size": 60},
    "ranker": {"n_trees": 15, "threads": 1, "min_leaf_rows": 10},
}


@pytest.fixture(scope="session")
def trained_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up shop, imported and trained."""
    folder = tmp_path_factory.mktemp("recommend")
    write_synthetic_shop(folder / "files", "tiny", 7, pictures=False)
    import_hm(folder / "files", folder / "shop")
    train(folder / "shop", build_config(QUICK, "quick"))
    return folder / "shop"


@pytest.fixture(scope="session")
def release(trained_shop: Path) -> Release:
    """Its current release."""
    return open_release(trained_shop)
