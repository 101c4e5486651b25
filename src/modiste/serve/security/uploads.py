"""A form with a photo: read in memory, never on disk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from modiste.serve.errors import Refusal
from modiste.serve.security.photos import WHOLE, Crop, PhotoDesk
from modiste.serve.settings import ServeSettings

_PHOTO, _CROP = "photo", "crop"
_MOST_FIELDS = 40
_MOST_FIELD_BYTES = 8_000


@dataclass(frozen=True)
class Upload:
    """What a form said."""

    fields: dict[str, list[str]]
    """Every field but the photo and its crop."""
    picture: np.ndarray[Any, Any] | None
    """The photo's pixels `[height, width, 3]`, uint8 RGB, upright and cropped."""


class _Form(MultiPartParser):
    """A form that knows whether its end came; otherwise the part that was cut off is missing."""

    whole = False

    def on_end(self) -> None:
        self.whole = True
        super().on_end()


async def read_upload(request: Request) -> Upload:
    """Read a multipart form and decode its photo.

    Raises:
        Refusal: 400 for a broken form, 413 for a large one, 422 for a photo or crop that cannot be
            used.
    """
    settings: ServeSettings = request.app.state.settings
    photos: PhotoDesk = request.app.state.photos
    fields: dict[str, list[str]] = {}
    data: bytes | None = None
    parser = _Form(
        request.headers,
        request.stream(),
        max_files=1,
        max_fields=_MOST_FIELDS,
        max_part_size=_MOST_FIELD_BYTES,
    )
    # A file that is larger than this would be written to disk; no body may be.
    parser.spool_max_size = settings.photo_bytes + 1
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, ValueError):
        form = None
    if form is None or not parser.whole:
        raise Refusal(
            400,
            "broken_form",
            f"The form is broken, or has more than one file or {_MOST_FIELDS} fields.",
            "send multipart/form-data with one file called photo, see /docs",
        )
    try:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                if name != _PHOTO:
                    raise _unusable("The file is not called photo.", "call its field photo")
                data = await value.read()
            else:
                fields.setdefault(name, []).append(value)
    finally:
        await form.close()
    crop = _crop(fields.pop(_CROP, []))
    if _PHOTO in fields:
        raise _unusable("The photo has no file name.", "send it as a file")
    picture = None if data is None else await run_in_threadpool(photos.open, data, crop)
    return Upload(fields, picture)


def _crop(given: list[str]) -> Crop:
    if not given or given == [""]:
        return WHOLE
    try:
        left, top, right, bottom = map(float, ",".join(given).split(","))
    except ValueError:
        raise _bad_crop() from None
    if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
        raise _bad_crop()
    if min(right - left, bottom - top) < 0.005:
        raise _bad_crop()
    return left, top, right, bottom


def _bad_crop() -> Refusal:
    return _unusable(
        "crop: expected left,top,right,bottom from 0 to 1, at least 0.005 apart.",
        "send crop=0,0,1,1 for the whole photo",
    )


def _unusable(message: str, remedy: str) -> Refusal:
    return Refusal(422, "cannot_be_used", message, remedy)
