"""Towers as files that onnxruntime opens, in 32-bit or 8-bit numbers."""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import modiste
from modiste.artifacts import MANIFEST, hash_file, write_text
from modiste.encoders.base import Batch
from modiste.encoders.exporting.towers import Tower
from modiste.errors import InputError

_OPSET = 17


def write_tower(tower: Tower, path: Path) -> None:
    """Write a tower by running it once, and its further files beside it.

    Torch's newer exporter gives the same vectors and takes ten times as long.
    """
    import onnx
    import torch

    with torch.inference_mode(), _quiet():
        torch.onnx.export(
            tower.module,
            tuple(tower.inputs.values()),
            str(path),
            input_names=list(tower.inputs),
            output_names=["vectors"],
            dynamic_axes={**tower.free, "vectors": {0: "n"}},
            opset_version=_OPSET,
            dynamo=False,
        )
    onnx.checker.check_model(str(path))
    for name, text in tower.files.items():
        (path.parent / name).write_text(text, encoding="utf-8")


def make_int8(path: Path, prepared: Sequence[Batch]) -> None:
    """Turn a written tower into 8-bit numbers in its place.

    The values of convolutions need a range that is known before, from real pictures; other layers
    find it as they go, which loses less.
    """
    import onnx
    from onnxruntime.quantization import (
        CalibrationDataReader,
        QuantFormat,
        QuantType,
        quantize_dynamic,
        quantize_static,
    )

    whole = path.with_name("whole.onnx")
    path.replace(whole)
    kinds = [node.op_type for node in onnx.load(whole).graph.node]
    if kinds.count("Conv") <= kinds.count("MatMul") + kinds.count("Gemm"):
        layers = ["MatMul", "Gemm", "Gather"]
        # Seven bits: without VNNI two products of eight bits overflow their sum.
        with _quiet():
            quantize_dynamic(whole, path, op_types_to_quantize=layers, reduce_range=True)
        whole.unlink()
        return
    if not prepared:
        raise InputError("--int8: a convolutional network is fitted to real pictures: give --shop")

    class Pictures(CalibrationDataReader):  # type: ignore[misc]
        def __init__(self) -> None:
            self.left = iter(prepared)

        def get_next(self) -> dict[str, Batch] | None:
            one = next(self.left, None)
            return None if one is None else {"pictures": one[None]}

    quantize_static(
        whole,
        path,
        Pictures(),
        quant_format=QuantFormat.QDQ,
        per_channel=True,
        reduce_range=True,
        weight_type=QuantType.QInt8,
    )
    whole.unlink()


def seal_folder(folder: Path, facts: Mapping[str, Any]) -> None:
    """Write the manifest that `artifacts.verify` reads."""
    files = sorted(path for path in folder.iterdir() if path.name != MANIFEST)
    hashes = {path.name: hash_file(path) for path in files}
    told = {"modiste": modiste.__version__, **facts, "files": hashes}
    write_text(folder / MANIFEST, json.dumps(told, indent=2) + "\n")


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep tracing and 8-bit conversion from warning of what no user can mend."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
