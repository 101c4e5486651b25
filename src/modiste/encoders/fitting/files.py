"""The fitted encoder as a folder: weights, how to put them together, a sentence encoder's files."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from modiste.artifacts import read_manifest, verify
from modiste.encoders.fitting.model import Model
from modiste.encoders.hub import model_files
from modiste.encoders.transformers import Transformers
from modiste.errors import ArtifactError

VERSION = 1
_WEIGHTS, _PLAN, _SENTENCES = "weights.safetensors", "encoder.json", "sentences"


def write_model(folder: Path, model: Model) -> None:
    """Write a model into an empty folder."""
    from safetensors.torch import save_file

    save_file(model.weights(), folder / _WEIGHTS)
    plan = {"version": VERSION, **model.plan()}
    (folder / _PLAN).write_text(json.dumps(plan) + "\n", encoding="utf-8")
    if model.sentences is not None:
        given = model.sentences.folder
        for path in model_files(given):
            copy = folder / _SENTENCES / path.relative_to(given)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)


def read_plan(folder: Path) -> dict[str, Any]:
    """Read how a fitted encoder is put together, its files' hashes as `files`.

    Raises:
        ArtifactError: If the folder holds no fitted encoder of this version, or was altered.
    """
    manifest = read_manifest(folder)
    if not {_WEIGHTS, _PLAN} <= set(manifest.get("files", {})):
        raise ArtifactError(
            f"{folder} holds no fitted encoder: run modiste encoder fit, or name its folder"
        )
    verify(folder)
    plan: dict[str, Any] = json.loads((folder / _PLAN).read_text(encoding="utf-8"))
    if plan.get("version") != VERSION:
        raise ArtifactError(
            f"{folder} was fitted by another version of modiste: run modiste encoder fit anew"
        )
    return {**plan, "files": manifest["files"]}


def read_model(folder: Path, plan: dict[str, Any]) -> Model:
    """Open a model whose folder `read_plan` found sound."""
    from safetensors.torch import load_file

    given = plan.get("sentences")
    sentences = given and Transformers(source=str(folder / _SENTENCES), pooling=given["pooling"])
    return Model.of_plan(plan, load_file(folder / _WEIGHTS), sentences or None)
