"""What the loop asks of words: texts drawn anew, all that is said of an item, names of groups."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from modiste.encoders.base import Encoder
from modiste.encoders.fitting.batches import draw_kinds, draw_texts
from modiste.encoders.fitting.material import Material
from modiste.encoders.fitting.model import Model
from modiste.encoders.fitting.words import SentenceTower, WordTower
from modiste.encoders.lexicon import Table, Whole


class Speech(ABC):
    """The material's texts through a word tower, `[n, dim]` each."""

    @abstractmethod
    def draw(self, rows: Whole, rng: np.random.Generator) -> Tensor:
        """Encode a text of each item: its name, its description, or all that is said."""

    @abstractmethod
    def whole(self, rows: Whole) -> Tensor:
        """Encode all that is said of each item."""

    @abstractmethod
    def names(self, family: int) -> Tensor:
        """Encode the phrases of a family of groups, by its place in the material."""


@dataclass(frozen=True)
class LearnedSpeech(Speech):
    """Texts through the tower that is learned from them; words are left out at random."""

    tower: WordTower
    material: Material
    table: Table
    dropped: float

    def draw(self, rows: Whole, rng: np.random.Generator) -> Tensor:
        """Encode a drawn text of each item, words left out."""
        drawn = draw_texts(self.material, rows, self.dropped, rng)
        vectors: Tensor = self.tower(drawn, self.table)
        return vectors

    def whole(self, rows: Whole) -> Tensor:
        """Encode all that is said of each item."""
        vectors: Tensor = self.tower(self.material.whole.of(rows), self.table)
        return vectors

    def names(self, family: int) -> Tensor:
        """Encode the phrases of a family of groups."""
        vectors: Tensor = self.tower(self.material.groups[family].names, self.table)
        return vectors


@dataclass(frozen=True)
class GivenSpeech(Speech):
    """Texts that a sentence encoder read once, projected anew for every batch."""

    tower: SentenceTower
    kinds: tuple[Tensor, ...]
    """`[n_items, width]` each: names, descriptions, all that is said."""
    phrases: tuple[Tensor, ...]
    """`[n_groups, width]`, by family."""

    def draw(self, rows: Whole, rng: np.random.Generator) -> Tensor:
        """Encode a drawn text of each item."""
        chosen = torch.from_numpy(draw_kinds(len(rows), rng))
        vectors: Tensor = self.tower(torch.stack(self.kinds)[chosen, torch.from_numpy(rows)])
        return vectors

    def whole(self, rows: Whole) -> Tensor:
        """Encode all that is said of each item."""
        vectors: Tensor = self.tower(self.kinds[2][torch.from_numpy(rows)])
        return vectors

    def names(self, family: int) -> Tensor:
        """Encode the phrases of a family of groups."""
        vectors: Tensor = self.tower(self.phrases[family])
        return vectors


def open_speech(model: Model, material: Material, dropped: float) -> Speech:
    """Make the material's texts ready for a model's word tower.

    Args:
        model: A tower that is learned, or one over a sentence encoder, which reads all texts now.
        material: The texts.
        dropped: Share of words left out, where words are what is learned.
    """
    if isinstance(model.words, WordTower):
        return LearnedSpeech(model.words, material, material.lexicon.table(), dropped)
    assert model.sentences is not None
    read = [_read(model.sentences, texts) for texts in material.said]
    phrases = [_read(model.sentences, groups.phrases) for groups in material.groups]
    return GivenSpeech(model.words, tuple(read), tuple(phrases))


def _read(sentences: Encoder, texts: list[str]) -> Tensor:
    """Encode texts, each distinct one once."""
    distinct, places = np.unique(np.asarray(texts, object), return_inverse=True)
    return torch.from_numpy(sentences.encode_words(distinct.tolist())[places])
