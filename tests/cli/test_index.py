"""`modiste index` as a user reads it."""

from __future__ import annotations

import pytest

from modiste.cli.index import _print_table


def test_the_tables_of_an_index_fit_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    figures = {"recall": 1.0, "filled": 1.0, "one_ms": 0.5, "batched_ms": 0.1}
    some = {"share": 0.0013, "strategy": "exact", "filter": "department=Baby Trousers"}
    rows = [{**figures, "share": 1.0, "strategy": "graph", "filter": "none"}, {**figures, **some}]
    _print_table("catalogue", "words", {"n_vectors": 1500, "dim": 256, "rows": rows})
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[2].split() == ["100.00%", "1.000", "100%", "0.50", "0.10", "graph", "none"]
    assert lines[3].index("department=") == lines[1].index("filter")
