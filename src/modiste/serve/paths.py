"""The paths of the API, as its description has them: what is none of them is the page's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.types import Scope

_PARAMETER = re.compile(r"\{[^}]+\}")
_READING = frozenset({"GET", "HEAD"})


@dataclass(frozen=True)
class ApiPaths:
    """Which paths routes answer, and by which methods."""

    templates: Mapping[str, Iterable[str]]
    """Path with `{parameters}` to methods in small letters."""
    first_parts: frozenset[str] = field(init=False)
    """What the paths start with."""
    _read: tuple[re.Pattern[str], ...] = field(init=False)

    def __post_init__(self) -> None:
        """Make patterns of the templates."""
        parts = {path.lstrip("/").partition("/")[0] for path in self.templates}
        object.__setattr__(self, "first_parts", frozenset(parts))
        read = tuple(
            re.compile("[^/]+".join(map(re.escape, _PARAMETER.split(path))))
            for path, methods in self.templates.items()
            if "get" in methods
        )
        object.__setattr__(self, "_read", read)

    def is_page(self, scope: Scope) -> bool:
        """Tell whether a browser asks for a page, under a path that no route reads."""
        if scope["method"] not in _READING:
            return False
        accepted: list[Any] = [value for name, value in scope["headers"] if name == b"accept"]
        if not any(b"text/html" in value for value in accepted):
            return False
        return not any(pattern.fullmatch(scope["path"]) for pattern in self._read)
