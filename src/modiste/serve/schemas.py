"""What goes in and out of the API, as the page and every other client sees it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Id = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""A text id of a user, an item or an event, as the shop writes it; on one line."""
Share = Annotated[float, Field(ge=0, le=1)]
Many = Annotated[int, Field(ge=1, le=100)]
"""How many items a list has."""
Conditions = Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=20)]
"""Filters: `colour=Red`, `price<20` …"""


class Shape(BaseModel):
    """A body: what it does not know it refuses, so that a misspelt field is told."""

    model_config = ConfigDict(extra="forbid")


class Fault(Shape):
    """Any answer that is not a success."""

    code: str
    """For machines: `unknown_item`, `too_many_requests` …; stable."""
    message: str
    """What was given and what was expected."""
    remedy: str
    """What to do."""


class Item(Shape):
    """An article, as a tile shows it."""

    id: str
    name: str
    product: str
    """What its variants have in common."""
    attributes: dict[str, str]
    """The shop's own: kind, colour …"""
    price: float | None
    """What was paid last; null: unknown."""
    picture: str | None
    """Path of its picture on this server; null: it has none."""


class Reason(Shape):
    """Why an item is shown."""

    text: str
    """One line for the shopper: "because you bought …"."""
    source: str
    """The candidate source or part of search that proposed it."""
    because: str | None = None
    """The item it relates to, if one."""
    parts: dict[str, float] | None = None
    """What moved the ranker's score, by feature (TreeSHAP, log-odds); only with `explain=1`."""


class Shown(Item):
    """An item in a list."""

    rank: int
    score: float | None
    reason: Reason


class Answer(Shape):
    """What every list says of itself."""

    release: str | None
    """The release it was made from; null: a shop without one."""
    strategy: str
    """How it was made: `stored`, `live`, `words + vectors (catalogue), exact` …"""
    fallback: bool
    """Whether something simpler than usual answered (an unknown user: best sellers)."""
    degraded: list[str]
    """What could not be used this time; empty: nothing was missing."""
    notes: list[str]
    """For the reader: a word that was corrected; fewer than asked, and what to loosen."""


class Listed(Answer):
    """A list of items."""

    items: list[Shown]


class ItemPage(Item):
    """An article with its variants."""

    description: str
    variants: list[Item]
    available: bool = True
    """Whether the shop's rules let it be shown now; false: sold out, or taken off the shelf."""


class Found(Listed):
    """What a search found."""

    understood: dict[str, list[str]]
    """Attributes of the shop that were recognised in the words."""
    without: dict[str, list[str]] = {}
    """Attributes that were left out, because the words or `without` say so."""
    corrections: dict[str, str]
    """Mistyped words and what each was read as: `drss` to `dress`."""


class SearchRequest(Shape):
    """A search by words, by an item's picture, or by both; a photo comes as multipart."""

    words: Annotated[str, Field(max_length=1000)] = ""
    item: Id | None = None
    weight: Share = 0.5
    """Of the words against the picture."""
    without: Annotated[str, Field(max_length=1000)] = ""
    filters: Conditions = []
    """`colour=Red`, `price<20` …"""
    user: Id | None = None
    variants: bool = False
    spelling: bool = True
    """Whether mistyped words are corrected; false takes them as they are."""
    k: Many = 24


class Suggestion(Shape):
    """What a half-typed query may become."""

    text: str
    kind: str
    """`query` or `item`."""
    item: str | None = None


class Suggestions(Shape):
    """Suggestions, the likeliest first."""

    suggestions: list[Suggestion]


class FacetValue(Shape):
    """A value of an attribute, and how many items have it."""

    value: str
    count: int


class Facet(Shape):
    """An attribute with its values, the most frequent first."""

    name: str
    values: list[FacetValue]


class Facets(Shape):
    """What a shop can be filtered by."""

    facets: list[Facet]
    least_price: float | None
    highest_price: float | None
    price_unit: str | None = None
    """What to show beside prices, such as EUR; null: the bare number."""
    garments: bool = False
    """Whether the garments in a shopper's photo can be found: `POST /garments` is there."""


class Garment(Shape):
    """A garment in a photo."""

    box: tuple[Share, Share, Share, Share]
    """Left, top, right, bottom as shares of the photo."""
    category: str | None
    category_probability: Share | None
    attributes: dict[str, dict[str, Share]]
    """By group, the names with their probabilities, the likeliest first."""
    landmarks: dict[str, tuple[float, float, Share]]
    """By name: x and y as shares of the photo, and how likely it is to be seen."""
    confidence: Share
    """Probability that it is there."""


class Garments(Shape):
    """What is in a photo, the surest first; nothing: no garment is there."""

    garments: list[Garment]


class EventKind(StrEnum):
    """What a shopper did."""

    VIEW = "view"
    BASKET = "basket"
    PURCHASE = "purchase"
    HIDE = "hide"
    LIKE = "like"


class Event(Shape):
    """Something a shopper did."""

    event_id: Id
    """The client's own; sent twice it counts once."""
    user_id: Id
    item_id: Id
    kind: EventKind
    time: datetime
    """With its offset from UTC; late ones are welcome."""
    price: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None


class Events(Shape):
    """A batch of events."""

    events: Annotated[list[Event], Field(min_length=1, max_length=1000)]


class Rejected(Shape):
    """An event that was not taken."""

    event_id: str
    code: str
    message: str


class Taken(Shape):
    """What became of a batch."""

    accepted: int
    repeated: int
    """Known before; they count once."""
    rejected: list[Rejected]


class Forgotten(Shape):
    """What was deleted of a user."""

    events: int
    stored_list: bool


class Health(Shape):
    """How the server is."""

    status: str
    release: str | None = None
    reasons: list[str] = []
    """What is missing: until it is ready, or, once it is, what answers are made without."""
    pending: str | None = None
    """What changed in the shop and cannot be taken up, answers stay as before; null: nothing."""


class KnownUser(Shape):
    """A user with a history."""

    id: str
    bought: int
    note: str
    """In a few words what they buy."""


class KnownUsers(Shape):
    """Some users, to see the shop with their eyes."""

    users: list[KnownUser]
