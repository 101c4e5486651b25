"""What is not even collected where no slow test runs."""

from pathlib import Path

import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the test whose collection makes requests by the hundred: it takes seconds."""
    quick = "not (slow" in config.option.markexpr
    return True if quick and collection_path.name == "test_schemathesis.py" else None
