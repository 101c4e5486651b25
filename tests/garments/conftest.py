"""A small network, and a recogniser fitted on drawn garments."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from modiste.encoders.spec import EncoderSpec
from modiste.garments.fit import FitReport, fit_recogniser
from modiste.garments.settings import GarmentSettings
from tests.garments.drawn import draw_labels, write_network

QUICK = GarmentSettings(
    layers=2, views=2, epochs=6, batch=16, network_rate=2e-3, rate=4e-3, dropout=0.0,
    smoothing=0.0, average=0.9,
)  # fmt: skip


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Small networks are quickest on one thread, and tests run beside each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def backbone(tmp_path_factory: pytest.TempPathFactory) -> EncoderSpec:
    folder = write_network(tmp_path_factory.mktemp("backbone"))
    return EncoderSpec("transformers", str(folder))


@pytest.fixture(scope="session")
def fitted(backbone: EncoderSpec, tmp_path_factory: pytest.TempPathFactory) -> FitReport:
    """One garment a picture."""
    folder = tmp_path_factory.mktemp("drawn")
    labels = draw_labels(folder / "pictures", 200)
    return fit_recogniser([labels], backbone, folder / "recogniser", QUICK)
