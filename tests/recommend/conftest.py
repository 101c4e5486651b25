"""Releases for the tests of lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from modiste.release import Release, open_release


@pytest.fixture(scope="session")
def release(trained_shop: Path) -> Release:
    """The trained shop's current release."""
    return open_release(trained_shop)
