"""What the tests of relevance share."""

import pytest

from modiste.relevance.fit import fit_relevance
from modiste.relevance.score import Relevance
from modiste.relevance.settings import RelevanceSettings
from tests.relevance.planted import Planted, plant


@pytest.fixture(scope="session")
def planted() -> Planted:
    """Purchases to a planted taste."""
    return plant()


@pytest.fixture(scope="session")
def quick() -> RelevanceSettings:
    """Settings for few purchases."""
    return RelevanceSettings(
        dim=16, n_shared=200, batch=256, epochs=12, rate=0.02, held_out=40, regularisation=1e-3
    )


@pytest.fixture(scope="session")
def wardrobe(planted: Planted, quick: RelevanceSettings) -> Relevance:
    """The default model, fitted on ids and pictures."""
    return fit_relevance(planted.purchases, quick, features=planted.features)
