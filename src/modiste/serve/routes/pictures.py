"""Pictures of items."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from modiste.serve.dependencies import ThePictures, TheWindow
from modiste.serve.errors import FAULTS, Refusal
from modiste.serve.pictures import WIDTHS, scaled_to
from modiste.serve.schemas import Id

router = APIRouter(tags=["pictures"], responses=FAULTS)
_TYPES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}
_KEEP = "public, max-age=86400"
_BINARY = {"schema": {"type": "string", "format": "binary"}}


@router.get(
    "/pictures/{item_id}",
    operation_id="get_picture",
    response_class=Response,
    responses={
        200: {"content": dict.fromkeys(sorted(set(_TYPES.values())), _BINARY)},
        304: {"description": "The picture that the client has is still the one."},
    },
)
def get_picture(
    item_id: Id,
    window: TheWindow,
    pictures: ThePictures,
    request: Request,
    width: Annotated[int | None, Query(ge=1, le=WIDTHS[-1])] = None,
) -> Response:
    """Give an item's picture as it was imported, or narrowed for a page.

    With a width it is a JPEG of the least of 320 and 800 pixels that is not below it; a picture
    that is small or not wider is given as it is.
    """
    path = window.picture(item_id)
    media_type = _TYPES.get(path.suffix.lower()) if path is not None else None
    if path is None or media_type is None:
        raise _gone()
    try:
        tag = _tag(path, width)
        headers = {"ETag": tag, "Cache-Control": _KEEP}
        if tag in _given_tags(request):
            return Response(status_code=304, headers=headers)
        if width is not None:
            made = pictures.scaled(tag, width, path.read_bytes)
            if made is not None:
                return Response(made, media_type=_TYPES[".jpg"], headers=headers)
        return Response(path.read_bytes(), media_type=media_type, headers=headers)
    except OSError:
        raise _gone() from None


def _tag(path: Path, width: int | None) -> str:
    """Give a tag that is another one as soon as the file is: its time and size say so."""
    facts = path.stat()
    text = f"{path}:{facts.st_mtime_ns}:{facts.st_size}:{scaled_to(width)}"
    return f'"{sha256(text.encode()).hexdigest()[:20]}"'


def _given_tags(request: Request) -> set[str]:
    given = request.headers.get("if-none-match", "")
    return {tag.strip().removeprefix("W/") for tag in given.split(",")}


def _gone() -> Refusal:
    return Refusal(
        404,
        "no_picture",
        "There is no such item, or it has no picture.",
        "show its name instead; GET /items/{item_id} tells whether it has one",
    )
