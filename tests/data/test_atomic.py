"""An import killed at any moment leaves the old shop whole, and the next one sweeps up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from modiste.artifacts import Store, verify
from modiste.data.shop import dataset_store
from tests.data.small_shop import accepted, import_rows, write

ROWS = "u1,001,2020-09-16,9.95\n"
SLOW_IMPORT = """
import sys, time
from pathlib import Path
from modiste import artifacts
from modiste.data import importing, purchases, reading, sorting
from modiste.data.sources.tables import import_tables

def pausing(owner, name):
    whole = getattr(owner, name)
    def slow(*arguments, **options):
        print(name, flush=True)
        time.sleep(0.15)
        return whole(*arguments, **options)
    setattr(owner, name, slow)

pausing(importing, "read_items")
pausing(importing, "read_interactions")
pausing(sorting.SortedInteractions, "finish")
pausing(artifacts.Store, "_seal")
pausing(artifacts.Store, "_free_name")
pausing(artifacts, "write_text")
folder = Path(sys.argv[1])
import_tables(folder / "new.csv", folder / "items.csv", folder / "shop")
print("done", flush=True)
"""
MOMENTS = [
    "read_items",
    "read_interactions",
    "finish",
    "_seal",
    "_free_name",
    "write_text",
    "write_text 2",
]


def start(folder: Path) -> subprocess.Popen[str]:
    write(folder / "new.csv", "user,item,date,price\nu2,002,2020-09-17,5\nu3,003,2020-09-18,5\n")
    return subprocess.Popen(
        [sys.executable, "-c", SLOW_IMPORT, str(folder)], stdout=subprocess.PIPE, text=True
    )


def wait_for(process: subprocess.Popen[str], moment: str) -> None:
    name, _, number = moment.partition(" ")
    left = int(number or 1)
    assert process.stdout is not None
    for line in process.stdout:
        left -= line.strip() == name
        if not left:
            return
    raise AssertionError(f"{moment} did not come")


def kill(process: subprocess.Popen[str]) -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def drafts(folder: Path) -> list[Path]:
    return list((folder / "shop" / "data").glob(".*"))


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_import_leaves_the_old_shop(tmp_path: Path, moment: str) -> None:
    old = import_rows(tmp_path, ROWS)
    process = start(tmp_path)
    wait_for(process, moment)
    time.sleep(0.02)
    kill(process)
    current = dataset_store(tmp_path / "shop").current()
    assert current.name == old.version
    verify(current)
    assert len(accepted(tmp_path)) == 1
    new = import_rows(tmp_path, ROWS + "u9,001,2020-09-20,1\n")
    assert drafts(tmp_path) == []
    assert dataset_store(tmp_path / "shop").current().name == new.version
    assert len(accepted(tmp_path)) == 2


def test_it_comes_through_where_nobody_kills_it(tmp_path: Path) -> None:
    import_rows(tmp_path, ROWS)
    process = start(tmp_path)
    wait_for(process, "done")
    process.wait()
    assert process.stdout is not None
    process.stdout.close()
    assert [row[0] for row in accepted(tmp_path)] == ["u2", "u3"]


def test_the_draft_of_a_living_import_is_left_alone(tmp_path: Path) -> None:
    import_rows(tmp_path, ROWS)
    process = start(tmp_path)
    wait_for(process, "read_interactions")
    import_rows(tmp_path, ROWS)
    assert len(drafts(tmp_path)) == 1
    kill(process)
    import_rows(tmp_path, ROWS)
    assert drafts(tmp_path) == []


def test_the_same_files_give_the_same_dataset(tmp_path: Path) -> None:
    first = import_rows(tmp_path, ROWS)
    folder = dataset_store(tmp_path / "shop").current()
    tables = {path.name: path.read_bytes() for path in folder.glob("*.parquet")}
    second = import_rows(tmp_path, ROWS)
    again = dataset_store(tmp_path / "shop").current()
    assert first.identity == second.identity
    assert {path.name: path.read_bytes() for path in again.glob("*.parquet")} == tables
    assert import_rows(tmp_path, ROWS + ROWS).identity != first.identity


def test_a_version_can_be_named_by_what_was_written(tmp_path: Path) -> None:
    store = Store(tmp_path / "store", "dataset")
    with store.publish(lambda folder: (folder / "a").read_text(), {}) as folder:
        (folder / "a").write_text("by-content")
    assert store.current_name() == "by-content"
