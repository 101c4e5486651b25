"""A shop's recogniser: found in its folder, taken up when it comes, missed when it is broken."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from modiste.errors import ArtifactError
from modiste.serve.window import ShopWindow
from modiste.serve.window.garments import GarmentFinder, open_finder


def test_a_recogniser_is_the_one_named_or_the_shops_own(tmp_path: Path) -> None:
    assert open_finder(tmp_path, None) is None
    assert open_finder(tmp_path, tmp_path / "mine") == GarmentFinder(tmp_path / "mine")
    (tmp_path / "garments").mkdir()
    assert open_finder(tmp_path, None) is None, "a folder without a manifest is none"
    (tmp_path / "garments" / "manifest.json").write_text("{}", encoding="utf-8")
    assert open_finder(tmp_path, None) == GarmentFinder(tmp_path / "garments")


def test_a_new_recogniser_is_taken_up_and_a_broken_one_is_missed(
    trained_shop: Path, tmp_path: Path
) -> None:
    shop = Path(shutil.copytree(trained_shop, tmp_path / "shop"))
    before = ShopWindow.open(shop)
    assert before.finder is None
    assert before.look() == before.stamps
    (shop / "garments").mkdir()
    (shop / "garments" / "manifest.json").write_text("{}", encoding="utf-8")
    assert before.look() != before.stamps
    after = before.renewed()
    assert after.searcher is before.searcher, "the rest is shared"
    assert after.look() == after.stamps
    assert after.finder is not None
    with pytest.raises(ArtifactError):
        after.finder.warm()
    assert not after.finder.ready
    assert before.finder is None
