"""How large a synthetic shop is, and the days its story spans."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, replace

from modiste.errors import InputError

LAST_DAY = dt.date(2020, 9, 22)
"""The day every synthetic shop ends on; it is the contest's own last day."""


@dataclass(frozen=True, kw_only=True)
class Scale:
    """The size of a shop."""

    name: str
    """What the size is called: `tiny`, `small` or `hm`."""
    n_customers: int
    """Customers in `customers.csv`; a few of them never buy."""
    n_articles: int
    """Rows of `articles.csv`."""
    n_days: int
    """Length of the story in days; the last is `LAST_DAY`."""
    n_purchases: int
    """Rows of `transactions_train.csv`."""
    pictures: bool
    """Whether pictures are drawn unless the caller decides."""

    @property
    def first_day(self) -> dt.date:
        """The first day on which something is sold."""
        return LAST_DAY - dt.timedelta(days=self.n_days - 1)

    @property
    def last_day(self) -> dt.date:
        """The last day on which something is sold."""
        return LAST_DAY

    @property
    def n_styles(self) -> int:
        """Hidden styles within each segment of customers; it grows with their number."""
        return min(max(round(2 * math.log10(self.n_customers) - 4), 1), 8)

    def resized(
        self,
        *,
        n_customers: int | None = None,
        n_articles: int | None = None,
        n_days: int | None = None,
    ) -> Scale:
        """This scale with other numbers; purchases follow customers and days.

        Args:
            n_customers: 20 to 100 million.
            n_articles: 60, so that the range has something for everybody, to a million, which is
                what fits the contest's ids.
            n_days: 28 to 5,000.

        Raises:
            InputError: A number is outside these bounds.
        """
        customers = _check("customers", n_customers, self.n_customers, 20, 100_000_000)
        articles = _check("articles", n_articles, self.n_articles, 60, 1_000_000)
        days = _check("days", n_days, self.n_days, 28, 5_000)
        share = customers / self.n_customers * days / self.n_days
        return replace(
            self,
            n_customers=customers,
            n_articles=articles,
            n_days=days,
            n_purchases=round(self.n_purchases * share),
        )


def _check(what: str, given: int | None, default: int, least: int, most: int) -> int:
    if given is None:
        return default
    if not least <= given <= most:
        raise InputError(
            f"{what}: {given} was given, expected {least} to {most}: "
            f"change --{what} or leave it out for {default}"
        )
    return given


SCALES: dict[str, Scale] = {
    scale.name: scale
    for scale in (
        Scale(
            name="tiny",
            n_customers=300,
            n_articles=240,
            n_days=182,
            n_purchases=9_000,
            pictures=False,
        ),
        Scale(
            name="small",
            n_customers=4_000,
            n_articles=1_500,
            n_days=734,
            n_purchases=135_000,
            pictures=True,
        ),
        Scale(
            name="hm",
            n_customers=1_371_980,
            n_articles=105_542,
            n_days=734,
            n_purchases=31_788_324,
            pictures=False,
        ),
    )
}
"""The shops on offer; `hm` has the numbers of the contest's files."""


def find_scale(name: str) -> Scale:
    """The scale called `name`.

    Raises:
        InputError: There is no such scale.
    """
    try:
        return SCALES[name]
    except KeyError:
        known = ", ".join(SCALES)
        raise InputError(
            f"scale: {name!r} was given, expected one of {known}: name one of them"
        ) from None
