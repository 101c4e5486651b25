"""Names and descriptions of articles, put together from words for what they are.

Words vary with the article, as they do where people write them: a sweater is also a jumper, black
is also jet black. Some descriptions hold commas and quotation marks, as real ones do.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from modiste.data.synthetic.catalogue import Catalogue
from modiste.data.synthetic.colours import COLOURS, PATTERNS
from modiste.data.synthetic.kinds import KINDS, SHAPES

NOUNS: dict[str, tuple[str, ...]] = {
    "tee": ("T-shirt", "Tee", "Short-sleeved top"),
    "longsleeve": ("Top", "Long-sleeved top", "Jersey top"),
    "vest": ("Vest top", "Tank top", "Strap top"),
    "blouse": ("Blouse", "Airy blouse"),
    "shirt": ("Shirt", "Button-up shirt"),
    "polo": ("Polo shirt", "Polo"),
    "sweater": ("Sweater", "Jumper", "Pullover"),
    "cardigan": ("Cardigan", "Knitted jacket"),
    "hoodie": ("Hoodie", "Hooded top", "Hooded sweatshirt"),
    "blazer": ("Blazer", "Tailored jacket"),
    "jacket": ("Jacket", "Short jacket"),
    "coat": ("Coat", "Overcoat", "Winter coat"),
    "trousers": ("Trousers", "Slacks", "Pants"),
    "jeans": ("Jeans", "5-pocket jeans", "Denim trousers"),
    "leggings": ("Leggings", "Tights"),
    "shorts": ("Shorts", "Short trousers"),
    "skirt": ("Skirt", "Knee-length skirt"),
    "dress": ("Dress", "Calf-length dress", "Frock"),
    "jumpsuit": ("Jumpsuit", "Playsuit", "All-in-one suit"),
    "pyjama": ("Pyjamas", "Pyjama set", "Sleepwear set"),
    "briefs": ("Briefs", "Hipster briefs", "Knickers"),
    "bra": ("Bra", "Soft bra", "Bralette"),
    "socks": ("Socks", "Ankle socks"),
    "tights": ("Tights", "Pantyhose"),
    "swimsuit": ("Swimsuit", "Bathing suit"),
    "bikini": ("Bikini top", "Triangle bikini top"),
    "trunks": ("Swim bottoms", "Bathing bottoms"),
    "sneakers": ("Trainers", "Sneakers", "Low shoes"),
    "boots": ("Boots", "Ankle boots"),
    "sandals": ("Sandals", "Open shoes"),
    "bag": ("Bag", "Handbag", "Shoulder bag"),
    "cap": ("Cap", "Baseball cap"),
    "beanie": ("Beanie", "Knitted hat", "Woolly hat"),
    "scarf": ("Scarf", "Shawl"),
    "gloves": ("Gloves", "Mittens"),
    "belt": ("Belt", "Waist belt"),
    "earring": ("Earrings", "Hoop earrings", "Studs"),
}
"""What a kind is called, by its silhouette; the first is the plainest."""

SENTENCES: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "top": (
        ("soft cotton jersey", "organic cotton", "stretch jersey", "ribbed jersey",
         "a lyocell mix"),
        ("a round neckline", "a V-neck", "a turtle neck", "a boat neck", "a low-cut back"),
        ("short sleeves", "long sleeves, gently dropped at the shoulder", "cap sleeves",
         "raglan sleeves and ribbed cuffs", "wide sleeves"),
    ),
    "shirt": (
        ("crisp cotton poplin", "airy chiffon", "linen", "washed flannel", "viscose twill"),
        ("a turn-down collar", "a band collar", "a tie at the neck", "a button-down collar"),
        ("long sleeves with buttoned cuffs", "short puff sleeves",
         "a chest pocket, open at the top",
         "a yoke and a pleat at the back"),
    ),
    "knit": (
        ("a soft wool blend", "fine-knit cotton", "chunky rib knit", "cashmere-soft acrylic",
         "mohair mix"),
        ("a polo neck", "a V-neck", "a round neck", "a shawl collar"),
        ("long sleeves and ribbed trims", "balloon sleeves", "side slits at the hem",
         "dropped shoulders, wide cuffs"),
    ),
    "coat": (
        ("a wool blend", "woven fabric", "padded nylon", "imitation suede", "cotton twill"),
        ("notch lapels", "a stand-up collar", "a lined hood", "a zip down the front"),
        ("welt pockets", "flap pockets, one inside", "a tie belt", "a lining",
         "a single back vent"),
    ),
    "bottom": (
        ("stretch twill", "washed denim", "cotton corduroy", "jersey", "crêpe"),
        ("a high waist", "a regular waist", "an elasticated drawstring waist", "a concealed zip"),
        ("straight legs", "slim fit", "a wide, loose fit", "side pockets", "a raw-edge hem"),
    ),
    "dress": (
        ("flowing viscose", "jersey crêpe", "cotton weave", "satin", "lace"),
        ("a V-neck", "narrow shoulder straps", "a square neckline", "a wrap-over front"),
        ("a seam at the waist and a flared skirt", "short butterfly sleeves", "a tie belt",
         "long sleeves, smocked at the cuffs"),
    ),
    "night": (
        ("soft cotton flannel", "jersey", "satin"),
        ("a round neck", "a notched collar"),
        ("elasticated waist", "long sleeves, long legs", "buttons down the front"),
    ),
    "under": (
        ("microfibre", "a soft cotton blend", "fine-knit jersey", "lace and mesh"),
        ("elastication at the top", "a low waist", "a ribbed edge"),
        ("a lined gusset", "flat seams", "narrow, adjustable straps", "reinforced toes"),
    ),
    "swim": (
        ("fast-drying fabric", "recycled polyester", "ribbed stretch fabric"),
        ("adjustable straps", "ties at the sides", "an elasticated waist"),
        ("a full lining", "lightly padded cups", "a small pocket, with drain hole"),
    ),
    "shoe": (
        ("imitation leather", "canvas", "suede", "mesh"),
        ("laces at the front", "an adjustable strap", "a zip at the side", "a round toe"),
        ("fabric linings and rubber soles", "chunky soles", "patterned soles, 3 cm high"),
    ),
    "bag": (
        ("grained imitation leather", "sturdy canvas", "nylon", "braided straw"),
        ("a zip at the top", "a magnetic fastener", "two handles"),
        ("a detachable shoulder strap", "one inner compartment, lined", "a zipped inner pocket"),
    ),
    "acc": (
        ("rib-knit wool", "cotton twill", "soft woven fabric", "metal", "imitation leather"),
        ("a turn-up edge", "an adjustable fastener", "a metal buckle"),
        ("a soft lining", "fringes along the edge", "a small label, sewn on"),
    ),
}  # fmt: skip
"""Fabrics, first details and second details for each way to describe."""

PATTERN_WORDS: dict[str, tuple[str, ...]] = {
    "Solid": ("", "", "Plain "),
    "All over pattern": ("Patterned ", "Floral ", "Printed "),
    "Melange": ("Melange ", "Marled "),
    "Stripe": ("Striped ", "Stripy "),
    "Denim": ("", "Washed "),
    "Front print": ("Printed ", "Print-motif "),
    "Placement print": ("Motif ", "Badge-print "),
    "Check": ("Checked ", "Tartan ", "Plaid "),
    "Colour blocking": ("Block-coloured ", "Two-tone "),
    "Lace": ("Lace ", "Openwork "),
    "Dot": ("Spotted ", "Polka-dot ", "Dotted "),
    "Glittering/Metallic": ("Glittery ", "Shimmering "),
    "Jacquard": ("Jacquard-weave ", "Textured "),
}

COLOUR_WORDS: dict[str, tuple[str, ...]] = {
    "Black": ("black", "jet black"),
    "Blue": ("blue", "navy"),
    "White": ("white", "snow white"),
    "Pink": ("pink", "rose"),
    "Grey": ("grey", "ash grey"),
    "Beige": ("beige", "sand"),
    "Red": ("red", "crimson"),
    "Khaki green": ("khaki", "olive"),
    "Green": ("green", "leaf green"),
    "Yellow": ("yellow", "mustard"),
    "Brown": ("brown", "chestnut"),
    "Orange": ("orange", "apricot"),
    "Metal": ("metallic", "shiny"),
    "Turquoise": ("turquoise", "teal"),
    "Lilac Purple": ("purple", "lilac"),
}

_CLOSINGS = (
    "", "", "", "", " Unlined.", " Soft brushed inside.", " Slightly longer at the back.",
    " Made partly from recycled fibres.", ' Comes with a label that reads "made to last".',
    ' Cut for a "regular fit", true to size.', " Relaxed fit, easy to wear.", " Partly lined.",
)  # fmt: skip

_NAMES = (
    "Alder", "Amber", "Anise", "Arbor", "Ash", "Bay", "Birch", "Bluff", "Bramble", "Breeze",
    "Brook", "Cedar", "Cliff", "Clover", "Coast", "Cove", "Dale", "Dawn", "Delta", "Dune",
    "Ember", "Fen", "Fern", "Field", "Fjord", "Flint", "Glade", "Glen", "Grove", "Harbour",
    "Heath", "Hill", "Hollow", "Isle", "Juniper", "Lagoon", "Larch", "Lark", "Linden", "Maple",
    "Marsh", "Meadow", "Mist", "Moor", "Moss", "Oak", "Orchard", "Pebble", "Pine", "Plain",
    "Pond", "Prairie", "Quarry", "Reed", "Ridge", "River", "Sage", "Shore", "Sorrel", "Spruce",
    "Stone", "Summit", "Tarn", "Thistle", "Tide", "Timber", "Vale", "Willow", "Winter", "Wren",
)  # fmt: skip
_SHARE_WITHOUT_DESCRIPTION = 0.004


def write_names(catalogue: Catalogue, rng: np.random.Generator) -> pl.Series:
    """The name of each article, the same for all colours of a product."""
    n_products = len(catalogue.n_colours)
    kind = catalogue.kind[catalogue.first_of_product]
    nouns = _pick_rows([NOUNS[shape] for shape in SHAPES], kind, rng)
    names = pl.Series(_NAMES).gather(rng.integers(0, len(_NAMES), n_products))
    frame = pl.DataFrame({"name": names, "noun": nouns.str.to_lowercase()})
    joined = frame.select(pl.concat_str("name", "noun", separator=" "))["name"]
    return joined.gather(catalogue.product).alias("prod_name")


def write_descriptions(catalogue: Catalogue, rng: np.random.Generator) -> pl.Series:
    """The description of each article; a few articles have none."""
    n_products = len(catalogue.n_colours)
    kind = catalogue.kind[catalogue.first_of_product]
    pattern = catalogue.pattern[catalogue.first_of_product]
    parts = [SENTENCES[k.style] for k in KINDS]
    # What the product is made of is said alike for all its colours; the colour is not.
    about = pl.DataFrame(
        {
            "pattern": _pick_rows([PATTERN_WORDS[p.name] for p in PATTERNS], pattern, rng),
            "noun": _pick_rows([NOUNS[shape] for shape in SHAPES], kind, rng),
            "fabric": _pick_rows([part[0] for part in parts], kind, rng),
            "first": _pick_rows([part[1] for part in parts], kind, rng),
            "second": _pick_rows([part[2] for part in parts], kind, rng),
            "closing": pl.Series(_CLOSINGS).gather(rng.integers(0, len(_CLOSINGS), n_products)),
        }
    )
    colours = [COLOUR_WORDS[colour.master_name] for colour in COLOURS]
    shade = _pick_rows(colours, catalogue.colour, rng)
    told = rng.random(len(catalogue)) < 0.5
    silent = rng.random(len(catalogue)) < _SHARE_WITHOUT_DESCRIPTION
    plain = pl.col("pattern") == ""
    text = (
        about[catalogue.product]
        .with_columns(shade=shade, told=pl.Series(told), silent=pl.Series(silent))
        .select(
            pl.when("silent")
            .then(None)
            .otherwise(
                pl.concat_str(
                    pl.when(plain)
                    .then("noun")
                    .otherwise(pl.concat_str("pattern", pl.col("noun").str.to_lowercase())),
                    pl.lit(" in "),
                    pl.when("told").then(pl.concat_str("shade", pl.lit(" "))).otherwise(pl.lit("")),
                    pl.col("fabric").str.replace("^an? ", ""),
                    pl.lit(" with "),
                    "first",
                    pl.lit(" and "),
                    "second",
                    pl.lit("."),
                    "closing",
                )
            )
            .alias("detail_desc")
        )
    )
    return text["detail_desc"]


def _pick_rows(
    words: list[tuple[str, ...]], row: npt.NDArray[np.integer], rng: np.random.Generator
) -> pl.Series:
    """For each entry of `row` one of the words of that row, at random."""
    flat = pl.Series([word for group in words for word in group])
    lengths = np.asarray([len(group) for group in words])
    starts = np.cumsum(lengths) - lengths
    pick = np.floor(rng.random(len(row)) * lengths[row]).astype(np.int64)
    return flat.gather(starts[row] + pick)
