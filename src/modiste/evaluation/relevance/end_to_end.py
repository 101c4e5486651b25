"""Fits in which the picture network learns too, on the training purchases of a split alone."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from modiste.data import Dataset
from modiste.encoders.spec import EncoderSpec
from modiste.evaluation.relevance.split import Split
from modiste.relevance.pairs import Purchases
from modiste.relevance.score import Relevance
from modiste.relevance.settings import RelevanceSettings
from modiste.relevance.tuning_settings import TuningSettings

Progress = Callable[[str, float], None]
Network = Callable[[Purchases, RelevanceSettings, TuningSettings, Progress], Relevance]
"""Fits a model and the network that sees its pictures."""


@contextmanager
def opened_network(
    dataset: Dataset, split: Split, spec: EncoderSpec, shop: Path
) -> Iterator[Network]:
    """Give what fits end to end; each fit begins with the network as the encoder has it.

    What the network's frozen part makes of pictures lies in the shop's cache meanwhile, where a run
    that was killed goes on.

    Args:
        dataset: The shop.
        split: Whose items are seen.
        spec: The network, `transformers=FOLDER`.
        shop: The shop's folder.
    """
    work = shop / "cache" / "evaluate-relevance"

    def fit(
        purchases: Purchases,
        settings: RelevanceSettings,
        tuning: TuningSettings,
        progress: Progress,
    ) -> Relevance:
        from modiste.relevance.learning.tuning import fit_end_to_end
        from modiste.relevance.tuned import open_network

        work.mkdir(parents=True, exist_ok=True)
        network = open_network(dataset, split.items["item_idx"], spec, work, tuning, progress)
        return fit_end_to_end(
            purchases, settings, tuning, network, work, kinds=split.kinds, progress=progress
        ).model

    yield fit
    shutil.rmtree(work, ignore_errors=True)
