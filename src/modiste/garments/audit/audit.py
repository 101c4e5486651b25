"""A catalogue's audit: what is likely wrong, what is missing, which pictures are shown twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from modiste.artifacts import Store
from modiste.data import Dataset
from modiste.encoders.stored import read_vectors
from modiste.engine import collect
from modiste.garments.audit.duplicates import Pairs, find_duplicates, groups_of
from modiste.garments.audit.evidence import (
    COLOURS,
    Evidence,
    Floats,
    Whole,
    gather_evidence,
    picture_label,
    picture_rows,
)
from modiste.garments.audit.folds import predict_unseen, product_folds
from modiste.garments.audit.labels import (
    CERTAIN,
    PRECISION,
    Classes,
    Mask,
    fill_missing,
    find_wrong,
    judged_by,
    least_chance,
    read_classes,
)
from modiste.garments.audit.recognised import see_attributes
from modiste.garments.audit.variants import weigh_variants
from modiste.garments.recogniser import Recogniser

JUDGED = ("kind", "colour")
"""Attributes whose given values are judged; missing values are suggested for all."""
MOST_VALUES = 400
"""Attributes with more values are names, not kinds of things."""
TABLE = {
    "item_id": pl.String,
    "fault": pl.String,
    "attribute": pl.String,
    "given": pl.String,
    "suggested": pl.String,
    "probability": pl.Float32,
    "reason": pl.String,
}
"""The audit's columns. `fault` is `wrong`, `missing` or `duplicate`; of a duplicate `given` is the
item's picture and `suggested` the id of the item that shows it too; `probability` is null there."""

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Audit:
    """What an audit found."""

    dataset: Dataset
    table: pl.DataFrame
    """See `TABLE`: faults in the order wrong, missing, duplicate; the surest first."""
    groups: pl.DataFrame
    """`item_id, group`: items that show one picture; groups are numbered from 0."""
    parts: tuple[str, ...]
    """What items were judged by."""
    checked: tuple[str, ...]
    """What was judged, and how surely, in words."""
    notes: tuple[str, ...]
    """What could not be done, and what to do about it."""
    n_items: int


def audit_shop(
    shop: Path,
    *,
    model: Path | None = None,
    encoder: str | None = None,
    words: bool = True,
    certain: float = CERTAIN,
    seed: int = 0,
    progress: Progress | None = None,
) -> Audit:
    """Look through a shop's catalogue for values and pictures that need a second look.

    Every judgement of an item comes from a model that saw neither the item, nor other variants of
    its product, nor items that show the same picture.

    Args:
        shop: The shop's folder, with stored vectors.
        model: A recogniser of garments; None: the shop's own at `SHOP/garments`, if it has one.
        encoder: Whose vectors of pictures; None: the one embedded last that was not fitted on the
            shop's own labels.
        words: Whether names and descriptions are evidence too.
        certain: Least chance that a value is wrong for it to be called so.
        seed: Of the fits.
        progress: Told a stage's name and the share done.

    Raises:
        ArtifactError: If nothing was imported, or the vectors or the model asked for are not there.
        InputError: If there is nothing to judge items by.
        MissingExtraError: If a model is to be used and torch is not installed.
    """
    tell = progress or (lambda _stage, _share: None)
    dataset = Dataset.read(Store(shop / "data", "dataset").current())
    own = shop / "garments"
    folder = model or (own if (own / "manifest.json").is_file() else None)
    recogniser = None if folder is None else Recogniser.open(folder)
    evidence = gather_evidence(shop, dataset, encoder=encoder, words=words)
    items = collect(dataset.items).sort("item_idx")
    products = _numbers(items["product_id"])
    pairs = _duplicates(shop, dataset, items, encoder, tell)
    together = _joined(products, pairs)
    catalogue = _Catalogue(items, evidence, products, product_folds(together), seed, tell)
    wrong, missing, checked = catalogue.judge(dataset.item_attributes, certain)
    notes = list(evidence.notes)
    if recogniser is not None and dataset.picture_folder is not None:
        told = see_attributes(
            recogniser,
            dataset.picture_folder,
            items.select("item_idx", "picture"),
            dataset.item_attributes,
            lambda share: tell("garments in pictures", share),
        )
        missing += [
            (item, "missing", name, None, value, chance, "seen in the picture by the recogniser")
            for item, name, value, chance in told
        ]
    twice, groups = _duplicate_rows(items, pairs)
    rows = pl.DataFrame(
        wrong + missing + twice,
        schema={"item_idx": pl.Int64} | {name: TABLE[name] for name in list(TABLE)[1:]},
        orient="row",
    )
    ids = items.select(pl.col("item_idx").cast(pl.Int64), "item_id")
    order = pl.col("fault").replace_strict({"wrong": 0, "missing": 1, "duplicate": 2})
    table = (
        rows.with_row_index("place")
        .join(ids, on="item_idx", how="left", maintain_order="left")
        .sort(order, pl.col("probability"), "place", descending=[False, True, False])
        .select(*TABLE)
    )
    return Audit(dataset, table, groups, evidence.parts, tuple(checked), tuple(notes), items.height)


Row = tuple[int, str, str, str | None, str, float | None, str]


