"""From a shop to a published encoder: read, see every picture once, fit, write."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from modiste.artifacts import fingerprint, hash_file
from modiste.component import settings_of
from modiste.data import Dataset
from modiste.encoders.denormals import denormals_as_zero
from modiste.encoders.fitting.files import write_model
from modiste.encoders.fitting.fit import Fit
from modiste.encoders.fitting.material import Material, Progress, read_material, read_pictures
from modiste.encoders.fitting.model import Model
from modiste.encoders.fitting.settings import FitSettings
from modiste.encoders.fitting.speech import open_speech
from modiste.encoders.fitting.towers import Seen
from modiste.encoders.fitting.trunks import SmallTrunk, Trunk, hub_trunk
from modiste.encoders.pixels import Pixels
from modiste.encoders.spec import EncoderSpec, open_encoder
from modiste.encoders.stored import encoder_store
from modiste.encoders.transformers import Transformers
from modiste.errors import InputError

_CHUNK = 8
_RECIPE = 2


@dataclass(frozen=True)
class FitReport:
    """What a fit came to."""

    folder: Path
    """The encoder: `--encoder catalogue=FOLDER`."""
    n_fit: int
    """Items learned from."""
    n_watch: int
    """Items that decided which epoch is kept."""
    kept_by: Literal["recall", "loss"]
    """What of the watched items decided: `loss` where they are few."""
    epochs: list[dict[str, float]]
    """Each epoch's loss, and recall and loss of the watched items."""
    best: int
    """The epoch that was kept, from 0."""
    resumed_at: int
    """The epoch at which a killed fit went on; 0: from the beginning."""
    faults: list[str]
    """Items whose picture could not be used: `item: reason`."""
    seconds: float
    """How long it took."""


def fit_catalogue(
    dataset: Dataset, shop: Path, settings: FitSettings, progress: Progress | None = None
) -> FitReport:
    """Fit an encoder on a shop's pictures and texts, and publish it in the shop.

    Killed at any moment, the next call with the same shop and settings goes on after the last whole
    epoch and comes to the same bytes.

    Raises:
        InputError: If the shop has too few items with a picture and a text, or the picture model
            cannot be used.
    """
    begun = perf_counter()
    with torch.random.fork_rng(), denormals_as_zero():
        torch.manual_seed(settings.seed)
        material = read_material(dataset, settings)
        trunk, settings = _trunk(settings)
        sentences, settings = _sentences(settings)
        model = Model.new(
            trunk,
            material.lexicon.vocabulary,
            settings.n_grams,
            settings.dim,
            (settings.width, settings.height),
            sentences,
        )
        pixels, faults = read_pictures(material, settings, progress)
        material, faults = _without_faulty(material, faults)
        key = _key(material, pixels, model, settings)
        work = shop / "cache" / "encoder-fit"
        work.mkdir(parents=True, exist_ok=True)
        seen = _see(model, pixels, progress)
        del pixels
        speech = open_speech(model, material, settings.words_dropped)
        fit = Fit(model, material, seen, speech, settings)
        fitted, resumed_at = fit.run(work / "checkpoint.safetensors", key, progress)
    kept_by: Literal["recall", "loss"] = "loss" if fit.few_watched else "recall"
    facts = {
        "pictures": settings.pictures or "small",
        "words": settings.words or "small",
        "shop": dataset.identity,
        "settings": settings_of(settings),
        "n_fit": len(material.fit),
        "n_watch": len(material.watch),
        "recall": fitted.epochs[fitted.best]["recall@10"],
        "kept_by": kept_by,
        "epochs": fitted.epochs,
    }
    store = encoder_store(shop)
    with store.publish(_name, facts) as folder:
        write_model(folder, model)
    shutil.rmtree(work, ignore_errors=True)
    return FitReport(
        store.current(),
        len(material.fit),
        len(material.watch),
        kept_by,
        fitted.epochs,
        fitted.best,
        resumed_at,
        faults,
        perf_counter() - begun,
    )


