"""Runs are kept, found and compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from modiste.errors import ArtifactError
from modiste.runs import comparison
from modiste.runs.record import MOST_KEPT, find_run, flat, keep_run, read_runs


def test_what_was_asked_and_what_came_of_it(tmp_path: Path) -> None:
    kept = keep_run(
        tmp_path,
        "train",
        seconds=2.5,
        parameters={"ranker": {"n_trees": 25, "leave_out": ("a", "b")}, "config": None},
        figures={"training": {"n_rows": 7, "objective": "log-loss", "none": float("nan")}},
        release="20200923-abc",
        dataset="d1",
    )
    (read,) = read_runs(tmp_path)
    assert read == kept
    asked = {"ranker.n_trees": 25, "ranker.leave_out": "a, b", "config": None}
    assert read.parameters == asked
    assert read.figures == {"training.n_rows": 7.0}
    assert (read.release, read.dataset, read.seconds) == ("20200923-abc", "d1", 2.5)


def test_a_broken_file_is_passed_over(tmp_path: Path) -> None:
    keep_run(tmp_path, "train", seconds=1, parameters={}, figures={})
    (tmp_path / "runs" / "20200101-broken.json").write_text("{")
    (tmp_path / "runs" / "20200102-other.json").write_text('{"no": "run"}')
    assert len(read_runs(tmp_path)) == 1


def test_the_oldest_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modiste.runs.record.MOST_KEPT", 2)
    names = [
        keep_run(tmp_path, "train", seconds=1, parameters={}, figures={"n": n}).name
        for n in range(3)
    ]
    assert sorted(run.name for run in read_runs(tmp_path)) == sorted(names)[1:]
    assert MOST_KEPT == 1000


def test_a_run_is_found_by_a_part_of_its_name(tmp_path: Path) -> None:
    first = keep_run(tmp_path, "train", seconds=1, parameters={}, figures={})
    keep_run(tmp_path, "evaluate", seconds=1, parameters={}, figures={})
    runs = read_runs(tmp_path)
    assert find_run(runs, "-train-") == first
    assert find_run(runs, first.name) == first
    with pytest.raises(ArtifactError, match="several runs"):
        find_run(runs, "20")
    with pytest.raises(ArtifactError, match="no run of the name nothing"):
        find_run(runs, "nothing")


def test_only_what_differs_is_shown(tmp_path: Path) -> None:
    for trees, figure in ((10, 0.25), (20, 0.5)):
        keep_run(
            tmp_path,
            "evaluate",
            seconds=1,
            parameters={"trees": trees, "weeks": 8},
            figures={"models": {"modiste": {"MAP@12": figure, "same": 1}}, f"only_{trees}": 1},
        )
    runs = read_runs(tmp_path)
    assert comparison.differing(runs) == {"trees": [10, 20]}
    assert comparison.beside(runs) == {
        "models.modiste.MAP@12": [0.25, 0.5],
        "models.modiste.same": [1.0, 1.0],
    }
    assert comparison.headline(runs[0]) == "MAP@12 0.25"
    assert [table.row_count for table in comparison.comparison_tables(runs)] == [1, 1]


def test_nested_names() -> None:
    assert flat({"a": {"b": {"c": 1}}, "d": [1, 2]}) == {"a.b.c": 1, "d": "1, 2"}
