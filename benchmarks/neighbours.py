"""How quick the index back-ends are and what they miss, among 100,000 vectors of 512 dimensions.

    python benchmarks/neighbours.py                    # one core; times in CPU time
    python benchmarks/neighbours.py --vectors FILE.npy # vectors of one's own, [n, dim]

Three sets: `clustered` (3,000 groups, a spectrum that falls as that of picture vectors does),
`random` (every direction alike: the hardest case, no encoder gives it) and the file's.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from time import process_time, thread_time

import numpy as np
from threadpoolctl import threadpool_limits

from modiste.index import INDEXES
from modiste.index.base import Allowed, Index, Vectors

K = 10
N_QUERIES = 1000


def main() -> None:
    """Build every back-end over every set and print the figures as a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=100_000, help="how many vectors")
    parser.add_argument("--dim", type=int, default=512, help="their length")
    parser.add_argument("--vectors", type=Path, help="a .npy file, [n, dim]")
    options = parser.parse_args()
    rng = np.random.default_rng(1)
    sets = {
        "clustered": clustered(options.n + N_QUERIES, options.dim, rng),
        "random": unit(rng.standard_normal((options.n + N_QUERIES, options.dim), np.float32)),
    }
    if options.vectors is not None:
        given = np.load(options.vectors, allow_pickle=False).astype(np.float32)
        sets = {options.vectors.stem: given[rng.permutation(len(given))]}
    with threadpool_limits(1):
        for name, drawn in sets.items():
            queries, vectors = drawn[:N_QUERIES].copy(), drawn[N_QUERIES:].copy()
            print(f"\n{name}: {vectors.shape[0]:,} × {vectors.shape[1]}, {N_QUERIES} queries")
            exact = INDEXES.get("exact").build(vectors)
            for kind in INDEXES.names:
                measure(kind, vectors, queries, exact, rng)


def measure(
    kind: str, vectors: Vectors, queries: Vectors, exact: Index, rng: np.random.Generator
) -> None:
    """Print the figures of one back-end."""
    start = process_time()
    index = INDEXES.get(kind).build(vectors)
    print(f"  {kind}: built in {process_time() - start:.0f} CPU-s")
    print("    allowed  recall@10  ms one query  queries/s batched  strategy")
    for share in (1.0, 0.5, 0.1, 0.01, 0.001):
        allowed = None if share == 1.0 else rng.random(len(vectors)) < share
        truth, _ = exact.search(queries, K, allowed)
        found, batch = timed(lambda allowed=allowed: index.search(queries, K, allowed))
        _, one = timed(lambda allowed=allowed: one_by_one(index, queries[:200], allowed))
        recall = np.mean([len(set(a) & set(b)) / K for a, b in zip(truth, found[0], strict=True)])
        print(
            f"    {share:7.1%}  {recall:9.4f}  {one / 200 * 1000:12.3f}  "
            f"{N_QUERIES / batch:17,.0f}  {index.strategy(allowed)}"
        )


def one_by_one(index: Index, queries: Vectors, allowed: Allowed | None) -> None:
    """Ask as a live search does."""
    for query in queries:
        index.search(query[None], K, allowed)


def timed(work: Callable[[], object]) -> tuple[object, float]:
    """Give what the work gives and the CPU time of this one thread, the better of two."""
    seconds = []
    for _ in range(2):
        start = thread_time()
        given = work()
        seconds.append(thread_time() - start)
    return given, min(seconds)


def clustered(n: int, dim: int, rng: np.random.Generator) -> Vectors:
    """Draw vectors as encoders give them: groups of unequal size, few strong directions."""
    spread = (np.arange(1, dim + 1, dtype=np.float32) ** -0.5)[None]
    centres = rng.standard_normal((3000, dim), np.float32) * spread
    sizes = rng.pareto(1.5, len(centres)) + 0.1
    group = rng.choice(len(centres), n, p=sizes / sizes.sum())
    noise = rng.standard_normal((n, dim), np.float32) * spread
    turned = np.linalg.qr(rng.standard_normal((dim, dim)))[0].astype(np.float32)
    return unit((centres[group] + 0.6 * noise) @ turned)


def unit(vectors: Vectors) -> Vectors:
    """Scale each row to length 1."""
    scaled: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return scaled


if __name__ == "__main__":
    main()
