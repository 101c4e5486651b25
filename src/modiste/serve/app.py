"""The application: its state, its routes, and what happens when it starts and ends."""

from __future__ import annotations

import asyncio
import importlib
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from fastapi import Depends, FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.middleware.cors import CORSMiddleware

import modiste
from modiste.errors import ModisteError
from modiste.serve import metrics
from modiste.serve.database import Database, EventStore, KeyStore
from modiste.serve.dependencies import refuse_unknown_parameters
from modiste.serve.errors import install_faults
from modiste.serve.page import Page, read_page
from modiste.serve.paths import ApiPaths
from modiste.serve.pictures import Pictures
from modiste.serve.ports import Window
from modiste.serve.protocol import HEADER_SECONDS
from modiste.serve.renewal import Readiness, keep_fresh, settle
from modiste.serve.security.gate import Gate
from modiste.serve.security.photos import PhotoDesk
from modiste.serve.settings import ServeSettings

_log = logging.getLogger(__name__)

ROUTES = (
    "recommendations",
    "items",
    "search",
    "garments",
    "suggest",
    "facets",
    "events",
    "users",
    "pictures",
    "health",
    "lab",
    "description",
)
"""Modules of `modiste.serve.routes`, in the order of /docs."""
_ABOUT = "Recommendations, search and live events of one shop."


def create_app(
    open_window: Callable[[EventStore], Window],
    database: Database,
    settings: ServeSettings,
    *,
    on_failure: Callable[[Exception], None] = lambda _error: None,
) -> FastAPI:
    """Make the application.

    Args:
        open_window: Opens the shop; called once, in a thread, when the application starts.
        database: Of events and keys; closed when the application ends.
        settings: Limits, and who may ask.
        on_failure: Told when the shop cannot be opened.
    """

    async def open_shop(app: FastAPI) -> None:
        readiness: Readiness = app.state.readiness
        try:
            window = await run_in_threadpool(open_window, app.state.events)
            app.state.window = window
            readiness.reasons = ["model and index have not answered yet"]
            missing = await run_in_threadpool(window.warm)
        except Exception as error:
            told = str(error) if isinstance(error, ModisteError) else type(error).__name__
            _log.critical("the shop cannot be opened: %s", told, exc_info=error)
            readiness.reasons = ["the shop cannot be opened; the log says why"]
            on_failure(error)
            return
        del window
        settle()
        readiness.reasons, readiness.ready = missing, True
        metrics.READY.inc()
        _log.info("ready")
        await keep_fresh(app, settings.look_seconds)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, float]]:
        opening = asyncio.create_task(open_shop(app))
        try:
            yield {HEADER_SECONDS: settings.header_seconds}
        finally:
            opening.cancel()
            metrics.leave(was_ready=app.state.readiness.ready)
            app.state.readiness.ready = False
            app.state.photos.close()
            app.state.pictures.close()
            database.close()

    app = _new_app(lifespan)
    app.state.window = None
    app.state.readiness = Readiness()
    app.state.settings = settings
    app.state.events = EventStore(database)
    app.state.photos = PhotoDesk(settings)
    app.state.pictures = Pictures(PhotoDesk(settings), settings.picture_cache_bytes)
    _add_routes(app)
    install_faults(app)
    app.openapi_schema = describe_api()
    paths = ApiPaths(app.openapi_schema["paths"] | {"/openapi.json": {"get"}})
    # What is added last is passed first.
    app.add_middleware(Page, paths=paths, files=read_page())
    if settings.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.origins,
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "X-Request-ID"],
            expose_headers=["Retry-After", "X-Request-ID"],
        )
    app.add_middleware(Gate, settings=settings, keys=KeyStore(database), paths=paths)
    return app


@cache
def describe_api() -> dict[str, Any]:
    """Give the API's description, as it is served at /openapi.json.

    Every application of a process has the same routes: it is made once.
    """
    app = _new_app(None)
    _add_routes(app)
    return app.openapi()


def _new_app(lifespan: Any) -> FastAPI:
    return FastAPI(
        title="modiste",
        summary=_ABOUT,
        version=modiste.__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        dependencies=[Depends(refuse_unknown_parameters)],
    )


def _add_routes(app: FastAPI) -> None:
    for name in ROUTES:
        app.include_router(importlib.import_module(f"modiste.serve.routes.{name}").router)
