"""What a row must be to enter the shop, as expressions that name the first fault of each row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import polars as pl

EMPTY_ID = "empty id"
UNKNOWN_ITEM = "unknown item"
DUPLICATE_ITEM = "duplicate item"
DUPLICATE_USER = "duplicate user"
MALFORMED_DATE = "malformed date"
FUTURE_DATE = "future date"
ANCIENT_DATE = "date before 1990"
ABSENT_PRICE = "absent price"
MALFORMED_PRICE = "malformed price"
NEGATIVE_PRICE = "negative price"

FIRST_DAY = (date(1990, 1, 1) - date(1970, 1, 1)).days
"""Earlier days are taken for missing times (0 seconds since 1970), not for purchases."""
ISO, SECONDS, MILLISECONDS, MICROSECONDS, COMPACT = "ISO", "s", "ms", "us", "YYYYMMDD"
FORMS = (ISO, COMPACT, SECONDS, MILLISECONDS, MICROSECONDS)
"""How times are written, besides patterns."""
PATTERNS = ("%d.%m.%Y", "%Y/%m/%d", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y")
"""Dates that are tried where no form fits; a clock time may follow."""
_PER_DAY = {SECONDS: 86_400, MILLISECONDS: 86_400_000, MICROSECONDS: 86_400_000_000}
_CLOCK = r"^(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)? ?(?:Z|UTC|[+-]\d{2}(?::?\d{2})?)?$"


def last_day() -> int:
    """Give today as days since 1970: the later of the local and the universal date."""
    today = max(date.today(), datetime.now(UTC).date())
    return (today - date(1970, 1, 1)).days


def clean(column: str) -> pl.Expr:
    """Give a text column without blanks around its values; nothing left becomes null."""
    text = pl.col(column).str.strip_chars()
    return pl.when(text != "").then(text)


def time_form(sample: Sequence[str]) -> str:
    """Find out how times are written: one of `FORMS` or of `PATTERNS`.

    Args:
        sample: Some values of the column.
    """
    values = pl.Series("t", list(sample), dtype=pl.String).str.strip_chars().to_frame()
    best, most = ISO, 0
    for form in (*FORMS, *PATTERNS):
        hit = day_of("t", form).is_between(FIRST_DAY, last_day()).sum()
        if (hits := int(values.select(hit).item() or 0)) > most:
            best, most = form, hits
    return best


def describe_form(form: str) -> str:
    """Say in words how times are written."""
    if form in _PER_DAY:
        return f"{form} since 1970, taken in UTC"
    return "ISO dates or times" if form == ISO else form


def day_of(column: str, form: str) -> pl.Expr:
    """Give the day (since 1970) of a text time, null where it is none.

    The day is the one that is written: a zone behind a clock time moves nothing, for a shop's day
    is the day of its own calendar. Times since 1970 are taken in UTC.

    Args:
        column: The column of text.
        form: What `time_form` gave, or a strftime pattern such as `%d.%m.%Y`.
    """
    text = pl.col(column)
    if form in _PER_DAY:
        number = text.cast(pl.Float64, strict=False)
        days = (number / _PER_DAY[form]).floor()
        return pl.when(days.abs() < 1e6).then(days).cast(pl.Int32, strict=False)
    if form == ISO:
        clock = text.str.slice(10)
        whole = (clock == "") | clock.str.contains(_CLOCK)
        day = text.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
        return pl.when(whole).then(day).cast(pl.Int32)
    if form == COMPACT:
        digits = text.str.contains(r"^\d{8}$")
        return pl.when(digits).then(text.str.to_date("%Y%m%d", strict=False)).cast(pl.Int32)
    if form in PATTERNS:
        text = text.str.extract(r"^(\S+)(?:\s+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?$")
    if "%H" in form or "%I" in form:
        return text.str.to_datetime(form, strict=False).dt.date().cast(pl.Int32)
    return text.str.to_date(form, strict=False).cast(pl.Int32)


@dataclass(frozen=True)
class InteractionChecks:
    """The rules for rows of interactions."""

    form: str = ISO
    """How times are written, see `day_of`."""
    last_day: int = 0
    """The last day that is not in the future, in days since 1970."""
    decimal_comma: bool = False
    """Whether prices are written `12,99`."""

    def typed(self, rows: pl.DataFrame, items: pl.Enum) -> pl.DataFrame:
        """Turn text rows into `user_id, item_idx, day, price, channel` and `reason`.

        Args:
            rows: Text columns `user_id, item_id, day` and, if the file has them, `price, channel`.
            items: All known item ids in the order of their positions.

        Returns:
            As many rows in the same order; `reason` is null for rows that may enter.
        """
        has_price = "price" in rows.columns
        has_channel = "channel" in rows.columns
        price = pl.col("price") if has_price else pl.lit(None, pl.String)
        number = price.str.strip_chars()
        if self.decimal_comma:
            number = number.str.replace(",", ".", literal=True)
        frame = rows.select(
            clean("user_id"),
            clean("item_id"),
            pl.col("day").str.strip_chars(),
            price.alias("price_text"),
            number.cast(pl.Float32, strict=False).alias("price"),
            (clean("channel") if has_channel else pl.lit(None, pl.String)).alias("channel"),
        ).with_columns(
            day_of("day", self.form).alias("day"),
            pl.col("item_id")
            .cast(items, strict=False)
            .to_physical()
            .cast(pl.Int32)
            .alias("item_idx"),
        )
        faults = [
            (pl.col("user_id").is_null() | pl.col("item_id").is_null(), EMPTY_ID),
            (pl.col("day").is_null(), MALFORMED_DATE),
            (pl.col("day") > self.last_day, FUTURE_DATE),
            (pl.col("day") < FIRST_DAY, ANCIENT_DATE),
        ]
        if has_price:
            faults += [
                (pl.col("price_text").fill_null("").str.strip_chars() == "", ABSENT_PRICE),
                (pl.col("price").is_null() | ~pl.col("price").is_finite(), MALFORMED_PRICE),
                (pl.col("price") < 0, NEGATIVE_PRICE),
            ]
        faults.append((pl.col("item_idx").is_null(), UNKNOWN_ITEM))
        return frame.select(
            "user_id", "item_idx", "day", "price", "channel", first_fault(faults).alias("reason")
        )


def first_fault(faults: Sequence[tuple[pl.Expr, str]]) -> pl.Expr:
    """Give the name of the first condition that holds for a row, null if none does."""
    named = [pl.when(condition).then(pl.lit(reason)) for condition, reason in faults]
    return pl.coalesce(*named) if named else pl.lit(None, pl.String)


def entity_faults(key: str, seen: pl.Series, duplicate: str) -> pl.Expr:
    """Give the fault of rows of items or users: an empty id, or one that came before.

    Args:
        key: The id column.
        seen: Ids of earlier blocks.
        duplicate: The reason of a row whose id came before.
    """
    return first_fault(
        [
            (pl.col(key).is_null(), EMPTY_ID),
            (~pl.col(key).is_first_distinct() | pl.col(key).is_in(seen.implode()), duplicate),
        ]
    )
