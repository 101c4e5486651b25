"""Writes an encoder's towers for onnxruntime, see `encoders/onnx.py`; says what that changes."""

from __future__ import annotations

import json
import logging
import shutil
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from time import thread_time
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np

import modiste
from modiste.artifacts import MANIFEST, hash_file, write_text
from modiste.encoders.base import Batch, Encoder, Vectors
from modiste.encoders.catalogue import Catalogue
from modiste.encoders.onnx import PLAN, TOKENIZER, VERSION, Onnx, lexicon_inputs
from modiste.encoders.transformers import Transformers
from modiste.errors import InputError, MissingExtraError

if TYPE_CHECKING:
    import torch
    from PIL.Image import Image

BATCH = 8
"""Pictures or texts of a batch when both ways are compared."""
CALIBRATION = 64
"""Pictures that tell how large the values inside a network grow."""
_OPSET = 17


@dataclass(frozen=True)
class Tower:
    """One tower as a torch module, and what it is shown while it is written down."""

    module: torch.nn.Module
    inputs: Mapping[str, torch.Tensor]
    """By the name of the module's argument; at least two of a batch."""
    free: Mapping[str, Mapping[int, str]]
    """Axes that may have any length, by argument."""
    plan: Mapping[str, Any]
    """How its inputs are made ready, for `encoder.json`."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Further files by name."""


