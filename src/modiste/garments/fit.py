"""From labelled pictures to a recogniser in a folder."""

from __future__ import annotations

import hashlib
import resource
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time
from typing import TYPE_CHECKING

import numpy as np

from modiste.artifacts import fingerprint
from modiste.component import settings_of
from modiste.data.garments.labels import GarmentLabels
from modiste.data.photos import picture_stamp
from modiste.encoders.spec import EncoderSpec
from modiste.errors import InputError, MissingExtraError
from modiste.garments.figures import choose_threshold
from modiste.garments.material import Material, gather
from modiste.garments.merged import Merged, merge_labels
from modiste.garments.settings import GarmentSettings
from modiste.garments.stored import is_recogniser, write_recogniser

if TYPE_CHECKING:
    from modiste.garments.learning.fit import Lessons
    from modiste.garments.learning.model import GarmentNetwork

Progress = Callable[[str, float], None]
DEFAULT_BACKBONE = "transformers=microsoft/resnet-50"
_FORM = 1
"""Raised when the same settings would learn something else than before."""


@dataclass(frozen=True)
class FitReport:
    """What was done."""

    folder: Path
    n_learned: int
    n_watched: int
    n_made: int
    """Pictures of nothing that were made up."""
    faults: list[str]
    """Pictures that could not be used: `picture: reason`."""
    places: tuple[str, ...]
    epochs: list[dict[str, float]]
    """Loss and figures on the watched part, each epoch's."""
    best: int
    """The epoch that was kept, from 0."""
    begun: int
    """The epoch at which a killed fit went on; 0: from the beginning."""
    threshold: float
    device: str
    seconds: float
    cpu_seconds: float
    """Of this run, all threads together."""
    peak_memory: int
    """Bytes."""


def fit_recogniser(
    labels: Sequence[GarmentLabels],
    backbone: EncoderSpec,
    out: Path,
    settings: GarmentSettings,
    *,
    replace: bool = False,
    progress: Progress | None = None,
) -> FitReport:
    """Learn to recognise garments, and write the recogniser.

    Rows of the part `train` are learned from, those of `val` decide when to stop and from which
    probability on a garment is there; rows of `test` are never looked at. Killed at any moment,
    the next call of the same goes on after the last whole epoch and comes to the same bytes.

    Args:
        labels: Labels of one or more folders: one network learns from all.
        backbone: The picture network, `transformers=FOLDER` or `transformers=HUB-NAME`.
        out: The folder to make.
        settings: How it is learned.
        replace: Whether a recogniser that is there gives way to the new one.
        progress: Told a line and how far it is.

    Raises:
        InputError: If `out` exists, the network cannot be used, or there is nothing to learn from.
        MissingExtraError: If torch or transformers is not installed.
    """
    begun, cpu = perf_counter(), process_time()
    if out.exists() and not (replace and is_recogniser(out)):
        raise InputError(f"{out} exists: name a folder that is to be made, or give --replace")
    merged = merge_labels(labels)
    material = gather(merged, settings.nothing, settings.seed)
    network = _network(backbone, merged, material, settings)
    from modiste.garments.learning.fit import Lessons
    from modiste.garments.learning.seen import see_views

    work = out.with_name(f".{out.name}.work")
    work.mkdir(parents=True, exist_ok=True)
    key = _key(merged, material, network, settings)
    seen = see_views(
        network,
        material,
        work,
        key,
        n_views=settings.views,
        most_bytes=int(settings.most_gb * 1e9),
        seed=settings.seed,
        progress=progress,
    )
    lessons = Lessons(network, material, seen, settings)
    if not len(lessons.learned):
        first = next(iter(seen.faults.values()), "none")
        raise InputError(f"no picture could be read, the first {first}: give whole pictures")
    fitted = lessons.run(work, key, progress or (lambda _line, _share: None))
    threshold = _threshold(lessons)
    report = FitReport(
        folder=out,
        n_learned=len(lessons.learned),
        n_watched=len(lessons.watched),
        n_made=material.n_made,
        faults=_faults(material, seen.faults),
        places=material.places,
        epochs=fitted.epochs,
        best=fitted.best,
        begun=lessons.begun,
        threshold=threshold,
        device=f"{network.device.type}, {str(network.number).removeprefix('torch.')}",
        seconds=perf_counter() - begun,
        cpu_seconds=process_time() - cpu,
        peak_memory=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    )
    facts = {
        "network": str(backbone),
        "settings": settings_of(settings),
        "learned": report.n_learned,
        "watched": report.n_watched,
        "made": report.n_made,
        "epochs": report.epochs,
        "best": report.best,
    }
    write_recogniser(out, network, layers=settings.layers, threshold=threshold, facts=facts)
    shutil.rmtree(work, ignore_errors=True)
    return report


def _network(
    backbone: EncoderSpec, merged: Merged, material: Material, settings: GarmentSettings
) -> GarmentNetwork:
    """Open the network with heads for all that the labels tell."""
    if backbone.name != "transformers" or not backbone.source or backbone.settings:
        raise InputError(
            f"{backbone}: the last layers of a network learn, so it must be transformers=FOLDER or "
            "transformers=HUB-NAME, without settings"
        )
    try:
        import torch
    except ModuleNotFoundError as error:
        raise MissingExtraError("torch", extra="vision") from error
    from modiste.encoders.transformers import Transformers
    from modiste.garments.learning.model import GarmentNetwork

    encoder = Transformers(source=backbone.source, dtype="float32")
    encoder.check()
    try:
        encoder.folder  # noqa: B018  fetched here, so that a failure names what to do
    except InputError as error:
        raise InputError(
            f"{error}; without a network connection give --backbone transformers=FOLDER"
        ) from None
    torch.manual_seed(settings.seed)
    return GarmentNetwork.build(
        encoder,
        merged.vocabulary,
        material.places,
        size=(settings.width, settings.height),
        layers=settings.layers,
        dropout=settings.dropout,
        has_boxes=bool((~np.isnan(material.targets.boxes)).any()),
    )


def _threshold(lessons: Lessons) -> float:
    """Choose from which probability on a garment is there, on the watched pictures."""
    if not len(lessons.watched):
        return 0.5
    presence = lessons.predict(lessons.watched).presence
    return choose_threshold(presence, lessons.material.targets[lessons.watched].presence)


def _key(
    merged: Merged, material: Material, network: GarmentNetwork, settings: GarmentSettings
) -> str:
    """Fingerprint all that decides what comes of it."""
    import torch

    digest = hashlib.sha256()
    for array in (*vars(material.targets).values(), material.windows):
        digest.update(np.ascontiguousarray(array).data)
    digest.update(material.learned.tobytes() + material.watched.tobytes())
    return fingerprint(
        [
            _FORM,
            digest.hexdigest(),
            merged.vocabulary.to_dict(),
            [picture_stamp(path) for path in material.paths],
            settings_of(settings),
            network.encoder.identity,
            network.size,
            f"{network.device.type} {network.number} {torch.get_num_threads()}",
        ]
    )


def _faults(material: Material, seen: Mapping[int, str]) -> list[str]:
    unread = [f"{material.paths[row]}: {why}" for row, why in sorted(seen.items())]
    return [*unread, *(f"{name}: leaves the folder of the pictures" for name in material.outside)]
