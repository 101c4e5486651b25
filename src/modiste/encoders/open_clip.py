"""Models of the open_clip library, such as Marqo-FashionSigLIP."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from modiste.component import component
from modiste.encoders.base import Batch, Encoder, Vectors, unit
from modiste.encoders.hub import files_identity, model_folder
from modiste.errors import InputError, require

if TYPE_CHECKING:
    from PIL.Image import Image

_TEXTS = 32


@component
class OpenClip(Encoder):
    """Pictures and words in one space, by a model of open_clip.

    Needs the extra `open-clip`, which brings torchvision; models that transformers loads need
    neither.
    """

    source: str = ""
    """A folder with `open_clip_config.json` and `*.safetensors`, or a hub name such as
    `Marqo/marqo-fashionSigLIP`, which is fetched if it is not in the cache."""
    batch: int = Field(default=8, gt=0)
    """Pictures encoded together."""

    @property
    def dim(self) -> int:
        """Length of a vector, found by encoding one."""
        return self._dim

    @cached_property
    def _dim(self) -> int:
        return int(self.encode_words(["a"]).shape[1])

    @cached_property
    def identity(self) -> str:
        """Fingerprint of the files."""
        return files_identity(self._folder, ["open_clip", 1])

    @property
    def batch_size(self) -> int:
        """Pictures encoded together."""
        return self.batch

    @property
    def speaks(self) -> bool:
        """Always: its models have both towers."""
        return True

    @property
    def picture_size(self) -> tuple[int, int]:
        """Size below which a picture loses detail for this model."""
        size = self._loaded[0].visual.image_size
        height, width = (size, size) if isinstance(size, int) else size
        return (int(width), int(height))

    def check(self) -> None:
        """Find out whether open_clip and torchvision are installed; neither is loaded."""
        require("torchvision", "open_clip", extra="open-clip")

    def prepare(self, picture: Image) -> Batch:
        """Make one picture ready with the model's own steps: `[3, height, width]`."""
        return np.asarray(self._loaded[1](picture).numpy())

    def encode_batch(self, batch: Batch) -> Vectors:
        """Encode prepared pictures: `[n, dim]`."""
        model = self._loaded[0]  # first: it says what is not installed
        import torch

        with torch.inference_mode():
            return unit(model.encode_image(torch.from_numpy(batch)).float().numpy())

    def encode_words(self, texts: Sequence[str]) -> Vectors:
        """Encode texts: `[n, dim]` in their order."""
        if not texts:
            return np.empty((0, self.dim), np.float32)
        model, _, tokenizer = self._loaded
        import torch

        made = []
        with torch.inference_mode():
            for start in range(0, len(texts), _TEXTS):
                tokens = tokenizer(list(texts[start : start + _TEXTS]))
                made.append(model.encode_text(tokens).float().numpy())
        return unit(np.concatenate(made))

    @cached_property
    def _folder(self) -> Path:
        _open_clip()
        return model_folder(self.source, "open_clip", "open_clip_config.json")

    @cached_property
    def _loaded(self) -> tuple[Any, Any, Any]:
        """Load the model, its preparation of pictures and its tokenizer."""
        library, name = _open_clip(), f"local-dir:{self._folder}"
        try:
            model, _, prepare = library.create_model_and_transforms(name, weights_only=True)
            return model.eval(), prepare, library.get_tokenizer(name)
        except Exception as error:  # files from outside: whatever a parser raises
            told = str(error).strip().splitlines() or [type(error).__name__]
            raise InputError(
                f"encoder open_clip={self.source} cannot be loaded ({told[0][:200]}): give a model "
                "that open_clip knows, with all its files"
            ) from None


def _open_clip() -> Any:
    require("torchvision", "open_clip", extra="open-clip")
    import open_clip

    return open_clip
