"""How soon the page shows itself on a phone of the middle class, and how soon it reacts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.web.conftest import see
from tests.web.fake_shop import FakeShop

pytestmark = pytest.mark.browser
Open = Callable[..., Any]

BYTES_PER_SECOND = 9_000_000 / 8
ROUND_TRIP = 100
SLOWER = 4
"""How much slower a phone of the middle class is than one quiet core of a desk."""
QUIET_MS = 140
"""How long such a core takes for `LOOP`: 4 cycles for each of 10^8 steps at 3 GHz."""
LOOP = """() => {
  const begin = performance.now();
  let sum = 1;
  for (let i = 0; i < 1e8; i++) sum = (Math.imul(sum, 31) + i) | 0;
  return sum === 0 ? 0 : performance.now() - begin;
}"""

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


def busyness(page: Any) -> float:
    """Tell how many times slower than a quiet core this machine is now."""
    return float(sorted(page.evaluate(LOOP) for _ in range(3))[1]) / QUIET_MS


def test_the_first_look_and_every_touch_are_quick(open_page: Open, shop: FakeShop) -> None:
    page = open_page("about:blank")
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": ROUND_TRIP,
            "downloadThroughput": BYTES_PER_SECOND,
            "uploadThroughput": BYTES_PER_SECOND / 3,
        },
    )
    # A machine that others keep busy is slowed less, so that both make the phone.
    busy = busyness(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": min(4, max(1, SLOWER / busy))})
    page.add_init_script(WATCH)
    page.goto("/")
    page.get_by_role("list", name="Your shelf").wait_for()
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)
    lcp = page.evaluate("seen.lcp")
    see(page, "speed-home", whole=False)

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
    print(f"busy {busy:.1f}, LCP {lcp:.0f} ms, CLS {seen['cls']:.4f}")
    print(f"slowest {seen['slowest']:.0f} ms: {seen['what']}")
    assert seen["cls"] <= 0.02
    late = lcp > 1800 or seen["slowest"] > 150
    if late and max(busy, busyness(page)) > SLOWER:
        pytest.skip(f"this machine is {busy:.1f} times slower than a quiet one: no figures")
    assert 0 < lcp <= 1800
    assert seen["slowest"] <= 150, seen["what"]
