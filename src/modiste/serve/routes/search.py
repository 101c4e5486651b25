"""Search by words, by a picture, by both."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from modiste.serve.answers import answer, read_form, read_json
from modiste.serve.dependencies import TheShop
from modiste.serve.errors import FAULTS
from modiste.serve.schemas import Found, SearchRequest
from modiste.serve.security.uploads import read_upload

router = APIRouter(tags=["search"], responses=FAULTS)

_FORM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "photo": {"type": "string", "format": "binary", "description": "JPEG, PNG or WebP."},
        "crop": {
            "type": "string",
            "description": "left,top,right,bottom of what is meant in the photo, from 0 to 1.",
        },
        **{
            name: {"type": "string"}
            for name in ("words", "item", "weight", "without", "user", "variants", "spelling", "k")
        },
        "filters": {"type": "array", "items": {"type": "string", "maxLength": 200}},
    },
}


@router.post(
    "/search",
    operation_id="search",
    response_model=Found,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": SearchRequest.model_json_schema()},
                "multipart/form-data": {"schema": _FORM},
            },
        }
    },
)
async def search(request: Request, shop: TheShop) -> Response:
    """Find items by words, an item's picture, a photo, or several of them ("this, but blue").

    As JSON, or with a photo as a form of the same fields. A photo is read in memory, in a process
    of its own, and kept nowhere.
    """
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        upload = await read_upload(request)
        asked, picture = read_form(SearchRequest, upload.fields), upload.picture
    else:
        asked, picture = await read_json(request, SearchRequest), None
    return answer(await run_in_threadpool(shop.search, asked, picture))
