"""What the frozen layers make of each view of each picture: computed once, kept on disk."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from modiste.data.photos import PictureError
from modiste.encoders.batches import n_threads
from modiste.encoders.fitting.kept import Halves, KeptValues
from modiste.errors import InputError
from modiste.garments.learning.model import GarmentNetwork
from modiste.garments.learning.views import Bytes, Views, draw_views, plain_views, see_view
from modiste.garments.material import Material
from modiste.garments.targets import Floats, Whole

Progress = Callable[[str, float], None]
_PART = 256
"""Pictures after which what was made is kept: a killed run goes on there."""
_BATCH = 8
_AHEAD = 16
_SHARPER = 1.5
"""Pictures are opened so much larger than they are seen, since views are cut out of them."""


@dataclass(frozen=True)
class Seen:
    """Values of the views of pictures, by row of the material."""

    values: Halves
    """`[n_views_of_all, channels, height, width]`, a memory map."""
    windows: Floats
    """`[n_views_of_all, 4]`: the part of the picture that a view shows."""
    first: Whole
    """Where each row's views begin; the first one is the picture as it is. -1: none."""
    n_views: int
    """Views of each row that is learned from; rows that are watched have one."""
    faults: dict[int, str]
    """Why pictures cannot be read, by row."""


def see_views(
    network: GarmentNetwork,
    material: Material,
    folder: Path,
    key: str,
    *,
    n_views: int,
    most_bytes: int,
    seed: int,
    progress: Progress | None = None,
) -> Seen:
    """Run the frozen layers over views of all pictures, or take what a run of this `key` kept.

    Args:
        network: What sees.
        material: The pictures.
        folder: Where values are kept; an existing folder.
        key: What must be the same for kept values to be taken.
        n_views: Views of a picture that is learned from.
        most_bytes: How much may be kept.
        seed: Of what is drawn.
        progress: Told how far it is.

    Raises:
        InputError: If it would take more than `most_bytes`.
    """
    rows = np.concatenate([material.learned, material.watched])
    counts = np.repeat([n_views, 1], [len(material.learned), len(material.watched)])
    ends = np.cumsum(counts)
    first = np.full(len(material.paths), -1, np.int64)
    first[rows] = ends - counts
    views = _views(material, rows, counts, seed)
    network.prepare_front()
    shape = (len(views), *_shape(network))
    size = 2 * int(np.prod(shape))
    if size > most_bytes:
        raise InputError(
            f"{len(views):,} views of pictures take {size / 1e9:.1f} GB on disk, at most "
            f"{most_bytes / 1e9:.1f} GB were allowed: allow more, or fewer views, or a network "
            "that takes smaller pictures"
        )
    near = (round(network.size[0] * _SHARPER), round(network.size[1] * _SHARPER))
    kept = KeptValues.open(folder, "views", key, shape)
    while kept.done < len(rows):
        part = range(kept.done, min(kept.done + _PART, len(rows)))

        def pictures(at: int) -> Bytes | str:
            row, last = int(rows[at]), int(ends[at])
            try:
                picture = material.open(row, near, seed)
            except PictureError as error:
                return error.reason
            own = range(last - int(counts[at]), last)
            return np.stack(
                [see_view(picture, views[slice(one, one + 1)], network.size) for one in own]
            )

        for at, made in zip(part, _ahead(pictures, part), strict=True):
            if isinstance(made, str):
                kept.faults[int(rows[at])] = made
                continue
            start = int(ends[at] - counts[at])
            for one in range(0, len(made), _BATCH):
                near_values = network.front(made[one : one + _BATCH]).float().cpu().numpy()
                kept.values[start + one : start + one + len(near_values)] = near_values
        kept.done = part.stop
        kept.keep()
        if progress is not None:
            progress("see pictures", kept.done / len(rows))
    first[list(kept.faults)] = -1
    return Seen(kept.values, views.windows, first, n_views, kept.faults)


def _views(material: Material, rows: Whole, counts: Whole, seed: int) -> Views:
    """Draw all views: a row's first one is plain."""
    boxes = material.targets.boxes[rows]
    around = np.concatenate([_least(boxes[..., :2]), -_least(-boxes[..., 2:])], axis=1)
    drawn = draw_views(np.repeat(around, counts, axis=0), np.random.default_rng([seed, 3]))
    plain = plain_views(len(drawn))
    is_first = np.zeros(len(drawn), dtype=bool)
    is_first[np.cumsum(counts) - counts] = True
    mixed = {
        name: np.where(is_first.reshape(-1, *[1] * (array.ndim - 1)), getattr(plain, name), array)
        for name, array in vars(drawn).items()
    }
    return Views(**mixed)


def _least(corners: Floats) -> Floats:
    """Give the least over slots, NaN where none is told: `[n, S, 2]` to `[n, 2]`."""
    least = np.where(np.isnan(corners), np.inf, corners).min(1)
    found: Floats = np.where(np.isfinite(least), least, np.nan).astype(np.float32)
    return found


def _shape(network: GarmentNetwork) -> tuple[int, ...]:
    width, height = network.size
    return tuple(network.front(np.zeros((1, height, width, 3), np.uint8)).shape[1:])


def _ahead(work: Callable[[int], Bytes | str], places: range) -> Iterator[Bytes | str]:
    """Do work in threads, a little ahead of who takes it, in order."""
    waiting: deque[Future[Bytes | str]] = deque()
    pool = ThreadPoolExecutor(n_threads(), "views")
    try:
        for place in places:
            waiting.append(pool.submit(work, place))
            if len(waiting) > _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
