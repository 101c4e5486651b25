"""From a shop to an encoder that learned from its purchases: read, fit end to end, write.

```
OUT/
  config.json, model.safetensors, preprocessor_config.json   the encoder, `transformers=OUT`
  relevance/   the relevance model that learned with it, and tuning.json: what was done
```
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import polars as pl

from modiste.artifacts import fingerprint, write_text
from modiste.component import settings_of
from modiste.data import Dataset
from modiste.data.photos import PictureError, picture_path, picture_stamp
from modiste.encoders.spec import EncoderSpec
from modiste.engine import collect
from modiste.errors import InputError
from modiste.relevance.pairs import Purchases
from modiste.relevance.settings import RelevanceSettings
from modiste.relevance.stored import write_relevance

if TYPE_CHECKING:
    from modiste.relevance.learning.activations import Progress
    from modiste.relevance.learning.network import PictureNetwork
    from modiste.relevance.learning.tuning import Tuned
    from modiste.relevance.tuning_settings import TuningSettings

MODEL = "relevance"
"""The relevance model's folder in that of the encoder."""


@dataclass(frozen=True)
class TuneReport:
    """What a fit end to end came to."""

    folder: Path
    """The encoder: `--encoder transformers=FOLDER`."""
    n_pictures: int
    """Pictures that the network saw."""
    device: str
    """What it ran on, and in what numbers."""
    frozen: float
    """Held-out AUC of the first phase, the network as it was."""
    rounds: list[dict[str, float]]
    """Loss and held-out AUC of each round."""
    best: int
    """The round that was kept, from 0; -1: none was better, and the network is as it was."""
    resumed_at: int
    """The round at which a killed fit went on; 0: from the beginning."""
    faults: list[str]
    """Items whose picture could not be used: `item: reason`."""
    seconds: float


def tune_encoder(
    dataset: Dataset,
    work: Path,
    spec: EncoderSpec,
    out: Path,
    settings: RelevanceSettings,
    tuning: TuningSettings,
    progress: Progress | None = None,
) -> TuneReport:
    """Fit a picture network's last layers and a relevance model together, and write both.

    Killed at any moment, the next call of the same goes on after the last whole round.

    Args:
        dataset: What is known; `dataset.until(day)` for what was known before a day.
        work: A folder for what a killed run goes on from; it is removed at the end.
        spec: The network, `transformers=FOLDER` or `transformers=HUB-NAME`.
        out: The folder to make.
        settings: Of the relevance model.
        tuning: Of the network.
        progress: Told the stage and the share done.

    Raises:
        InputError: If `out` exists, the network cannot be used, or there is nothing to learn from.
    """
    from modiste.relevance.learning.tuning import fit_end_to_end

    begun = perf_counter()
    if out.exists():
        raise InputError(f"{out} exists: name a folder that is to be made")
    items = collect(dataset.items.select("item_idx", "item_id")).sort("item_idx")
    ids = items["item_id"]
    work.mkdir(parents=True, exist_ok=True)
    network = open_network(dataset, items["item_idx"], spec, work, tuning, progress)
    tuned = fit_end_to_end(
        Purchases.from_dataset(dataset),
        settings,
        tuning,
        network,
        work,
        item_ids=ids.to_numpy().astype(str),
        progress=progress,
    )
    seen = network.activations
    report = TuneReport(
        out,
        int(seen.there.sum()),
        f"{network.device.type}, {str(network.number).removeprefix('torch.')}",
        max((epoch["auc"] for epoch in tuned.frozen.figures), default=float("nan")),
        [dict(told) for told in tuned.rounds],
        tuned.best,
        tuned.begun,
        [f"{ids[row]}: {reason}" for row, reason in sorted(seen.faults.items())],
        perf_counter() - begun,
    )
    facts = {
        "network": str(spec),
        "dataset": dataset.identity,
        "as_of": dataset.as_of,
        "settings": settings_of(settings),
        "tuning": settings_of(tuning),
        "frozen": report.frozen,
        "rounds": report.rounds,
        "best": report.best,
    }
    _write(out, network, tuned, facts)
    shutil.rmtree(work, ignore_errors=True)
    return report


def open_network(
    dataset: Dataset,
    item_idx: pl.Series,
    spec: EncoderSpec,
    work: Path,
    tuning: TuningSettings,
    progress: Progress | None,
) -> PictureNetwork:
    """Open a network over the pictures of some items, in their order.

    Args:
        dataset: The shop.
        item_idx: The items, rising.
        spec: The network.
        work: An existing folder for what its frozen part makes.
        tuning: How many blocks learn, and how much may be kept on disk.
        progress: Told how far it is.

    Raises:
        InputError: If it is no picture network of transformers, or no item has a picture.
    """
    from modiste.relevance.learning.network import PictureNetwork

    if spec.name != "transformers" or not spec.source or spec.settings:
        raise InputError(
            f"{spec}: the last layers of a network learn, so it must be transformers=FOLDER or "
            "transformers=HUB-NAME, without settings"
        )
    named = collect(dataset.items.select("item_idx", "picture"))
    pictures = item_idx.to_frame().join(named, on="item_idx", how="left", maintain_order="left")
    paths = _paths(dataset.picture_folder, pictures["picture"].to_list())
    if not any(paths):
        raise InputError("the shop has no pictures: import it with --pictures FOLDER")
    return PictureNetwork.open(
        spec.source,
        paths,
        work,
        fingerprint([picture_stamp(path) for path in paths]),
        n_trained=tuning.blocks,
        most_bytes=int(tuning.most_gb * 1e9),
        progress=progress,
    )


def _paths(folder: Path | None, pictures: Sequence[str | None]) -> list[Path | None]:
    if folder is None:
        return [None] * len(pictures)
    root = folder.resolve()
    found: list[Path | None] = []
    for picture in pictures:
        try:
            found.append(None if picture is None else picture_path(root, picture))
        except PictureError:
            found.append(None)
    return found


def _write(out: Path, network: PictureNetwork, tuned: Tuned, facts: dict[str, Any]) -> None:
    """Write beside and move into place at once: killed at any moment, nothing half is there."""
    draft = out.with_name(f".{out.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    (draft / MODEL).mkdir(parents=True)
    network.write(draft)
    write_relevance(tuned.model, draft / MODEL)
    write_text(draft / MODEL / "tuning.json", json.dumps(facts, indent=2) + "\n")
    draft.replace(out)
