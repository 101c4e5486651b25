"""The last evaluation's figures, put into words and rows for the page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modiste.evaluation.printing import (
    ALONE,
    POOL,
    interval,
    is_above,
    number,
    strongest_baseline,
)
from modiste.report.parts import Table

FILE = Path("reports") / "evaluation.json"
"""Where `modiste evaluate` leaves its result in a shop."""

_LEDGER = {
    "recall": ("recall", "share of what was bought that this source proposed", 4),
    "unique_recall": ("only here", "share of what was bought that no other source proposed", 4),
    "hit_rate": ("hit rate", "share of its proposals that were bought", 4),
    "overlap": ("overlap", "share of its proposals that another source makes too", 3),
    "n_candidates": ("candidates", "mean number of proposals for a customer", 1),
    "seconds": ("seconds", "time for all weeks", 1),
}
_SHARES = {
    "cold_users_bought": "buyers without history",
    "cold_users_shown": "lists for customers without history",
    "cold_items_bought": "purchases of articles never sold before that week",
    "cold_items_shown": "places given to such articles",
    "users_without_list": "customer-weeks without a list",
}


@dataclass(frozen=True)
class Evaluation:
    """What `modiste evaluate` found."""

    result: Mapping[str, Any]
    """As `evaluation.summary.summarise` gives it."""

    @property
    def key(self) -> str:
        """The main metric's name, such as `MAP@12`."""
        return f"MAP@{self.result.get('k', 12)}"

    @property
    def models(self) -> Mapping[str, Mapping[str, Any]]:
        """Each model's figures, the evaluated one first."""
        return self.result["models"]  # type: ignore[no-any-return]

    @property
    def model(self) -> str:
        """The name of the evaluated model."""
        return next(iter(self.models))

    @property
    def strongest(self) -> str | None:
        """The baseline with the best main metric."""
        return strongest_baseline({"k": self.result.get("k", 12), "models": self.models})

    def lead(self, baseline: str) -> Mapping[str, Any]:
        """Give the paired comparison with a baseline; empty where there is none."""
        return self.result.get("paired", {}).get(f"{self.model} - {baseline}", {})  # type: ignore[no-any-return]


