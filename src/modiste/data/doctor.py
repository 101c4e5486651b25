"""The health of a shop: is it whole, and does its data look like what a shop's data looks like?"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from modiste.artifacts import Store, verify
from modiste.data.dataset import Dataset
from modiste.data.findings import Finding, Severity, share
from modiste.data.health_pictures import examine_pictures
from modiste.data.health_prices import examine_prices
from modiste.data.health_time import examine_time
from modiste.data.report import FILE
from modiste.data.shop import dataset_store
from modiste.errors import ArtifactError

Progress = Callable[[str, float], None]
_MANY_ASIDE, _MOST_ASIDE = 0.01, 0.2
_TILL_SHARE, _TILL_FACTOR = 0.01, 100
_HM_DIGITS, _CODE_DIGITS = 10, 8
_SLICE = 1 << 22
_ORDER = ["day", "user_idx", "item_idx", "price", "channel"]


@dataclass(frozen=True)
class Shop:
    """What the examinations look at."""

    interactions: pl.LazyFrame
    items: pl.DataFrame
    users: pl.LazyFrame
    report: dict[str, Any]
    folder: Path
    dataset: Dataset


def examine_shop(
    shop: Path, *, all_pictures: bool = False, progress: Progress | None = None
) -> list[Finding]:
    """Examine a shop's current dataset.

    Args:
        shop: The shop's folder.
        all_pictures: Whether every picture is decoded, not a sample of 200.
        progress: Told the stage and the share of it that is done.

    Raises:
        ArtifactError: If nothing was imported yet.
        InputError: If the shop is a file.
    """
    folder = dataset_store(shop).current()

    def tell(stage: str, part: float) -> None:
        if progress:
            progress(stage, part)

    tell("hashes", 0.0)
    try:
        verify(folder)
    except ArtifactError as error:
        # What was altered is not handed to a parser.
        altered = Finding("error", "stored files", str(error), "import the shop again")
        return [altered, *_release(shop)]
    release = [*_release(shop)]
    tell("hashes", 1.0)
    dataset = Dataset.read(folder)
    opened = Shop(
        pl.scan_parquet(folder / "interactions.parquet", glob=False),
        pl.read_parquet(folder / "items.parquet", glob=False),
        pl.scan_parquet(folder / "users.parquet", glob=False),
        _read_report(folder),
        folder,
        dataset,
    )
    findings = [Finding("ok", "stored files", f"{folder.name}: all hashes are right")]
    findings += [*release, *_rows_set_aside(opened), *_leading_zeros(opened)]
    tell("tables", 0.0)
    if opened.report["n_interactions"]:
        findings += examine_time(opened.interactions)
        tell("tables", 0.3)
        findings += examine_prices(opened.interactions, opened.report["source"])
        tell("tables", 0.6)
        findings += [*_idle_items(opened), *_alike(opened), *_users(opened), *_repeats(opened)]
    else:
        found = "there are none: the shop can be searched, not trained"
        advice = "import interactions too if customers shall get recommendations"
        findings += [Finding("note", "purchases", found, advice), *_alike(opened)]
    tell("tables", 1.0)
    findings += examine_pictures(
        opened.items["picture"],
        dataset.picture_folder,
        everything=all_pictures,
        progress=lambda part: tell("pictures", part),
    )
    return findings


def _release(shop: Path) -> Iterator[Finding]:
    """Compare the current release with its hashes; a shop that was not trained yet has none."""
    store = Store(shop / "releases", "release")
    if store.current_name() is None:
        return
    try:
        folder = store.current()
        verify(folder)
    except ArtifactError as error:
        yield Finding("error", "release", str(error), f"run modiste train --shop {shop}")
        return
    yield Finding("ok", "release", f"{folder.name}: all hashes are right")


def _read_report(folder: Path) -> dict[str, Any]:
    try:
        report: dict[str, Any] = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ArtifactError(f"{folder} has no {FILE} ({error}): import the shop again") from None
    return report


def _rows_set_aside(shop: Shop) -> Iterator[Finding]:
    for role, table in shop.report["tables"].items():
        reasons = table["quarantined"]
        n_aside, n_read = sum(reasons.values()), table["read"]
        if not n_aside:
            yield Finding("ok", f"rows of {role}", f"all {n_read:,} accepted")
            continue
        part = n_aside / n_read
        severity: Severity = "note"
        if part > _MANY_ASIDE:
            severity = "error" if part > _MOST_ASIDE else "warning"
        listed = ", ".join(f"{count:,} {reason}" for reason, count in reasons.items())
        yield Finding(
            severity,
            f"rows of {role}",
            f"{share(n_aside, n_read)} set aside: {listed}",
            f"look at {shop.folder / 'quarantine'}, mend the files and import again",
        )


def _leading_zeros(shop: Shop) -> Iterator[Finding]:
    """Ids of digits that have lost their zeros, as spreadsheets and integer columns do to them."""
    ids = shop.items["item_id"]
    if not ids.str.contains(r"^\d+$").all():
        yield Finding("ok", "leading zeros", "item ids are words, none can be lost")
        return
    lengths = ids.str.len_chars()
    longest = int(lengths.max())  # type: ignore[arg-type]
    n_short = int((lengths < longest).sum())
    n_zero = int(ids.str.starts_with("0").sum())
    lost = _lost_in_quarantine(shop, ids, longest)
    advice = "read ids as text where the file is made, for example dtype=str in pandas"
    if lost:
        found = f"{lost:,} rows set aside would match an item of {longest} digits with zeros before"
        yield Finding("error", "leading zeros", found, advice)
    elif shop.report["source"] == "hm" and longest < _HM_DIGITS:
        found = f"article ids have {longest} digits where H&M's have {_HM_DIGITS}"
        yield Finding("warning", "leading zeros", found, advice)
    elif n_short and not n_zero:
        # Short numbers are counted up, 1 to 15000; long ones are codes of one length.
        if longest < _CODE_DIGITS:
            found = f"item ids are numbers of at most {longest} digits, as counting up gives"
            yield Finding("ok", "leading zeros", found)
            return
        few = share(n_short, len(ids))
        found = f"{few} item ids have fewer than {longest} digits, none begins with 0"
        yield Finding("warning", "leading zeros", found, advice)
    else:
        yield Finding("ok", "leading zeros", f"{share(n_zero, len(ids))} item ids begin with 0")


def _lost_in_quarantine(shop: Shop, ids: pl.Series, length: int) -> int:
    """Count rows with an unknown item that is known when zeros are put before it."""
    stored = shop.folder / "quarantine"
    interactions = shop.report["tables"].get("interactions", {"quarantined": {}})
    if not interactions["quarantined"].get("unknown item"):
        return 0
    words = (
        pl.scan_parquet(sorted(stored.glob("interactions-*.parquet")), glob=False)
        .filter(pl.col("reason") == "unknown item")
        .head(10_000)
        .with_row_index("row")
        .select("row", pl.col("text").str.extract_all(r"\d+").alias("word"))
        .explode("word", empty_as_null=False)
        .filter(pl.col("word").str.len_chars() < length)
        .with_columns(pl.col("word").str.zfill(length))
        .filter(pl.col("word").is_in(ids.implode()))
    )
    return int(words.select(pl.col("row").n_unique()).collect().item())


def _idle_items(shop: Shop) -> Iterator[Finding]:
    n_items, n_idle = shop.items.height, shop.report["items_never_sold"]
    half = n_idle > n_items / 2
    yield Finding(
        "warning" if half else "note" if n_idle else "ok",
        "items never sold",
        share(n_idle, n_items),
        "they can be found by content only; check that the catalogue fits the interactions"
        if half
        else "",
    )


def _alike(shop: Shop) -> Iterator[Finding]:
    told = [name for name in shop.dataset.item_attributes if name in shop.items.columns]
    alike = shop.items.filter(pl.col("name").is_not_null())
    if not alike.is_empty():
        same = ["product_id", "name", "description", *told]
        n_alike = int(alike.select(pl.struct(same).is_duplicated().sum()).item())
        yield Finding(
            "note" if n_alike else "ok",
            "items alike",
            f"{share(n_alike, shop.items.height)} are equal in all but their id",
            "sizes of one article should have one id" if n_alike else "",
        )


def _users(shop: Shop) -> Iterator[Finding]:
    n_users = shop.report["n_users"]
    n_idle, n_new = shop.report["users_without_purchase"], shop.report["users_without_row"]
    yield Finding("note" if n_idle else "ok", "users without history", share(n_idle, n_users))
    if "users" in shop.report["tables"] and n_new:
        yield Finding(
            "warning" if n_new > n_users / 10 else "note",
            "users without row",
            f"{share(n_new, n_users)} are in the interactions only",
            "add them to the users' file, or nothing is known of them but what they bought",
        )
    per_user = shop.interactions.group_by("user_idx").agg(pl.len().alias("n"))
    top = (
        per_user.sort("n", "user_idx", descending=[True, False]).head(1).collect(engine="streaming")
    )
    n_rows, most = shop.report["n_interactions"], int(top["n"].item())
    if most > max(_TILL_SHARE, _TILL_FACTOR / n_users) * n_rows:
        position = top["user_idx"].item()
        who = shop.users.filter(pl.col("user_idx") == position).select("user_id").collect().item()
        yield Finding(
            "warning",
            "largest user",
            f"user {who} has {share(most, n_rows)} of all purchases",
            "a till or guest account is no customer: leave its rows out",
        )


def _repeats(shop: Shop) -> Iterator[Finding]:
    """Count rows equal to the row before; the table is sorted by all of its columns."""
    n_rows, n_same = shop.report["n_interactions"], 0
    same = pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).shift()) for name in _ORDER)
    for start in range(0, n_rows, _SLICE):
        before = max(start - 1, 0)
        rows = shop.interactions.slice(before, start + _SLICE - before).select(same.alias("same"))
        n_same += int(rows.select(pl.col("same").sum()).collect().item())
    many = n_same > n_rows / 3
    yield Finding(
        "warning" if many else "note" if n_same else "ok",
        "repeated rows",
        f"{share(n_same, n_rows)} equal another one in every column: taken as quantity",
        "check that no file was exported or joined twice" if many else "",
    )
