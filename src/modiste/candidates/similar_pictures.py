"""What looks like the customer's last purchases."""

from __future__ import annotations

from typing import ClassVar

from modiste.candidates.lookalikes import LookalikeSource
from modiste.component import component


@component
class SimilarPictures(LookalikeSource):
    """Items whose picture is nearest to those of what the user bought last.

    Items never sold are among them, so that a new one is proposed from its first day. Without
    vectors (`modiste embed`) the source proposes nothing and costs nothing.
    """

    reason: ClassVar[str] = "looks like what you bought"
    side: ClassVar[str] = "pictures"
