"""What an examination found: how bad it is, the figures, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["ok", "note", "warning", "error"]


@dataclass(frozen=True)
class Finding:
    """One line of `modiste doctor`."""

    severity: Severity
    """ok: as it should be; note: worth knowing; warning: results suffer; error: cannot be used."""
    subject: str
    """What was looked at."""
    found: str
    """What was seen, with figures."""
    advice: str = ""
    """What to do; empty where nothing is to be done."""


def share(part: int, whole: int) -> str:
    """Give "12 of 345 (3.5 %)"."""
    return f"{part:,} of {whole:,} ({part / max(whole, 1):.1%})".replace("%", " %")
