"""The garments in a photo."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from modiste.serve.answers import answer
from modiste.serve.dependencies import TheShop
from modiste.serve.errors import FAULTS, Refusal
from modiste.serve.schemas import Garments
from modiste.serve.security.uploads import read_upload

router = APIRouter(tags=["search"], responses=FAULTS)


@router.post(
    "/garments",
    operation_id="find_garments",
    response_model=Garments,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "required": ["photo"],
                        "properties": {
                            "photo": {
                                "type": "string",
                                "format": "binary",
                                "description": "JPEG, PNG or WebP.",
                            }
                        },
                    }
                }
            },
        }
    },
)
async def find_garments(request: Request, shop: TheShop) -> Response:
    """Find the garments in a photo: where each is, its category and attributes, surest first.

    A box can be sent back to `/search` as the crop. Nothing in the photo gives an empty list. The
    photo is read in memory, in a process of its own, and kept nowhere.
    """
    finder = shop.finder
    if finder is None:
        raise Refusal(
            404,
            "no_recogniser",
            "This shop has no recogniser of garments.",
            "draw the crop by hand; whoever runs the shop: modiste garments fit makes one",
        )
    upload = await read_upload(request)
    if upload.picture is None or upload.fields:
        raise Refusal(
            422,
            "cannot_be_used",
            "Expected a form with one file called photo and nothing else.",
            "send the photo alone",
        )
    return answer(await run_in_threadpool(finder.find, upload.picture))
