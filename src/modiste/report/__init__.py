"""The report page: one HTML file that says what a shop sells, how good its lists are, and why."""

from __future__ import annotations

from modiste.errors import MissingExtraError

try:
    from modiste.report.page import missing_parts, write_report
except ModuleNotFoundError as error:
    missing = (error.name or "").partition(".")[0]
    if missing not in {"matplotlib", "jinja2", "markupsafe"}:
        raise
    raise MissingExtraError(missing, extra="report") from error

__all__ = ["missing_parts", "write_report"]
