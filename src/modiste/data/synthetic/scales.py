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
            n_customers: At least 20.
            n_articles: At least 60, so that every part of the range has something to sell.
            n_days: At least 28.

        Raises:
            InputError: A number is below what a shop needs.
        """
        customers = self._checked("customers", n_customers, self.n_customers, 20)
        articles = self._checked("articles", n_articles, self.n_articles, 60)
        days = self._checked("days", n_days, self.n_days, 28)
        share = customers / self.n_customers * days / self.n_days
        return replace(
            self,
            n_customers=customers,
            n_articles=articles,
            n_days=days,
            n_purchases=round(self.n_purchases * share),
        )

    def _checked(self, what: str, given: int | None, default: int, least: int) -> int:
        if given is None:
            return default
        if given < least:
            raise InputError(
                f"{what}: {given} was given, at least {least} are needed for a shop: "
                f"raise --{what} or leave it out for {default}"
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
