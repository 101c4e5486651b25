"""A fitted recogniser as a folder.

```
FOLDER/
  manifest.json       the files' hashes, what it was fitted from, its figures
  recogniser.json     words, places, size of pictures, threshold, how many layers learned
  heads.safetensors   the heads' weights
  network/            the picture network with its learned last layers, as transformers keeps it
```
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import modiste
from modiste.artifacts import MANIFEST, hash_file, verify, write_text
from modiste.data.garments.labels import Vocabulary
from modiste.errors import ArtifactError, MissingExtraError

if TYPE_CHECKING:
    from modiste.garments.learning.model import GarmentNetwork

PLAN, HEADS, NETWORK = "recogniser.json", "heads.safetensors", "network"
VERSION = 1


@dataclass(frozen=True)
class Plan:
    """What a folder says of its recogniser."""

    vocabulary: Vocabulary
    places: tuple[str, ...]
    size: tuple[int, int]
    """Width and height of the pictures it takes, in pixels."""
    layers: int
    has_boxes: bool
    threshold: float
    """Least probability that a garment is there."""
    identity: str
    """Fingerprint of the weights."""


def write_recogniser(
    out: Path, network: GarmentNetwork, *, layers: int, threshold: float, facts: Mapping[str, Any]
) -> None:
    """Write a recogniser beside and put it in place at once, in place of an older one.

    Args:
        out: The folder to make.
        network: What was learned.
        layers: How many of its last convolutions learned.
        threshold: Least probability that a garment is there.
        facts: What it was fitted from and its figures, for the manifest.
    """
    from safetensors.torch import save_file

    draft = out.with_name(f".{out.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    (draft / NETWORK).mkdir(parents=True)
    network.encoder.model.cpu()
    network.encoder.save(draft / NETWORK)
    network.encoder.model.to(network.device)
    tensors = network.heads.state_dict().items()
    save_file({name: tensor.cpu().contiguous() for name, tensor in tensors}, draft / HEADS)
    plan = {
        "version": VERSION,
        "vocabulary": network.words.to_dict(),
        "places": list(network.places),
        "size": list(network.size),
        "layers": layers,
        "boxes": network.heads.shape.has_boxes,
        "threshold": threshold,
    }
    write_text(draft / PLAN, json.dumps(plan, indent=2) + "\n")
    files = sorted(path for path in draft.rglob("*") if path.is_file())
    hashes = {path.relative_to(draft).as_posix(): hash_file(path) for path in files}
    manifest = {"modiste": modiste.__version__, **facts, "files": hashes}
    write_text(draft / MANIFEST, json.dumps(manifest, indent=2, default=str) + "\n")
    if out.exists():
        old = out.with_name(f".{out.name}.old-{uuid4().hex[:8]}")
        out.rename(old)
        draft.rename(out)
        shutil.rmtree(old)
    else:
        draft.rename(out)


def is_recogniser(folder: Path) -> bool:
    """Say whether a folder holds a recogniser; its files are not looked at."""
    return (folder / PLAN).is_file() and (folder / MANIFEST).is_file()


def read_plan(folder: Path) -> Plan:
    """Read what a folder says of its recogniser, once its files were found unaltered.

    Raises:
        ArtifactError: If it holds none, or was altered.
    """
    if not is_recogniser(folder):
        raise ArtifactError(
            f"{folder} holds no recogniser of garments: make one with modiste garments fit"
        )
    files = verify(folder)["files"]
    try:
        told = json.loads((folder / PLAN).read_text(encoding="utf-8"))
        if told["version"] != VERSION:
            raise ValueError(f"version {told['version']}, expected {VERSION}")
        width, height = (int(side) for side in told["size"])
        return Plan(
            vocabulary=Vocabulary.from_dict(told["vocabulary"]),
            places=tuple(str(place) for place in told["places"]),
            size=(width, height),
            layers=int(told["layers"]),
            has_boxes=bool(told["boxes"]),
            threshold=float(told["threshold"]),
            identity=str(files[HEADS])[:16],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArtifactError(
            f"{folder / PLAN} cannot be read ({error}): fit the recogniser anew"
        ) from None


def read_network(folder: Path, plan: Plan) -> GarmentNetwork:
    """Load the network of a folder.

    Raises:
        ArtifactError: If its weights do not belong to its plan.
        MissingExtraError: If torch or safetensors is not installed.
    """
    try:
        from safetensors import SafetensorError
        from safetensors.torch import load_file
    except ModuleNotFoundError as error:
        raise MissingExtraError(error.name or "safetensors", extra="vision") from error
    from modiste.encoders.transformers import Transformers
    from modiste.garments.learning.model import GarmentNetwork

    network = GarmentNetwork.build(
        Transformers(source=str(folder / NETWORK), dtype="float32"),
        plan.vocabulary,
        plan.places,
        size=plan.size,
        layers=plan.layers,
        has_boxes=plan.has_boxes,
    )
    try:
        network.heads.load_state_dict(load_file(folder / HEADS))
    except (SafetensorError, RuntimeError, OSError) as error:
        told = str(error).strip().splitlines()[0][:200]
        raise ArtifactError(
            f"{folder / HEADS} does not belong to {PLAN} ({told}): fit the recogniser anew"
        ) from None
    network.heads.requires_grad_(False).eval()
    return network
