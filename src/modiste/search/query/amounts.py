"""Prices and sizes in a query: "under 30", "20-40 €", "size M", "W32 L34"."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from modiste.rules.filters import Filter, read_number


@dataclass(frozen=True)
class PriceRange:
    """What an item may cost, in the shop's own unit; both ends belong to it."""

    low: float | None = None
    """At least; None: no bound."""
    high: float | None = None
    """At most; None: no bound."""

    def __str__(self) -> str:
        """Say it in words."""
        if self.low is None:
            return f"up to {self.high:g}"
        return f"from {self.low:g}" + ("" if self.high is None else f" to {self.high:g}")

    @property
    def filters(self) -> tuple[Filter, ...]:
        """Give the filters on `price` that keep what is within."""
        ends = ((">=", self.low), ("<=", self.high))
        return tuple(Filter("price", sign, f"{end:.9g}") for sign, end in ends if end is not None)


@dataclass(frozen=True)
class Amounts:
    """What was found in a text, and the text without it."""

    rest: str
    price: PriceRange | None = None
    sizes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


_MONEY = (
    r"(?:us\s?\$|[€£$₹¥]|(?:eur|euros?|gbp|usd|inr|sek|nok|dkk|chf|pln|jpy|aud|cad|kr|rs|rupees?"
    r"|pounds?|dollars?|bucks|quid|yen|zl|zł)\b\.?)"
)
_UNIT = (
    r"(?:%|percent|cms?|mm|m|inch(?:es)?|ft|ml|l|litres?|g|kg|grams?|oz|den(?:ier)?|gsm|years?|yrs?"
    r"|y|months?|weeks?|days?|hours?|packs?|pcs|pieces?|pairs?|x|carats?|ct|eyelets?|pockets?)"
)
_NUMBER = r"(?>[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]{1,4})?|[0-9]{1,9}(?:[.,][0-9]{1,4})?)"


def _amount(name: str) -> str:
    """Give the pattern of a sum, with or without its currency; lengths and the like are none."""
    return (
        rf"(?<![\w.,])(?P<pre{name}>{_MONEY}\s?)?(?P<n{name}>{_NUMBER})(?P<k{name}>k\b)?"
        rf"(?![0-9])(?!\s?{_UNIT}(?!\w))(?P<post{name}>\s?{_MONEY})?(?![\w%])"
    )


_FEW = (
    r"(?:(?<!\w)(?:under|below|beneath|less than|lower than|cheaper than|up ?to|at most|"
    r"at max|max(?:imum)?|(?:no|not) more than|not (?:over|above)|within|budget(?: of)?|until)"
    r"|<=|<|≤)"
)
_MANY = (
    r"(?:(?<!\w)(?:over|above|more than|higher than|at least|min(?:imum)?|starting (?:at|from)|"
    r"from|(?:no|not) less than|not (?:under|below))|>=|>|≥)"
)
_PRICES = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("range", rf"\b(?:between|from)\s+{_amount('a')}\s*(?:and|to|-|–)\s*{_amount('b')}"),
        (
            "range",
            rf"{_amount('a')}\s*(?:-|–|—|\bto\b)\s*{_amount('b')}",
        ),
        ("few", rf"{_FEW}[.:]?\s*{_amount('a')}"),
        ("many", rf"{_MANY}[.:]?\s*{_amount('a')}"),
        ("few", rf"{_amount('a')}\s*(?:or|and|&)\s*(?:less|under|below|cheaper)\b"),
        ("many", rf"{_amount('a')}\s*(?:or|and|&)\s*(?:more|over|above|up)\b"),
        (
            "near",
            rf"(?<!\w)(?:around|about|approx(?:imately)?|roughly|circa|ca)\.?\s*{_amount('a')}",
        ),
        ("bare", _amount("a")),
    )
)
_NEAR = 0.2
_MOST_SUMS = 8
_LETTER_SIZE = r"(?:[2-6]?xs|xxs|xxxs|[2-6]?xl|xxl|xxxl|xxxxl)"
_SIZES = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?i)\bsizes?\s*[:=]?\s*((?:(?:eur?|uk|us|it|fr|de|ind?)\s?)?[0-9]{1,3}(?:\.5)?(?:\s?[-/]\s?[0-9]{1,3})?"
        rf"|{_LETTER_SIZE}|[sml]|small|medium|large|one size|free size)\b",
        r"(?i)\b([0-9]{1,2}\s?(?:-|–|to)\s?[0-9]{1,2}\s?(?:y|yrs?|years?|m|months?)(?:\s+olds?)?)\b",
        r"(?i)\b([0-9]{1,2}\s?(?:yrs?|years?|months?)(?:\s+olds?)?)\b",
        r"(?i)\b((?:age[ds]?)\s+[0-9]{1,2}(?:\s?(?:-|–|to)\s?[0-9]{1,2})?)\b",
        r"\b((?:[Ee][Uu]|[Uu][Kk]|US|us|IT|FR|DE|IND)\s?[0-9]{1,2}(?:\.5)?)\b(?![.,]?[0-9])(?!\s?[€£$₹¥])",
        r"(?i)\b(w\s?[0-9]{2}\s*[/x,]?\s*l\s?[0-9]{2})\b",
        r"(?i)\b(w[0-9]{2})\b",
        r"(?i)(?<![\w./-])([2-4][0-9]\s?[x/]\s?[2-4][0-9])(?![\w./-])",
        r"(?i)(?<![\w.])((?:2[89]|[3-9][0-9]|100)(?:aa|a|b|c|dd|ddd|d|e|ff|f|gg|g|h))\b",
        rf"(?i)\b({_LETTER_SIZE})\b",
    )
)
_ALONE = re.compile(r"(?<!\S)([SML])(?!\S)")


