"""Takes up what changed in a shop while requests are answered: opened beside, swapped when warm."""

from __future__ import annotations

import asyncio
import gc
import logging
import time
from dataclasses import dataclass, field

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from modiste.errors import ModisteError
from modiste.serve import metrics
from modiste.serve.ports import Window

_log = logging.getLogger(__name__)
AGAIN_SECONDS = 300.0
"""What cannot be opened is tried again when it changes, and after this time."""


@dataclass
class Readiness:
    """Whether requests are answered as they should be."""

    ready: bool = False
    reasons: list[str] = field(default_factory=lambda: ["the shop is being opened"])
    pending: str | None = None
    """What changed and cannot be taken up."""


async def keep_fresh(app: FastAPI, look_seconds: float) -> None:
    """Look every few seconds whether the shop is another, for as long as the server runs.

    A change is taken up when two looks found the same: until then somebody may be writing. The old
    window answers until the new one has answered everything once.
    """
    readiness: Readiness = app.state.readiness
    before = tried = app.state.window.stamps
    tried_at = time.monotonic()
    while True:
        await asyncio.sleep(look_seconds)
        window: Window = app.state.window
        now = await run_in_threadpool(window.look)
        settled, before = now == before, now
        if now == window.stamps:
            readiness.pending, tried = None, now
            continue
        if not settled or (now == tried and time.monotonic() - tried_at < AGAIN_SECONDS):
            continue
        tried, tried_at = now, time.monotonic()
        what = ", ".join(part for part in now if now[part] != window.stamps.get(part))
        try:
            newer, missing = await run_in_threadpool(_renewed, window)
        except Exception as error:
            told = str(error) if isinstance(error, ModisteError) else type(error).__name__
            _log.error("%s: cannot be taken up: %s", what, told, exc_info=error)
            readiness.pending = f"{what}: cannot be taken up; the log says why"
            metrics.RENEWALS.labels("failed").inc()
            continue
        app.state.window = newer
        readiness.reasons, readiness.pending = missing, None
        metrics.RENEWALS.labels("taken").inc()
        _log.info("%s: taken up", what)
        del window, newer
        await run_in_threadpool(settle)


def settle() -> None:
    """Keep the collector from walking over what was loaded while answers wait; it stays for long.

    What was loaded before and is of no use any more is let go.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _renewed(window: Window) -> tuple[Window, list[str]]:
    newer = window.renewed()
    return newer, newer.warm()
