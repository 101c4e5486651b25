"""How quick the frozen phase of relevance is, and what it takes of memory.

    python benchmarks/relevance.py                        # a tenth of H&M's size, pictures for all
    python benchmarks/relevance.py --share 1 --steps 100  # its whole size, some steps of an epoch

A pair is one (user, item, label) scored and learned from. Purchases are made up: users with as many
purchases as H&M's on average, items by a power law; features are draws.
"""

from __future__ import annotations

import argparse
import resource
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import numpy as np
import torch

from modiste.relevance.learning.learner import Material
from modiste.relevance.learning.learners import LEARNERS
from modiste.relevance.learning.pictures import Pictures
from modiste.relevance.pairs import Purchases
from modiste.relevance.settings import RelevanceSettings, paper_settings, vbpr_settings

N_USERS, N_PURCHASES, N_ITEMS, N_FEATURES = 1_371_980, 31_788_324, 105_542, 1280


def main() -> None:
    """Fit some steps of each model and print pairs a second and peak memory."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--share", type=float, default=0.1, help="of H&M's users and purchases")
    parser.add_argument("--items", type=int, default=N_ITEMS, help="articles with pictures")
    parser.add_argument("--steps", type=int, default=40, help="steps of each; 0: a whole epoch")
    parser.add_argument("--batch", type=int, default=4096, help="purchases a step")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", help="one of the models by name")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    rng = np.random.default_rng(1)
    known = purchases(options.share, options.items, rng).distinct()
    kinds = rng.integers(0, 130, options.items)
    print(f"{len(known):,} purchases of {known.n_users:,} users, {options.items:,} items")
    with TemporaryDirectory() as folder:
        pictures = made_up_pictures(Path(folder) / "features.npy", options.items, rng)
    print("\n| model | purchases | pairs/s | pairs/s of two CPU seconds | s | CPU s | peak GB |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    print(f"pictures on {pictures.n_axes} axes; peak {peak():.1f} GB")
    material = Material(known, np.zeros(0, int), pictures, kinds, np.empty(0, dtype=str))
    for name, settings in models(options.batch).items():
        if options.only in (None, name):
            measure(name, settings, material, options.steps)


def models(batch: int) -> dict[str, RelevanceSettings]:
    """Name what is measured."""
    wardrobe = RelevanceSettings(batch=batch)
    drawn = {
        f"wardrobe, {strategy}": replace(wardrobe, negatives=strategy)
        for strategy in ("uniform", "same_kind", "same_day", "popular")
    }
    return {
        "factors": replace(paper_settings(), batch=batch),
        "vbpr": replace(vbpr_settings(), batch=batch),
        "wardrobe, shared": wardrobe,
        **drawn,
    }


def measure(name: str, settings: RelevanceSettings, material: Material, steps: int) -> None:
    """Print the pairs a second of one model."""
    learner = LEARNERS[settings.model](material, settings, torch.Generator().manual_seed(1), None)
    each = settings.n_shared if settings.negatives == "shared" else settings.ratio
    rng = np.random.default_rng(2)
    whole = learner.batches
    for limit in (2, steps):
        done = 0
        wall, cpu = perf_counter(), process_time()

        def some(rng: np.random.Generator, limit: int = limit):  # type: ignore[no-untyped-def]
            nonlocal done
            for number, (rows, wardrobe) in enumerate(whole(rng)):
                if limit and number == limit:
                    return
                done += len(rows)
                yield rows, wardrobe

        learner.batches = some  # type: ignore[method-assign]
        learner.run_epoch(rng, lambda _: None)
        wall, cpu = perf_counter() - wall, process_time() - cpu
    pairs = done * (1 + each)
    print(
        f"| {name} | {done:,} | {pairs / wall:,.0f} | {2 * pairs / cpu:,.0f} | {wall:.1f} | "
        f"{cpu:.1f} | {peak():.1f} |",
        flush=True,
    )


def purchases(share: float, n_items: int, rng: np.random.Generator) -> Purchases:
    """Make purchases up: 23 a user on average, items by a power law."""
    n_users, n = int(N_USERS * share), int(N_PURCHASES * share)
    users = (n_users * rng.power(0.6, n)).astype(np.int32)
    items = (n_items * rng.power(0.35, n)).astype(np.int32)
    days = rng.integers(0, 734, n, dtype=np.int32)
    return Purchases(users, items, days, n_users, n_items)


def made_up_pictures(path: Path, n_items: int, rng: np.random.Generator) -> Pictures:
    """Write features as float16 and turn them onto their axes from the memory map."""
    features = np.lib.format.open_memmap(path, "w+", np.float16, (n_items, N_FEATURES))
    axes = rng.standard_normal((100, N_FEATURES), np.float32)
    for at in range(0, n_items, 4096):
        n = min(4096, n_items - at)
        drawn = rng.standard_normal((n, 100), np.float32) @ axes
        features[at : at + n] = drawn + rng.standard_normal((n, N_FEATURES), np.float32)
    features.flush()
    return Pictures.of(features, np.ones(n_items, dtype=bool), RelevanceSettings().picture_axes)


def peak() -> float:
    """Give the largest memory this process has had, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9


if __name__ == "__main__":
    main()
