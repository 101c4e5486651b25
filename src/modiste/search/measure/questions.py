"""Queries made from a catalogue's own attributes, in its words and in other words."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import polars as pl

LEAST = 20
"""A query is asked if so many judged items are right answers."""
MOST = 200
"""Queries asked at most, those with most right answers first."""
KIND, COLOUR = "kind", "colour"
Table = Mapping[str, Mapping[str, list[str]]]
"""Other words, by attribute and value in lower case."""


@dataclass(frozen=True)
class Questions:
    """Queries and their right answers among judged items."""

    texts: tuple[str, ...]
    relevant: npt.NDArray[np.bool_]
    """`[n_queries, n_judged]`."""
    pairs: npt.NDArray[np.int64]
    """A number for the values asked for, `[n_queries]`: rewordings of one are resampled
    together."""
    unseen: npt.NDArray[np.bool_]
    """`[n_queries]`: whether no text of the catalogue holds the new words."""

    def __len__(self) -> int:
        """Count the queries."""
        return len(self.texts)


def attribute_questions(judged: pl.DataFrame, least: int = LEAST) -> Questions:
    """Ask for a colour and a kind in the catalogue's words, such as "red dress".

    Args:
        judged: The judged items' rows; without a column `colour` kinds alone are asked for.
        least: Judged items that must be right answers.
    """
    roles, counts = _pairs(judged, least)
    texts = [" ".join(row[role].lower() for role in roles) for row in counts.to_dicts()]
    n = len(texts)
    return Questions(
        tuple(texts),
        _relevant(judged, counts, roles),
        np.arange(n, dtype=np.int64),
        np.zeros(n, np.bool_),
    )


def reworded_questions(
    judged: pl.DataFrame, texts: pl.Series, least: int = LEAST, words: Table | None = None
) -> Questions:
    """Ask for the same in words that the catalogue's value does not have: "trousers" for "pants".

    The kind is said in each of its other ways beside the colour's own word, and once more with the
    colour said otherwise too. A way that shares a word with the value is left out.

    Args:
        judged: The judged items' rows.
        texts: What the whole catalogue says of its items: tells which words nobody uses there.
        least: Judged items that must be right answers.
        words: Other words by attribute and value; None: those of this package.
    """
    table = words or other_words()
    roles, counts = _pairs(judged, least)
    said = set(texts.str.to_lowercase().str.extract_all(r"\p{L}+").explode().drop_nulls().unique())
    asked: list[str] = []
    pair: list[int] = []
    unseen: list[bool] = []
    for at, row in enumerate(counts.to_dicts()):
        own = {role: row[role].lower() for role in roles}
        ways = {role: _ways(table, role, own[role]) for role in roles}
        for place, kind in enumerate(ways[KIND]):
            colours = [own[COLOUR]] if COLOUR in roles else [""]
            if COLOUR in roles and place == 0:
                colours += ways[COLOUR][:1]
            for colour in colours:
                new = _letters(kind) | (
                    _letters(colour) if colour != own.get(COLOUR, "") else set()
                )
                asked.append(f"{colour} {kind}".strip())
                pair.append(at)
                unseen.append(not new & said)
    relevant = _relevant(judged, counts, roles)
    return Questions(
        tuple(asked),
        relevant[np.asarray(pair, np.int64)],
        np.asarray(pair, np.int64),
        np.asarray(unseen, np.bool_),
    )


def other_words() -> Table:
    """Read what shoppers call things: by attribute and value in lower case."""
    text = (files("modiste.search.measure") / "paraphrases.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _ways(table: Table, role: str, value: str) -> list[str]:
    """Give the other ways to say a value, without those that share a word with it."""
    own = _letters(value)
    return [way for way in table.get(role, {}).get(value, ()) if not _alike(_letters(way), own)]


def _letters(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]+", text.lower()))


def _alike(some: set[str], others: set[str]) -> bool:
    """Whether a word of one begins with a word of the other: "shirt" and "shirts" are one."""
    pairs = [(one, other) for one in some for other in others]
    return any(
        one == other
        or (min(len(one), len(other)) > 3 and (one.startswith(other) or other.startswith(one)))
        for one, other in pairs
    )


def _pairs(judged: pl.DataFrame, least: int) -> tuple[list[str], pl.DataFrame]:
    roles = [role for role in (COLOUR, KIND) if role in judged.columns]
    if KIND not in roles:
        return roles, pl.DataFrame(schema=dict.fromkeys(roles, pl.String))
    counts = (
        judged.drop_nulls(roles)
        .group_by(roles)
        .agg(pl.len().alias("n"))
        .filter(pl.col("n") >= least)
        .sort("n", *roles, descending=[True, *[False] * len(roles)])
    )
    return roles, counts.head(MOST)


def _relevant(
    judged: pl.DataFrame, counts: pl.DataFrame, roles: list[str]
) -> npt.NDArray[np.bool_]:
    found = np.ones((counts.height, judged.height), np.bool_)
    for role in roles:
        own = judged[role].fill_null("").to_numpy()
        found &= counts[role].to_numpy()[:, None] == own[None, :]
    return found
