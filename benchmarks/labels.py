"""What it takes to read a coarse annotation of DeepFashion's published size, on a made-up one.

    POLARS_MAX_THREADS=1 python -m benchmarks.labels FOLDER

writes close to 1 GB of text into FOLDER/made-up, reads it, prints CPU time and memory, removes it.
Pictures are not part of it: their headers cost as long as a disk takes.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from modiste.data.report import peak_memory
from modiste.data.sources.deepfashion_coarse import read_coarse
from modiste.data.sources.deepfashion_lists import Intake

N_PICTURES, N_ATTRIBUTES, N_CATEGORIES = 289_222, 1_000, 50
_SHARE = 0.0033
"""Of the attributes a picture has: about three of 1,000."""
_POINTS = (6, 4, 8)


def write_annotation(root: Path) -> None:
    """Write an annotation of the published form and size."""
    rng = np.random.default_rng(0)
    names = [f"img/Blouse_{n // 50:05}/img_{n % 50:08}.jpg" for n in range(N_PICTURES)]
    parts = ("train", "train", "train", "train", "val", "test")

    def write(file: str, rows: Sequence[str]) -> None:
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{len(rows)}\nfirst second\n" + "\n".join(rows) + "\n")

    anno = "Anno_coarse"
    write(f"{anno}/list_category_cloth.txt", [f"Cat{n} {1 + n % 3}" for n in range(N_CATEGORIES)])
    write(f"{anno}/list_attr_cloth.txt", [f"attr{n} {1 + n % 5}" for n in range(N_ATTRIBUTES)])
    numbers = rng.integers(1, N_CATEGORIES + 1, N_PICTURES)
    pairs = list(zip(names, numbers.tolist(), strict=True))
    write(f"{anno}/list_category_img.txt", [f"{name} {number}" for name, number in pairs])
    write(f"{anno}/list_bbox.txt", [f"{name} 010 020 150 250" for name in names])
    points = [f"{1 + n % 3} " + " 0 123 045" * _POINTS[n % 3] for n in range(3)]
    write(f"{anno}/list_landmarks.txt", [f"{name} {points[n % 3]}" for n, name in enumerate(names)])
    write(
        "Eval/list_eval_partition.txt", [f"{name} {parts[n % 6]}" for n, name in enumerate(names)]
    )
    absent = np.frombuffer(b" -1" * N_ATTRIBUTES, np.uint8)
    with (root / anno / "list_attr_img.txt").open("wb") as file:
        file.write(f"{N_PICTURES}\nimage_name attribute_labels\n".encode())
        for start in range(0, N_PICTURES, 5000):
            some = names[start : start + 5000]
            cells = np.tile(absent, (len(some), 1)).reshape(len(some), N_ATTRIBUTES, 3)
            cells[rng.random(cells.shape[:2]) < _SHARE] = np.frombuffer(b"  1", np.uint8)
            rows = cells.reshape(len(some), -1)
            file.writelines(
                name.encode() + row.tobytes() + b"\n" for name, row in zip(some, rows, strict=True)
            )


def main() -> None:
    """Write, read and remove the annotation."""
    root = Path(sys.argv[1]) / "made-up"
    write_annotation(root)
    size = sum(path.stat().st_size for path in root.rglob("*.txt"))
    started, intake = time.process_time(), Intake()
    _, table = read_coarse(root, intake)
    seconds = time.process_time() - started
    n_tags = table["tags"].list.len().sum()
    print(f"{size / 1e6:,.0f} MB, {table.height:,} pictures, {n_tags:,} attributes true")
    print(f"{seconds:.1f} CPU-seconds, at most {peak_memory():,.0f} MiB")
    shutil.rmtree(root)


if __name__ == "__main__":
    main()
