"""Databases to test against: SQLite in a file, and a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from modiste.serve.database import Database


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'live' / 'events.sqlite'}"
    given: str = request.getfixturevalue("new_postgres")
    return given


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """An empty database, of each kind."""
    opened = Database(url)
    yield opened
    opened.close()
