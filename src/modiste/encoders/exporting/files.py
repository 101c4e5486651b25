"""Towers as files that onnxruntime opens, in 32-bit or 8-bit numbers."""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

import modiste
from modiste.artifacts import MANIFEST, hash_file, write_text
from modiste.encoders.exporting.towers import Tower

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


def make_int8(path: Path) -> None:
    """Turn the weights of a written tower into 8-bit numbers in its place.

    Matrix products count with 8 bits, values measured as they go. Convolutions only keep their
    weights so and count with 32: values of 8 bits moved the vectors of a MobileNet to a cosine of
    0.85, and were slower wherever a processor has no instructions for them.
    """
    from onnxruntime.quantization import quantize_dynamic

    whole = path.with_name("whole.onnx")
    path.replace(whole)
    with _quiet():
        # Seven bits: without VNNI two products of eight bits overflow their sum.
        layers = ["MatMul", "Gemm", "Gather"]
        quantize_dynamic(whole, path, op_types_to_quantize=layers, reduce_range=True)
    whole.unlink()
    _pack_convolutions(path)


def _pack_convolutions(path: Path) -> None:
    """Store each convolution's weights as bytes and a scale for every channel."""
    import onnx
    from onnx import helper, numpy_helper

    model = onnx.load(path)
    graph = model.graph
    used = {node.input[1] for node in graph.node if node.op_type == "Conv"}
    unpacked = []
    for stored in [one for one in graph.initializer if one.name in used]:
        weights = numpy_helper.to_array(stored)
        scale = np.abs(weights).reshape(len(weights), -1).max(1) / 127
        scale = np.where(scale > 0, scale, 1).astype(np.float32)
        packed = np.rint(weights / scale.reshape(-1, *[1] * (weights.ndim - 1))).astype(np.int8)
        parts = {"packed": packed, "scale": scale, "zero": np.zeros(len(scale), np.int8)}
        names = [f"{stored.name}.{part}" for part in parts]
        graph.initializer.remove(stored)
        graph.initializer.extend(map(numpy_helper.from_array, parts.values(), names))
        unpacked.append(helper.make_node("DequantizeLinear", names, [stored.name], axis=0))
    nodes = [*unpacked, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.save(model, path)


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
