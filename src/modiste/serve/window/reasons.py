"""Why an item is shown, in a line for the shopper and, if asked, in numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from modiste.candidates.popular import Popular
from modiste.ranking.model import Model
from modiste.recommend.live import Made
from modiste.recommend.reasons import FALLBACK
from modiste.serve.schemas import Reason

_MOST_PARTS = 8
"""Features that are told of an item."""
_SIGNALS = {
    "view": "because you looked at",
    "like": "because you like",
    "basket": "goes with your basket",
}
"""What is said of a signal that is no purchase."""
_FOR_NOBODY = {
    "new_arrivals": "new in",
    "popular_channel": Popular.reason,
    "popular_department": Popular.reason,
}
"""What sources say to whom they know nothing of."""
_OWNED = re.compile(r"what you (bought|buy|have)\b")
_SEEN = {
    "view": "what you looked at",
    "like": "what you like",
    "basket": "what is in your basket",
}
"""What stands for `_OWNED` in the words of a source."""


@dataclass(frozen=True)
class Teller:
    """Puts the reasons of a release into words."""

    texts: Mapping[str, str]
    """What each candidate source says."""
    ids: list[str]
    """Ids of the release's items, by `item_idx`."""
    names: list[str | None]
    """Their names."""

    def tell(
        self,
        source: str | None,
        because: int = -1,
        *,
        parts: dict[str, float] | None = None,
        signals: Mapping[int, str] | None = None,
        ageless: bool = False,
        nobody: bool = False,
    ) -> Reason:
        """Say why an item is shown.

        Args:
            source: The source that speaks for it most; None: it fills the list.
            because: `item_idx` of what leads to it; -1: nothing does.
            parts: What moved its score.
            signals: Kind of signal by `item_idx`, of what the user did but buy.
            ageless: Whether the user's age is unknown.
            nobody: Whether nothing is known that they did.
        """
        if source is None:
            return Reason(text=FALLBACK, source="fallback", parts=parts)
        if ageless and source == "popular_age":
            return Reason(text=Popular.reason, source=source, parts=parts)
        text, item_id = self.texts[source], None
        if nobody:
            text = _FOR_NOBODY.get(source, text)
        if because >= 0:
            item_id = self.ids[because]
            kind = (signals or {}).get(because)
            if kind is not None:
                text = _OWNED.sub(_SEEN[kind], text) if _OWNED.search(text) else _SIGNALS[kind]
            text = f"{text}: {self.names[because] or item_id}"
        return Reason(text=text, source=source, because=item_id, parts=parts)


def parts_of(model: Model, made: Made) -> dict[int, dict[str, float]]:
    """Give what moved each listed item's score most, by feature and `item_idx`."""
    wanted = made.rows.join(made.lists.select("item_idx"), on="item_idx", how="semi")
    ranker = model.fit.ranker
    found = {}
    for item, moves in zip(wanted["item_idx"], ranker.contributions(wanted), strict=True):
        most = np.argsort(-np.abs(moves), kind="stable")[:_MOST_PARTS]
        found[item] = {ranker.columns[at]: round(float(moves[at]), 4) for at in most}
    return found
