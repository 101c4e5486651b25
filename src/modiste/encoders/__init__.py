"""Pictures and words to vectors of length 1: one file an encoder.

An encoder's name is its module's name; `open_encoder("NAME[=FOLDER or hub name]")` opens one.
"""

from modiste.encoders.base import Encoder, Vectors
from modiste.registry import Registry

ENCODERS = Registry(
    "modiste.encoders",
    Encoder,
    frozenset(
        {
            "base",
            "batches",
            "denormals",
            "embedding",
            "exporting",
            "fitting",
            "hub",
            "lexicon",
            "parts",
            "pixels",
            "plan",
            "preparation",
            "short",
            "spec",
            "splits",
            "stored",
            "terms",
            "texts",
            "thesaurus",
        }
    ),
)

__all__ = ["ENCODERS", "Encoder", "Vectors"]
