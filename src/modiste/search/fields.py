"""What is indexed of a catalogue's words: the fields, and the forms that words stand in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import polars as pl

from modiste.encoders.thesaurus import canonical, singular, split_words

WEIGHTS: Mapping[str, float] = {
    "name": 3.0,
    "kind": 3.0,
    "colour": 3.0,
    "attributes": 1.0,
    "description": 1.0,
}
"""What a word is worth by where it stands; `attributes` are all that are not kind or colour."""
Progress = Callable[[str, float], None]


def id_forms(text: str) -> list[str]:
    """Give an id as it is, and without the zeros before it.

    >>> id_forms("0108775015"), id_forms("d-01")
    (['0108775015', '108775015'], ['d-01'])
    """
    short = text.lstrip("0") if text.isdigit() else ""
    return [text, short] if short and short != text else [text]


def text_table(items: pl.DataFrame, attributes: Sequence[str]) -> pl.DataFrame:
    """Give a row an item: what is indexed of it, by field."""
    own = [name for name in attributes if name in ("kind", "colour")]
    others = [name for name in attributes if name not in own]
    joined = pl.concat_str(others, separator=" . ", ignore_nulls=True) if others else pl.lit("")
    return items.sort("item_idx").select(
        "item_idx",
        "item_id",
        "product_id",
        "name",
        *(pl.col(name) if name in own else pl.lit("").alias(name) for name in ("kind", "colour")),
        joined.alias("attributes"),
        "description",
    )


def canonical_table(table: pl.DataFrame, progress: Progress | None) -> pl.DataFrame:
    """Put the words that stand for all their synonyms beside a table's own, each text once."""
    forms = []
    for number, field in enumerate(WEIGHTS):
        if progress is not None:
            progress("index words", 0.5 * number / len(WEIGHTS))
        texts = table.get_column(field).drop_nulls().unique()
        forms.append(
            table.select(field)
            .join(
                pl.DataFrame({field: texts, "form": map(_with_synonyms, texts.to_list())}),
                on=field,
                how="left",
                maintain_order="left",
            )["form"]
            .alias(field)
        )
    named = table.get_column("name").unique()
    folded = [" ".join(split_words(name or "")) for name in named.to_list()]
    return table.join(
        pl.DataFrame({"name": named, "named": folded}),
        on="name",
        how="left",
        maintain_order="left",
        nulls_equal=True,
    ).with_columns(forms)


def _with_synonyms(text: str) -> str:
    """Give a text in its canonical words, and behind them its own that are not among these.

    >>> _with_synonyms("Hooded sweatshirts")
    'hoodie hooded sweatshirts'
    """
    form = canonical(text)
    known = set(form.split())
    own = [word for word in split_words(text) if not {word, singular(word)} & known]
    return " ".join([form, *own])
