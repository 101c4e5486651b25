"""Everything modiste raises on purpose.

```
ModisteError
├── InputError          a file, argument or frame from outside cannot be used
│   └── SchemaError     a table lacks a column or has a wrong type
├── ConfigError         a configuration has faults; all of them are listed at once
├── ArtifactError       a stored dataset or release is missing, altered or from another version
└── MissingExtraError   an optional package is not installed
```

Every message says what was given, what was expected and what to do.
"""

from __future__ import annotations

from importlib.util import find_spec


class ModisteError(Exception):
    """Base of all errors that a user of modiste can mend."""


class InputError(ModisteError):
    """Something from outside (a file, an argument, a frame) cannot be used."""


class SchemaError(InputError):
    """A table lacks a column, or a column has another type than its schema declares."""


class ConfigError(ModisteError):
    """A configuration has faults; the message lists every one of them."""


class ArtifactError(ModisteError):
    """A stored dataset or release is missing, altered, or written by another version."""


class MissingExtraError(ModisteError):
    """A part of modiste needs a package that its light core does not bring."""

    def __init__(self, package: str, *, extra: str) -> None:
        """Say which `package` is absent and which `extra` brings it."""
        self.package, self.extra = package, extra
        super().__init__(f"{package} is not installed: run pip install 'modiste[{extra}]'")


def require(*packages: str, extra: str) -> None:
    """Find out whether packages are installed; none is loaded.

    Raises:
        MissingExtraError: Naming the first that is absent, and the `extra` that brings it.
    """
    for package in packages:
        try:
            found = find_spec(package)
        except ModuleNotFoundError:
            found = None
        if found is None:
            raise MissingExtraError(package, extra=extra)