def _name(folder: Path) -> str:
    return f"catalogue-{hash_file(folder / 'weights.safetensors')[:8]}"


def _trunk(settings: FitSettings) -> tuple[Trunk, FitSettings]:
    if not settings.pictures:
        small = SmallTrunk()
        return small, _sized(small, settings)
    spec = _model(settings.pictures)
    if spec is None:
        raise InputError(
            f"--pictures {settings.pictures}: the last blocks of a model are trained, so it must "
            "be transformers=FOLDER or transformers=HUB-NAME"
        )
    if Path(spec.source).is_dir():
        settings = replace(settings, pictures=f"transformers={Path(spec.source).resolve()}")
    trunk = hub_trunk(spec.source, settings.trained_blocks)
    return trunk, _sized(trunk, settings)


def _sentences(settings: FitSettings) -> tuple[Transformers | None, FitSettings]:
    if not settings.words:
        return None, settings
    spec = _model(settings.words)
    encoder = None if spec is None else open_encoder(spec)
    if spec is None or not isinstance(encoder, Transformers) or not encoder.speaks:
        raise InputError(
            f"--words {settings.words}: expected a sentence encoder, transformers=FOLDER or "
            "transformers=HUB-NAME"
        )
    if Path(spec.source).is_dir():
        spec = replace(spec, source=str(Path(spec.source).resolve()))
    return encoder, replace(settings, words=str(spec))


def _model(text: str) -> EncoderSpec | None:
    """Read `transformers=…`, the one encoder that a fit begins from; None: it is another."""
    name, _, source = text.strip().partition("=")
    return EncoderSpec.parse(text) if name == "transformers" and source else None


def _sized(trunk: Trunk, settings: FitSettings) -> FitSettings:
    width, height = trunk.size
    return replace(settings, width=settings.width or width, height=settings.height or height)


def _without_faulty(material: Material, faults: list[str]) -> tuple[Material, list[str]]:
    """Take items whose picture cannot be used out of both parts."""
    found = [fault.split("\0", 1) for fault in faults]
    rows = np.array([int(row) for row, _ in found], np.int64)
    told = [f"{material.item_ids[int(row)]}: {reason}" for row, reason in found]
    fit, watch = (part[~np.isin(part, rows)] for part in (material.fit, material.watch))
    if len(fit) < 2 or len(watch) < 1:
        raise InputError(f"no picture can be used, the first is {told[0]}: run modiste doctor")
    return replace(material, fit=fit, watch=watch), told


def _key(material: Material, pixels: Pixels, model: Model, settings: FitSettings) -> str:
    """Fingerprint all that decides what a fit comes to."""
    digest = hashlib.sha256(pixels.tobytes())
    for texts in (material.whole, material.name, material.description):
        digest.update(texts.words.tobytes() + texts.lengths.tobytes())
    for part in (material.fit, material.watch, *(groups.of for groups in material.groups)):
        digest.update(part.tobytes())
    for name, value in model.weights().items():
        digest.update(name.encode() + value.numpy().tobytes())
    threads = torch.get_num_threads()
    read = None if model.sentences is None else model.sentences.identity
    return fingerprint([_RECIPE, digest.hexdigest(), settings_of(settings), threads, read])


@torch.inference_mode()
def _see(model: Model, pixels: Pixels, progress: Progress | None) -> Seen:
    """Run what is not trained over all pictures, once."""
    kept: list[Seen] = []
    for start in range(0, len(pixels), _CHUNK):
        given = torch.from_numpy(pixels[start : start + _CHUNK])
        seen = model.pictures.see(given)
        near = seen.near if seen.near.dtype == torch.uint8 else seen.near.half()
        kept.append(Seen(near, seen.marks, seen.small))
        if progress is not None:
            progress("see pictures", min(1.0, (start + _CHUNK) / len(pixels)))
    parts: list[Tensor] = [torch.cat(list(part)) for part in zip(*kept, strict=True)]
    return Seen(*parts)
