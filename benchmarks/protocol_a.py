"""How good the lists are on real purchases: 26 weeks of H&M's sample, each from the rows before it.

    python benchmarks/protocol_a.py --validation     # the 26 weeks on which settings are chosen
    python benchmarks/protocol_a.py                  # the 26 test weeks: look once, at the end

`--config FILE` judges other settings. The sample's files are read from the shared folder
(MODISTE_SHARED, or `../shared` beside the checkout); nothing of them is kept.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from datetime import date
from pathlib import Path

from modiste.config import load_config
from modiste.data.sources.hm import import_hm
from modiste.pipeline import evaluate

TEST_END, VALIDATION_END = date(2020, 9, 23), date(2020, 3, 25)
"""The days after the last test week and after the last validation week."""
BASELINES = ("own history + popular", "own history + other colours + popular")


def main() -> None:
    """Import the sample, predict the weeks, print the figures with their intervals."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--validation", action="store_true", help="the 26 weeks before the test")
    parser.add_argument("--config", help="a TOML file or a shipped name; default: every default")
    parser.add_argument("--refit-every", type=int, default=1)
    options = parser.parse_args()
    root = Path(os.environ.get("MODISTE_SHARED") or Path(__file__).parents[2] / "shared")
    end = VALIDATION_END if options.validation else TEST_END
    with tempfile.TemporaryDirectory() as folder:
        shop = Path(folder)
        import_hm(root / "data" / "hm_sample", shop, keep_pictures=False)
        result = evaluate(
            shop,
            load_config(options.config),
            n_weeks=26,
            refit_every=options.refit_every,
            as_of=end,
            progress=_progress,
        )
    print(f"\n{result['n_user_weeks']} customer-weeks, weeks {result['weeks'][0]} to {end}")
    print("| model | MAP@12 | 95 % |\n| --- | --- | --- |")
    for name, row in result["models"].items():
        low, high = row["MAP@12_low"], row["MAP@12_high"]
        print(f"| {name} | {row['MAP@12']:.4f} | {low:.4f} - {high:.4f} |")
    for name in BASELINES:
        row = result["paired"][f"modiste - {name}"]
        print(
            f"modiste - {name}: {row['MAP@12']:+.4f} "
            f"[{row['MAP@12_low']:+.4f}, {row['MAP@12_high']:+.4f}], {row['MAP@12_ratio']:.3f} x"
        )


def _progress(text: str, share: float) -> None:
    print(f"\r{text} {share:4.0%}", end="", file=sys.stderr)


if __name__ == "__main__":
    main()
