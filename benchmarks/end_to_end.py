"""How quick a picture network learns with relevance, beside the network's bare training.

    python benchmarks/end_to_end.py transformers-folder    # such as a MobileNetV2 or ResNet-50

Bare: the same last layers, forwards and backwards, on random values of the same sizes in the same
batches, and Adam's step. Ours: all of a step, drawing, reading what was kept, scoring, the loss and
every table. Both are told in CPU seconds and take turns, so that a busy machine counts for both.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

import numpy as np
import torch

from modiste.encoders.denormals import denormals_as_zero
from modiste.encoders.transformers import Transformers
from modiste.relevance.fit import material_of
from modiste.relevance.learning.activations import Activations
from modiste.relevance.learning.learners import LEARNERS
from modiste.relevance.learning.network import LivePictures, PictureNetwork
from modiste.relevance.learning.rows import RowAdam
from modiste.relevance.pairs import Purchases
from modiste.relevance.settings import RelevanceSettings


def main() -> None:
    """Print pictures a CPU second of both, and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("network", help="a folder of transformers, or a hub name")
    parser.add_argument("--blocks", type=int, default=0, help="last blocks that learn; 0: as usual")
    parser.add_argument("--items", type=int, default=4000)
    parser.add_argument("--batch", type=int, default=512, help="pictures a step")
    parser.add_argument("--steps", type=int, default=3, help="steps of each turn")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    with TemporaryDirectory() as folder, denormals_as_zero():
        network = made_up(options.network, options.items, options.blocks, Path(folder))
        measure(network, options)


def measure(network: PictureNetwork, options: argparse.Namespace) -> None:
    """Take turns of bare and whole steps."""
    rng = np.random.default_rng(1)
    n_users = options.items * 2
    users = rng.integers(0, n_users, n_users * 4)
    items = (options.items * rng.power(0.5, len(users))).astype(np.int64)
    bought = Purchases(users, items, users % 7, n_users, options.items)
    half = options.batch // 2
    settings = RelevanceSettings(batch=half, n_shared=half, held_out=0)
    features = rng.standard_normal((options.items, network.n_features), np.float32)
    material, _ = material_of(bought, settings, features, None, None, None)
    assert material.pictures is not None
    live = replace(material, pictures=LivePictures.over(material.pictures, network))
    learner = LEARNERS["wardrobe"](live, settings, torch.Generator().manual_seed(1), None)
    optimiser = RowAdam(list(network.trained().values()), 1e-6)
    seconds, seen = {"bare": 0.0, "ours": 0.0}, {"bare": 0, "ours": 0}
    pictures = network.features
    shown: list[int] = []

    def counted(rows: torch.Tensor) -> torch.Tensor:
        shown.append(len(rows))
        return pictures(rows)

    network.features = counted  # type: ignore[method-assign]
    for turn in range(options.turns + 1):
        begun = process_time()
        for rows, number in islice(learner.batches(rng), options.steps):
            optimiser.zero_grad()
            learner.optimiser.zero_grad()
            learner.loss(rows, number, rng).backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            learner.optimiser.step()
        ours = process_time() - begun
        sizes, shown[:] = list(shown), []
        begun = process_time()
        for size in sizes:
            optimiser.zero_grad()
            bare(network, size).backward()  # type: ignore[no-untyped-call]
            optimiser.step()
        plain = process_time() - begun
        if turn:  # the first warms up
            seconds["ours"] += ours
            seconds["bare"] += plain
            seen["ours"] += sum(sizes)
            seen["bare"] += sum(sizes)
    speed = {name: seen[name] / seconds[name] for name in seconds}
    print(f"learns from block {network.cut.at} on, {network.device.type}, {network.number}")
    for name, value in speed.items():
        print(f"{name}: {value:,.0f} pictures a CPU second")
    print(f"ours / bare: {speed['ours'] / speed['bare']:.2f}")


def bare(network: PictureNetwork, size: int) -> torch.Tensor:
    """Run last layers forwards on random values, 32 at a time as ours."""
    shape = network.activations.values.shape[1:]
    parts = [
        network.cut.back(torch.rand(n, *shape)).flatten(2).mean(2).square().sum()
        for n in [32] * (size // 32) + ([size % 32] if size % 32 else [])
    ]
    return torch.stack(parts).sum()


def made_up(source: str, n_items: int, blocks: int, folder: Path) -> PictureNetwork:
    """Open a network over made-up values of its frozen part: pictures are not what is measured."""
    opened = PictureNetwork.open(
        source,
        [None],
        folder,
        "none",
        n_trained=blocks,
        device=torch.device("cpu"),
        number=torch.float32,
    )
    shape = opened.activations.values.shape[1:]
    path = folder / "values.npy"
    values = np.lib.format.open_memmap(path, "w+", np.float16, (n_items, *shape))
    values[:] = np.random.default_rng(2).random((256, *shape), np.float32)[np.arange(n_items) % 256]
    opened.activations = Activations(values, np.arange(n_items), {})
    assert isinstance(opened.encoder, Transformers)
    return opened


if __name__ == "__main__":
    main()