@dataclass(frozen=True)
class Moved:
    """How an exported tower differs from the original; both on one thread, in turns."""

    n: int
    """Pictures or texts that were compared."""
    mean_cosine: float
    """Of original and exported vectors."""
    worst_cosine: float
    """The least of them."""
    torch_ms: float
    """CPU milliseconds a picture or text with torch."""
    onnx_ms: float
    """The same with onnxruntime."""

    @property
    def times_faster(self) -> float:
        """Say how many times as fast the exported tower is."""
        return self.torch_ms / max(self.onnx_ms, 1e-9)


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
        int8: Whether weights, and a convolutional network's values, become 8-bit numbers.
        pictures: Real pictures: they set the range of 8-bit values and are compared.
        texts: Real texts, compared.
        progress: Told the stage's name and the share that is done.

    Returns:
        By side, "pictures" and "words": how the vectors moved, and the times.

    Raises:
        InputError: If the encoder cannot be exported, or `out` is there already.
        MissingExtraError: If onnx or onnxruntime is not installed.
    """
    try:
        import onnx
        import onnxruntime  # noqa: F401
    except ImportError as error:
        raise MissingExtraError(error.name or "onnx", extra="onnx") from None
    if out.exists():
        raise InputError(f"--out {out} exists: name a folder that is to be made")
    tell = progress or (lambda _stage, _share: None)
    if isinstance(encoder, Transformers):
        encoder = replace(encoder, dtype="float32")
    towers = _towers(encoder)
    out.parent.mkdir(parents=True, exist_ok=True)
    draft = out.with_name(f".{out.name}-{uuid4().hex[:8]}")
    draft.mkdir()
    try:
        for number, (side, tower) in enumerate(towers.items(), start=1):
            with _quiet():
                _write_tower(tower, draft / f"{side}.onnx")
                if int8:
                    prepared = [encoder.prepare(picture) for picture in pictures[:CALIBRATION]]
                    _make_int8(draft / f"{side}.onnx", prepared if side == "pictures" else [])
            onnx.checker.check_model(str(draft / f"{side}.onnx"))
            for name, text in tower.files.items():
                (draft / name).write_text(text, encoding="utf-8")
            tell("export", number / len(towers))
        plan: dict[str, Any] = {"version": VERSION, "dim": encoder.dim}
        plan["numbers"] = "int8" if int8 else "float32"
        for side in ("pictures", "words"):
            plan[side] = dict(towers[side].plan) if side in towers else None
        write_text(draft / PLAN, json.dumps(plan) + "\n")
        origin = {"encoder": type(encoder).__name__.lower(), "identity": encoder.identity}
        _seal(draft, origin)
        moved = _compare(encoder, Onnx(source=str(draft), threads=1), pictures, texts, tell)
        _seal(draft, {**origin, "moved": {side: asdict(told) for side, told in moved.items()}})
        draft.replace(out)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return moved


def _seal(folder: Path, facts: Mapping[str, Any]) -> None:
    """Write the manifest that `artifacts.verify` reads."""
    files = sorted(path for path in folder.iterdir() if path.name != MANIFEST)
    hashes = {path.name: hash_file(path) for path in files}
    told = {"modiste": modiste.__version__, **facts, "files": hashes}
    write_text(folder / MANIFEST, json.dumps(told, indent=2) + "\n")


def _towers(encoder: Encoder) -> dict[str, Tower]:
    if isinstance(encoder, Transformers):
        return _transformers_towers(encoder)
    if isinstance(encoder, Catalogue):
        return _catalogue_towers(encoder)
    raise InputError(
        f"encoder {type(encoder).__name__.lower()} has no towers to export: name one of "
        "transformers=FOLDER, catalogue=FOLDER"
    )


def _transformers_towers(encoder: Transformers) -> dict[str, Tower]:
    import torch
    from PIL import Image

    towers = {}
    if encoder.sees:
        ready = encoder._own_preparation
        if ready is None:
            raise InputError(
                f"encoder transformers={encoder.source}: its pictures are prepared by code of its "
                "own, which does not run without transformers: name another model"
            )
        plan = {
            "kind": "resized",
            "height": ready.size[0],
            "width": ready.size[1],
            "short_side": ready.short_side,
            "resample": int(ready.resample),
            "scale": ready.scale.tolist(),
            "shift": ready.shift.tolist(),
        }
        scale, shift = torch.from_numpy(ready.scale), torch.from_numpy(ready.shift)

        def see(values: torch.Tensor) -> torch.Tensor:
            return encoder.see((values.float() * scale + shift).permute(0, 3, 1, 2))

        example = encoder.prepare(Image.new("RGB", (64, 64), "navy"))
        towers["pictures"] = _picture_tower(encoder._loaded[0], see, example, plan)
    if encoder.speaks:
        towers["words"] = _token_tower(encoder)
    return towers


def _token_tower(encoder: Transformers) -> Tower:
    from tokenizers import Tokenizer

    fast = getattr(encoder._tokenizer, "backend_tokenizer", None)
    if fast is None:
        raise InputError(
            f"encoder transformers={encoder.source}: its tokenizer has no tokenizer.json: save it "
            "with a fast tokenizer"
        )
    own = Tokenizer.from_str(fast.to_str())
    own.enable_truncation(encoder.longest_text)
    own.enable_padding(
        pad_id=encoder._tokenizer.pad_token_id or 0,
        pad_token=encoder._tokenizer.pad_token or "[PAD]",
        length=encoder.longest_text if encoder.pads_fully else None,
    )
    inputs = encoder.tokens(["a red dress", "hat"])
    axes = {0: "n"} if encoder.pads_fully else {0: "n", 1: "length"}
    names = list(inputs)
    module = _module(
        encoder._loaded[0],
        lambda *values: encoder.read_tokens(**dict(zip(names, values, strict=True))),
    )
    plan = {"kind": "tokenizer"}
    return Tower(module, inputs, dict.fromkeys(names, axes), plan, {TOKENIZER: own.to_str()})


def _catalogue_towers(encoder: Catalogue) -> dict[str, Tower]:
    import torch
    from torch.nn import functional

    model, (width, height) = encoder.model, encoder.picture_size
    blank = np.zeros((3, height, width), np.uint8)
    plan = {"kind": "plain", "width": width, "height": height}
    pictures = _picture_tower(model.pictures, model.pictures, blank, plan)
    words = model.words

    def read(
        rows: torch.Tensor, weights: torch.Tensor, places: torch.Tensor, shown: torch.Tensor
    ) -> torch.Tensor:
        # What the fitted tower computes, with padding in place of its bags of unequal size.
        parts = functional.embedding(rows, words.rows.weight) * weights[:, :, None]
        told = functional.embedding(rows, words.importance.weight).squeeze(2) * weights
        share = told.sum(1).clamp(-6, 6).exp()[places] * shown
        share = share / share.sum(1, keepdim=True)
        mean = (parts.sum(1)[places] * share[:, :, None]).sum(1)
        vectors: torch.Tensor = words.straight(mean) + words.bent(mean)
        return vectors

    inputs = lexicon_inputs(["a red dress", "hat"], model.vocabulary, model.n_grams)
    free = {
        "rows": {0: "n_words", 1: "n_rows"},
        "weights": {0: "n_words", 1: "n_rows"},
        "places": {0: "n", 1: "length"},
        "shown": {0: "n", 1: "length"},
    }
    vocabulary = sorted(model.vocabulary, key=model.vocabulary.__getitem__)
    told = {"kind": "lexicon", "vocabulary": vocabulary, "n_grams": model.n_grams}
    tensors = {name: torch.from_numpy(value) for name, value in inputs.items()}
    return {"pictures": pictures, "words": Tower(_module(words, read), tensors, free, told)}


def _picture_tower(
    holder: torch.nn.Module, run: Callable[..., Any], example: Batch, plan: Mapping[str, Any]
) -> Tower:
    import torch

    batch = torch.from_numpy(np.stack([example, example]))
    return Tower(_module(holder, run), {"pictures": batch}, {"pictures": {0: "n"}}, plan)


def _module(holder: torch.nn.Module, run: Callable[..., Any]) -> torch.nn.Module:
    """Make a module of a function over the weights of `holder`; its vectors have length 1."""
    import torch
    from torch.nn import functional

    class Exported(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.holder = holder

        def forward(self, *values: torch.Tensor) -> torch.Tensor:
            return functional.normalize(run(*values).float(), dim=1)

    return Exported().eval()


def _write_tower(tower: Tower, path: Path) -> None:
    """Write a tower by running it once.

    Torch's newer exporter gives the same vectors and takes ten times as long.
    """
    import torch

    with torch.inference_mode():
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


def _make_int8(path: Path, prepared: Sequence[Batch]) -> None:
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


def _compare(
    encoder: Encoder,
    exported: Onnx,
    pictures: Sequence[Image],
    texts: Sequence[str],
    tell: Callable[[str, float], None],
) -> dict[str, Moved]:
    """Encode the same with both, batch by batch in turns on one thread."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    moved = {}
    try:
        if encoder.sees and pictures:
            ready = [encoder.prepare(picture) for picture in pictures]
            batches: list[Any] = [
                np.stack(ready[start : start + BATCH]) for start in range(0, len(ready), BATCH)
            ]
            moved["pictures"] = _turns(encoder.encode_batch, exported.encode_batch, batches, tell)
        if encoder.speaks and texts:
            batches = [texts[start : start + BATCH] for start in range(0, len(texts), BATCH)]
            moved["words"] = _turns(encoder.encode_words, exported.encode_words, batches, tell)
    finally:
        torch.set_num_threads(threads)
    return moved


def _turns(
    first: Callable[[Any], Vectors],
    second: Callable[[Any], Vectors],
    batches: Sequence[Any],
    tell: Callable[[str, float], None],
) -> Moved:
    first(batches[0]), second(batches[0])  # both are loaded and warm
    cosines, seconds = [], np.zeros(2)
    for number, batch in enumerate(batches, start=1):
        times = [thread_time()]
        here = first(batch)
        times.append(thread_time())
        there = second(batch)
        times.append(thread_time())
        seconds += np.diff(times)
        cosines.append(np.einsum("nd,nd->n", here, there))
        tell("compare", number / len(batches))
    found = np.concatenate(cosines).clip(-1, 1)
    each = 1000 * seconds / len(found)
    return Moved(
        len(found), float(found.mean()), float(found.min()), float(each[0]), float(each[1])
    )


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
