"""Several rankers joined: the small model finds who is to be trusted, and a release keeps it."""

from __future__ import annotations

import shutil
import tomllib
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest

from modiste.cli.config import toml_text
from modiste.config import build_config
from modiste.errors import ArtifactError, ConfigError
from modiste.ranking.choice import mean_average_precision
from modiste.ranking.ensemble import Ensemble, blend, fit_ranking, read_ranker
from modiste.ranking.lightgbm import LightGbmRanker, Ranker
from modiste.ranking.members import LIBRARIES, Member
from modiste.release import Release, open_release

SMALL = LightGbmRanker(n_trees=12, n_leaves=4, min_leaf_rows=5, threads=1, n_seeds=1)
OTHERS = [
    pytest.param(
        name,
        marks=pytest.mark.skipif(find_spec(name) is None, reason=f"needs {name}: extra ensemble"),
    )
    for name in LIBRARIES
]


def window(seed: int, n_users: int = 60, each: int = 12) -> pl.DataFrame:
    """A week in which what is bought depends on two of three columns."""
    rng = np.random.default_rng(seed)
    n = n_users * each
    signal, noise, other = rng.normal(size=(3, n)).astype(np.float32)
    chance = 1 / (1 + np.exp(-(2.5 * signal + 1.5 * other - 2)))
    return pl.DataFrame(
        {
            "user_idx": np.repeat(np.arange(n_users, dtype=np.int32), each),
            "item_idx": np.tile(np.arange(each, dtype=np.int32), n_users),
            "label": (rng.random(n) < chance).astype(np.int8),
            "n_sources": rng.integers(1, 4, n).astype(np.float32),
            "signal": signal,
            "noise": noise,
            "other": other,
        }
    )


WEEKS = [window(seed) for seed in range(4)]


def test_without_members_it_is_the_ranker_alone() -> None:
    ranker, told = fit_ranking(SMALL, WEEKS, 1)
    assert isinstance(ranker, Ranker)
    assert told == {}


@pytest.mark.parametrize("library", OTHERS)
@pytest.mark.parametrize("objective", ["log-loss", "lambdarank"])
def test_each_library_orders_and_is_kept(library: str, objective: str, tmp_path: Path) -> None:
    member = Member(library=library, objective=objective)  # type: ignore[arg-type]
    ensemble, told = fit_ranking(replace(SMALL, members=(member,)), WEEKS, 1)
    assert isinstance(ensemble, Ensemble)
    assert set(told["ensemble"]) == {"0-lightgbm", f"1-{library}"}  # type: ignore[call-overload]
    judged = window(9)
    alone = replace(ensemble, parts=(replace(ensemble.parts[1], weight=1.0),))
    by_chance = pl.Series(np.random.default_rng(0).random(len(judged)))
    assert mean_average_precision(alone, [judged]) > 0.7
    assert mean_average_precision(_Fixed(by_chance), [judged]) < 0.5
    ensemble.write(tmp_path)
    read = read_ranker(tmp_path)
    assert isinstance(read, Ensemble)
    assert np.allclose(read.score(judged), ensemble.score(judged), atol=1e-6)
    margins = np.log(alone.score(judged) / (1 - alone.score(judged)))
    rest = margins - alone.contributions(judged).sum(axis=1)
    assert rest.std() < 0.01  # contributions and a constant make the score
    assert read.importance()["feature"][0] in {"signal", "other"}


class _Fixed:
    def __init__(self, scores: pl.Series) -> None:
        self.scores = scores

    def score(self, rows: pl.DataFrame) -> npt.NDArray[np.float32]:
        return self.scores.to_numpy().astype(np.float32)


def test_who_says_nothing_gets_no_weight() -> None:
    rng = np.random.default_rng(0)
    truth = rng.normal(size=4000)
    labels = (rng.random(4000) < 1 / (1 + np.exp(-2 * truth + 1))).astype(np.int8)
    scores = np.column_stack([truth, rng.normal(size=4000), -truth])
    weights, bias = blend(scores, labels)
    assert weights[0] == pytest.approx(2, abs=0.25)
    assert weights[1] < 0.1
    assert weights[2] == 0  # an ill adviser is not turned round
    assert bias == pytest.approx(-1, abs=0.2)


def test_members_learn_from_their_own_weeks_and_pools() -> None:
    rows = Member(n_windows=2, least_sources=2).rows_of(WEEKS)
    assert len(rows) == 2
    assert rows[-1].height == WEEKS[-1].filter(pl.col("n_sources") >= 2).height
    assert Member().rows_of(WEEKS)[0].height == WEEKS[0].height


def test_one_week_leaves_nothing_to_weigh_by() -> None:
    ensemble, told = fit_ranking(replace(SMALL, members=(Member(),)), WEEKS[:1], 1)
    assert isinstance(ensemble, Ensemble)
    assert told == {"ensemble": {"0-lightgbm": 0.5, "1-lightgbm": 0.5}}


def test_a_file_names_members_and_is_written_again() -> None:
    values = {"ranker": {"members": [{"n_windows": 4}, {"objective": "lambdarank"}]}}
    config = build_config(values, "mine")
    assert config.ranker.members == (Member(n_windows=4), Member(objective="lambdarank"))
    again = build_config(tomllib.loads(toml_text(config.settings())), "again")
    assert again.ranker == config.ranker
    with pytest.raises(ConfigError, match="members"):
        build_config({"ranker": {"members": [{"libary": "xgboost"}]}}, "mine")


def test_a_broken_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "ensemble.json").write_text("{")
    with pytest.raises(ArtifactError, match="is no ensemble"):
        read_ranker(tmp_path)


def test_a_release_of_an_ensemble_ranks(trained_shop: Path, tmp_path: Path) -> None:
    from modiste.pipeline import train

    shop = tmp_path / "shop"
    shutil.copytree(trained_shop, shop)
    release: Release = open_release(shop)
    members = (Member(n_windows=1), Member(objective="lambdarank", least_sources=2))
    config = replace(release.config, ranker=replace(release.config.ranker, members=members))
    report = train(shop, config)
    assert report.training["ensemble"].keys() == {"0-lightgbm", "1-lightgbm", "2-lightgbm"}
    model = open_release(shop).model
    assert isinstance(model.fit.ranker, Ensemble)
    asked = release.shop.of_user_range(0, 5).in_memory()
    lists = model.rank(asked, 5)
    assert lists.group_by("user_idx").len()["len"].to_list() == [5] * 5
