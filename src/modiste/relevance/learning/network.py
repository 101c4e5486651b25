"""A picture network whose last layers learn, together with what a relevance model learns.

```
pixels ── frozen layers ──▶ kept on disk, once ── last layers ──▶ pooled, length 1 ──▶ model
```

The network alone lies on the accelerator, where there is one; features come back to the processor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from modiste.encoders.fitting.cut import Cut
from modiste.encoders.fitting.devices import best_device, best_number, counting_in
from modiste.encoders.transformers import Transformers
from modiste.errors import InputError
from modiste.relevance.learning.activations import Activations, Progress, see_pictures
from modiste.relevance.learning.pictures import Pictures
from modiste.relevance.score import Vectors

if TYPE_CHECKING:
    from modiste.relevance.pairs import Whole

_CHUNK = 32
"""Pictures that go through the last layers together: what they make stays in the cache."""
_TURNED = 0.5
_SAME = 0.02
"""Features may differ so much by rounding to half precision, of a length of 1."""


@dataclass
class PictureNetwork:
    """A network over the pictures of a catalogue."""

    encoder: Transformers
    """What makes pictures ready, and holds the network."""
    cut: Cut
    activations: Activations
    device: torch.device
    number: torch.dtype
    turns: torch.Generator | None = None
    """Draws which pictures are turned left to right, while it learns; None: none."""
    last: tuple[Tensor, Tensor] | None = None
    """The items asked for last and their features: a model that asks twice in a step, for vectors
    and for biases, has them once."""

    @classmethod
    def open(
        cls,
        source: str,
        paths: Sequence[Path | None],
        folder: Path,
        key: str,
        *,
        n_trained: int = 0,
        most_bytes: int = 32_000_000_000,
        device: torch.device | None = None,
        number: torch.dtype | None = None,
        progress: Progress | None = None,
    ) -> PictureNetwork:
        """Open a network, and see all pictures with its frozen part.

        Args:
            source: A folder of transformers, or a hub name.
            paths: Each item's picture; None: it has none.
            folder: An existing folder for what the frozen part makes.
            key: Of the pictures: what must be the same for kept values to be taken.
            n_trained: How many of the last blocks learn; 0: those after the last one that makes
                maps smaller, and that one.
            most_bytes: How much may be kept on disk.
            device: What it runs on; None: see `best_device`.
            number: What numbers it multiplies; None: see `best_number`.
            progress: Told how far it is.

        Raises:
            InputError: If it cannot be opened, is no network of pictures whose features are the
                mean of its last map, or would keep too much.
        """
        encoder = Transformers(source=source, dtype="float32")
        if not encoder.sees or encoder.speaks:
            raise InputError(
                f"transformers={source} is no network of pictures alone: name one such as a ResNet "
                "or MobileNet"
            )
        device = device or best_device()
        number = number or best_number(device)
        model = encoder.model.requires_grad_(False).to(device)
        sample = _sample(encoder).to(device)
        cut = Cut(model, n_trained) if n_trained else Cut.where_maps_halve(model, sample)

        def front(values: Tensor) -> Tensor:
            with counting_in(device, number):
                return cut.front(values.to(device))

        with torch.inference_mode():
            near = front(sample).float()
            _check_pooling(encoder, cut, near, sample, source)
        seen = see_pictures(
            encoder,
            front,
            near.shape[1:],
            paths,
            folder,
            f"{key}-{encoder.identity}-{cut.at}-{device.type}-{number}",
            most_bytes=most_bytes,
            progress=progress,
        )
        for weight in cut.trained().values():
            weight.requires_grad_(True)
        return cls(encoder, cut, seen, device, number)

    def trained(self) -> dict[str, torch.nn.Parameter]:
        """Give what learns, by its name in the model."""
        return self.cut.trained()

    def features(self, items: Tensor) -> Tensor:
        """Give features of distinct items, of length 1; zeros where there is no picture.

        Each picture goes through the last layers once; norms keep the figures they were trained
        with, since those of small batches would replace them.

        Args:
            items: `[n]`, item rows.

        Returns:
            `[n, n_features]`, on the processor.
        """
        place = self.activations.place[items.numpy()]
        seen = np.flatnonzero(place >= 0)
        made = [
            self._of_places(place[some])
            for some in np.split(seen, range(_CHUNK, len(seen), _CHUNK))
            if len(some)
        ]
        if not made:
            return torch.zeros(len(items), self.n_features)
        found = torch.cat(made).cpu()
        if len(seen) == len(items):
            return found
        rows = torch.from_numpy(seen)
        return torch.zeros(len(items), found.shape[1]).index_copy(0, rows, found)

    @property
    def n_features(self) -> int:
        """Length of a row of features."""
        with torch.inference_mode():
            return int(self._of_places(np.zeros(1, np.int64)).shape[1])

    def all_features(self) -> Vectors:
        """Give the features of all items as the network is now: `[n_items, n_features]`."""
        with torch.inference_mode():
            n_items = len(self.activations.place)
            features: Vectors = self.features(torch.arange(n_items)).numpy()
        return features

    def write(self, folder: Path) -> None:
        """Write the network into an existing folder: an encoder, `transformers=FOLDER`."""
        self.encoder.model.cpu()
        self.encoder.save(folder)
        self.encoder.model.to(self.device)

    def _of_places(self, places: Whole) -> Tensor:
        near = torch.from_numpy(self.activations.values[places]).to(self.device).float()
        if self.turns is not None:
            turned = torch.rand(len(places), 1, 1, 1, generator=self.turns) < _TURNED
            near = torch.where(turned.to(self.device), near.flip(3), near)
        with counting_in(self.device, self.number):
            last = self.cut.back(near)
        return _pooled(last)


@dataclass(frozen=True)
class LivePictures(Pictures):
    """Features that change while a network learns, on axes that stay."""

    network: PictureNetwork

    @classmethod
    def over(cls, still: Pictures, network: PictureNetwork) -> LivePictures:
        """Take the axes of features as they were before the network learned."""
        return cls(still.features, still.there, still.centre, still.turn, network)

    def of_items(self, items: Tensor) -> Tensor:
        """Run the network's last layers on distinct items: `[n, n_axes]`."""
        network = self.network
        if network.last is None or network.last[0] is not items:
            features = network.features(items) - torch.from_numpy(self.centre)
            network.last = items, features @ torch.from_numpy(self.turn)
        return network.last[1]


