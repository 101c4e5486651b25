"""Where a shop keeps the last measure of its search."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from modiste.artifacts import write_text

MEASURE = Path("reports") / "search.json"
"""The last measure, in the shop's folder."""


def store_measure(shop: Path, result: Mapping[str, Any]) -> Path:
    """Store a measure in place of the last one; gives its file."""
    path = shop / MEASURE
    path.parent.mkdir(exist_ok=True)
    write_text(path, json.dumps(result, indent=2, ensure_ascii=False) + "\n")
    return path
