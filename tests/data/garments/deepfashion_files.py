"""Writes small sets of DeepFashion in their published forms."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image


def write_picture(path: Path, size: tuple[int, int] = (200, 100), seed: int = 0) -> None:
    """Write a picture that is like no other of another seed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tiles = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), np.uint8)
    Image.fromarray(tiles).resize(size, Image.Resampling.BICUBIC).save(path, quality=90)


def write_list(path: Path, rows: Sequence[str], header: str = "image_name x") -> None:
    """Write a list with its two header lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([str(len(rows)), header, *rows]) + "\n", encoding="utf-8")


def write_coarse(root: Path) -> list[str]:
    """Write four pictures of the coarse annotation; gives their paths."""
    pictures = [f"img/{name}/img_00000001.jpg" for name in ("Tee", "Jeans", "Dress", "Coat")]
    for seed, picture in enumerate(pictures):
        write_picture(root / picture, seed=seed)
    anno = root / "Anno_coarse"
    write_list(anno / "list_category_cloth.txt", ["Tee  1", "Jeans  2", "Dress  3", "Coat  1"])
    write_list(
        anno / "list_category_img.txt", [f"{p}   {n}" for n, p in enumerate(pictures, start=1)]
    )
    write_list(
        anno / "list_attr_cloth.txt",
        ["maxi  3", "floral print  1", "cotton  2", "striped  1", "v-neck  4", "boho  5"],
    )
    write_list(
        anno / "list_attr_img.txt",
        [
            f"{pictures[0]}   1  1 -1  1 -1 -1",
            f"{pictures[1]}  -1 -1  1 -1 -1 -1",
            f"{pictures[2]}   1 -1 -1 -1 -1  1",
            f"{pictures[3]}  -1 -1 -1 -1 -1  0",
        ],
    )
    write_list(
        anno / "list_bbox.txt",
        [
            f"{pictures[0]}  020 010 100 090",
            f"{pictures[1]}  000 000 200 100",
            f"{pictures[2]}  050 050 050 090",
            f"{pictures[3]}  150 050 300 100",
        ],
    )
    write_list(
        anno / "list_landmarks.txt",
        [
            f"{pictures[0]}  1  0 020 010  1 040 010  0 010 050  2 000 000  0 020 090  0 100 090",
            f"{pictures[1]}  2  0 020 010  0 040 010  0 010 050  0 030 050",
            f"{pictures[2]}  3 " + "  0 020 010" * 8,
            f"{pictures[3]}  1  0 020 010",
        ],
    )
    parts = ("train", "val", "test", "train")
    write_list(
        root / "Eval/list_eval_partition.txt",
        [f"{p}  {part}" for p, part in zip(pictures, parts, strict=True)],
    )
    return pictures


def write_fine(root: Path, n_pictures: int = 3) -> None:
    """Write the fine annotation of a few flat pictures, train alone."""
    anno = root / "Anno_fine"
    sizes = {1: 7, 2: 3, 3: 3, 4: 4, 5: 6, 6: 3}
    names = [f"value_{kind}_{n}  {kind}" for kind, size in sizes.items() for n in range(size)]
    write_list(anno / "list_attr_cloth.txt", names)
    for seed in range(n_pictures):
        write_picture(root / f"img/{seed:05}.jpg", seed=seed)

    def write(name: str, rows: Sequence[str]) -> None:
        (anno / name).write_text("\n".join(rows) + "\n", encoding="utf-8")

    write("train.txt", [f"img/{n:05}.jpg" for n in range(n_pictures)])
    write("train_attr.txt", ["5 0 2 0 2 2"] * n_pictures)
    write("train_bbox.txt", ["020 010 100 090"] * n_pictures)
    write(
        "train_landmards.txt",
        ["020 010 040 010 010 050 050 050 020 090 100 090 0 0 0 0"] * n_pictures,
    )


def write_inshop(root: Path) -> list[str]:
    """Write three products of In-shop as it is published; gives the pictures' paths."""
    pictures = [
        "img/WOMEN/Dresses/id_00000001/02_1_front.jpg",
        "img/WOMEN/Dresses/id_00000001/02_2_side.jpg",
        "img/MEN/Tees_Tanks/id_00000002/01_1_front.jpg",
    ]
    for seed, picture in enumerate(pictures):
        write_picture(root / picture, size=(100, 100), seed=seed)
    write_list(root / "Anno/list_bbox_inshop.txt", [f"{p} 3 1 010 020 060 080" for p in pictures])
    write_list(root / "Anno/list_color_cloth.txt", [f"{p}   Light blue" for p in pictures])
    statuses = ("query", "gallery", "train")
    write_list(
        root / "Eval/list_eval_partition.txt",
        [f"{p} {p.split('/')[3]} {status}" for p, status in zip(pictures, statuses, strict=True)],
    )
    return pictures
