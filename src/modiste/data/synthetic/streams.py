"""Independent streams of chance, all derived from the shop's one seed."""

from __future__ import annotations

import zlib

import numpy as np
import polars as pl


def open_stream(seed: int, name: str, number: int = 0) -> np.random.Generator:
    """A generator that depends on `seed`, `name` and `number` alone.

    Each part of the shop draws from a stream of its own, so that a change in one part leaves the
    others as they were.

    Args:
        seed: The shop's seed, 0 or more.
        name: What the stream is for.
        number: Tells apart streams of one name, for instance the day.
    """
    key = (zlib.crc32(name.encode()), number)
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))


def draw_codes(n: int, rng: np.random.Generator) -> pl.Series:
    """`n` texts of 64 hexadecimal digits, in no order."""
    digits = np.frombuffer(rng.bytes(32 * n), dtype=np.uint8).reshape(n, 32)
    letters = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
    text = np.empty((n, 64), dtype=np.uint8)
    text[:, 0::2] = letters[digits >> 4]
    text[:, 1::2] = letters[digits & 15]
    lines = text.view("S64").ravel().tolist()
    return pl.Series(lines, dtype=pl.Binary).cast(pl.String)
