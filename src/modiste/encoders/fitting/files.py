"""The fitted encoder as a folder: weights, how to put them together, a sentence encoder's files."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from modiste.encoders.fitting.model import Model
from modiste.encoders.hub import model_files
from modiste.encoders.plan import PLAN, VERSION, WEIGHTS
from modiste.encoders.transformers import Transformers

_SENTENCES = "sentences"


def write_model(folder: Path, model: Model) -> None:
    """Write a model into an empty folder."""
    from safetensors.torch import save_file

    save_file(model.weights(), folder / WEIGHTS)
    plan = {"version": VERSION, **model.plan()}
    (folder / PLAN).write_text(json.dumps(plan) + "\n", encoding="utf-8")
    if model.sentences is not None:
        given = model.sentences.folder
        for path in model_files(given):
            copy = folder / _SENTENCES / path.relative_to(given)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)


def read_model(folder: Path, plan: dict[str, Any]) -> Model:
    """Open a model whose folder `plan.read_plan` found sound."""
    from safetensors.torch import load_file

    given = plan.get("sentences")
    sentences = given and Transformers(source=str(folder / _SENTENCES), pooling=given["pooling"])
    return Model.of_plan(plan, load_file(folder / WEIGHTS), sentences or None)
