"""Progress without a terminal: lines, and none for what is quick."""

from __future__ import annotations

import pytest

from modiste.cli import progress


def test_a_quick_command_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.shown_progress() as show:
        show("read", 0.5)
        show("read", 1.0)
    assert capsys.readouterr().err == ""


def test_a_long_one_tells_a_line_a_quarter(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "QUIET_SECONDS", 0.0)
    with progress.shown_progress() as show:
        for step in range(101):
            show("fit", step / 100)
        show("fit", 1.0)
    assert capsys.readouterr().err.splitlines() == [
        "fit: 25 %",
        "fit: 50 %",
        "fit: 75 %",
        "fit: done",
    ]
