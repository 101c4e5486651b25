"""A file of queries answered at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from uuid import uuid4

import polars as pl

from modiste.errors import InputError
from modiste.search.fusion import Ranked
from modiste.search.searcher import Searcher

By = Literal["words", "pictures", "both"]
Progress = Callable[[str, float], None]
BATCH = 256
"""Queries answered at once."""
ANSWERS = {"query": pl.String, "item_id": pl.String, "rank": pl.Int32, "score": pl.Float32}
"""Columns of the answers, by query in the order of the file, and rank."""
_SHOWN = 3


@dataclass(frozen=True)
class Answered:
    """What became of a file of queries."""

    n_queries: int
    n_rows: int
    notes: tuple[str, ...]
    """Pictures that could not be opened, queries without an answer."""


def read_queries(path: Path, by: By) -> pl.DataFrame:
    """Read queries: a line each, or CSV or Parquet with a column `query`.

    Args:
        path: The file.
        by: `words`: texts. `pictures`: paths, from the file's own folder where they are not
            absolute. `both`: a column `query` of texts and a column `picture` of paths.

    Returns:
        `query`, and `picture` for `both`; blank queries are left out.

    Raises:
        InputError: If the file cannot be read, lacks a column or holds no query.
    """
    wanted = ["query", "picture"] if by == "both" else ["query"]
    suffix = path.suffix.lower()
    if not path.is_file():
        fault = "is a folder" if path.is_dir() else "is not there"
        raise InputError(f"--queries {path}: {fault}: name a text, CSV or Parquet file")
    try:
        if suffix == ".parquet":
            table = pl.read_parquet(path)
        elif suffix in {".csv", ".tsv"}:
            separator = "\t" if suffix == ".tsv" else ","
            table = pl.read_csv(path, infer_schema=False, separator=separator)
        else:
            lines = path.read_text(encoding="utf-8-sig").splitlines()
            table = pl.DataFrame({"query": lines}, schema={"query": pl.String})
    except OSError as error:
        raise InputError(f"--queries {path}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise InputError(f"--queries {path}: is no text: write it as UTF-8") from None
    except pl.exceptions.PolarsError as error:
        said = str(error).partition("\n")[0]
        raise InputError(f"--queries {path}: cannot be read as {suffix[1:]}: {said}") from None
    missing = [name for name in wanted if name not in table.columns]
    if missing:
        raise InputError(
            f"--queries {path}: has the columns {', '.join(table.columns)}, expected also "
            f"{' and '.join(missing)}"
        )
    texts = table.select(pl.col(name).cast(pl.String).str.strip_chars() for name in wanted)
    filled = texts.drop_nulls().filter(pl.all_horizontal(pl.col(name) != "" for name in wanted))
    if filled.is_empty():
        raise InputError(f"--queries {path}: holds no query")
    return filled


def answer_file(
    searcher: Searcher,
    queries: Path,
    out: Path,
    *,
    by: By = "words",
    weight: float = 0.5,
    without: str | None = None,
    filters: Sequence[str] = (),
    k: int = 12,
    variants: bool = False,
    progress: Progress | None = None,
) -> Answered:
    """Answer every query of a file: `query, item_id, rank, score` as Parquet.

    Queries are encoded and compared in batches. A picture that cannot be opened gets no answer and
    is told of; the others are answered.

    Args:
        searcher: The shop.
        queries: See `read_queries`.
        out: The Parquet file; it appears when it is whole.
        by: What the queries are.
        weight: What pictures count beside words, for `both`.
        without: What is not wanted in any answer.
        filters: Conditions on every answer.
        k: Items for each query.
        variants: Whether several variants of a product may be given.
        progress: Told the share of queries done.

    Raises:
        InputError: If a file cannot be read or written.
    """
    if out.suffix.lower() != ".parquet" or out.is_dir():
        raise InputError(f"--out {out}: expected the name of a Parquet file: end it in .parquet")
    if not out.parent.is_dir():
        raise InputError(f"--out {out}: the folder {out.parent} does not exist: make it first")
    asked = read_queries(queries, by)
    rows, notes, missed = [], [], []
    for start in range(0, len(asked), BATCH):
        batch = asked[start : start + BATCH]
        texts = batch["query"].to_list() if by != "pictures" else None
        column = {"pictures": "query", "both": "picture"}.get(by)
        photos = None if column is None else [queries.parent / p for p in batch[column]]
        found, faults = searcher.search_many(
            texts,
            photos,
            weight=weight,
            without=without,
            filters=filters,
            k=k,
            variants=variants,
        )
        notes += faults
        rows.append(_rows(batch["query"], found, searcher.items["item_id"]))
        empty = (found.positions[:, 0] < 0).tolist() if k else []
        missed += [text for text, none in zip(batch["query"], empty, strict=True) if none]
        if progress:
            progress("search", min(1.0, (start + BATCH) / len(asked)))
    if missed:
        many = "1 query" if len(missed) == 1 else f"{len(missed):,} queries"
        notes.append(f"{many} found nothing, {'such as ' * (len(missed) > 1)}{missed[0]!r}")
    answers = pl.concat(rows)
    draft = out.with_name(f".{out.name}-{uuid4().hex[:8]}")
    try:
        answers.write_parquet(draft)
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)
    return Answered(len(asked), len(answers), tuple(_few(notes)))


def _rows(queries: pl.Series, found: Ranked, ids: pl.Series) -> pl.DataFrame:
    n_queries, k = found.positions.shape
    table = pl.DataFrame(
        {
            "query": queries.gather(pl.int_range(n_queries, eager=True).repeat_by(k).explode()),
            "item_idx": found.positions.ravel(),
            "rank": pl.int_range(n_queries * k, eager=True) % max(k, 1) + 1,
            "score": found.scores.ravel(),
        }
    ).filter(pl.col("item_idx") >= 0)
    named = table.with_columns(ids.gather(table["item_idx"]).alias("item_id"))
    return named.select(pl.col(name).cast(dtype) for name, dtype in ANSWERS.items())


def _few(notes: list[str]) -> Iterator[str]:
    """Give notes, each once, and only the first of many."""
    distinct = list(dict.fromkeys(notes))
    yield from distinct[: _SHOWN + 1]
    if len(distinct) > _SHOWN + 1:
        yield f"… and {len(distinct) - _SHOWN - 1} more of these"