def read_evaluation(shop: Path) -> Evaluation | None:
    """Read a shop's last evaluation.

    Returns:
        None where there is none, or it cannot be used.
    """
    try:
        result = json.loads((shop / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    whole = isinstance(result, dict) and isinstance(result.get("models"), dict)
    return Evaluation(result) if whole and result["models"] and result.get("weeks") else None


def headline(evaluation: Evaluation) -> str:
    """Say in two sentences how good the lists are."""
    row, key = evaluation.models[evaluation.model], evaluation.key
    weeks = evaluation.result["weeks"]
    text = (
        f"On {evaluation.result['n_user_weeks']:,} customer-weeks in {len(weeks)} "
        f"{'week' if len(weeks) == 1 else 'weeks'} from {weeks[0]} to {weeks[-1]} the model's "
        f"{key} is {number(row.get(key))} ({interval(row, key)})."
    )
    if evaluation.strongest is None:
        return text
    paired = evaluation.lead(evaluation.strongest)
    ratio = paired.get(f"{key}_ratio")
    times = "" if ratio is None else f"{ratio:.2f} times "
    verdict = (
        "the lead is clear: its whole interval lies above zero"
        if is_above(paired, key)
        else "the lead is not clear: its interval reaches zero or below"
    )
    return (
        f"{text} That is {times}the strongest baseline, {evaluation.strongest} "
        f"({number(evaluation.models[evaluation.strongest].get(key))}); {verdict} "
        f"({number(paired.get(key), sign='+')}, {interval(paired, key, sign='+')})."
    )


def models_table(evaluation: Evaluation) -> Table:
    """Give the model's and the baselines' figures."""
    k, key = evaluation.result.get("k", 12), evaluation.key
    plain = (
        ("NDCG", 4),
        ("Recall", 4),
        ("HitRate", 4),
        ("MRR", 4),
        ("Coverage", 3),
        ("Novelty", 2),
    )
    rows = [
        [
            name,
            number(row.get(key)),
            interval(row, key),
            *(number(row.get(f"{metric}@{k}"), digits) for metric, digits in plain),
            number(row.get("seconds"), 1),
        ]
        for name, row in evaluation.models.items()
    ]
    head = [
        ("lists", ""),
        (key, "mean over customer-weeks of the average precision of the first places"),
        ("95 %", "interval over resampled customers"),
        ("NDCG", "hits weighted by place, 1 for a perfect list"),
        ("Recall", "share of what was bought that was shown"),
        ("HitRate", "share of customer-weeks with at least one hit"),
        ("MRR", "mean of 1 / place of the first hit"),
        ("Coverage", "share of the articles on sale that were shown to anybody"),
        ("Novelty", "mean surprise in bits: higher is further from the best sellers"),
        ("seconds", "time for all weeks"),
    ]
    return Table("The model and its baselines on the same customer-weeks", head, rows, strong=0)


def leads_table(evaluation: Evaluation) -> Table | None:
    """Give the model's lead over each baseline; None where there is no baseline."""
    key = evaluation.key
    rows = []
    for name in evaluation.models:
        paired = evaluation.lead(name)
        if paired:
            rows.append(
                [
                    name,
                    number(paired.get(key), sign="+"),
                    interval(paired, key, sign="+"),
                    f"{number(paired.get(f'{key}_ratio'), 2)} ×",
                    interval(paired, f"{key}_ratio", 2),
                    "✓ clear" if is_above(paired, key) else "not clear",
                ]
            )
    head = [
        ("against", ""),
        ("lead", f"difference in {key}"),
        ("95 %", "interval of the difference, same customers resampled"),
        ("ratio", f"quotient of the two {key}"),
        ("95 %", "interval of the ratio"),
        ("", "clear: the whole interval of the lead is above zero"),
    ]
    return Table(f"The model's lead in {key}", head, rows) if rows else None


def segments_table(evaluation: Evaluation) -> Table | None:
    """Give the main metric by segment for all models; None where there are no segments."""
    names, key = list(evaluation.models), evaluation.key
    rows = [
        [
            f"{kind}: {name}",
            f"{part['n_user_weeks']:,}",
            *(number(part["models"].get(label, {}).get(key)) for label in names),
        ]
        for kind, parts in evaluation.result.get("segments", {}).items()
        if kind != "week"
        for name, part in parts.items()
    ]
    head = [("segment", ""), ("customer-weeks", ""), *((name, "") for name in names)]
    return Table(f"{key} by segment", head, rows) if rows else None


def ledger_table(evaluation: Evaluation) -> Table | None:
    """Give the candidate sources' figures; None where none were kept."""
    sources = evaluation.result.get("sources") or {}
    present = [key for key in _LEDGER if any(key in row for row in sources.values())]
    ordered = [*by_recall(sources), *([POOL] if POOL in sources else [])]
    rows = [
        [
            name,
            *(
                number(None if name == POOL and key in ALONE else value, _LEDGER[key][2])
                for key, value in ((key, sources[name].get(key)) for key in present)
            ),
        ]
        for name in ordered
    ]
    head = [("source", ""), *((_LEDGER[key][0], _LEDGER[key][1]) for key in present)]
    strong = len(rows) - 1 if POOL in sources else None
    title = "What each candidate source contributes"
    return Table(title, head, rows, strong=strong) if rows else None


def by_recall(sources: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Give the names of the sources, without that of all together, by falling recall."""
    names = (name for name in sources if name != POOL)
    return sorted(names, key=lambda name: (-(sources[name].get("recall") or 0), name))


def cold_facts(evaluation: Evaluation) -> list[tuple[str, str]]:
    """Give the shares of customers and articles that nothing was known of."""
    row = evaluation.models[evaluation.model]
    return [
        (f"{100 * row[key]:.1f} %", text)
        for key, text in _SHARES.items()
        if row.get(key) is not None
    ]
