"""The planted shop, made once."""

import pytest

from modiste.data import Dataset
from tests.demand.planted import END, planted_shop


@pytest.fixture(scope="session")
def planted() -> Dataset:
    """The shop with known seasons, launches, stops and tastes, after its last day."""
    return planted_shop().in_memory().until(END)
