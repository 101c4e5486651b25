"""An encoder's towers as torch modules that can be written down, and what each is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from modiste.encoders.base import Batch, Encoder
from modiste.encoders.catalogue import Catalogue
from modiste.encoders.onnx import TOKENIZER, lexicon_inputs
from modiste.encoders.transformers import Transformers
from modiste.errors import InputError

if TYPE_CHECKING:
    import torch

    from modiste.encoders.fitting.model import Model
    from modiste.encoders.fitting.words import WordTower


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


def towers_of(encoder: Encoder) -> dict[str, Tower]:
    """Give an encoder's towers by side, "pictures" and "words".

    Raises:
        InputError: If it has none that can be written down.
    """
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
        ready = encoder.quick_preparation
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
        towers["pictures"] = _picture_tower(encoder.model, see, example, plan)
    if encoder.speaks:
        towers["words"] = _token_tower(encoder)
    return towers


def _token_tower(encoder: Transformers) -> Tower:
    from tokenizers import Tokenizer

    fast = getattr(encoder.tokenizer, "backend_tokenizer", None)
    if fast is None:
        raise InputError(
            f"encoder transformers={encoder.source}: its tokenizer has no tokenizer.json: save it "
            "with a fast tokenizer"
        )
    own = Tokenizer.from_str(fast.to_str())
    own.enable_truncation(encoder.longest_text)
    own.enable_padding(
        pad_id=encoder.tokenizer.pad_token_id or 0,
        pad_token=encoder.tokenizer.pad_token or "[PAD]",
        length=encoder.longest_text if encoder.pads_fully else None,
    )
    inputs = encoder.tokens(["a red dress", "hat"])
    axes = {0: "n"} if encoder.pads_fully else {0: "n", 1: "length"}
    names = list(inputs)
    module = _module(
        encoder.model,
        lambda *values: encoder.read_tokens(**dict(zip(names, values, strict=True))),
    )
    plan = {"kind": "tokenizer"}
    return Tower(module, inputs, dict.fromkeys(names, axes), plan, {TOKENIZER: own.to_str()})


def _catalogue_towers(encoder: Catalogue) -> dict[str, Tower]:
    model, (width, height) = encoder.model, encoder.picture_size
    blank = np.zeros((3, height, width), np.uint8)
    plan = {"kind": "plain", "width": width, "height": height}
    pictures = _picture_tower(model.pictures, model.pictures, blank, plan)
    return {"pictures": pictures, "words": _word_tower(model)}


def _word_tower(model: Model) -> Tower:
    """Give the word tower of a fitted encoder: learned, or over a sentence encoder."""
    from modiste.encoders.fitting.words import WordTower

    if isinstance(model.words, WordTower):
        return _learned_tower(model.words, model)
    assert model.sentences is not None
    projection = model.words
    read = _token_tower(replace(model.sentences, dtype="float32"))
    module = _module(projection, lambda *values: projection(read.module(*values)))
    module.read = read.module
    return replace(read, module=module)


def _learned_tower(words: WordTower, model: Model) -> Tower:
    import torch
    from torch.nn import functional

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
    return Tower(_module(words, read), tensors, free, told)


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
