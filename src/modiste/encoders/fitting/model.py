"""Both towers together, as they are fitted, stored and opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from modiste.encoders.fitting.towers import PictureTower
from modiste.encoders.fitting.trunks import Trunk, open_trunk
from modiste.encoders.fitting.words import SentenceTower, WordTower
from modiste.encoders.lexicon import Lexicon, text_words
from modiste.encoders.transformers import Transformers


@dataclass(frozen=True)
class Model:
    """A picture tower and a word tower of one space."""

    pictures: PictureTower
    words: WordTower | SentenceTower
    vocabulary: dict[str, int]
    n_grams: int
    width: int
    """Pixels across that pictures are brought to."""
    height: int
    """Pixels down."""
    sentences: Transformers | None = None
    """What reads texts for a `SentenceTower`; None: words are learned."""

    @classmethod
    def new(
        cls,
        trunk: Trunk,
        vocabulary: dict[str, int],
        n_grams: int,
        dim: int,
        size: tuple[int, int],
        sentences: Transformers | None = None,
    ) -> Model:
        """Make towers over a trunk for pictures of a size (width, height).

        With a sentence encoder the vocabulary is left aside.
        """
        width, height = size
        with torch.no_grad():
            near, marks = trunk.front(torch.zeros(1, 3, height, width, dtype=torch.uint8))
            n_features = trunk.back(near).shape[1]
        pictures = PictureTower(trunk, n_features, marks.shape[1], dim)
        if sentences is not None:
            projection = SentenceTower(sentences.dim, dim)
            return cls(pictures, projection, {}, n_grams, width, height, sentences)
        words = WordTower(len(vocabulary) + n_grams, dim)
        return cls(pictures, words, vocabulary, n_grams, width, height)

    @classmethod
    def of_plan(
        cls,
        plan: Mapping[str, Any],
        weights: Mapping[str, Tensor],
        sentences: Transformers | None = None,
    ) -> Model:
        """Open a stored model, `sentences` as it was fitted with."""
        vocabulary = {word: row for row, word in enumerate(plan["vocabulary"])}
        trunk, size = open_trunk(plan["trunk"]), (plan["width"], plan["height"])
        model = cls.new(trunk, vocabulary, plan["n_grams"], plan["dim"], size, sentences)
        model.fill(weights)
        model.train(False)
        return model

    def plan(self) -> dict[str, Any]:
        """Give plain values from which `of_plan` makes a model of this shape."""
        return {
            "trunk": self.pictures.trunk.plan(),
            "vocabulary": sorted(self.vocabulary, key=self.vocabulary.__getitem__),
            "n_grams": self.n_grams,
            "dim": self.pictures.straight.out_features,
            "width": self.width,
            "height": self.height,
            "sentences": None if self.sentences is None else {"pooling": self.sentences.pooling},
        }

    def weights(self) -> dict[str, Tensor]:
        """Give all weights and figures by name, each in memory of its own."""
        towers = {"pictures": self.pictures, "words": self.words}
        return {
            f"{side}.{name}": value.detach().contiguous().clone()
            for side, tower in towers.items()
            for name, value in tower.state_dict().items()
        }

    def fill(self, weights: Mapping[str, Tensor]) -> None:
        """Take weights that `weights` gave."""
        for side, tower in (("pictures", self.pictures), ("words", self.words)):
            mine = {
                name.removeprefix(f"{side}."): value
                for name, value in weights.items()
                if name.startswith(f"{side}.")
            }
            tower.load_state_dict(mine)

    def learned(self) -> dict[str, torch.nn.Parameter]:
        """Give the parameters that fitting moves, by name."""
        moved = {id(weight) for weight in self.pictures.trunk.trained()}
        return {
            f"{side}.{name}": weight
            for side, tower in (("pictures", self.pictures), ("words", self.words))
            for name, weight in tower.named_parameters()
            if not name.startswith("trunk.") or id(weight) in moved
        }

    def train(self, mode: bool) -> None:
        """Switch dropout on or off."""
        self.pictures.train(mode)
        self.words.train(mode)

    def encode_texts(self, texts: Sequence[str]) -> Tensor:
        """Encode texts as they were written: `[n, dim]`."""
        if self.sentences is not None:
            read = torch.from_numpy(self.sentences.encode_words(texts))
            projected: Tensor = self.words(read)
            return projected
        lexicon = Lexicon(self.vocabulary, self.n_grams)
        encoded = lexicon.encode([text_words(text) for text in texts])
        vectors: Tensor = self.words(encoded, lexicon.table())
        return vectors
