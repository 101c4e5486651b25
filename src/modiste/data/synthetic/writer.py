"""Writes the contest's files, the large one in blocks as it comes."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import polars as pl

from modiste.data.synthetic.purchases import Day

BLOCK_ROWS = 1_000_000
"""Purchases written at a time."""

_PRICE_UNIT = 59_000
"""The contest's prices are those of the shop divided by 590."""
_HEADER = b"t_dat,customer_id,article_id,price,sales_channel_id\n"
_LINES_AT_A_TIME = 200_000


def write_table(frame: pl.DataFrame, path: Path) -> None:
    """Write a frame as CSV."""
    frame.write_csv(path)


def list_prices(dearest: int) -> pl.Series:
    """The text of every price from 0 to `dearest` hundredths, in the contest's scale."""
    prices = np.round(np.arange(dearest + 1) / _PRICE_UNIT, 16)
    return pl.Series("price", [repr(float(price)) for price in prices])


class TransactionWriter:
    """Appends days of purchases to `transactions_train.csv`.

    A block is formatted and written while the next is being drawn; no more than two blocks are in
    memory. Use it as a context manager.
    """

    def __init__(
        self,
        path: Path,
        *,
        dates: list[str],
        customer_ids: pl.Series,
        article_ids: pl.Series,
        dearest: int,
    ) -> None:
        """Open `path`; positions in the days are looked up in these lists."""
        self._path = path
        self._dates = pl.Series("t_dat", dates)
        self._customers = customer_ids.alias("customer_id")
        self._articles = article_ids.alias("article_id")
        self._prices = list_prices(dearest)
        self._channels = pl.Series("sales_channel_id", ["1", "2"])
        self._waiting: list[Day] = []
        self._n_waiting = 0
        self._running: Future[None] | None = None

    def __enter__(self) -> TransactionWriter:
        """Write the header."""
        self._file = self._path.open("wb")
        self._file.write(_HEADER)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="transactions")
        return self

    def __exit__(self, *failure: object) -> None:
        """Write what is left and close the file."""
        try:
            if failure[0] is None:
                self._send()
                self._wait()
        finally:
            self._pool.shutdown()
            self._file.close()

    def append(self, day: Day) -> None:
        """Add a day; days come in order."""
        self._waiting.append(day)
        self._n_waiting += len(day.article)
        if self._n_waiting >= BLOCK_ROWS:
            self._send()

    def _send(self) -> None:
        self._wait()
        self._running = self._pool.submit(self._write, self._waiting)
        self._waiting, self._n_waiting = [], 0

    def _wait(self) -> None:
        if self._running is not None:
            self._running.result()

    def _write(self, days: list[Day]) -> None:
        if not days:
            return
        day = np.repeat([d.day for d in days], [len(d.article) for d in days])
        online = np.concatenate([d.online for d in days])
        frame = pl.DataFrame(
            [
                self._dates.gather(day),
                self._customers.gather(np.concatenate([d.customer for d in days])),
                self._articles.gather(np.concatenate([d.article for d in days])),
                self._prices.gather(np.concatenate([d.cents for d in days])),
                self._channels.gather(online.astype(np.uint32)),
            ]
        )
        # No cell needs quotes, and not looking for them is quicker.
        frame.write_csv(self._file, include_header=False, quote_style="never")


def write_submission(path: Path, customer_ids: pl.Series, articles: Iterable[str]) -> None:
    """Write `sample_submission.csv`: the same `articles` for every customer."""
    prediction = " ".join(articles)
    with path.open("wb") as file:
        file.write(b"customer_id,prediction\n")
        for start in range(0, len(customer_ids), _LINES_AT_A_TIME):
            block = customer_ids.slice(start, _LINES_AT_A_TIME).to_frame("customer_id")
            block = block.with_columns(prediction=pl.lit(prediction))
            block.write_csv(file, include_header=False)
