"""Any encoder of words in the place of the shop's word vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from modiste.encoders.base import Encoder, Vectors
from modiste.errors import InputError


@dataclass(frozen=True)
class EncodedWords:
    """Texts and values as an encoder of sentences reads them."""

    encoder: Encoder
    label: str

    def __post_init__(self) -> None:
        """Refuse an encoder of pictures alone."""
        if not self.encoder.speaks:
            raise InputError(
                f"the encoder {self.label} reads no words, only pictures: name another, or none "
                "for the words of the shop"
            )

    def texts(self, texts: Sequence[str]) -> Vectors:
        """Give the vectors of texts, `[n_texts, dim]`."""
        if not texts:
            return np.zeros((0, self.encoder.dim), np.float32)
        return self.encoder.encode_words(texts)

    def values(self, attribute: str, values: Sequence[str]) -> Vectors:
        """Give the vectors of an attribute's values, `[n_values, dim]`."""
        return self.texts([value.lower() for value in values])
