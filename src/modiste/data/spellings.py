"""What shops call their columns: common spellings of the standard ones.

Names are compared without case, blanks and signs: `Customer-ID`, `customer_id` and `customerId` are
the same word. Of several columns with a known spelling the one named first here is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_USER = _words(
    "user_id user customer_id customer visitor_id visitor client_id client member_id member "
    "shopper_id buyer_id account_id person_id reviewer_id uid household_key"
)
# What a product's variants are told apart by comes before what groups them.
_VARIANT = _words(
    "item_id item article_id article sku sku_id sku_code variant_id variant variation_id "
    "product_variant_id stock_code ean gtin upc barcode asin movie_id goods_id offer_id iid "
    "material_number"
)
_ITEM = (*_VARIANT, *_words("product_id product prod_id"))
_PRODUCT = _words(
    "product_code parent_id product_group_id item_group_id group_id group parent_sku parent_asin "
    "style_code style_id model_id master_id parent product_id product"
)

INTERACTIONS: Mapping[str, Sequence[str]] = {
    "user_id": _USER,
    "item_id": _ITEM,
    "day": _words(
        "day t_dat date time timestamp datetime date_time event_time event_timestamp order_date "
        "purchase_date purchase_time transaction_date invoice_date sold_at bought_at created_at "
        "ordered_at unix_timestamp unix_review_time ts"
    ),
    "price": _words(
        "price unit_price item_price sale_price sales_price paid_price net_price amount"
    ),
    "channel": _words("channel sales_channel_id sales_channel channel_id platform device store"),
}
ITEMS: Mapping[str, Sequence[str]] = {
    "item_id": (*_VARIANT, "id", *_words("product_id product prod_id")),
    "product_id": _PRODUCT,
    "name": _words(
        "name prod_name product_name item_name article_name display_name product_display_name title"
    ),
    "description": _words("description detail_desc desc product_description long_description text"),
    "picture": _words("picture image image_path picture_path img photo image_file filename"),
}
ITEM_ATTRIBUTES: Mapping[str, Sequence[str]] = {
    "kind": _words(
        "kind product_type_name product_type article_type type sub_category category "
        "category_name category_id main_category class"
    ),
    "colour": _words(
        "colour color base_colour base_color colour_group_name colour_name color_name"
    ),
    "brand": _words("brand brand_name manufacturer vendor label"),
    "audience": _words("audience gender sex target_group index_group_name"),
    "department": _words("department department_name dept"),
    "pattern": _words("pattern graphical_appearance_name print"),
    "material": _words("material fabric composition"),
    "season": _words("season collection"),
}
USERS: Mapping[str, Sequence[str]] = {"user_id": (*_USER, "id"), "age": ["age"]}
USER_ATTRIBUTES: Mapping[str, Sequence[str]] = {
    "club": _words("club club_member_status loyalty loyalty_level membership tier"),
    "gender": _words("gender sex"),
    "country": _words("country country_code"),
    "postal": _words("postal postal_code zip zip_code postcode"),
}
QUANTITIES = _words("quantity qty units n_units count pieces n_items num_items")
"""How often a row of interactions counts, in shops that write it: every row counts once."""
RATINGS = _words("rating ratings stars score overall review_score")
"""How a user liked an item: not used, whoever rated an item had it."""
_ALL = (INTERACTIONS, ITEMS, ITEM_ATTRIBUTES, USERS, USER_ATTRIBUTES)


def plain(name: str) -> str:
    """Give a column's name without case, blanks and signs."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def is_known(name: str) -> bool:
    """Tell whether a name is a spelling of any standard column."""
    return plain(name) in _KNOWN


_KNOWN = {plain(word) for table in _ALL for words in table.values() for word in words}


def find_columns(
    columns: Iterable[str], spellings: Mapping[str, Sequence[str]], taken: Iterable[str] = ()
) -> dict[str, str]:
    """Find the columns whose spelling is known.

    Args:
        columns: The table's columns.
        spellings: Standard column to its spellings, the best first.
        taken: Columns that are something else already.

    Returns:
        Standard column to the table's own, each own column once.
    """
    left = {plain(own): own for own in reversed(list(columns)) if own not in set(taken)}
    found: dict[str, str] = {}
    for name, words in spellings.items():
        for word in words:
            if (own := left.pop(plain(word), None)) is not None:
                found[name] = own
                break
    return found


def shared_column(
    left: Sequence[str], right: Sequence[str], words: Sequence[str]
) -> tuple[str, str] | None:
    """Find the column that two tables have in common.

    Args:
        left: Columns of one table.
        right: Columns of the other.
        words: Spellings, the best first.

    Returns:
        The names in both tables of the first spelling that both have; None: there is none.
    """
    ours, theirs = ({plain(own): own for own in reversed(side)} for side in (left, right))
    both = (plain(word) for word in words if plain(word) in ours and plain(word) in theirs)
    word = next(both, None)
    return None if word is None else (ours[word], theirs[word])


def attribute_name(own: str, reserved: Iterable[str]) -> str:
    """Make a column's own name one that a new attribute can have: lower case, no clash."""
    name = re.sub(r"\W+", "_", own.strip().lower()).strip("_") or "column"
    if name in set(reserved) or name.endswith(("_code", "_idx")):
        name += "_text"
    return name
