"""Where on the body a kind of garment is worn, told from its name."""

from __future__ import annotations

import re
from collections.abc import Mapping

_NAMES: Mapping[str, str] = {
    "full": (
        "abaya bathrobe bodysuit bodysuits caftan coverup dress dresses dungarees gown gowns "
        "jumpsuit jumpsuits kaftan kimono nightdress nightdresses nightgown onesie onesies "
        "overall overalls pajamas playsuit pyjama pyjamas robe robes romper rompers saree "
        "sarees sundress swimsuit swimsuits"
    ),
    "lower": (
        "boxers briefs capris chinos churidar culottes cutoffs denim gauchos jean jeans "
        "jeggings jodhpurs jogger joggers legging leggings pant panties pants patiala salwar "
        "sarong short shorts skirt skirts skort sweatpants sweatshorts tights trackpants "
        "trouser trousers trunks underpants"
    ),
    "upper": (
        "anorak blazer blazers blouse blouses bomber bra bras bustier buttondown camisole "
        "camisoles cardigan cardigans coat coats flannel halter henley hoodie hoodies jacket "
        "jackets jersey kurti kurtis nehru parka peacoat polo polos poncho pullover shirt "
        "shirts shrug sweater sweaters sweatshirt sweatshirts tank tanks tee tees top tops "
        "tshirt tshirts tunic tunics turtleneck vest vests waistcoat"
    ),
}

_WORDS = {place: frozenset(names.split()) for place, names in _NAMES.items()}


def place_of(name: str) -> str:
    """Tell where a kind is worn: "upper", "lower", "full", or nothing where no word says it.

    The last word that says something decides: a shirt dress is a dress, a dress shirt a shirt.

    Example:
        >>> place_of("Shirt dress"), place_of("Dress_Shirts"), place_of("Watches")
        ('full', 'upper', '')
    """
    words = re.findall(r"[a-z]+", name.lower().replace("t-shirt", "tshirt"))
    told = [place for word in words for place, known in _WORDS.items() if word in known]
    return told[-1] if told else ""
