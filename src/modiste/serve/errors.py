"""Every answer that is not a success, as one shape: code, message, remedy."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from modiste.errors import ArtifactError, MissingExtraError, ModisteError
from modiste.serve.database.store import DatabaseAwayError
from modiste.serve.schemas import Fault

_log = logging.getLogger(__name__)
_MOST_FAULTS = 5


class Refusal(HTTPException):
    """An answer that a route gives instead of what was asked."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        remedy: str,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Say what is wrong, as `Fault` does; `code` is for machines and stays as it is."""
        super().__init__(status, message, dict(headers) if headers else None)
        self.fault = Fault(code=code, message=message, remedy=remedy)


FAULTS: dict[int | str, dict[str, Any]] = {
    status: {"model": Fault, "description": text}
    for status, text in (
        (400, "The request cannot be read."),
        (401, "A key is needed, or the given one is not known."),
        (403, "The key's scope, the Host or the Origin does not allow this."),
        (404, "There is no such thing."),
        (408, "The body came too slowly."),
        (413, "The body is too large."),
        (422, "A value cannot be used."),
        (429, "Too many requests for one key; Retry-After says when to come again."),
        (500, "A failure nobody foresaw; the log has it under the request's id."),
        (503, "Busy, starting or without a part; Retry-After says when to come again."),
    )
}
"""What any route may answer instead, for `responses=` of a router."""

_KNOWN = {
    400: ("bad_request", "The request cannot be read.", "check it against /docs"),
    404: ("not_found", "There is nothing at this path.", "see /docs for the paths there are"),
    405: (
        "method_not_allowed",
        "This path does not take this method.",
        "see /docs for the methods of this path",
    ),
    413: ("too_large", "The body is too large.", "send less at once"),
    415: ("unknown_media_type", "The body's type is not known.", "send application/json"),
}


def answer_fault(
    status: int, code: str, message: str, remedy: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """Make the answer of a fault."""
    fault = Fault(code=code, message=message, remedy=remedy)
    return JSONResponse(fault.model_dump(), status, dict(headers) if headers else None)


def busy() -> Refusal:
    """Make the refusal of a server that has enough to do: waiting in line would help nobody."""
    return Refusal(
        503,
        "busy",
        "The server works on as many requests as it can.",
        "wait as long as Retry-After says",
        headers={"Retry-After": "1"},
    )


def away() -> Refusal:
    """Make the refusal of a server whose database does not answer: nothing was changed."""
    return Refusal(
        503,
        "database_away",
        "The database of events and keys does not answer; nothing was changed.",
        "send it again when Retry-After says",
        headers={"Retry-After": "2"},
    )


def refused(refusal: Refusal) -> JSONResponse:
    """Make the answer of a refusal."""
    return JSONResponse(refusal.fault.model_dump(), refusal.status_code, refusal.headers)


def install_faults(app: FastAPI) -> None:
    """Turn everything that can go wrong in an app into a `Fault`."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(ModisteError, _modiste)


async def _http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if isinstance(error, Refusal):
        return refused(error)
    if error.status_code in _KNOWN:
        code, message, remedy = _KNOWN[error.status_code]
        return answer_fault(error.status_code, code, message, remedy, error.headers)
    words = HTTPStatus(error.status_code).phrase
    code = words.lower().replace(" ", "_").replace("-", "_")
    return answer_fault(error.status_code, code, f"{words}.", "see /docs", error.headers)


async def _validation(_request: Request, error: Exception) -> JSONResponse:
    """Name the places and what was expected there; what was given stays out of the answer."""
    assert isinstance(error, RequestValidationError)
    faults = error.errors()
    if any(fault["type"] == "json_invalid" for fault in faults):
        message = "The body is no JSON."
        return answer_fault(422, "no_json", message, "send one JSON object, see /docs")
    lines = [
        f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"
        for fault in faults[:_MOST_FAULTS]
    ]
    if len(faults) > _MOST_FAULTS:
        lines.append(f"and {len(faults) - _MOST_FAULTS} more")
    return answer_fault(
        422, "cannot_be_used", "; ".join(lines), "mend these values; /docs has their bounds"
    )


async def _modiste(_request: Request, error: Exception) -> JSONResponse:
    from modiste.serve.window.catalogue import UnknownItemError  # loads what reads a shop

    if isinstance(error, UnknownItemError):
        message, _, remedy = str(error).rpartition(": ")
        return answer_fault(404, "unknown_item", message or str(error), remedy or "see /docs")
    if isinstance(error, DatabaseAwayError):
        _log.error("the database does not answer", exc_info=error)
        return refused(away())
    if isinstance(error, ArtifactError | MissingExtraError):
        _log.error("a part of the shop cannot be used: %s", error)
        return answer_fault(
            503,
            "part_missing",
            "A part of the shop that this needs cannot be used.",
            "ask for something else; the server's log says what is missing",
            {"Retry-After": "60"},
        )
    text = " ".join(str(error).split())
    message, _, remedy = text.rpartition(": ")
    return answer_fault(422, "cannot_be_used", message or text, remedy or "see /docs")


def unforeseen(error: Exception) -> JSONResponse:
    """Make the answer of a failure that nobody foresaw: its text may quote what was sent."""
    return answer_fault(
        500,
        "failed",
        f"The server failed with {type(error).__name__}.",
        "try again; if it stays, look for the answer's X-Request-ID in the server's log",
    )
