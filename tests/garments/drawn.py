"""Drawn pictures of garments whose category, shade, box and corners are known exactly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import torch
from PIL import Image

from modiste.data.garments.labels import Category, GarmentLabels, Vocabulary, complete

SIZE = 64
WORDS = Vocabulary(
    (Category("shirt", "upper"), Category("skirt", "lower"), Category("dress", "full")),
    {"shade": ("light", "dark")},
    {},
    ("left hem", "right hem"),
)
_COLOURS = np.array([[200, 40, 40], [40, 160, 60], [40, 60, 200]])


def write_network(folder: Path) -> Path:
    """Write a small network of convolutions with random weights."""
    from transformers import ResNetConfig, ResNetModel

    torch.manual_seed(5)
    config = ResNetConfig(
        embedding_size=16, hidden_sizes=[16, 32], depths=[1, 1], layer_type="basic"
    )
    ResNetModel(config).save_pretrained(folder)
    settings = {
        "image_processor_type": "ViTImageProcessor", "size": {"height": SIZE, "width": SIZE},
        "do_resize": True, "do_rescale": True, "do_normalize": True, "rescale_factor": 1 / 255,
        "image_mean": [0.5, 0.5, 0.5], "image_std": [0.25, 0.25, 0.25], "resample": 2,
    }  # fmt: skip
    (folder / "preprocessor_config.json").write_text(json.dumps(settings), encoding="utf-8")
    return folder


def draw_labels(
    folder: Path, n: int, seed: int = 1, *, several: bool = False, with_nothing: bool = False
) -> GarmentLabels:
    """Draw pictures with labels: 70 % to learn from, 15 % each to watch and to judge by.

    Args:
        folder: Where the pictures come to lie.
        n: How many.
        seed: Of what is drawn.
        several: Whether a picture shows a shirt above a skirt, or a dress; else one garment each.
        with_nothing: Whether every sixth picture shows nothing.
    """
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, Any]] = []
    for number in range(n):
        shade = rng.integers(150, 250)
        pixels = np.clip(rng.normal(shade, 6, (SIZE, SIZE, 3)), 0, 255)
        name = f"{number:04}.png"
        part = "train" if number % 20 < 14 else "val" if number % 20 < 17 else "test"
        row: dict[str, Any] = {"picture": name, "part": part, "product": name}
        if with_nothing and number % 6 == 5:
            rows.append({**row, "nothing": True})
        elif several:
            kinds = [2] if rng.random() < 0.4 else [0, 1]
            rows += [{**row, **_draw(pixels, kind, rng, several=True)} for kind in kinds]
        else:
            rows.append({**row, **_draw(pixels, int(rng.integers(3)), rng, several=False)})
        Image.fromarray(pixels.astype(np.uint8)).save(folder / name)
    table = complete(pl.DataFrame(rows, infer_schema_length=None), WORDS)
    return GarmentLabels(folder, WORDS, table)


def _draw(
    pixels: np.ndarray[Any, Any], kind: int, rng: np.random.Generator, *, several: bool
) -> dict[str, Any]:
    """Draw a garment of its category's colour and give its labels."""
    width = int(rng.integers(18, 34))
    left = int(rng.integers(4, SIZE - width - 4))
    if several:
        top, bottom = {0: (6, 28), 1: (32, 58), 2: (6, 58)}[kind]
        top, bottom = top + int(rng.integers(3)), bottom - int(rng.integers(3))
    else:
        top = int(rng.integers(4, 24))
        bottom = top + int(rng.integers(20, 36))
    right = left + width
    dark = int(rng.integers(2))
    pixels[top:bottom, left:right] = _COLOURS[kind] * (0.4 if dark else 1.0)
    sides = np.array([left, top, right, bottom]) / SIZE
    named = dict(zip(("left", "top", "right", "bottom"), sides.tolist(), strict=True))
    hems = [sides[0], sides[3], 1.0, sides[2], sides[3], 1.0]
    return {**named, "category": kind, "group.shade": dark, "landmarks": hems}
