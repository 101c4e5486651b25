"""What to show a user."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from starlette.concurrency import run_in_threadpool

from modiste.serve.answers import answer
from modiste.serve.dependencies import TheShop
from modiste.serve.errors import FAULTS
from modiste.serve.schemas import Conditions, Id, Listed, Many
from modiste.serve.window.asked import Placement, RecommendationsAsked

router = APIRouter(tags=["recommendations"], responses=FAULTS)


@router.get("/recommendations", operation_id="recommend", response_model=Listed)
async def recommend(
    shop: TheShop,
    user_id: Id | None = None,
    k: Many = 12,
    placement: Placement = "home",
    items: Annotated[list[Id], Query(max_length=50)] = [],  # noqa: B006 - read only
    filters: Annotated[Conditions, Query(alias="filter")] = [],  # noqa: B006
    explain: bool = False,
) -> Response:
    """Give a list for a user: known, new, or nobody.

    `items` is what they look at or have in the basket now; it counts at once and is not shown.
    `placement` says where the list stands; `new` and `trending` are the same for everybody. Without
    events, items and filters the list is the stored one, else it is made now. With `explain` each
    item tells what moved its score.
    """
    asked = RecommendationsAsked(user_id, k, placement, tuple(items), tuple(filters), explain)
    # Handing over to a thread costs more than a stored list, and many threads hold each other up.
    found = shop.at_once(asked)
    if found is None:
        found = await run_in_threadpool(shop.recommendations, asked)
    return answer(found)
