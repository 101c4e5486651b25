"""From CSV to twelve articles for every customer at the scale of H&M's contest.

Each stage is the command a user types, run as a process of its own; its seconds and its peak memory
are the operating system's. Run it with

    python benchmarks/full_scale.py --work /large/folder            # the whole shop and a tenth
    python benchmarks/full_scale.py --work /large/folder --share 1  # the whole shop only

and it prints a Markdown table, which stands in docs/benchmarks.md. `growth` is the whole shop's
seconds over a tenth's, divided by ten: at most 1.15 is wanted.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

ARTICLES, CUSTOMERS = 105_542, 1_371_980
"""Of the contest; a share scales customers (and so purchases) and articles alike."""


@dataclass(frozen=True)
class Stage:
    """What one command took."""

    share: float
    name: str
    seconds: float
    cpu_seconds: float
    peak_gb: float
    rows: int


def run(share: float, name: str, words: list[str], rows: int, log: Path) -> Stage:
    """Run one command to its end and measure it; its output goes to a log."""
    start = time.perf_counter()
    with log.open("a", encoding="utf-8") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "modiste", *words], stdout=out, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"modiste {' '.join(words)} failed, see {log}")
    stage = Stage(
        share,
        name,
        time.perf_counter() - start,
        usage.ru_utime + usage.ru_stime,
        usage.ru_maxrss / 1e6,
        rows,
    )
    print(f"{share:g} {name}: {stage.seconds:.0f} s, {stage.peak_gb:.1f} GB", file=sys.stderr)
    return stage


def measure(share: float, work: Path, seed: int, memory: str, reuse: bool) -> list[Stage]:
    """Run all stages on a shop of a share of the contest's size."""
    files, shop = work / f"files-{share:g}", work / f"shop-{share:g}"
    shutil.rmtree(shop, ignore_errors=True)
    log = work / f"log-{share:g}.txt"
    log.unlink(missing_ok=True)
    customers, articles = round(CUSTOMERS * share), round(ARTICLES * share)
    stages = []
    if not (reuse and (files / "transactions_train.csv").is_file()):
        size = ["--customers", str(customers), "--articles", str(articles)] if share < 1 else []
        words = ["synth", "--scale", "hm", "--seed", str(seed), "--out", str(files), *size]
        stages.append(run(share, "synth", words, 0, log))
    imports = ["import", "hm", str(files), "--shop", str(shop)]
    stages.append(run(share, "import", imports, 0, log))
    reports = list(shop.glob("data/*/import-report.json"))
    tables = json.loads(reports[0].read_text(encoding="utf-8"))["tables"]
    purchases = tables["interactions"]["accepted"]
    stages = [Stage(**{**asdict(stage), "rows": purchases}) for stage in stages]
    train = ["train", "--shop", str(shop), "--config", "hm"]
    stages.append(run(share, "train", train, purchases, log))
    out = work / f"lists-{share:g}.csv"
    recommend = ["recommend", "--shop", str(shop), "--out", str(out)]
    recommend += ["--format", "kaggle", "--memory", memory]
    stages.append(run(share, "recommend", recommend, customers, log))
    check_lists(out, customers)
    return stages


def check_lists(out: Path, customers: int) -> None:
    """See that every customer has twelve distinct articles."""
    import polars as pl

    items = pl.col("prediction").str.split(" ").list
    facts = (
        pl.scan_csv(out)
        .select(
            pl.col("customer_id").n_unique().alias("customers"),
            (items.n_unique() == 12).sum().alias("full"),
        )
        .collect()
        .row(0)
    )
    if facts != (customers, customers):
        raise SystemExit(f"{out}: {facts[0]:,} customers, {facts[1]:,} with 12 articles")


def table(stages: list[Stage]) -> str:
    """Write the stages as a Markdown table."""
    lines = [
        "| share | stage | rows | seconds | CPU seconds | peak GB | growth |",
        "|---|---|---|---|---|---|---|",
    ]
    small = {stage.name: stage for stage in stages if stage.share == 0.1}
    for stage in stages:
        growth = ""
        if stage.share == 1 and stage.name in small:
            growth = f"{stage.seconds / small[stage.name].seconds / 10:.2f}"
        lines.append(
            f"| {stage.share:g} | {stage.name} | {stage.rows:,} | {stage.seconds:.0f} "
            f"| {stage.cpu_seconds:.0f} | {stage.peak_gb:.1f} | {growth} |"
        )
    for share in sorted({stage.share for stage in stages}):
        parts = [stage for stage in stages if stage.share == share and stage.name != "synth"]
        total = sum(stage.seconds for stage in parts)
        peak = max(stage.peak_gb for stage in parts)
        lines.append(f"| {share:g} | **from CSV to lists** | | **{total:.0f}** | | {peak:.1f} | |")
    return "\n".join(lines)


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--work", type=Path, required=True, help="folder with 20 GB free")
    parser.add_argument("--share", type=float, action="append", help="share of the contest's size")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--memory", default="8GB", help="budget of modiste recommend")
    parser.add_argument("--reuse", action="store_true", help="use files that are there already")
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    stages = []
    for share in given.share or [0.1, 1.0]:
        stages += measure(share, given.work, given.seed, given.memory, given.reuse)
    if given.json:
        rows = [asdict(stage) for stage in stages]
        given.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    print(table(stages))


if __name__ == "__main__":
    main()
