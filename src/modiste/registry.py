"""Finds components by the name of their module: one file adds one component.

`Registry("modiste.candidates", CandidateSource)` lists every module of the package that defines a
component of that kind, imports a module only when its component is asked for, and suggests the
nearest name when one is unknown.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Generic, TypeVar

from modiste.errors import ConfigError

T = TypeVar("T")


@dataclass(frozen=True)
class Registry(Generic[T]):
    """The components of one kind, one module each."""

    package: str
    """Import path of the package whose modules are the components."""
    base: type[T]
    """The class that each of them derives from."""
    machinery: frozenset[str] = frozenset({"base"})
    """Modules of the package that are no components."""

    def __hash__(self) -> int:
        """Hash by package, so that a registry can be a parameter of cached functions."""
        return hash(self.package)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every component's name in alphabetical order; nothing is imported but the package."""
        path = importlib.import_module(self.package).__path__
        found = {module.name for module in pkgutil.iter_modules(path)}
        return tuple(sorted(found - self.machinery))

    def get(self, name: str) -> type[T]:
        """Import the component called `name`.

        Raises:
            ConfigError: If there is no such component, or its module does not hold exactly one.
        """
        if name not in self.names:
            near = get_close_matches(name, self.names, n=1)
            hint = f"did you mean {near[0]}?" if near else f"choose one of {', '.join(self.names)}"
            raise ConfigError(f"no component {name!r} in {self.package}: {hint}")
        module = importlib.import_module(f"{self.package}.{name}")
        found = [
            value
            for value in vars(module).values()
            if inspect.isclass(value)
            and issubclass(value, self.base)
            and value.__module__ == module.__name__
            and not inspect.isabstract(value)
        ]
        if len(found) != 1:
            raise ConfigError(
                f"{module.__name__} defines {len(found)} components: "
                f"a module holds exactly one {self.base.__name__}"
            )
        return found[0]
