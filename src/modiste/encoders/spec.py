"""How an encoder is named everywhere: `NAME[=SOURCE][,SETTING=VALUE …]`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from modiste.errors import InputError

if TYPE_CHECKING:
    from modiste.encoders.base import Encoder

_SETTING = re.compile(r",([a-z][a-z_]*)=([\w.-]+)$")


@dataclass(frozen=True)
class EncoderSpec:
    """An encoder and what it is made from."""

    name: str
    """The component: `colour`, `transformers`, `catalogue` …"""
    source: str = ""
    """A folder, a hub name, or nothing where the component needs none."""
    settings: tuple[tuple[str, str], ...] = ()
    """Fields of the component that have other values than by default, by name."""

    @classmethod
    def parse(cls, text: str) -> EncoderSpec:
        """Read `NAME` or `NAME=SOURCE`, and settings behind it: `NAME=SOURCE,pooling=max`.

        Raises:
            InputError: If there is no encoder of that name.
        """
        from modiste.encoders import ENCODERS

        rest, settings = text.strip(), dict[str, str]()
        while found := _SETTING.search(rest):
            settings.setdefault(found[1], found[2])
            rest = rest[: found.start()]
        name, _, source = rest.partition("=")
        if name not in ENCODERS.names:
            raise _unknown(text, ENCODERS.names)
        return cls(name, source, tuple(sorted(settings.items())))

    @property
    def label(self) -> str:
        """What its vectors are called in a shop: the name, the source's last part, settings."""
        last = Path(self.source).name if self.source else ""
        last = last.removeprefix(f"{self.name}-")  # a fitted encoder's folder names its component
        parts = [last, *(f"{name}-{value}" for name, value in self.settings)]
        plain = re.sub(r"[^a-z0-9]+", "-", "-".join(parts).lower()).strip("-")
        return f"{self.name}-{plain}" if plain else self.name

    def __str__(self) -> str:
        """Give the text that `parse` reads."""
        named = f"{self.name}={self.source}" if self.source else self.name
        return ",".join([named, *(f"{name}={value}" for name, value in self.settings)])


def _unknown(text: str, names: Sequence[str]) -> InputError:
    """Say that no encoder is called so, which there are, and which is spelled alike."""
    near = get_close_matches(text.strip().partition("=")[0].lower(), names, n=1)
    hint = f": did you mean {near[0]}?" if near else ""
    return InputError(
        f"encoder {text!r}: expected NAME or NAME=FOLDER, where NAME is one of "
        f"{', '.join(names)}{hint}"
    )


def open_encoder(spec: EncoderSpec | str, shop: Path | None = None) -> Encoder:
    """Open an encoder; its model is loaded at the first use.

    Args:
        spec: `NAME[=SOURCE][,SETTING=VALUE …]`.
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
    fields: dict[str, Any] = dict(asked.settings) | ({"source": source} if source else {})
    try:
        encoder = kind(**fields)
    except ValidationError as error:
        faults = "; ".join(f"{fault['loc'][0]}: {fault['msg']}" for fault in error.errors())
        raise InputError(
            f"encoder {asked}: {faults}: docs/reference/components.md lists what {asked.name} takes"
        ) from None
    encoder.check()
    return encoder
