"""Values of pictures on disk: a killed run goes on, another key begins anew."""

from pathlib import Path

import numpy as np
import pytest

from modiste.encoders.fitting.kept import KeptValues


@pytest.fixture
def begun(tmp_path: Path) -> Path:
    kept = KeptValues.open(tmp_path, "near", "a", (3, 2))
    kept.values[:2] = [[1, 2], [3, 4]]
    kept.faults[1] = "no picture"
    kept.done = 2
    kept.keep()
    kept.values[2] = 9
    kept.done = 3  # killed before it was kept
    return tmp_path


def test_the_same_key_goes_on_after_what_was_kept(begun: Path) -> None:
    again = KeptValues.open(begun, "near", "a", (3, 2))
    assert (again.done, again.faults) == (2, {1: "no picture"})
    np.testing.assert_array_equal(again.values[:2], [[1, 2], [3, 4]])


def test_another_key_begins_anew(begun: Path) -> None:
    other = KeptValues.open(begun, "near", "b", (4, 2))
    assert (other.done, other.faults, other.values.shape) == (0, {}, (4, 2))
    assert not other.values.any()


@pytest.mark.parametrize("text", ["", "[]", '{"key": "a"}', '{"key": "a", "done": 1, "faults": 3}'])
def test_a_broken_state_begins_anew(begun: Path, text: str) -> None:
    (begun / "near.json").write_text(text, encoding="utf-8")
    assert KeptValues.open(begun, "near", "a", (3, 2)).done == 0


def test_values_that_are_gone_are_made_anew(begun: Path) -> None:
    (begun / "near.npy").unlink()
    assert KeptValues.open(begun, "near", "a", (3, 2)).done == 0
