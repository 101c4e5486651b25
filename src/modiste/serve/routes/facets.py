"""What a shop can be filtered by."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from modiste.serve.answers import answer
from modiste.serve.dependencies import TheSettings, TheShop
from modiste.serve.errors import FAULTS
from modiste.serve.schemas import Conditions, Facets

router = APIRouter(tags=["search"], responses=FAULTS)


@router.get("/facets", operation_id="get_facets", response_model=Facets)
def get_facets(
    shop: TheShop,
    settings: TheSettings,
    q: Annotated[str, Query(max_length=1000)] = "",
    filters: Annotated[Conditions, Query(alias="filter")] = [],  # noqa: B006 - read only
) -> Response:
    """Count the values of the shop's attributes, of what a query and filters leave."""
    found = shop.facets(filters, q)
    finds = shop.finder is not None and shop.finder.ready
    more = {"price_unit": settings.price_unit or None, "garments": finds}
    return answer(found.model_copy(update=more))
