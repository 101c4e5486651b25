"""Options that several commands share: the same name, the same words, the same checks."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import polars as pl

Shop = Annotated[Path, typer.Option("--shop", help="The shop's folder.")]

AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        metavar="YYYY-MM-DD",
        formats=["%Y-%m-%d"],
        help="Use the rows before this day, as if it were today; by default all.",
    ),
]

Config = Annotated[
    str | None,
    typer.Option(
        "--config",
        help="A TOML file, or the name of a shipped one; by default that of the current release, "
        "if there is one.",
    ),
]

Without = Annotated[
    list[str] | None,
    typer.Option(
        "--without",
        metavar="NAME",
        help="Leave out a source or family of features; relevance: all that reads it. Repeat.",
    ),
]

With = Annotated[
    list[str] | None,
    typer.Option(
        "--with",
        metavar="NAME",
        help="Add what is off by default: propensity, seasons, life, style or relevance. Repeat.",
    ),
]

Filters = Annotated[
    list[str] | None,
    typer.Option(
        "--filter",
        help="Only items of which this holds, such as colour=Red or price<20. Repeat: all hold.",
    ),
]

SearchedEncoder = Annotated[
    str | None,
    typer.Option(
        "--encoder",
        metavar="LABEL|NAME[=SOURCE]",
        help="Whose vectors are compared; by default the encoder fitted on the shop, or the one "
        "embedded last.",
    ),
]

Memory = Annotated[str, typer.Option("--memory", help="Memory budget, such as 8GB; at least 1GB.")]

Disk = Annotated[
    float,
    typer.Option("--disk", min=0.001, help="Gigabytes of disk it may take while it learns."),
]

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, not text.")]

JsonFile = Annotated[
    Path | None, typer.Option("--json", help="Write every figure to this JSON file.")
]


def check_folders(*files: Path | None) -> None:
    """Complain before the work, not after it, if a file to be written has no folder.

    Raises:
        InputError: If a folder is absent.
    """
    from modiste.errors import InputError

    for file in files:
        if file is not None and not file.parent.is_dir():
            raise InputError(f"{file}: the folder {file.parent} does not exist: make it first")


def write_rows(rows: pl.DataFrame, out: Path) -> None:
    """Write a table as CSV if its file ends so, else as Parquet; it appears when it is whole.

    Raises:
        InputError: If it cannot be written.
    """
    from modiste.errors import InputError

    draft = out.with_name(f".{out.name}.draft")
    try:
        if out.suffix == ".csv":
            rows.write_csv(draft)
        else:
            rows.write_parquet(draft)
        draft.replace(out)
    except OSError as fault:
        raise InputError(f"{out} cannot be written ({fault}): choose another --out") from None
