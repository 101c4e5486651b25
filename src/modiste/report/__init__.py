"""The report page: one HTML file that says what a shop sells, how good its lists are, and why."""

from __future__ import annotations

from modiste.report.page import write_report

__all__ = ["write_report"]
