"""What Feast gives is what modiste computes, past and online."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import polars as pl
import pytest

from modiste.errors import ArtifactError, InputError
from modiste.ranking.windows import Windows
from modiste.release import Release

# Not imported here: with it comes a setting of Prometheus that the server's own tests would meet.
pytestmark = [
    pytest.mark.skipif(find_spec("feast") is None, reason="needs the extra feast"),
    pytest.mark.slow,
    # Feast's own libraries warn of each other.
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture(scope="session")
def windows(release: Release) -> Windows:
    training = replace(release.config.training, n_windows=2)
    return Windows(release.config.recipe, training, release.config.seed)


@pytest.fixture(scope="session")
def two_weeks(release: Release) -> Release:
    training = replace(release.config.training, n_windows=2)
    return replace(release, config=replace(release.config, training=training))


def test_every_cell_is_equal(repository: Path, two_weeks: Release, windows: Windows) -> None:
    from modiste.feature_store.checking import check
    from modiste.feature_store.reading import Features

    found = check(Features(repository), two_weeks, windows)
    assert (found.differing_offline, found.differing_online) == (0, 0)
    assert found.cells_offline > 10_000
    assert found.cells_online > 10_000
    assert found.sound


def test_a_cell_that_differs_is_seen(
    repository: Path, two_weeks: Release, windows: Windows, tmp_path: Path
) -> None:
    """Alter one value offline: the point-in-time join must show it."""
    from modiste.feature_store.checking import check
    from modiste.feature_store.reading import Features

    file = repository / "data" / "item_features.parquet"
    kept = file.read_bytes()
    rows = pl.read_parquet(file)
    try:
        rows.with_columns(pl.col("item_sales_7d") + 1).write_parquet(file)
        found = check(Features(repository), two_weeks, windows)
    finally:
        file.write_bytes(kept)
    assert found.differing_offline > 1000
    assert found.differing_online == 0
    assert not found.sound


def test_a_moment_before_all_rows_knows_nothing(repository: Path, release: Release) -> None:
    from modiste.feature_store.reading import Features
    from modiste.feature_store.snapshots import TIME, moment_of

    rows = pl.read_parquet(repository / "data" / "item_features.parquet").head(3)
    user = pl.read_parquet(repository / "data" / "user_features.parquet")["customer_id"][0]
    moment = pl.lit(moment_of(10_000)).cast(pl.Datetime("us", "UTC")).alias(TIME)
    asked = rows.select(pl.lit(user).alias("customer_id"), "article_id", moment)
    found = Features(repository).historical(asked, release.name)
    assert found["item_sales_7d"].to_list() == [None, None, None]


def test_feast_reads_the_folder_itself(repository: Path) -> None:
    """Feast's own command reads the folder: the same views, the same service."""
    command = [str(Path(sys.executable).with_name("feast")), "feature-views", "list"]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "user_features" in done.stdout
    assert "item_features" in done.stdout


def test_without_materialize_nothing_is_put_online_nor_told(
    release: Release, tmp_path: Path
) -> None:
    from modiste.feature_store.online import OnlineFeatures
    from modiste.feature_store.publishing import publish

    told: list[str] = []
    made = publish(
        release,
        tmp_path / "features",
        n_weeks=0,
        materialize=False,
        progress=lambda stage, share: told.append(stage),
    )
    assert made.online == ""
    assert set(told) == {"write features"}
    store = OnlineFeatures(tmp_path / "features", release.name, wait_seconds=30)
    assert not store.holds("item", ["0108775015"])


def test_a_folder_of_other_files_is_left_alone(release: Release, tmp_path: Path) -> None:
    from modiste.feature_store.publishing import publish

    (tmp_path / "mine.txt").write_text("x")
    with pytest.raises(InputError, match="holds other files"):
        publish(release, tmp_path)


def test_loading_feast_leaves_the_counts_of_a_server_alone(repository: Path) -> None:
    from modiste.feature_store.reading import Features

    Features(repository)
    assert "PROMETHEUS_MULTIPROC_DIR" not in os.environ


def test_no_repository(tmp_path: Path) -> None:
    from modiste.feature_store.reading import Features

    with pytest.raises(ArtifactError, match="run modiste features publish"):
        Features(tmp_path)
