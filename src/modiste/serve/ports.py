"""What database and shop window are to each other, and what the server needs of a window."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from modiste.serve.schemas import Event, KnownUser


@dataclass(frozen=True)
class Recalled:
    """What is known of a user since the release."""

    events: Sequence[Event] = ()
    """In any order."""
    forgotten: bool = False
    """Whether the user asked to be forgotten; nothing from before counts then."""


class Window(Protocol):
    """Everything that is read from a shop, loaded once; called from several threads."""

    @property
    def release(self) -> str | None:
        """Name of the release that answers; None: a shop without one."""

    def warm(self) -> list[str]:
        """Let model, index and words answer once; give what is missing, nothing where all did."""

    @property
    def stamps(self) -> Mapping[str, object]:
        """By part of the shop, in words, the state that it was opened from."""

    def look(self) -> Mapping[str, object]:
        """Look at the shop again, cheaply: equal to `stamps` where nothing changed."""

    def renewed(self) -> Window:
        """Open the shop as it is now, beside this one; what did not change may be shared."""

    def known_items(self, ids: Iterable[str]) -> set[str]:
        """Give those of some ids that are items of the shop."""

    def picture(self, item_id: str) -> Path | None:
        """Give the file of an item's picture, found in a table; None: it has none."""

    def users(self, k: int) -> Sequence[KnownUser]:
        """Give some users with a history, to look at the shop with their eyes."""

    def has_stored_list(self, user_id: str) -> bool:
        """Tell whether a list was made for a user beforehand."""
