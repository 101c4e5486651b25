"""A picture model of transformers in two parts: what stays as it is, and last blocks that learn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from modiste.errors import InputError

_LISTS = ("layer", "layers", "stages", "blocks")
_ENDS = ("conv_1x1", "layernorm", "post_layernorm", "norm")

Listener = Callable[[Tensor], None]


class Cut:
    """A model cut before its last blocks.

    The blocks are the longest list of layers in the model. What the model does after them (pooling)
    belongs to neither part.
    """

    def __init__(self, model: nn.Module, n_back: int) -> None:
        """Cut before the last `n_back` blocks.

        Raises:
            InputError: If the model has no list of blocks.
        """
        self.model = model
        owner, blocks = _longest_list(model)
        self.at = len(blocks) - min(n_back, len(blocks))
        ends = [getattr(owner, name) for name in _ENDS if hasattr(owner, name)]
        self.blocks, self.tail = tuple(blocks), (*blocks[self.at :], *ends[:1])

    @classmethod
    def before_layers(cls, model: nn.Module, n_layers: int) -> Cut:
        """Cut so that at least `n_layers` of the last convolutions lie behind, in whole blocks.

        Blocks that are themselves rows of blocks, such as the stages of a ResNet, are taken apart.
        """
        cut = cls(model, 0)
        blocks = [one for block in cut.blocks for one in _parts(block)]
        ends = cut.tail[0:]
        counts = [_count_convolutions(block) for block in blocks]
        left = n_layers - sum(_count_convolutions(end) for end in ends)
        at = len(blocks)
        while at > 1 and left > 0:
            at -= 1
            left -= counts[at]
        cut.at, cut.blocks, cut.tail = at, tuple(blocks), (*blocks[at:], *ends)
        return cut

    @classmethod
    def where_maps_halve(cls, model: nn.Module, values: Tensor) -> Cut:
        """Cut before the last block that makes its map smaller: less is kept of each picture.

        Args:
            model: The model.
            values: A prepared picture, `[1, 3, height, width]`, to look at the blocks' maps with.
        """
        whole = cls(model, 0)
        sizes: list[int] = []
        places = range(len(whole.blocks))
        sized: Listener = lambda out: sizes.append(out[0, 0].numel())  # noqa: E731
        with torch.inference_mode():
            whole.run(values, dict.fromkeys(places, sized))
        halves = [place for place in places[1:] if sizes[place] < sizes[place - 1]]
        return cls(model, len(whole.blocks) - max(halves, default=len(whole.blocks) - 1))

    def run(self, values: Tensor, listeners: Mapping[int, Listener]) -> None:
        """Run the whole model, and tell of what blocks give, by their place."""
        hooks = self._listen(listeners)
        try:
            self.model(pixel_values=values)
        finally:
            for hook in hooks:
                hook.remove()

    def front(self, values: Tensor, listeners: Mapping[int, Listener] | None = None) -> Tensor:
        """Run the model up to the cut: what the first of the last blocks is given.

        Args:
            values: `[n, 3, height, width]`, as the model takes them.
            listeners: Told what earlier blocks give, by their place.
        """
        hooks = self._listen(listeners or {})
        hooks.append(self.tail[0].register_forward_pre_hook(_stop))
        try:
            self.model(pixel_values=values)
        except _ReachedError as reached:
            return reached.value
        finally:
            for hook in hooks:
                hook.remove()
        raise InputError("the model's last blocks were never reached: name another model")

    def back(self, near: Tensor) -> Tensor:
        """Run the last blocks on what `front` gave.

        Args:
            near: A map `[n, channels, height, width]`, or tokens `[n, n_tokens, channels]`.
        """
        out = near
        if out.ndim == 4:
            out = out.contiguous(memory_format=torch.channels_last)
        for block in self.tail:
            out = first_of(block(out))
        return out

    def trained(self) -> dict[str, nn.Parameter]:
        """Give the parameters of the last blocks by their names in the model."""
        inside = {id(weight) for block in self.tail for weight in block.parameters()}
        named = self.model.named_parameters()
        return {name: weight for name, weight in named if id(weight) in inside}

    def _listen(self, listeners: Mapping[int, Listener]) -> list[Any]:
        def heard(tell: Listener) -> Callable[[nn.Module, Any, Any], None]:
            return lambda _module, _given, out: tell(first_of(out))

        return [
            self.blocks[place].register_forward_hook(heard(tell))
            for place, tell in listeners.items()
        ]


class _ReachedError(Exception):
    """Carries what the first of the last blocks was given."""

    def __init__(self, value: Tensor) -> None:
        super().__init__("reached")
        self.value = value


def _stop(_module: nn.Module, given: tuple[Tensor, ...]) -> None:
    raise _ReachedError(given[0])


def first_of(out: Any) -> Tensor:
    """Give the tensor of what a block gives, alone or first of a tuple."""
    first: Tensor = out[0] if isinstance(out, tuple) else out
    return first


def _parts(block: nn.Module) -> list[nn.Module]:
    """Give the blocks in a row of them, or the block itself."""
    inside = list(block.children())
    row = inside[0] if len(inside) == 1 else None
    return list(row) if isinstance(row, nn.Sequential | nn.ModuleList) else [block]


def _count_convolutions(block: nn.Module) -> int:
    return sum(isinstance(part, nn.Conv2d | nn.Linear) for part in block.modules())


def _longest_list(model: nn.Module) -> tuple[nn.Module, nn.ModuleList]:
    found = [
        (owner, blocks)
        for owner in model.modules()
        for name, blocks in owner.named_children()
        if name in _LISTS and isinstance(blocks, nn.ModuleList) and len(blocks) > 1
    ]
    if not found:
        raise InputError(
            f"{type(model).__name__} has no list of blocks to train: name a MobileNet or ViT"
        )
    return max(found, key=lambda pair: sum(weight.numel() for weight in pair[1].parameters()))
