"""Whether the server lives, whether it is ready, and what it counted."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from modiste.serve import metrics
from modiste.serve.errors import FAULTS
from modiste.serve.schemas import Health

router = APIRouter(tags=["health"], responses=FAULTS)


@router.get("/health/live", operation_id="health_live")
async def health_live() -> Health:
    """Tell that the process answers; nothing of the shop is asked."""
    return Health(status="live")


@router.get(
    "/health/ready",
    operation_id="health_ready",
    responses={503: {"model": Health, "description": "Not ready yet; `reasons` say why."}},
    response_model=Health,
)
async def health_ready(request: Request) -> JSONResponse:
    """Tell whether model and index have answered once."""
    state = request.app.state
    release = state.window.release if state.window is not None else None
    ready = state.readiness.ready
    health = Health(
        status="ready" if ready else "starting",
        release=release,
        reasons=list(state.readiness.reasons),
        pending=state.readiness.pending,
    )
    return JSONResponse(health.model_dump(), 200 if ready else 503)


@router.get(
    "/metrics",
    operation_id="metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def read_metrics() -> Response:
    """Give what was counted since the start, for Prometheus."""
    text, media_type = metrics.exposition()
    return Response(text, media_type=media_type)
