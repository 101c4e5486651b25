"""How soon a served shop's page shows itself on a phone of the middle class, and reacts.

    modiste serve --shop SHOP
    python benchmarks/page.py [--address http://127.0.0.1:8000] [--loads 5]

Opens the home page in Chromium with nothing cached, at a processor four times slower than this
machine's, 9 Mbit/s down, 3 up and 100 ms to and fro; then likes, types, searches and filters.
Prints for each load the largest paint (LCP), the slowest of all interactions (an upper bound of
INP), the layout shift (CLS), and the bytes of scripts and styles before the first look, as sent.
Leaves with 1 when the median load is over a budget. Chromium is Debian's, or MODISTE_CHROMIUM.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from dataclasses import dataclass
from statistics import median
from typing import Any

WIDTH, HEIGHT = 390, 844
BYTES_PER_SECOND = 9_000_000 / 8
ROUND_TRIP_MS = 100
SLOWER = 4
"""How much slower a phone of the middle class is than one quiet core of a desk."""
BUDGETS = {"LCP ms": 1800, "INP ms": 150, "CLS": 0.02, "JS kB": 60, "CSS kB": 15}

WATCH = """
window.seen = {lcp: 0, cls: 0, slowest: 0, what: ''};
const watch = (type, tell, more) =>
  new PerformanceObserver(list => list.getEntries().forEach(tell))
    .observe({type, buffered: true, ...more});
watch('largest-contentful-paint', e => { seen.lcp = e.startTime; });
watch('layout-shift', e => { if (!e.hadRecentInput) seen.cls += e.value; });
watch('event', e => {
  if (!e.interactionId || e.duration <= seen.slowest) return;
  seen.slowest = e.duration;
  seen.what = `${e.name} at ${e.target?.outerHTML.slice(0, 60)}`;
}, {durationThreshold: 16});
"""
BYTES = """kind => performance.getEntriesByType('resource')
  .filter(one => new URL(one.name).pathname.endsWith(kind))
  .reduce((sum, one) => sum + one.encodedBodySize, 0)"""


@dataclass(frozen=True)
class Seen:
    """What one load and the walk after it took."""

    lcp: float
    """Largest paint, in milliseconds from the start of the load."""
    slowest: float
    """Of all interactions, in milliseconds; 0: none took 16."""
    what: str
    """Which one it was."""
    cls: float
    """Layout shift."""
    js: int
    """Bytes of scripts before the first look, as sent."""
    css: int

    def figures(self) -> dict[str, float]:
        """Give them by the names of the budgets."""
        kb = (self.js / 1000, self.css / 1000)
        return dict(zip(BUDGETS, (self.lcp, self.slowest, self.cls, *kb), strict=True))


def slow_down(page: Any, rate: float = SLOWER) -> None:
    """Make a page's processor and line those of a phone."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": ROUND_TRIP_MS,
            "downloadThroughput": BYTES_PER_SECOND,
            "uploadThroughput": BYTES_PER_SECOND / 3,
        },
    )
    session.send("Emulation.setCPUThrottlingRate", {"rate": rate})


def walk(page: Any) -> Seen:
    """Open the home page, look, like, type, search and filter."""
    page.add_init_script(WATCH)
    page.goto("/")
    page.get_by_role("list", name="Your shelf").wait_for()
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)
    lcp = page.evaluate("seen.lcp")
    js, css = page.evaluate(BYTES, ".js"), page.evaluate(BYTES, ".css")
    page.get_by_role("button", name="Like ", exact=False).first.click()
    page.wait_for_timeout(300)
    page.get_by_role("combobox").press_sequentially("black", delay=60)
    page.get_by_role("option").first.wait_for()
    page.get_by_role("combobox").press("Enter")
    page.get_by_role("list", name="What was found").wait_for()
    page.get_by_role("button", name="Filter").click()
    page.get_by_role("checkbox").first.check()
    page.keyboard.press("Escape")
    page.wait_for_timeout(600)
    seen = page.evaluate("seen")
    return Seen(lcp, seen["slowest"], seen["what"], seen["cls"], js, css)


def measure(address: str, loads: int, chromium: str) -> list[Seen]:
    """Walk so many times, each with an empty cache."""
    from playwright.sync_api import sync_playwright

    found = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for _ in range(loads):
            context = browser.new_context(
                base_url=address,
                viewport={"width": WIDTH, "height": HEIGHT},
                service_workers="block",
                locale="en-GB",
            )
            page = context.new_page()
            slow_down(page)
            found.append(walk(page))
            context.close()
        browser.close()
    return found


def main() -> None:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--address", default="http://127.0.0.1:8000", help="of a served shop")
    parser.add_argument("--loads", type=int, default=5, help="each with an empty cache")
    given = parser.parse_args()
    chromium = os.environ.get("MODISTE_CHROMIUM") or shutil.which("chromium")
    if not chromium:
        sys.exit("no chromium: install Debian's, or name one by MODISTE_CHROMIUM")
    found = measure(given.address, given.loads, chromium)
    print(f"{'':<8}" + "".join(f"{name:>10}" for name in BUDGETS))
    for number, seen in enumerate(found, start=1):
        print(f"{number:<8}" + line(seen.figures()) + f"   {seen.what}")
    middle = {name: median(seen.figures()[name] for seen in found) for name in BUDGETS}
    print(f"{'median':<8}" + line(middle))
    print(f"{'budget':<8}" + line(dict(BUDGETS)))
    over = [name for name, most in BUDGETS.items() if middle[name] > most]
    if over:
        sys.exit(f"over budget: {', '.join(over)}")


def line(figures: dict[str, float]) -> str:
    """Give figures as a table's row."""
    places = {name: 4 if name == "CLS" else 1 for name in figures}
    return "".join(f"{value:>10.{places[name]}f}" for name, value in figures.items())


if __name__ == "__main__":
    main()
