"""Every demand model on a made shop of the size of H&M's contest: seconds and memory.

Each model is fitted in a process of its own, so that its peak memory is its own. Run it with

    python benchmarks/demand.py --work /large/folder              # 31.8 million purchases
    python benchmarks/demand.py --work /large/folder --share 0.1  # a tenth

and it prints a Markdown table. The folder may be that of `benchmarks/full_scale.py`: a shop that is
there is used. All models together are to take at most 15 minutes and 12 GB on two cores.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

ARTICLES, CUSTOMERS = 105_542, 1_371_980
MODELS = ("propensity", "life", "seasons", "style")


def make_shop(share: float, work: Path) -> Path:
    """Give the shop's folder; it is made where it is not there."""
    files, shop = work / f"files-{share:g}", work / f"shop-{share:g}"
    if (shop / "data" / "CURRENT").is_file():
        return shop
    size = [
        "--customers",
        f"{round(CUSTOMERS * share)}",
        "--articles",
        f"{round(ARTICLES * share)}",
    ]
    synth = ["synth", "--scale", "hm", "--out", str(files), *(size if share < 1 else [])]
    for words in (synth, ["import", "hm", str(files), "--shop", str(shop)]):
        subprocess.run([sys.executable, "-m", "modiste", *words], check=True)
    return shop


def fit(model: str, shop: Path, threads: int) -> None:
    """Fit one model on all rows, as `modiste forecast` and a training window do."""
    from modiste.component import settings_of
    from modiste.data import open_shop
    from modiste.demand.columns import DEMAND

    dataset = open_shop(shop)
    column = DEMAND.get(model)
    known = "threads" in settings_of(column())
    made = column(threads=threads) if known else column()
    made.prepare(dataset.until(dataset.day_range()[1]))


def measure(share: float, work: Path, threads: int) -> None:
    """Fit each model and print what it took."""
    shop = make_shop(share, work)
    print("| share | model | seconds | CPU seconds | peak GB |\n|---|---|---|---|---|")
    total = cpu = 0.0
    for model in MODELS:
        start = time.perf_counter()
        words = [sys.executable, __file__, "--work", str(work), "--threads", str(threads)]
        process = subprocess.Popen([*words, "--fit", model, "--shop", str(shop)])
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{model} failed")
        seconds, spent = time.perf_counter() - start, usage.ru_utime + usage.ru_stime
        total, cpu = total + seconds, cpu + spent
        print(
            f"| {share:g} | {model} | {seconds:.0f} | {spent:.0f} | {usage.ru_maxrss / 1e6:.1f} |"
        )
    print(f"| {share:g} | all | {total:.0f} | {cpu:.0f} | |")


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder for the made shop")
    parser.add_argument("--share", type=float, default=1.0, help="share of the contest's size")
    parser.add_argument("--threads", type=int, default=0, help="LightGBM's; 0: all cores")
    parser.add_argument("--fit", choices=MODELS, help=argparse.SUPPRESS)
    parser.add_argument("--shop", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.fit:
        fit(given.fit, given.shop, given.threads)
    else:
        measure(given.share, given.work, given.threads)


if __name__ == "__main__":
    main()
