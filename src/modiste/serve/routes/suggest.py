"""What a half-typed query may become."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from modiste.serve.answers import answer
from modiste.serve.dependencies import TheShop
from modiste.serve.errors import FAULTS
from modiste.serve.schemas import Suggestions

router = APIRouter(tags=["search"], responses=FAULTS)


@router.get("/suggest", operation_id="suggest", response_model=Suggestions)
def suggest(
    shop: TheShop,
    q: Annotated[str, Query(max_length=200)] = "",
    k: Annotated[int, Query(ge=1, le=20)] = 8,
) -> Response:
    """Give names, kinds, and colours with kinds that begin as typed; typing errors are forgiven."""
    return answer(shop.suggest(q, k))
