"""How long one photo takes to be recognised, from the file on.

    python -m benchmarks.garments --model MODEL --photos DIR [--n 200] [--threads 2]

Each photo is opened and recognised by itself; the first ten are not counted. Wall time, so take it
on a quiet machine; CPU time beside it.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from time import perf_counter, process_time

import numpy as np

from modiste.data.photos import open_photo
from modiste.garments import Recogniser

_WARM = 10


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--n", type=int, default=200)
    parser.add_argument("--threads", type=int, default=2)
    asked = parser.parse_args()
    import torch

    torch.set_num_threads(asked.threads)
    recogniser = Recogniser.open(asked.model)
    photos = sorted(asked.photos.rglob("*.jpg"))[: asked.n + _WARM]
    wall, cpu = [], []
    for photo in photos:
        begun, used = perf_counter(), process_time()
        recogniser.recognise([open_photo(photo, near=recogniser.picture_size)])
        wall.append(perf_counter() - begun)
        cpu.append(process_time() - used)
    for name, taken in (("wall", wall[_WARM:]), ("CPU", cpu[_WARM:])):
        median, most = np.percentile(taken, [50, 95]) * 1000
        print(f"{name}: {len(taken)} photos, p50 {median:.0f} ms, p95 {most:.0f} ms")


if __name__ == "__main__":
    main()
