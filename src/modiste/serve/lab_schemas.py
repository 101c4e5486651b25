"""What the lab shows an engineer: releases, figures, one user step by step, faults."""

from __future__ import annotations

from modiste.serve.schemas import Id, Item, Shape, Shown


class LabRelease(Shape):
    """A release that is kept."""

    name: str
    current: bool
    as_of: str
    """The day before which it knows everything."""
    dataset: str
    figures: dict[str, float]
    """What its training told of itself: `pool_recall`, `n_rows`, `n_features` …"""


class LabRow(Shape):
    """A line of a table: what, and its figures by name."""

    name: str
    figures: dict[str, float]


class LabTable(Shape):
    """Figures side by side."""

    title: str
    about: str
    """What was measured, on how much."""
    rows: list[LabRow]


class LabCourse(Shape):
    """One figure over time."""

    title: str
    times: list[str]
    lines: dict[str, list[float | None]]
    """For each line a value at each time; null: none."""


class LabFault(Shape):
    """Something in the catalogue or its files that is worth mending."""

    what: str
    n: int
    share: float
    examples: list[Id]
    """Some ids."""


class Lab(Shape):
    """What is known of a shop's models and data."""

    releases: list[LabRelease]
    """The oldest first."""
    courses: list[LabCourse]
    """Figures over releases and over weeks."""
    models: LabTable | None
    """The last evaluation; null: `modiste evaluate` was not run."""
    sources: LabTable | None
    """The candidate ledger."""
    importance: LabTable | None
    """What the ranker of the current release looks at."""
    search: list[LabTable]
    """Quality of search; empty: `modiste evaluate-search` was not run."""
    faults: list[LabFault]
    notes: list[str]
    """What is missing, and the command that makes it."""


class LabWorn(Shape):
    """Something bought."""

    item: Item
    day: str


class LabSource(Shape):
    """What a candidate source proposed."""

    source: str
    n: int
    n_alone: int
    """Proposed by no other source."""


class LabPlace(Shown):
    """A place of the list."""

    sources: dict[str, int]
    """Which sources proposed it, and at which rank."""
    features: dict[str, float]
    """What the ranker read of it, the features that moved its score most."""


class LabUser(Shape):
    """How one user's list comes about."""

    user_id: Id
    wardrobe: list[LabWorn]
    """The last purchases, the latest first."""
    n_bought: int
    pool: list[LabSource]
    n_pool: int
    order: list[LabPlace]
