"""The API's description: for machines as OpenAPI, for people as a page without outside links."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from modiste.serve.description import description_page, description_style
from modiste.serve.errors import FAULTS

router = APIRouter(tags=["description"], responses=FAULTS)


@router.get(
    "/docs",
    operation_id="read_docs",
    response_class=HTMLResponse,
    responses={200: {"content": {"text/html": {"schema": {"type": "string"}}}}},
)
async def read_docs(request: Request) -> HTMLResponse:
    """Describe the API for people."""
    return HTMLResponse(description_page(request.app.openapi()))


@router.get(
    "/docs/style.css",
    operation_id="read_docs_style",
    response_class=Response,
    responses={200: {"content": {"text/css": {"schema": {"type": "string"}}}}},
)
async def read_docs_style() -> Response:
    """Give the style of the page that describes the API."""
    return Response(description_style(), media_type="text/css")
