"""Training: what is published, what is not done twice, and that nothing of the future gets in."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from modiste.artifacts import read_manifest
from modiste.config import Config
from modiste.data.sources.hm import import_hm
from modiste.errors import ArtifactError, InputError
from modiste.pipeline import train
from modiste.recommend import write_recommendations
from modiste.release import open_release, release_store
from tests.pipeline.conftest import Altered


@pytest.fixture
def shop(tiny_shop: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_shop, tmp_path / "shop"))


@pytest.fixture(scope="module")
def trained(tiny_shop: Path, quick: Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    shop = Path(shutil.copytree(tiny_shop, tmp_path_factory.mktemp("trained") / "shop"))
    train(shop, quick)
    return shop


def files_of(folder: Path) -> dict[str, str]:
    return dict(read_manifest(folder)["files"])


def test_a_second_run_fits_nothing_and_says_so(trained: Path, quick: Config) -> None:
    before = release_store(trained).current_name()
    report = train(trained, quick)
    assert report.unchanged == ["prepare", "fit", "publish"]
    assert report.release == before
    assert release_store(trained).versions() == [before]


def test_another_ranker_keeps_tables_and_windows(
    trained: Path, quick: Config, tmp_path: Path
) -> None:
    shop = Path(shutil.copytree(trained, tmp_path / "shop"))
    old = files_of(release_store(shop).current())
    report = train(shop, replace(quick, ranker=replace(quick.ranker, n_trees=10)))
    assert report.unchanged == ["prepare"]
    assert (report.windows_made, report.windows_reused) == (0, 2)
    new = files_of(release_store(shop).current())
    assert new["ranker.txt"] != old["ranker.txt"]
    assert {name: new[name] for name in old if name.startswith(("sources", "features"))} == {
        name: old[name] for name in old if name.startswith(("sources", "features"))
    }


def test_another_pool_size_fits_nothing_anew(trained: Path, quick: Config, tmp_path: Path) -> None:
    shop = Path(shutil.copytree(trained, tmp_path / "shop"))
    before = release_store(shop).current_name()
    report = train(shop, replace(quick, training=replace(quick.training, pool_size=40)))
    assert report.unchanged == ["prepare", "fit"]
    assert report.release != before
    assert open_release(shop).model.pool_size == 40


def test_positives_outside_the_pool_are_counted(trained: Path, quick: Config) -> None:
    facts = open_release(trained).manifest["training"]
    assert facts["n_positives"] + facts["n_positives_outside_pool"] == facts["n_bought"]
    assert facts["n_positives"] > 50


def test_the_same_seed_gives_the_same_bytes(trained: Path, shop: Path, quick: Config) -> None:
    train(shop, quick)
    assert files_of(release_store(shop).current()) == files_of(release_store(trained).current())


def test_another_seed_gives_another_ranker(trained: Path, shop: Path, quick: Config) -> None:
    train(shop, replace(quick, seed=4))
    new, old = (files_of(release_store(place).current()) for place in (shop, trained))
    assert new["ranker.txt"] != old["ranker.txt"]


def test_rows_from_as_of_on_alter_no_byte(
    trained: Path, altered: Altered, tiny_files: Path, quick: Config, tmp_path: Path
) -> None:
    lists = []
    for name, files in (("as-it-was", tiny_files), ("altered", altered.files)):
        shop = tmp_path / name
        import_hm(files, shop)
        train(shop, quick, as_of=date.fromisoformat(altered.as_of))
        release = open_release(shop)
        out = tmp_path / f"{name}.parquet"
        write_recommendations(release.model, release.shop, out)
        lists.append((files_of(release_store(shop).current()), out.read_bytes()))
    assert lists[0][0] == lists[1][0]
    assert lists[0][1] == lists[1][1]
    # That could hold if `as_of` cut nothing or all: learned from all rows, the ranker is another.
    late = files_of(release_store(trained).current())
    assert lists[0][0]["ranker.txt"] != late["ranker.txt"]


def test_too_little_history_is_told(shop: Path, quick: Config) -> None:
    with pytest.raises(InputError, match=r"the purchases run from .* choose a day from"):
        train(shop, quick, as_of=date(1999, 1, 1))


def test_a_shop_without_data_is_told(tmp_path: Path, quick: Config) -> None:
    with pytest.raises(ArtifactError, match="run modiste import first"):
        train(tmp_path / "nowhere", quick)


def test_an_altered_release_is_refused(trained: Path, tmp_path: Path) -> None:
    shop = Path(shutil.copytree(trained, tmp_path / "shop"))
    ranker = release_store(shop).current() / "ranker.txt"
    ranker.write_text(ranker.read_text().replace("leaf_value=", "leaf_value=1", 1))
    with pytest.raises(ArtifactError, match=r"ranker\.txt has SHA-256 .* the file was altered"):
        open_release(shop)


def test_a_damaged_release_is_fitted_anew(trained: Path, quick: Config, tmp_path: Path) -> None:
    shop = Path(shutil.copytree(trained, tmp_path / "shop"))
    good = files_of(release_store(shop).current())
    (release_store(shop).current() / "rates.parquet").write_bytes(b"damaged")
    report = train(shop, quick)
    assert "rates.parquet has SHA-256" in report.damage
    assert report.unchanged == []
    assert files_of(open_release_folder(shop)) == good


def open_release_folder(shop: Path) -> Path:
    open_release(shop)
    return release_store(shop).current()


def test_a_release_outlives_a_new_import(
    trained: Path, altered: Altered, quick: Config, tmp_path: Path
) -> None:
    shop = Path(shutil.copytree(trained, tmp_path / "shop"))
    before = open_release(shop)
    import_hm(altered.files, shop)
    after = open_release(shop)
    assert after.name == before.name
    assert after.shop.identity == before.shop.identity
