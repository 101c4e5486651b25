"""Models of every kind with a few random weights, written as the folders that are loaded."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

WORDS = (
    "a",
    "red",
    "blue",
    "green",
    "dress",
    "shirt",
    "hat",
    "with",
    "long",
    "sleeves",
    "of",
    "soft",
    "cotton",
    "and",
    "no",
    "stripes",
)
SQUARE = {"image_processor_type": "ViTImageProcessor", "size": {"height": 32, "width": 32}}
PLAIN: dict[str, Any] = {
    "do_resize": True, "do_rescale": True, "do_normalize": True, "rescale_factor": 1 / 255,
    "image_mean": [0.5, 0.4, 0.3], "image_std": [0.5, 0.25, 0.2], "resample": 2,
}  # fmt: skip
CUT = {"do_center_crop": True, "crop_size": {"height": 32, "width": 32}}


def write_model(name: str, folder: Path) -> Path:
    """Write the tiny model called `name` to `folder / name`."""
    folder = folder / name
    torch.manual_seed(3)
    _MODELS[name](folder)
    return folder


def _write_settings(folder: Path, **settings: Any) -> None:
    text = json.dumps({**PLAIN, **settings})
    (folder / "preprocessor_config.json").write_text(text, encoding="utf-8")


def _write_tokenizer(folder: Path, length: int, **names: str) -> None:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    known = {word: place for place, word in enumerate([*special, *WORDS])}
    tokenizer = Tokenizer(models.WordLevel(known, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    made: Any = PreTrainedTokenizerFast
    made(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]",
        sep_token="[SEP]", eos_token="[SEP]", model_max_length=length, **names,
    ).save_pretrained(folder)  # fmt: skip


_VISION: dict[str, Any] = {
    "hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2,
    "image_size": 32, "patch_size": 8,
}  # fmt: skip
_TEXT: dict[str, Any] = {
    "hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2,
    "vocab_size": 40, "max_position_embeddings": 16,
}  # fmt: skip


def _clip(folder: Path) -> None:
    from transformers import CLIPConfig, CLIPModel

    text = {**_TEXT, "eos_token_id": 3, "bos_token_id": 2, "pad_token_id": 0}
    CLIPModel(
        CLIPConfig(text_config=text, vision_config=_VISION, projection_dim=12)
    ).save_pretrained(folder)
    _write_settings(
        folder, image_processor_type="CLIPImageProcessor", size={"shortest_edge": 32}, **CUT,
        do_convert_rgb=True,
    )  # fmt: skip
    _write_tokenizer(folder, 16)


def _siglip(folder: Path) -> None:
    from transformers import SiglipConfig, SiglipModel

    SiglipModel(SiglipConfig(text_config=_TEXT, vision_config=_VISION)).save_pretrained(folder)
    _write_settings(folder, **{**SQUARE, "image_processor_type": "SiglipImageProcessor"})
    _write_tokenizer(folder, 16)


def _vit(folder: Path) -> None:
    from transformers import ViTConfig, ViTModel

    ViTModel(ViTConfig(**_VISION)).save_pretrained(folder)
    _write_settings(folder, **SQUARE)


def _vit_without_pooler(folder: Path) -> None:
    from transformers import ViTConfig, ViTModel

    ViTModel(ViTConfig(**_VISION), add_pooling_layer=False).save_pretrained(folder)
    _write_settings(folder, **SQUARE)


def _dinov2(folder: Path) -> None:
    from transformers import Dinov2Config, Dinov2Model

    Dinov2Model(Dinov2Config(**_VISION)).save_pretrained(folder)
    _write_settings(
        folder, image_processor_type="BitImageProcessor", size={"shortest_edge": 40}, **CUT
    )


def _resnet(folder: Path) -> None:
    from transformers import ResNetConfig, ResNetForImageClassification

    config = ResNetConfig(embedding_size=8, hidden_sizes=[8, 16], depths=[1, 1], layer_type="basic")
    ResNetForImageClassification(config).save_pretrained(folder)
    # Its processor resizes by a share of its own, which the settings do not say.
    _write_settings(
        folder, image_processor_type="ConvNextImageProcessor", size={"shortest_edge": 32},
        crop_pct=0.875,
    )  # fmt: skip


def _mobilenet(folder: Path) -> None:
    from transformers import MobileNetV2Config, MobileNetV2Model

    # With wilder weights one byte of one pixel would be seen in the vector.
    config = MobileNetV2Config(depth_multiplier=0.35, initializer_range=0.2)
    MobileNetV2Model(config).save_pretrained(folder)
    _write_settings(
        folder, image_processor_type="MobileNetV2ImageProcessor", size={"shortest_edge": 36}, **CUT
    )


def _bert(folder: Path) -> None:
    from transformers import BertConfig, BertModel

    BertModel(BertConfig(**_TEXT)).save_pretrained(folder)
    _write_tokenizer(folder, 16)


_MODELS: dict[str, Callable[[Path], None]] = {
    "clip": _clip,
    "siglip": _siglip,
    "vit": _vit,
    "vit-without-pooler": _vit_without_pooler,
    "dinov2": _dinov2,
    "resnet": _resnet,
    "mobilenet": _mobilenet,
    "bert": _bert,
}
