"""What a component is: a frozen dataclass whose documented fields are its hyper-parameters."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, TypeVar, dataclass_transform

from pydantic import ConfigDict, Field
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
