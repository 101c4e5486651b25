"""How well pictures shown twice are told from pictures that are alike: no model, the pixels alone.

```console
$ python -m benchmarks.audit_pictures FOLDER --n 1000
```

Pictures are saved anew as a shop does it, at 80 % of their size and a JPEG quality of 60, and
compared with themselves and with other pictures of the folder.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from modiste.data.pictures import find_pictures
from modiste.garments.audit.duplicates import MOST_BITS, MOST_SHADE, hash_pictures


def main() -> None:
    """Save anew, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--n", type=int, default=1000)
    asked = parser.parse_args()
    rng = np.random.default_rng(0)
    every = find_pictures(asked.folder)["picture"]
    names = [every[int(at)] for at in rng.choice(len(every), asked.n, replace=False)]
    with tempfile.TemporaryDirectory() as place:
        anew = [f"{number}.jpg" for number in range(len(names))]
        for name, copy in zip(names, anew, strict=True):
            with Image.open(asked.folder / name) as picture:
                small = (round(picture.width * 0.8), round(picture.height * 0.8))
                plain = picture.convert("RGB").resize(small, Image.Resampling.LANCZOS)
                plain.save(Path(place) / copy, quality=60)
        given, copies = hash_pictures(asked.folder, names), hash_pictures(Path(place), anew)
    bits = np.unpackbits(given.bits ^ copies.bits, axis=1).sum(axis=1)
    away = np.abs(given.shades.astype(np.int16) - copies.shades).mean(axis=1)
    found = (bits <= MOST_BITS) & (away <= MOST_SHADE)
    print(f"{len(names)} saved anew: {found.mean():.4f} found")
    print("bits that differ, median / 95 % / most:", *np.quantile(bits, [0.5, 0.95, 1]))
    print("distance of colours, median / 95 % / most:", *np.quantile(away, [0.5, 0.95, 1]).round(2))
    one, other = np.triu_indices(len(names), 1)
    differ = given.differ(one, other)
    named = int(((differ >= 0) & (differ <= MOST_BITS)).sum())
    print(f"{len(one):,} pairs of different pictures: {named} would be named, vectors aside")


if __name__ == "__main__":
    main()
