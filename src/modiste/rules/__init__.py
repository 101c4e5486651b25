"""Merchandising rules over any ranked list: batch, live and search."""

from modiste.rules.engine import Pin, Promotion, Rules, apply_rules

__all__ = ["Pin", "Promotion", "Rules", "apply_rules"]
