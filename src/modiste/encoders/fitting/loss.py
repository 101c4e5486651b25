"""What fitting makes small: pictures and texts that belong together, close; all others, apart."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from modiste.encoders.fitting.settings import LossName

_SHARPEST = 60.0


class Closeness(nn.Module):
    """How sharply cosines are told apart, learned with the towers."""

    def __init__(self) -> None:
        """Begin soft."""
        super().__init__()
        self.pairs = nn.Parameter(torch.tensor(12.0).log())
        self.groups = nn.Parameter(torch.tensor(12.0).log())
        self.bias = nn.Parameter(torch.tensor(-8.0))

    def pair_loss(self, pictures: Tensor, texts: Tensor, name: LossName) -> Tensor:
        """Compare each picture of a batch with each text; row i belongs to row i.

        Args:
            pictures: `[n, dim]`.
            texts: `[n, dim]`.
            name: `clip` chooses the one that belongs out of all; `siglip` says yes or no of each.

        Source: Radford et al., Learning Transferable Visual Models From Natural Language
        Supervision, 2021, figure 3; Zhai et al., Sigmoid Loss for Language Image Pre-Training,
        2023, equation 1.
        """
        scores = pictures @ texts.T * self.pairs.exp()
        own = torch.arange(len(scores))
        if name == "clip":
            return (
                functional.cross_entropy(scores, own) + functional.cross_entropy(scores.T, own)
            ) / 2
        signs = 2 * torch.eye(len(scores)) - 1
        return -functional.logsigmoid(signs * (scores + self.bias)).sum() / len(scores)

    def group_loss(self, pictures: Tensor, names: Tensor, groups: Tensor) -> Tensor:
        """Choose the name ("red dress") of each picture's group out of those of all groups.

        Args:
            pictures: `[n, dim]`.
            names: `[n_groups, dim]`, the names' vectors by the word tower.
            groups: `[n]`, each picture's group; -1: it has none.
        """
        if not bool((groups >= 0).any()):
            return pictures.sum() * 0
        scores = pictures @ names.T * self.groups.exp()
        return functional.cross_entropy(scores, groups, ignore_index=-1)

    @torch.no_grad()
    def limit(self) -> None:
        """Keep it from growing without end."""
        most = float(torch.tensor(_SHARPEST).log())
        self.pairs.clamp_(max=most)
        self.groups.clamp_(max=most)
