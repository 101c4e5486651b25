"""How a fitted encoder is put together, read from its folder without loading it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from modiste.artifacts import read_manifest, verify
from modiste.errors import ArtifactError

VERSION = 1
WEIGHTS, PLAN = "weights.safetensors", "encoder.json"


def read_plan(folder: Path) -> dict[str, Any]:
    """Read how a fitted encoder is put together, its files' hashes as `files`.

    Raises:
        ArtifactError: If the folder holds no fitted encoder of this version, or was altered.
    """
    manifest = read_manifest(folder)
    if not {WEIGHTS, PLAN} <= set(manifest.get("files", {})):
        raise ArtifactError(
            f"{folder} holds no fitted encoder: run modiste encoder fit, or name its folder"
        )
    verify(folder)
    plan: dict[str, Any] = json.loads((folder / PLAN).read_text(encoding="utf-8"))
    if plan.get("version") != VERSION:
        raise ArtifactError(
            f"{folder} was fitted by another version of modiste: run modiste encoder fit anew"
        )
    return {**plan, "files": manifest["files"]}
