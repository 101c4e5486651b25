"""Bodies in and out, where a route reads or writes them itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, get_origin

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

T = TypeVar("T", bound=BaseModel)


def answer(body: BaseModel) -> Response:
    """Give a shape as JSON: it was checked when it was made, and is not checked again."""
    return Response(body.model_dump_json(), media_type="application/json")


async def read_json(request: Request, shape: type[T]) -> T:
    """Read a body of JSON.

    Raises:
        RequestValidationError: Naming every fault, as FastAPI does.
    """
    try:
        return shape.model_validate_json(await request.body())
    except ValidationError as error:
        raise RequestValidationError(
            error.errors(include_url=False, include_context=False)
        ) from None


def read_form(shape: type[T], fields: Mapping[str, Sequence[str]]) -> T:
    """Read the fields of a form: a list where the shape has one, else the only value.

    Raises:
        RequestValidationError: Naming every fault, as FastAPI does.
    """
    values: dict[str, Any] = {}
    for name, given in fields.items():
        field = shape.model_fields.get(name)
        many = field is not None and get_origin(field.annotation) is list
        values[name] = list(given) if many or len(given) > 1 else given[0]
    try:
        return shape.model_validate(values)
    except ValidationError as error:
        raise RequestValidationError(
            error.errors(include_url=False, include_context=False)
        ) from None
