"""What the lab is told agrees with what the shop's folder and its release hold."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from modiste.errors import InputError
from modiste.search.measure.stored import MEASURE
from modiste.serve.window import RecommendationsAsked, ShopWindow
from modiste.serve.window.lab import EVALUATION, build_lab, explain_user

MEASURED = {
    "k": 12,
    "weeks": ["2020-09-09", "2020-09-16"],
    "n_user_weeks": 40,
    "models": {"modiste": {"MAP@12": 0.2, "MAP@12_low": 0.1}, "popular": {"MAP@12": 0.1}},
    "segments": {
        "week": {
            "2020-09-09": {"models": {"modiste": {"MAP@12": 0.25}}},
            "2020-09-16": {"models": {"modiste": {"MAP@12": 0.15}, "popular": {"MAP@12": 0.1}}},
        }
    },
    "sources": {
        "popular": {"recall": 0.3, "unique_recall": 0.01},
        "pool": {"recall": 0.4, "unique_recall": 0.4},
    },
}
SEARCHED = {"own_picture": {"n_queries": 9, "gallery": 50, "rows": {"bm25": {"R@10": 0.5}}}}


@pytest.fixture(scope="module")
def shop(trained_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The trained shop, in a folder of its own that may be written to."""
    return Path(shutil.copytree(trained_shop, tmp_path_factory.mktemp("lab") / "shop"))


@pytest.fixture(scope="module")
def window(shop: Path) -> ShopWindow:
    return ShopWindow.open(shop)


def test_the_current_release_and_what_its_ranker_looks_at(shop: Path, window: ShopWindow) -> None:
    lab = build_lab(shop, window)
    assert [one.name for one in lab.releases if one.current] == [window.release]
    assert 0 < lab.releases[-1].figures["pool_recall"] <= 1
    assert lab.importance is not None
    shares = [row.figures["share"] for row in lab.importance.rows]
    assert shares == sorted(shares, reverse=True)
    assert 0.5 < sum(shares) <= 1.0 + 1e-9


def test_figures_are_those_of_the_reports(shop: Path, window: ShopWindow) -> None:
    (shop / "reports").mkdir(exist_ok=True)
    (shop / EVALUATION).write_text(json.dumps(MEASURED), encoding="utf-8")
    (shop / MEASURE).write_text(json.dumps(SEARCHED), encoding="utf-8")
    lab = build_lab(shop, window)
    assert lab.models is not None
    assert lab.models.rows[0].figures == {"MAP@12": 0.2, "MAP@12_low": 0.1}
    course = lab.courses[-1]
    assert course.times == ["2020-09-09", "2020-09-16"]
    assert course.lines == {"modiste": [0.25, 0.15], "popular": [None, 0.1]}
    assert lab.sources is not None
    assert lab.sources.rows[0].figures["unique_recall"] == 0.01
    assert lab.sources.rows[1].figures == {"recall": 0.4}
    assert [(one.title, one.rows[0].name) for one in lab.search] == [("Own picture", "bm25")]
    assert lab.notes == []


def test_what_is_missing_is_said_with_its_command(shop: Path, window: ShopWindow) -> None:
    (shop / EVALUATION).unlink(missing_ok=True)
    (shop / MEASURE).unlink(missing_ok=True)
    lab = build_lab(shop, window)
    assert lab.models is None
    assert [note.partition(":")[0] for note in lab.notes] == [
        "no evaluation",
        "no measure of search",
    ]


def test_faults_count_what_items_lack(shop: Path, window: ShopWindow) -> None:
    items = window.catalogue.items
    faults = {one.what: one for one in build_lab(shop, window).faults}
    missing = items["price"].is_null()
    if missing.any():
        assert faults["without price"].n == missing.sum()
        assert set(faults["without price"].examples) <= set(items["item_id"].filter(missing))
    assert "without name" not in faults


def test_one_user_is_followed_from_wardrobe_to_order(window: ShopWindow) -> None:
    user = window.users(3)[1].id
    told = explain_user(window, user, k=5)
    asked = RecommendationsAsked(user_id=user, k=5)
    assert [one.id for one in told.order] == [one.id for one in window.recommendations(asked).items]
    assert told.n_bought == window.users(3)[1].bought
    days = [worn.day for worn in told.wardrobe]
    assert days == sorted(days, reverse=True)
    assert 0 < told.n_pool <= sum(one.n for one in told.pool)
    assert all(one.n_alone <= one.n for one in told.pool)
    for place in told.order:
        assert place.reason.parts
        assert set(place.sources) <= {one.source for one in told.pool}


def test_a_user_that_nobody_knows_is_refused(window: ShopWindow) -> None:
    with pytest.raises(InputError, match="is not known"):
        explain_user(window, "nobody")
