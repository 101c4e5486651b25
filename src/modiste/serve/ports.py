"""What the server needs of a shop window; `modiste.serve.window` has the real one."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol


class Window(Protocol):
    """Everything that is read from a shop, loaded once; called from several threads."""

    @property
    def release(self) -> str | None:
        """Name of the release that answers; None: a shop without one."""

    def warm(self) -> object:
        """Let model, index and words answer once."""

    def knows_item(self, item_id: str) -> bool:
        """Tell whether an id is an item of the shop."""

    def picture(self, item_id: str) -> Path | None:
        """Give the file of an item's picture, found in a table; None: it has none."""

    def users(self, k: int) -> list[dict[str, Any]]:
        """Give some users with a history, to look at the shop with their eyes."""

    def forget(self, user_id: str) -> bool:
        """Drop what is held of a user; tell whether a list was stored."""
