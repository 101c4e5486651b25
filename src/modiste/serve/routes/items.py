"""Items: one, what is like it, what goes with it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from modiste.serve.answers import answer
from modiste.serve.dependencies import TheShop
from modiste.serve.errors import FAULTS
from modiste.serve.schemas import Conditions, Id, ItemPage, Listed, Many

router = APIRouter(tags=["items"], responses=FAULTS)


@router.get("/items/{item_id}", operation_id="get_item", response_model=ItemPage)
def get_item(item_id: Id, shop: TheShop) -> Response:
    """Give an item with its variants."""
    return answer(shop.item(item_id))


@router.get("/items/{item_id}/similar", operation_id="similar_items", response_model=Listed)
def similar_items(
    item_id: Id,
    shop: TheShop,
    k: Many = 12,
    filters: Annotated[Conditions, Query(alias="filter")] = [],  # noqa: B006 - read only
) -> Response:
    """Give the items most like one, by pictures, colours and words; none of its own variants."""
    return answer(shop.similar(item_id, k, filters))


@router.get("/items/{item_id}/goes-with", operation_id="goes_with", response_model=Listed)
def goes_with(item_id: Id, shop: TheShop, k: Many = 12) -> Response:
    """Give what completes a look: bought together with an item, other kinds than its own first.

    For an item that nobody bought with another, what is bought with items like it; `strategy` says
    so, and `fallback` is true.
    """
    return answer(shop.goes_with(item_id, k))
