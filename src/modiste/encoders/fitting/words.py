"""Word towers: one learned from the shop's texts, and one over a given sentence encoder."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from modiste.encoders.lexicon import Table, Texts


class WordTower(nn.Module):
    """Texts to vectors of length 1.

    A word's vector is its own row plus the mean row of its n-grams, so an unknown word, a plural or
    a typing error still lands near. How much a word counts in its text is learned the same way.
    Order is not read.

    Source: Bojanowski et al., Enriching Word Vectors with Subword Information, 2017, section 3.2
    (the rows of words and n-grams).
    """

    def __init__(self, n_rows: int, dim: int, *, width: int = 256, dropout: float = 0.1) -> None:
        """Make a tower of `n_rows` rows (known words and n-grams) for vectors of length `dim`."""
        super().__init__()
        self.rows = nn.EmbeddingBag(n_rows, width, mode="sum")
        self.importance = nn.EmbeddingBag(n_rows, 1, mode="sum")
        nn.init.normal_(self.rows.weight, std=0.05)
        nn.init.zeros_(self.importance.weight)
        self.straight = nn.Linear(width, dim)
        self.bent = _bent(width, dim, dropout)

    def forward(self, texts: Texts, table: Table) -> Tensor:
        """Encode texts: `[n_texts, dim]`."""
        # Each distinct word is put together once, however often the texts say it.
        distinct, places = np.unique(texts.words, return_inverse=True)
        rows, starts, weights = (torch.from_numpy(part) for part in table.of(distinct))
        vectors = self.rows(rows, starts, per_sample_weights=weights)
        told = self.importance(rows, starts, per_sample_weights=weights)
        counts = told.squeeze(1).clamp(-6, 6).exp()
        n_texts = len(texts.lengths)
        text = torch.from_numpy(np.repeat(np.arange(n_texts), texts.lengths))
        word = torch.from_numpy(places)
        share = counts[word]
        total = torch.zeros(n_texts).index_add(0, text, share)
        share = share / total[text]
        mean = torch.zeros(n_texts, vectors.shape[1]).index_add(
            0, text, vectors[word] * share[:, None]
        )
        return functional.normalize(self.straight(mean) + self.bent(mean), dim=1)


class SentenceTower(nn.Module):
    """A sentence encoder's vectors, projected; the encoder itself stays as it was given.

    Pays where descriptions are sentences, or shoppers write in words that the shop never uses.
    """

    def __init__(self, width: int, dim: int, *, dropout: float = 0.1) -> None:
        """Make a projection of vectors of length `width` to vectors of length `dim`."""
        super().__init__()
        self.straight = nn.Linear(width, dim)
        self.bent = _bent(width, dim, dropout)

    def forward(self, sentences: Tensor) -> Tensor:
        """Project a sentence encoder's vectors, `[n_texts, width]`: `[n_texts, dim]`."""
        # Rows of length 1 have small figures; those of a projection lie around 1.
        scaled = sentences * sentences.shape[1] ** 0.5
        return functional.normalize(self.straight(scaled) + self.bent(scaled), dim=1)


def _bent(width: int, dim: int, dropout: float) -> nn.Sequential:
    return nn.Sequential(
        nn.LayerNorm(width),
        nn.Linear(width, 2 * dim),
        nn.GELU(),
        nn.Dropout(dropout),
        nn.Linear(2 * dim, dim),
    )