def _pooled(last: Tensor) -> Tensor:
    """Give the mean of each channel over the map, of length 1 together, as vectors are stored."""
    return functional.normalize(last.float().flatten(2).mean(2), dim=1, eps=1e-12)


def _sample(encoder: Transformers) -> Tensor:
    """Give a picture with shades, prepared: `[1, 3, height, width]`."""
    from PIL import Image

    width, height = encoder.picture_size
    shades = Image.linear_gradient("L").resize((width, height))
    turned = shades.transpose(Image.Transpose.ROTATE_180)
    picture = Image.merge("RGB", (shades, turned, shades))
    return encoder.tensor(np.asarray(encoder.prepare(picture))[None])


def _check_pooling(
    encoder: Transformers, cut: Cut, near: Tensor, sample: Tensor, source: str
) -> None:
    """Raise InputError if the encoder's features are not the mean of the last blocks' map."""
    theirs = functional.normalize(encoder.see(sample).float(), dim=1)
    ours = _pooled(cut.back(near)) if near.ndim == 4 else torch.zeros_like(theirs)
    if ours.shape != theirs.shape or float((ours - theirs).norm()) > _SAME:
        raise InputError(
            f"transformers={source}: its features are not the mean of its last blocks' map, so "
            "these cannot learn alone: name a network such as a ResNet or MobileNet"
        )
