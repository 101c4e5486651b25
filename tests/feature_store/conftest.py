"""A repository of the trained shop, made by Feast itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from modiste.release import Release, open_release
from tests.feature_store.redis import redis
from tests.serve.postgres import new_postgres, postgres

__all__ = ["new_postgres", "postgres", "redis"]


@pytest.fixture(scope="session")
def release(trained_shop: Path) -> Release:
    """The trained shop's current release."""
    return open_release(trained_shop)


@pytest.fixture(scope="session")
def repository(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of two past weeks and the release's day, SQLite online."""
    from modiste.feature_store.publishing import publish

    folder = tmp_path_factory.mktemp("feast") / "features"
    made = publish(release, folder, n_weeks=2)
    assert made.n_weeks == 3
    return folder
