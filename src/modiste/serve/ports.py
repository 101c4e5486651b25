"""What the server needs of a shop window; `modiste.serve.window` has the real one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from modiste.serve.schemas import KnownUser


class Window(Protocol):
    """Everything that is read from a shop, loaded once; called from several threads."""

    @property
    def release(self) -> str | None:
        """Name of the release that answers; None: a shop without one."""

    def warm(self) -> list[str]:
        """Let model, index and words answer once; give what is missing, nothing where all did."""

    def known_items(self, ids: Iterable[str]) -> set[str]:
        """Give those of some ids that are items of the shop."""

    def picture(self, item_id: str) -> Path | None:
        """Give the file of an item's picture, found in a table; None: it has none."""

    def users(self, k: int) -> Sequence[KnownUser]:
        """Give some users with a history, to look at the shop with their eyes."""

    def has_stored_list(self, user_id: str) -> bool:
        """Tell whether a list was made for a user beforehand."""