def read_amounts(text: str, known: Callable[[str], bool] = lambda _: False) -> Amounts:
    """Take the price and the sizes out of a text.

    "under", "up to" and a bare sum with its currency are a highest price, "over" and "from" a
    lowest, "around" is a fifth less to a fifth more. A number with another unit is no price, nor is
    a lone year. Both ends count: what costs 30 is not left out of "under 30".

    Args:
        text: A cleaned query.
        known: Tells whether a bare number is a word of the shop: a year, a line's number.
    """
    sizes: list[str] = []

    def take_size(found: re.Match[str]) -> str:
        sizes.append(_size(found[1]))
        return " "

    for pattern in _SIZES:
        text = pattern.sub(take_size, text)
    if any(sign.islower() for sign in text):
        text = _ALONE.sub(take_size, text)
    low: float | None = None
    high: float | None = None
    notes: list[str] = []
    for kind, pattern in _PRICES:
        for found in list(pattern.finditer(text))[:_MOST_SUMS]:
            span = _bounds(kind, found, known)
            if span is None:
                continue
            low = span[0] if span[0] is not None else low
            high = span[1] if span[1] is not None else high
            text = text[: found.start()] + " " * len(found[0]) + text[found.end() :]
            if _has_money(found) and not notes:
                notes.append("prices are compared in the shop's own unit: none is converted")
    if low is not None and high is not None and low > high:
        notes.append(f"no price is over {low:g} and under {high:g}: neither was used")
        low = high = None
    price = None if low is None and high is None else PriceRange(low, high)
    return Amounts(" ".join(text.split()), price, tuple(dict.fromkeys(sizes)), tuple(notes))


def _bounds(
    kind: str, found: re.Match[str], known: Callable[[str], bool]
) -> tuple[float | None, float | None] | None:
    """Give the lowest and the highest price that a match asks for; None: it is no price."""
    first = _value(found, "a")
    if first is None:
        return None
    money = _has_money(found)
    if not money and (kind == "bare" or (_is_year(found["na"]) and known(found["na"]))):
        return None
    if kind == "range":
        second = _value(found, "b")
        if second is None or (not money and _is_year(found["na"]) and _is_year(found["nb"])):
            return None
        return min(first, second), max(first, second)
    if kind == "near":
        return first * (1 - _NEAR), first * (1 + _NEAR)
    return (first, None) if kind == "many" else (None, first)


def _value(found: re.Match[str], name: str) -> float | None:
    number = read_number(found[f"n{name}"])
    return None if number is None else number * (1000 if found[f"k{name}"] else 1)


def _has_money(found: re.Match[str]) -> bool:
    groups = found.groupdict()
    return any(groups.get(name) for name in ("prea", "posta", "preb", "postb"))


def _is_year(number: str) -> bool:
    return len(number) == 4 and number.isdigit() and 1950 <= int(number) <= 2050


def _size(text: str) -> str:
    """Give a size in one form: `eu38` as EU 38, `w32/l34` as W32 L34, `medium` as M."""
    plain = " ".join(text.replace("–", "-").split())
    words = {"small": "S", "medium": "M", "large": "L"}
    if plain.lower() in words:
        return words[plain.lower()]
    if re.search(r"(?i)year|yr|month|age|size|[0-9] ?[ym]$", plain):
        return plain.lower()
    plain = plain.upper()
    if found := re.fullmatch(r"W ?([0-9]{2}) ?[/X,]? ?L ?([0-9]{2})", plain):
        return f"W{found[1]} L{found[2]}"
    if found := re.fullmatch(r"([0-9]{2}) ?[X/] ?([0-9]{2})", plain):
        return f"W{found[1]} L{found[2]}"
    return re.sub(r"^(EUR?|UK|US|IT|FR|DE|IND?) ?([0-9])", r"\1 \2", plain).replace("EUR ", "EU ")
