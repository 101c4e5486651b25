"""How many planted faults an audit finds: values swapped and removed in a copy of a real catalogue.

```console
$ python -m benchmarks.audit my-shop --remove colour,audience --seeds 3 --json figures.json
```

Of the kinds and of the colours 3 % each are swapped for another value, drawn as often as the
catalogue has it, and 5 % of some attributes are removed. What was found is set beside confident
learning, the rule "lowest chance of the given value" and a draw, each naming as many items. A
catalogue has faults of its own: they count against precision here, so that it is a lower bound.
Intervals are of 95 %, by resampling products.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from pathlib import Path
from typing import Any

import numpy as np

from modiste.artifacts import Store
from modiste.data import Dataset
from modiste.engine import collect
from modiste.evaluation.intervals import interval
from modiste.garments.audit.evidence import Evidence, Whole, gather_evidence
from modiste.garments.audit.folds import predict_unseen, product_folds
from modiste.garments.audit.labels import (
    CERTAIN,
    Classes,
    fill_missing,
    find_wrong,
    judged_by,
    least_chance,
    read_classes,
)
from modiste.garments.audit.variants import weigh_variants

SWAPPED, REMOVED = 0.03, 0.05


def swapped(classes: Classes, known: Whole, rng: np.random.Generator) -> tuple[Whole, Whole]:
    """Give labels of which some are wrong, and the rows of those."""
    rows = rng.choice(known, round(SWAPPED * len(known)), replace=False)
    labels = classes.labels.copy()
    shares = np.bincount(labels[labels >= 0], minlength=len(classes.values)).astype(float)
    for row in rows:
        others = shares.copy()
        others[labels[row]] = 0
        labels[row] = rng.choice(len(others), p=others / others.sum())
    return labels, np.sort(rows)


def share(hits: Any, products: Whole) -> list[float]:
    """Give a share with its interval."""
    if not len(hits):
        return [float("nan")] * 3
    found = interval(np.asarray(hits, float), products, np.random.default_rng(0))
    return [round(one, 4) for one in (found.value, found.low, found.high)]


def confident_learning(chances: Any, labels: Whole, known: Whole) -> Whole:
    """Give suspects by the rule of confident learning, the widest margin first.

    Source: Northcutt, Jiang and Chuang (2021), equations 1 and 2.
    """
    given = labels[known]
    own = chances[known, given]
    n_classes = chances.shape[1]
    usual = np.bincount(given, own, n_classes) / np.maximum(
        np.bincount(given, minlength=n_classes), 1
    )
    best = chances[known].argmax(axis=1)
    top = chances[known, best]
    suspect = np.flatnonzero((best != given) & (top >= usual[best]))
    return known[suspect[np.argsort(own[suspect] - top[suspect], kind="stable")]]


def judge_wrong(
    name: str, classes: Classes, evidence: Evidence, products: Whole, seed: int
) -> dict[str, Any]:
    """Plant wrong values and look for them."""
    rng = np.random.default_rng((seed, len(name), 3))
    may = judged_by(evidence, name)
    known = np.flatnonzero(may & (classes.labels >= 0))
    labels, planted = swapped(classes, known, rng)
    start = time.process_time()
    folds = product_folds(products)
    plain = predict_unseen(
        evidence, np.where(may, labels, -1), len(classes.values), folds, seed=seed
    )
    chances = weigh_variants(plain, labels, products)
    judged = find_wrong(chances, labels, may)
    seconds = time.process_time() - start
    given = chances[known, labels[known]]
    n = len(judged.rows)
    lowest = known[np.argsort(given, kind="stable")[:n]]
    confident = confident_learning(chances, labels, known)[:n]
    drawn = rng.choice(known, n, replace=False)
    figures: dict[str, Any] = {
        "n_items": len(known),
        "n_planted": len(planted),
        "n_named": n,
        "cpu_seconds": round(seconds, 1),
        "right_before_planting": share(
            chances[known].argmax(axis=1) == classes.labels[known], products[known]
        ),
    }
    for rule, rows in (
        ("audit", judged.rows),
        ("confident learning", confident),
        ("lowest chance", lowest),
        ("draw", drawn),
    ):
        figures[rule] = {
            "precision": share(np.isin(rows, planted), products[rows]),
            "recall": share(np.isin(planted, rows), products[planted]),
        }
    hit = np.isin(judged.rows, planted)
    back = judged.suggested[hit] == classes.labels[judged.rows[hit]]
    figures["suggestion_right"] = share(back, products[judged.rows[hit]])
    first = judged.rows[: max(1, n // 4)]
    figures["precision_of_the_surest_quarter"] = share(np.isin(first, planted), products[first])
    return figures


def judge_missing(
    name: str, classes: Classes, evidence: Evidence, products: Whole, seed: int
) -> dict[str, Any]:
    """Remove values and have them suggested."""
    may = judged_by(evidence, name)
    known = np.flatnonzero(may & (classes.labels >= 0))
    rng = np.random.default_rng((seed, 7))
    gone = np.sort(rng.choice(known, round(REMOVED * len(known)), replace=False))
    labels = classes.labels.copy()
    labels[gone] = -1
    missing = np.zeros(len(labels), np.bool_)
    missing[gone] = True
    folds = product_folds(products)
    plain = predict_unseen(
        evidence, np.where(may, labels, -1), len(classes.values), folds, seed=seed
    )
    chances = weigh_variants(plain, labels, products)
    least = least_chance(chances, labels, may)
    if least is None:
        return {"n_removed": len(gone), "n_suggested": 0}
    filled = fill_missing(chances, missing, may, least[0])
    right = filled.suggested == classes.labels[filled.rows]
    return {
        "n_removed": len(gone),
        "n_suggested": len(filled.rows),
        "least_chance": round(least[0], 3),
        "precision": share(right, products[filled.rows]),
        "recall": share(np.isin(gone, filled.rows[right]), products[gone]),
    }


def main() -> None:
    """Plant, look, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("shop", type=Path)
    parser.add_argument("--remove", default="colour", help="attributes whose values are removed")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--no-words", action="store_true", help="judge by pictures alone")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    dataset = Dataset.read(Store(asked.shop / "data", "dataset").current())
    evidence = gather_evidence(asked.shop, dataset, words=not asked.no_words)
    items = collect(dataset.items).sort("item_idx")
    products = (items["product_id"].rank("dense") - 1).to_numpy().astype(np.int64)
    result: dict[str, Any] = {
        "judged_by": evidence.parts,
        "n_items": items.height,
        "certain": CERTAIN,
        "wrong": {},
        "missing": {},
    }
    for name in ("kind", "colour"):
        classes = read_classes(items[name])
        for seed in range(asked.seeds):
            found = judge_wrong(name, classes, evidence, products, seed)
            result["wrong"][f"{name} {seed}"] = found
            print("wrong", name, seed, json.dumps(found), flush=True)
    for name in asked.remove.split(","):
        found = judge_missing(name, read_classes(items[name]), evidence, products, 0)
        result["missing"][name] = found
        print("missing", name, json.dumps(found), flush=True)
    result["peak_bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    if asked.json:
        asked.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(f"peak memory {result['peak_bytes'] / 1e6:,.0f} MB")


if __name__ == "__main__":
    main()