@dataclass(frozen=True)
class _Catalogue:
    """Items with their evidence and folds, judged one attribute after the other."""

    items: pl.DataFrame
    evidence: Evidence
    products: Whole
    folds: Whole
    seed: int
    tell: Progress

    def judge(
        self, attributes: Sequence[str], certain: float
    ) -> tuple[list[Row], list[Row], list[str]]:
        wrong: list[Row] = []
        missing: list[Row] = []
        checked: list[str] = []
        for name in attributes:
            classes = read_classes(self.items[name])
            n_values = len(classes.values)
            if not 2 <= n_values <= MOST_VALUES:
                continue
            if name not in JUDGED and not classes.missing.any():
                continue
            known = judged_by(self.evidence, name)
            chances = self._chances(name, classes, known)
            if name in JUDGED:
                found = self._wrong(name, classes, chances, known, certain)
                wrong += found
                checked.append(f"{name}: {len(found):,} likely wrong")
            if classes.missing.any():
                found, told = self._missing(name, classes, chances, known)
                missing += found
                checked.append(f"{name}: {told}")
        return wrong, missing, checked

    def _chances(self, name: str, classes: Classes, known: Mask) -> Floats:
        chances = predict_unseen(
            self.evidence,
            np.where(known, classes.labels, -1),
            len(classes.values),
            self.folds,
            seed=self.seed,
            progress=lambda share: self.tell(name, share),
        )
        return weigh_variants(chances, classes.labels, self.products)

    def _wrong(
        self, name: str, classes: Classes, chances: Floats, known: Mask, certain: float
    ) -> list[Row]:
        judged = find_wrong(chances, classes.labels, known, certain)
        n_others = np.bincount(self.products)[self.products] - 1
        values = classes.values
        return [
            (
                int(row),
                "wrong",
                name,
                values[had],
                values[better],
                float(chance),
                f"other products say {values[better]} {chances[row, better]:.2f}, "
                f"{values[had]} {chances[row, had]:.3f}"
                + (f"; {n_others[row]} other variants were asked too" if n_others[row] else ""),
            )
            for row, had, better, chance in zip(
                judged.rows,
                classes.labels[judged.rows],
                judged.suggested,
                judged.probability,
                strict=True,
            )
        ]

    def _missing(
        self, name: str, classes: Classes, chances: Floats, known: Mask
    ) -> tuple[list[Row], str]:
        n_missing = int(classes.missing.sum())
        least = least_chance(chances, classes.labels, known)
        if least is None:
            return [], (
                f"{n_missing:,} missing, none suggested: no prediction of known values was right "
                f"in {PRECISION:.0%} of the cases"
            )
        judged = fill_missing(chances, classes.missing, known, least[0])
        values = self.items[name].to_list()
        reason = f"of known values predicted with {least[0]:.2f} or more, {least[1]:.0%} were right"
        rows: list[Row] = [
            (int(row), "missing", name, values[row], classes.values[best], float(chance), reason)
            for row, best, chance in zip(
                judged.rows, judged.suggested, judged.probability, strict=True
            )
        ]
        return rows, f"{n_missing:,} missing, {len(rows):,} suggested ({reason})"


def _duplicates(
    shop: Path, dataset: Dataset, items: pl.DataFrame, encoder: str | None, tell: Progress
) -> Pairs:
    from modiste.encoders.stored import vector_labels

    label = picture_label(shop, encoder) or (COLOURS if COLOURS in vector_labels(shop) else None)
    if label is None or dataset.picture_folder is None:
        none = np.empty(0, np.int64)
        return Pairs(none, none, np.empty(0, np.float32), none)
    stored = read_vectors(shop, label)
    return find_duplicates(
        stored.of("pictures"),
        picture_rows(dataset, stored),
        dataset.picture_folder,
        items["picture"].to_list(),
        lambda share: tell("pictures shown twice", share),
    )


def _duplicate_rows(items: pl.DataFrame, pairs: Pairs) -> tuple[list[Row], pl.DataFrame]:
    """Tell of pairs that are faults: of two products, or of one product in two colours."""
    pairs = pairs.of(np.lexsort((-pairs.cosine, pairs.bits)))
    product, ids = items["product_id"].to_list(), items["item_id"].to_list()
    pictures = items["picture"].to_list()
    colour = (items["colour"] if "colour" in items.columns else items["product_id"]).to_list()
    rows: list[Row] = []
    kept = []
    for at, (first, second) in enumerate(zip(pairs.first, pairs.second, strict=True)):
        if product[first] != product[second]:
            what = "one picture, two products"
        elif colour[first] != colour[second]:
            what = f"one picture, two colours ({colour[first]}, {colour[second]})"
        else:
            continue  # variants may share a picture: sizes, packs
        kept.append(at)
        reason = f"{what}: cosine {pairs.cosine[at]:.3f}, {pairs.bits[at]} of 480 bits differ"
        rows.append(
            (int(second), "duplicate", "picture", pictures[second], ids[first], None, reason)
        )
    group = groups_of(pairs.of(np.array(kept, np.int64)), items.height)
    table = pl.DataFrame({"item_id": ids, "group": group})
    several = table.filter(pl.len().over("group") > 1)
    return rows, several.with_columns((pl.col("group").rank("dense") - 1).cast(pl.Int32)).sort(
        "group", "item_id"
    )


def _joined(products: Whole, pairs: Pairs) -> Whole:
    """Number what must be in one fold: products, and products that share a picture."""
    one, other = products[pairs.first], products[pairs.second]
    n_products = int(products.max(initial=0)) + 1
    return groups_of(Pairs(one, other, pairs.cosine, pairs.bits), n_products)[products]


def _numbers(column: pl.Series) -> Whole:
    return (column.rank("dense") - 1).to_numpy().astype(np.int64)
