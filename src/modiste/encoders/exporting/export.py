"""Writes an encoder for onnxruntime, see `encoders/onnx.py`, and says what that changes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from modiste.artifacts import read_manifest, write_text
from modiste.encoders.base import Encoder
from modiste.encoders.catalogue import Catalogue
from modiste.encoders.exporting.comparison import Moved, compare_encoders
from modiste.encoders.exporting.files import make_int8, seal_folder, write_tower
from modiste.encoders.exporting.towers import towers_of
from modiste.encoders.onnx import PLAN, VERSION, Onnx
from modiste.encoders.transformers import Transformers
from modiste.errors import InputError, MissingExtraError

if TYPE_CHECKING:
    from PIL.Image import Image


def export_encoder(
    encoder: Encoder,
    out: Path,
    *,
    int8: bool,
    pictures: Sequence[Image],
    texts: Sequence[str],
    progress: Callable[[str, float], None] | None = None,
) -> dict[str, Moved]:
    """Write an encoder's towers into a new folder and compare them with the original.

    Args:
        encoder: A `transformers` or `catalogue` encoder.
        out: The folder to make; it appears when it is whole.
        int8: Whether weights become 8-bit numbers.
        pictures: Real pictures, compared.
        texts: Real texts, compared.
        progress: Told the stage's name and the share that is done.

    Returns:
        By side, "pictures" and "words": how the vectors moved, and the times.

    Raises:
        InputError: If the encoder cannot be exported, or `out` is there already.
        MissingExtraError: If onnx or onnxruntime is not installed.
    """
    try:
        import onnx  # noqa: F401
        import onnxruntime  # noqa: F401
    except ImportError as error:
        raise MissingExtraError(error.name or "onnx", extra="onnx") from None
    if out.exists():
        raise InputError(f"--out {out} exists: name a folder that is to be made")
    tell = progress or (lambda _stage, _share: None)
    if isinstance(encoder, Transformers):
        encoder = replace(encoder, dtype="float32")
    towers = towers_of(encoder)
    out.parent.mkdir(parents=True, exist_ok=True)
    draft = out.with_name(f".{out.name}-{uuid4().hex[:8]}")
    draft.mkdir()
    try:
        for side, tower in towers.items():
            tell(f"export {side}", 0.0)
            write_tower(tower, draft / f"{side}.onnx")
            if int8:
                tell(f"export {side}", 0.5)
                make_int8(draft / f"{side}.onnx")
            tell(f"export {side}", 1.0)
        plan: dict[str, Any] = {"version": VERSION, "dim": encoder.dim}
        plan["numbers"] = "int8" if int8 else "float32"
        for side in ("pictures", "words"):
            plan[side] = dict(towers[side].plan) if side in towers else None
        write_text(draft / PLAN, json.dumps(plan) + "\n")
        origin: dict[str, Any] = {
            "encoder": type(encoder).__name__.lower(),
            "identity": encoder.identity,
        }
        if isinstance(encoder, Catalogue):  # what it was fitted on is not what it is judged on
            fitted = read_manifest(Path(encoder.source)).get("settings", {})
            origin["settings"] = {"held_out": fitted.get("held_out")}
        seal_folder(draft, origin)
        moved = compare_encoders(encoder, Onnx(source=str(draft), threads=1), pictures, texts, tell)
        seal_folder(
            draft, {**origin, "moved": {side: asdict(told) for side, told in moved.items()}}
        )
        draft.replace(out)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return moved
