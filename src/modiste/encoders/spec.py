"""How an encoder is named on the command line, in files and in a shop: `NAME[=SOURCE]`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from modiste.errors import InputError

if TYPE_CHECKING:
    from modiste.encoders.base import Encoder


@dataclass(frozen=True)
class EncoderSpec:
    """An encoder and what it is made from."""

    name: str
    """The component: `colour`, `transformers`, `catalogue` …"""
    source: str = ""
    """A folder, a hub name, or nothing where the component needs none."""

    @classmethod
    def parse(cls, text: str) -> EncoderSpec:
        """Read `NAME` or `NAME=SOURCE`.

        Raises:
            InputError: If there is no encoder of that name.
        """
        from modiste.encoders import ENCODERS

        name, _, source = text.strip().partition("=")
        if name not in ENCODERS.names:
            raise InputError(
                f"encoder {text!r}: expected NAME or NAME=FOLDER, where NAME is one of "
                f"{', '.join(ENCODERS.names)}"
            )
        return cls(name, source)

    @property
    def label(self) -> str:
        """What its vectors are called in a shop: the name, and the last part of the source."""
        last = Path(self.source).name if self.source else ""
        plain = re.sub(r"[^a-z0-9]+", "-", last.lower()).strip("-")
        return f"{self.name}-{plain}" if plain else self.name

    def __str__(self) -> str:
        """Give the text that `parse` reads."""
        return f"{self.name}={self.source}" if self.source else self.name


def open_encoder(spec: EncoderSpec | str, shop: Path | None = None) -> Encoder:
    """Open an encoder; its model is loaded at the first use.

    Args:
        spec: `NAME` or `NAME=SOURCE`.
        shop: A shop's folder: `catalogue` without a source is the one fitted last in it.

    Raises:
        InputError: If there is no such encoder, or its source cannot be used.
        MissingExtraError: If a package that it needs is not installed.
    """
    from modiste.encoders import ENCODERS
    from modiste.encoders.stored import fitted_encoder

    asked = EncoderSpec.parse(spec) if isinstance(spec, str) else spec
    source = asked.source
    if asked.name == "catalogue" and not source and shop is not None:
        source = str(fitted_encoder(shop))
    kind = ENCODERS.get(asked.name)
    return kind(source=source) if source else kind()  # type: ignore[call-arg]
