"""What a component is: a frozen dataclass whose documented fields are its hyper-parameters.

`build_component` makes one of plain values, as a TOML file holds them, and lists every fault.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from difflib import get_close_matches
from typing import Any, TypeVar, dataclass_transform

from pydantic import ConfigDict, Field, ValidationError
from pydantic.dataclasses import dataclass

T = TypeVar("T")


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(Field,))
def component(cls: type[T]) -> type[T]:
    """Make a class a component: frozen, keywords only, bounds checked, unknown fields refused.

    A standard dataclass would accept a misspelt key from a configuration in silence; this one
    raises pydantic's `ValidationError`, which `modiste.config` turns into one line per fault.
    """
    decorate = dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
    made: type[T] = decorate(cls)  # type: ignore[assignment]
    return made


def settings_of(instance: object) -> dict[str, Any]:
    """Give the hyper-parameters of a component as plain values, for manifests and fingerprints."""
    return asdict(instance)  # type: ignore[call-overload,no-any-return]


def build_component(kind: type[T], given: object, place: str, faults: list[str]) -> T | None:
    """Make a component of plain values.

    Args:
        kind: A component's class.
        given: Values of its fields; what is not named keeps its default.
        place: Where they stand (file and section), for messages.
        faults: Gets a line for every fault.

    Returns:
        None if there was a fault.
    """
    if not isinstance(given, Mapping):
        faults.append(f"{place}: given {given!r}, expected a section")
        return None
    known = [part.name for part in fields(kind)]  # type: ignore[arg-type]
    wrong = [key for key in given if key not in known]
    faults.extend(f"{place}.{key}: no such key{near_hint(key, known)}" for key in wrong)
    try:
        return kind(**{key: value for key, value in given.items() if key in known})
    except ValidationError as error:
        for fault in error.errors():
            key = ".".join(str(part) for part in fault["loc"])
            faults.append(f"{place}.{key}: given {fault['input']!r}, {_expected(fault['msg'])}")
        return None


def near_hint(name: str, known: Sequence[str]) -> str:
    """Give the end of a message about an unknown name: the nearest known one, or all."""
    near = get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]}?" if near else f"; known are {', '.join(known)}"


def _expected(message: str) -> str:
    return "expected " + message.removeprefix("Input should be ").removeprefix("a ").rstrip(".")
