"""`modiste recommend`."""

from __future__ import annotations

import csv
import re
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from modiste.cli.application import app
from modiste.cli.options import Memory, Shop
from modiste.cli.progress import shown_progress

if TYPE_CHECKING:
    import polars as pl

    from modiste.release import Release
    from modiste.rules import Rules

_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


class FileFormat(StrEnum):
    """Formats of the lists."""

    parquet = "parquet"
    csv = "csv"
    kaggle = "kaggle"


@app.command("recommend")
def recommend_command(
    shop: Shop,
    out: Annotated[
        Path | None,
        typer.Option(
            help="The file to write; it appears when it is whole. Without it the lists are stored "
            "in the shop, where modiste serve answers from them."
        ),
    ] = None,
    k: Annotated[int, typer.Option("--k", help="Items for each user.")] = 12,
    file_format: Annotated[
        FileFormat | None,
        typer.Option(
            "--format",
            help="parquet and csv: a row an item; kaggle: a row a user, the items joined. By "
            "default after the ending of --out.",
        ),
    ] = None,
    users: Annotated[
        Path | None,
        typer.Option(help="Text file with a user id a line, known or not; by default everybody."),
    ] = None,
    rules: Annotated[
        Path | None,
        typer.Option(help="TOML file of what may be shown, how often, what is promoted or pinned."),
    ] = None,
    memory: Memory = "8GB",
) -> None:
    """Write or store the best items for every user, from the current release."""
    from modiste.errors import InputError
    from modiste.recommend import write_recommendations
    from modiste.recommend.stored import LENGTH
    from modiste.release import open_release
    from modiste.rules.file import bind_rules, read_rules, rules_key

    budget = parse_memory(memory)
    if out is None and (users is not None or file_format is not None):
        raise InputError("--users and --format are of a file: name it by --out")
    chosen = None if out is None else file_format or format_of(out)
    release = open_release(shop)
    if release.newer_dataset:
        typer.echo(
            f"modiste: dataset {release.newer_dataset} was imported after release {release.name} "
            "was trained: these are lists for the older one, run modiste train for the newer",
            err=True,
        )
    user_ids = None if users is None else read_ids(users, release.shop.own_names["user_id"])
    bound = None if rules is None else bind_rules(read_rules(rules), release.shop, rules.parent)
    if out is None or chosen is None:
        _store(shop, release, bound, rules_key(rules), max(k, LENGTH), budget)
        return
    with shown_progress() as progress:
        n_users, n_short = write_recommendations(
            release.model,
            release.shop,
            out,
            k=k,
            file_format=chosen.value,
            user_ids=user_ids,
            rules=bound,
            memory=budget,
            progress=progress,
        )
    from modiste.pipeline import peak_memory

    if n_short and bound is not None:
        typer.echo(
            f"modiste: {n_short:,} users got fewer than {k} items: the rules let no more of what "
            f"was ever sold be shown to them, loosen {rules}",
            err=True,
        )
    typer.echo(
        f"{out}: {n_users:,} users, up to {k} items each, from release {release.name}, "
        f"as of {release.manifest['as_of']}; "
        f"peak memory {peak_memory() / 1e9:.1f} GB"
    )


def _store(
    shop: Path, release: Release, rules: Rules | None, key: str, k: int, memory: int
) -> None:
    from modiste.pipeline import peak_memory
    from modiste.recommend.stored import lists_store, make_lists, store_lists

    with shown_progress() as progress:
        lists = make_lists(
            release.model, release.shop, rules, k=k, memory=memory, progress=progress
        )
    store_lists(lists, shop, release.name, key)
    typer.echo(
        f"{lists_store(shop).current()}: {len(lists.items) - 1:,} users and a new one, up to {k} "
        f"items each, from release {release.name}, as of {release.manifest['as_of']}; "
        f"peak memory {peak_memory() / 1e9:.1f} GB"
    )


def parse_memory(text: str) -> int:
    """Read a memory budget such as `8GB`, `500M` or `8000000000` as bytes.

    Raises:
        InputError: If it is none, or below 1 GB.
    """
    from modiste.errors import InputError

    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?)I?B?\s*", text.upper())
    if match is None:
        raise InputError(f"--memory {text}: expected a size such as 8GB")
    value = int(float(match[1]) * _UNITS[match[2]])
    if value < 10**9:
        raise InputError(f"--memory {text}: at least 1GB is needed")
    return value


def format_of(out: Path) -> FileFormat:
    """Choose the format by the file's ending.

    Raises:
        InputError: If it is neither `.parquet` nor `.csv`.
    """
    from modiste.errors import InputError

    try:
        return FileFormat(out.suffix.removeprefix("."))
    except ValueError:
        raise InputError(
            f"--out {out}: the ending tells no format: end it in .parquet or .csv, or say --format"
        ) from None


def read_ids(
    path: Path, column: str = "user_id", *, option: str = "--users", name: str = "user_id"
) -> pl.Series:
    """Read ids, one a line; blank lines are passed over, a repeated id counts once.

    A file whose first line names the column (`customer_id`, or `age,customer_id`) is read as CSV.

    Args:
        path: The file.
        column: The shop's own word for the id.
        option: What the file was given to, for messages.
        name: Of the series.

    Raises:
        InputError: If the file is absent, empty or no text.
    """
    import polars as pl

    from modiste.errors import InputError

    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{option} {path}: cannot be read as text ({error})") from None
    header = [name.strip().strip('"') for name in lines[0].split(",")] if lines else []
    if column in header:
        place = header.index(column)
        cells = [row[place] if len(row) > place else "" for row in csv.reader(lines[1:])]
    else:
        cells = lines
    ids = pl.Series(name, [cell.strip() for cell in cells], dtype=pl.String)
    ids = ids.filter(ids != "").unique(maintain_order=True)
    if ids.is_empty():
        raise InputError(f"{option} {path}: holds no id: expected one a line")
    return ids
