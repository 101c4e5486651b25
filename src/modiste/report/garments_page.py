"""The page of a measure of recognition: figures, what is taken for what, the worst mistakes."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from modiste.artifacts import write_text
from modiste.errors import InputError, MissingExtraError
from modiste.evaluation.garments.printing import figure_table, sentences
from modiste.report.parts import Chart
from modiste.report.pictures import Album
from modiste.report.theme import INK, MUTED, PAPER, SERIES, WIDE, draw

try:
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup
except ModuleNotFoundError as error:
    raise MissingExtraError("jinja2", extra="report") from error

MOST_CATEGORIES = 24
"""The confusion shows so many categories, those with most garments; the figures have them all."""
_KINDS = {
    "category": ("Wrong categories", "The surest first: what it is, and what was said."),
    "attributes": ("Wrong attributes", "The surest first: what it is, and what was said."),
    "box": ("Boxes far off", "The least overlap first."),
}


def write_garments_page(result: Mapping[str, Any], out: Path) -> None:
    """Write the figures of a measure and its worst mistakes as one self-contained HTML file.

    Args:
        result: What `evaluation.garments.whole.measure_garments` gave, with `model`.
        out: The file.

    Raises:
        InputError: If the file cannot be written.
    """
    budget = Album(None).budget // max(len(result["sets"]), 1)
    sets = [
        _section(number, name, measured, budget)
        for number, (name, measured) in enumerate(result["sets"].items())
    ]
    folder = files("modiste.report") / "templates"
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string((folder / "garments.html.j2").read_text(encoding="utf-8"))
    style = Markup((folder / "report.css").read_text(encoding="utf-8"))  # noqa: S704 - our own file
    page = template.render(
        style=style,
        svg=Markup,
        sets=sets,
        model=result["model"],
        references=result["references"],
    )
    try:
        write_text(out, page)
    except OSError as fault:
        raise InputError(f"{out} cannot be written ({fault}): choose another --page") from None


def _section(number: int, name: str, measured: Mapping[str, Any], budget: int) -> dict[str, Any]:
    album = Album(Path(measured["root"]), budget)
    mistakes = []
    for kind, (title, reading) in _KINDS.items():
        shown = [
            {**row, "uri": album.data_uri(row["picture"])}
            for row in measured["worst"].get(kind, ())
        ]
        if shown:
            mistakes.append({"title": title, "reading": reading, "rows": shown})
    charts = [_calibration_chart(number, measured["calibration"])]
    if "confusion" in measured:
        charts.append(_confusion_chart(number, measured["confusion"]))
    head, rows = figure_table(measured)
    return {
        "id": f"set-{number}",
        "name": name,
        "sentences": sentences(measured),
        "head": head,
        "rows": rows,
        "charts": [chart for chart in charts if chart],
        "mistakes": mistakes,
    }


def _confusion_chart(number: int, confusion: Mapping[str, Any]) -> Chart:
    """Draw what is taken for what, as shares of each true category."""
    counts = np.asarray(confusion["counts"])
    order = np.argsort(-counts.sum(axis=1), kind="stable")
    kept = np.sort(order[: min(MOST_CATEGORIES, int((counts.sum(axis=1) > 0).sum()))])
    names = [confusion["categories"][place] for place in kept]
    rows = counts[kept]
    shares = rows[:, kept] / np.maximum(rows.sum(axis=1, keepdims=True), 1)
    size = len(names)

    def paint(axes: Axes) -> None:
        for row, column in zip(*np.nonzero(shares >= 0.005), strict=True):
            share = float(shares[row, column])
            colour = SERIES[0] if row == column else SERIES[1]
            axes.add_patch(_cell(column, row, colour, share))
            if share >= 0.1:
                ink = PAPER if share > 0.55 else INK
                axes.text(
                    column,
                    row,
                    f"{100 * share:.0f}",
                    color=ink,
                    ha="center",
                    va="center",
                    fontsize=8,
                )
        axes.set_xlim(-0.5, size - 0.5)
        axes.set_ylim(size - 0.5, -0.5)
        labels = [
            f"{name} ({count:,})" for name, count in zip(names, rows.sum(axis=1), strict=True)
        ]
        axes.set_yticks(range(size), labels, fontsize=8.5, color=INK)
        axes.set_xticks(range(size), names, rotation=90, fontsize=8.5, color=INK)
        axes.grid(visible=False)
        axes.set_ylabel("is")
        axes.set_xlabel("said")

    right = ", ".join(f"{name} {shares[at, at]:.2f}" for at, name in enumerate(names))
    beyond = "" if size == (counts.sum(axis=1) > 0).sum() else f", the {size} commonest"
    return Chart(
        title="What is taken for what",
        reading=f"Rows are the true categories{beyond}, with their number of garments; numbers are "
        "percent of the row. Right answers lie on the diagonal.",
        svg=draw(paint, name=f"confusion-{number}", width=WIDE, height=200 + 24 * size),
        alt=f"Share of right answers by category: {right}.",
    )


def _cell(column: int, row: int, colour: str, share: float) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle(
        (column - 0.48, row - 0.48),
        0.96,
        0.96,
        color=colour,
        alpha=0.12 + 0.88 * share,
        linewidth=0,
    )


def _calibration_chart(number: int, calibration: Mapping[str, Any]) -> Chart | None:
    """Draw what probabilities promise against what comes true; the first six labels."""
    lines = dict(list(calibration.items())[: len(SERIES)])
    if not lines:
        return None

    def paint(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color=MUTED, linewidth=0.8, linestyle="--")
        for colour, (name, given) in zip(SERIES, lines.items(), strict=False):
            steps = given["steps"]
            axes.plot(
                [step["promised"] for step in steps],
                [step["right"] for step in steps],
                "o-",
                color=colour,
                linewidth=1.4,
                markersize=3.5,
                label=name,
            )
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1)
        axes.set_xlabel("promised")
        axes.set_ylabel("came true")
        axes.legend(frameon=False, fontsize=9, loc="upper left")

    errors = ", ".join(f"{name} {given['error']:.3f}" for name, given in lines.items())
    return Chart(
        title="Are probabilities honest?",
        reading="Each point is a tenth of the probabilities; on the broken line they come true as "
        f"often as they promise. Mean difference: {errors}.",
        svg=draw(paint, name=f"calibration-{number}", height=320),
        alt=f"Mean difference of promised and true: {errors}.",
    )
