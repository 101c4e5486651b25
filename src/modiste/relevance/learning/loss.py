"""What fitting makes small."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from modiste.relevance.settings import LossName


def pair_loss(bought: Tensor, others: Tensor, there: Tensor, name: LossName) -> Tensor:
    """Compare what was bought with what was not.

    Args:
        bought: `[n]`, scores of positives.
        others: `[n, n_others]`, scores of each one's negatives.
        there: `[n, n_others]`, false where no negative could be drawn.
        name: `softmax`, `cross_entropy` or `bpr`, see `RelevanceSettings.loss`.

    Returns:
        The mean over positives (`softmax`) or pairs (the others).

    Source: Rendle et al., BPR, 2009, equation of BPR-OPT in section 4.1; the paper's cross-entropy
    is equation 5 of Elsayed, Brinkmeyer, Schmidt-Thieme, 2022.
    """
    if name == "softmax":
        least = torch.finfo(others.dtype).min
        everything = torch.cat([bought[:, None], others.masked_fill(~there, least)], dim=1)
        return (everything.logsumexp(dim=1) - bought).mean()
    counted = there.float()
    if name == "bpr":
        lost = functional.softplus(others - bought[:, None])
        return (lost * counted).sum() / counted.sum().clamp(min=1)
    lost = functional.softplus(-bought).sum() + (functional.softplus(others) * counted).sum()
    return lost / (len(bought) + counted.sum())
