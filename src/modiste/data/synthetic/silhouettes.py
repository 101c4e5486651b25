"""How each kind of garment is drawn."""

from __future__ import annotations

from collections.abc import Callable

from modiste.data.synthetic import outlines_close as close
from modiste.data.synthetic import outlines_extras as extras
from modiste.data.synthetic import outlines_lower as lower
from modiste.data.synthetic import outlines_upper as upper
from modiste.data.synthetic.pen import Pen, Variation

SILHOUETTES: dict[str, Callable[[Pen, Variation], None]] = {
    "tee": upper.tee,
    "longsleeve": upper.longsleeve,
    "vest": upper.vest,
    "blouse": upper.blouse,
    "shirt": upper.shirt,
    "polo": upper.polo,
    "sweater": upper.sweater,
    "cardigan": upper.cardigan,
    "hoodie": upper.hoodie,
    "blazer": upper.blazer,
    "jacket": upper.jacket,
    "coat": upper.coat,
    "pyjama": upper.pyjama,
    "trousers": lower.trousers,
    "jeans": lower.jeans,
    "leggings": lower.leggings,
    "shorts": lower.shorts,
    "skirt": lower.skirt,
    "dress": upper.dress,
    "jumpsuit": lower.jumpsuit,
    "briefs": close.briefs,
    "bra": close.bra,
    "socks": close.socks,
    "tights": close.tights,
    "swimsuit": close.swimsuit,
    "bikini": close.bikini,
    "trunks": close.trunks,
    "sneakers": extras.sneakers,
    "boots": extras.boots,
    "sandals": extras.sandals,
    "bag": extras.bag,
    "cap": extras.cap,
    "beanie": extras.beanie,
    "scarf": extras.scarf,
    "gloves": extras.gloves,
    "belt": extras.belt,
    "earring": extras.earring,
}
"""An outline for each of `kinds.SHAPES`."""
