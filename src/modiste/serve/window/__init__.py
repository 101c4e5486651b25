"""The read side of a shop: everything opened once, answers in the shapes of the API."""

from modiste.serve.window.asked import PLACEMENTS, Placement, RecommendationsAsked
from modiste.serve.window.catalogue import UnknownItemError
from modiste.serve.window.events import EventSource, NoEvents
from modiste.serve.window.window import ShopWindow

__all__ = [
    "PLACEMENTS",
    "EventSource",
    "NoEvents",
    "Placement",
    "RecommendationsAsked",
    "ShopWindow",
    "UnknownItemError",
]
