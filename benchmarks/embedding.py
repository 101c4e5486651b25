"""How fast a catalogue's pictures become vectors, beside the bare model on the same batches.

    python -m benchmarks.embedding --pictures FOLDER --encoder transformers=FOLDER

Three figures of one run: the model alone on batches that are ready, `encode_files` (read, decode,
resize, encode) over the same pictures, and the share of the first that the second reaches. They are
taken in turn, part by part, so that what else the machine does meets both alike.
"""

from __future__ import annotations

import argparse
import json
import statistics
from pathlib import Path
from time import perf_counter

import numpy as np

from modiste.data.photos import open_photo
from modiste.data.pictures import find_pictures
from modiste.encoders.base import Batch, Encoder
from modiste.encoders.batches import encode_files
from modiste.encoders.spec import open_encoder


def seconds_bare(encoder: Encoder, batches: list[Batch]) -> float:
    """Time the model alone."""
    start = perf_counter()
    for batch in batches:
        encoder.encode_batch(batch)
    return perf_counter() - start


def seconds_whole(encoder: Encoder, paths: list[Path], batch_size: int, threads: int) -> float:
    """Time all the way from the files."""
    start = perf_counter()
    for _ in encode_files(encoder, paths, batch_size=batch_size, threads=threads):
        pass
    return perf_counter() - start


def measure(
    encoder: Encoder, paths: list[Path], *, batch_size: int, threads: int, n_parts: int
) -> dict[str, float]:
    """Give pictures a second of both ways, and the ratio: the median of the parts'."""
    near = encoder.picture_size
    bare, whole = [], []
    for part in np.array_split(np.asarray(paths, object), n_parts):
        files = part.tolist()
        ready = [encoder.prepare(open_photo(path, near=near)) for path in files]
        batches = [
            np.stack(ready[start : start + batch_size])
            for start in range(0, len(ready), batch_size)
        ]
        bare.append(seconds_bare(encoder, batches) / len(files))
        whole.append(seconds_whole(encoder, files, batch_size, threads) / len(files))
    ratios = [alone / all_of_it for alone, all_of_it in zip(bare, whole, strict=True)]
    return {
        "batch_size": batch_size,
        "bare_per_second": round(1 / statistics.median(bare), 1),
        "whole_per_second": round(1 / statistics.median(whole), 1),
        "ratio": round(statistics.median(ratios), 3),
        "lowest_ratio": round(min(ratios), 3),
        "highest_ratio": round(max(ratios), 3),
    }


def main() -> None:
    """Measure each batch size and print a line of JSON for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, required=True, help="a folder of pictures")
    parser.add_argument("--encoder", required=True, help="NAME[=FOLDER]")
    parser.add_argument("--n-pictures", type=int, default=768)
    parser.add_argument("--n-parts", type=int, default=6)
    parser.add_argument("--batch-sizes", type=int, nargs="+", default=[4, 8, 16, 64])
    parser.add_argument("--threads", type=int, default=2, help="of the model, and of the decoder")
    given = parser.parse_args()

    import torch

    torch.set_num_threads(given.threads)
    encoder = open_encoder(given.encoder)
    found = find_pictures(given.pictures)["picture"].to_list()
    places = np.unique(np.linspace(0, len(found) - 1, given.n_pictures).astype(int))
    paths = [given.pictures / found[place] for place in places]
    encoder.encode_pictures([open_photo(path) for path in paths[:8]])  # loads and warms
    for batch_size in given.batch_sizes:
        figures = measure(
            encoder, paths, batch_size=batch_size, threads=given.threads, n_parts=given.n_parts
        )
        print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main()
