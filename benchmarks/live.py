"""What one live recommendation costs in processor time, in one plan and as the batch makes it.

    python -m benchmarks.live SHOP [--users 40] [--json FILE]

Processor seconds of one thread (POLARS_MAX_THREADS and OMP_NUM_THREADS are set to 1), of users
spread over all with one item in their basket; wall time is told beside them.
"""

from __future__ import annotations

import argparse
import gc
import json
from pathlib import Path
from typing import Any

from benchmarks.timing import measure


def main() -> None:
    """Measure a trained shop."""
    from modiste.recommend.live import Signal
    from modiste.serve.window import RecommendationsAsked, ShopWindow

    parser = argparse.ArgumentParser()
    parser.add_argument("shop", type=Path)
    parser.add_argument("--users", type=int, default=40)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    window = ShopWindow.open(given.shop)
    window.warm()
    gc.collect()
    gc.freeze()  # as the server does
    assert window.personal is not None
    live = window.personal.live
    step = max(1, live.n_users // given.users)
    users = list(range(0, live.n_users, step))[: given.users]
    n_items = live.n_items

    def asked(user: int) -> Any:
        return live.asked(user, [Signal(user * 37 % n_items, "basket", live.last_day)])

    def answer(user: int) -> object:
        basket = (window.catalogue.ids[user * 37 % n_items],)
        user_id = live.users.item(user, "user_id")
        return window.recommendations(RecommendationsAsked(user_id, 12, "basket", basket))

    figures = {
        "ranking table, as the batch makes it": measure(
            lambda user: live.model.table(asked(user)), users
        ),
        "ranking table, one plan": measure(lambda user: live.rows_of(asked(user)), users),
        "whole answer, live": measure(answer, users),
        "whole answer, stored": measure(
            lambda user: window.recommendations(
                RecommendationsAsked(live.users.item(user, "user_id"))
            ),
            users,
        ),
    }
    print(f"{n_items:,} items, {live.n_users:,} users, {len(users)} asked")
    print(f"{'':40}" + "".join(f"{name:>14}" for name in next(iter(figures.values()))))
    for name, row in figures.items():
        print(f"{name:40}" + "".join(f"{value:14.1f}" for value in row.values()))
    if given.json:
        given.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
