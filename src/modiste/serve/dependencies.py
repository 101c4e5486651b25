"""What routes may ask for."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Annotated, cast

from fastapi import Depends, Request

from modiste.serve.database import EventStore
from modiste.serve.errors import Refusal
from modiste.serve.pictures import Pictures
from modiste.serve.ports import Window
from modiste.serve.settings import ServeSettings
from modiste.serve.window import ShopWindow


async def refuse_unknown_parameters(request: Request) -> None:
    """Refuse a misspelt parameter of the address: it would be left out without a word.

    Raises:
        Refusal: 422 with the names that the route knows.
    """
    if not request.query_params:
        return
    known = {field.alias for field in request.scope["route"].dependant.query_params}
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        near = get_close_matches(unknown[0], known, n=1)
        choice = f"one of {', '.join(sorted(known))}" if known else "none"
        raise Refusal(
            422,
            "unknown_parameter",
            f"{unknown[0][:50]!r} is no parameter of this address.",
            f"did you mean {near[0]}?" if near else f"give {choice}",
        )


async def get_window(request: Request) -> Window:
    """Give the shop window.

    Raises:
        Refusal: 503 while it is still being opened.
    """
    window: Window | None = request.app.state.window
    if window is None:
        raise Refusal(
            503,
            "starting",
            "The shop is still being opened.",
            "wait as long as Retry-After says; GET /health/ready tells when it is ready",
            headers={"Retry-After": "5"},
        )
    return window


async def get_shop(request: Request) -> ShopWindow:
    """Give the shop window with all that is read from it.

    Raises:
        Refusal: 503 while it is still being opened.
    """
    return cast(ShopWindow, await get_window(request))


async def get_events(request: Request) -> EventStore:
    """Give the store of events."""
    events: EventStore = request.app.state.events
    return events


async def get_settings(request: Request) -> ServeSettings:
    """Give how the server is run."""
    settings: ServeSettings = request.app.state.settings
    return settings


async def get_pictures(request: Request) -> Pictures:
    """Give what scales pictures."""
    pictures: Pictures = request.app.state.pictures
    return pictures


TheWindow = Annotated[Window, Depends(get_window)]
TheShop = Annotated[ShopWindow, Depends(get_shop)]
TheEvents = Annotated[EventStore, Depends(get_events)]
TheSettings = Annotated[ServeSettings, Depends(get_settings)]
ThePictures = Annotated[Pictures, Depends(get_pictures)]
