"""What strategies of negatives and sizes of ensembles are worth, on a shop's own purchases.

    python benchmarks/relevance_tables.py --shop SHOP --vectors LABEL

The split and the hundred negatives are those of `modiste evaluate-relevance`; the models of an
ensemble are fitted once, and the first 1, 3, 5 and 10 of them are combined. One thread, CPU time.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from time import process_time

import numpy as np
import torch

from modiste.data.shop import open_shop
from modiste.encoders.stored import read_vectors
from modiste.evaluation.relevance.models import scorers_of
from modiste.evaluation.relevance.sampled import draw_negatives, place_sampled, score_sampled
from modiste.evaluation.relevance.split import Rows, Split, leave_last_out
from modiste.relevance.ensemble import combine, fit_weights
from modiste.relevance.fit import fit_one, fit_relevance, material_of
from modiste.relevance.learning.learners import LEARNERS
from modiste.relevance.pairs import Purchases
from modiste.relevance.score import Relevance
from modiste.relevance.settings import RelevanceSettings, paper_settings

STRATEGIES = ("uniform", "same_kind", "same_day", "popular")


def main() -> None:
    """Fit every model and print a line of each table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shop", type=Path, required=True)
    parser.add_argument("--vectors", required=True, help="label of the pictures' vectors")
    parser.add_argument("--sizes", type=int, nargs="*", default=[1, 3, 5, 10])
    parser.add_argument("--regularisation", type=float, default=RelevanceSettings().regularisation)
    options = parser.parse_args()
    wardrobe = RelevanceSettings(regularisation=options.regularisation)
    torch.set_num_threads(1)
    dataset = open_shop(options.shop).in_memory()
    vectors = read_vectors(options.shop, options.vectors)
    seen = vectors.rows(dataset, "pictures")
    split = leave_last_out(dataset, seen["item_idx"], seed=0)
    rows = split.items.select("item_idx").join(seen, on="item_idx", maintain_order="left")["row"]
    pictures = np.asarray(vectors.of("pictures")[rows.to_numpy()], np.float32)
    negatives = draw_negatives(split, 100, np.random.default_rng(0))
    bought = Purchases(
        split.train_user, split.train_item, split.train_day, split.n_users, split.n_items
    )
    print("| model | AUC | without popularity | new against all | CPU s |", flush=True)
    print("| --- | --- | --- | --- | --- |", flush=True)

    def fit(name: str, settings: RelevanceSettings) -> None:
        began = process_time()
        model = fit_relevance(bought, settings, features=pictures, kinds=split.kinds)
        tell(name, model, split, negatives, process_time() - began)

    for strategy in STRATEGIES:
        fit(f"wardrobe, {strategy}", replace(wardrobe, negatives=strategy))
    ensembles(bought, split, pictures, negatives, wardrobe, options.sizes)
    for strategy in STRATEGIES:
        fit(f"paper, {strategy}", replace(paper_settings(), negatives=strategy))


def ensembles(
    bought: Purchases,
    split: Split,
    pictures: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
    negatives: Rows,
    settings: RelevanceSettings,
    sizes: Sequence[int],
) -> None:
    """Fit as many models as the largest ensemble has, and combine the first of them."""
    began = process_time()
    material, watch = material_of(bought, settings, pictures, None, split.kinds, None)
    models: list[Relevance] = []
    for number in range(max(sizes, default=0)):
        draw = torch.Generator().manual_seed(settings.seed * 1000 + number)
        learner = LEARNERS[settings.model](material, settings, draw, None)
        rng = np.random.default_rng([settings.seed, 1 + number])
        models.append(fit_one(learner, watch, rng, lambda _line, _epoch, _share: None))
        if len(models) in sizes:
            whole = models[0]
            if len(models) > 1:
                whole = combine(models, fit_weights(*watch.pairs(models)))
            name = f"wardrobe, shared, {len(models)} models"
            tell(name, whole, split, negatives, process_time() - began)


def tell(name: str, model: Relevance, split: Split, negatives: Rows, seconds: float) -> None:
    """Print a line: AUC with the interval of a mean over users."""
    told = []
    for scorer in scorers_of(model, name, split).values():
        auc = place_sampled(score_sampled(scorer, split, negatives)).auc()
        part = auc[split.of_new_items]
        told += [interval(auc), interval(part)]
    whole, new, *without = told
    plain, plain_new = without or (whole, new)
    shown = "" if not without else plain
    print(f"| {name} | {whole} | {shown} | {plain_new} | {seconds:.0f} |", flush=True)


def interval(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> str:
    """Give a mean and how far its 95 % interval reaches to either side."""
    return f"{values.mean():.3f} ± {1.96 * values.std() / np.sqrt(len(values)):.3f}"


if __name__ == "__main__":
    main()
