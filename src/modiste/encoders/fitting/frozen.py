"""A network's frozen layers, run by onnxruntime on a processor: three times as fast as by torch."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from modiste.encoders.fitting.cut import Cut

_OPSET = 18
_FILE = "front.onnx"


def quick_front(cut: Cut, sample: Tensor) -> Callable[[Tensor], Tensor] | None:
    """Give the frozen layers as a function of prepared pictures, fused for the processor.

    Args:
        cut: The network, on the processor.
        sample: Prepared pictures of the size that comes, `[1, 3, height, width]`.

    Returns:
        None where onnxruntime or onnx is not installed: then use `cut.front`.
    """
    if find_spec("onnxruntime") is None or find_spec("onnx") is None:
        return None
    import onnxruntime

    with tempfile.TemporaryDirectory(prefix="modiste-") as folder:
        path = Path(folder) / _FILE
        with warnings.catch_warnings(), torch.inference_mode(mode=False), torch.no_grad():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                _Front(cut).eval(),  # else all would be left as in training
                (sample,),
                str(path),
                input_names=["pictures"],
                output_names=["near"],
                dynamic_axes={"pictures": {0: "n"}, "near": {0: "n"}},
                opset_version=_OPSET,
                dynamo=False,
            )
        options: Any = onnxruntime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        session: Any = onnxruntime.InferenceSession(
            path.read_bytes(), options, providers=["CPUExecutionProvider"]
        )

    def run(values: Tensor) -> Tensor:
        return torch.from_numpy(session.run(None, {"pictures": values.contiguous().numpy()})[0])

    return run


class _Front(nn.Module):
    """The layers up to a cut as one module."""

    def __init__(self, cut: Cut) -> None:
        super().__init__()
        self.whole, self.cut = cut.model, cut

    def forward(self, values: Tensor) -> Tensor:
        return self.cut.front(values)
