"""Configurations: shipped ones load, faulty ones are told fault by fault."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from modiste.candidates import CANDIDATE_SOURCES
from modiste.cli import app, main
from modiste.cli.config import toml_text
from modiste.config import build_config, load_config, shipped_names
from modiste.errors import ConfigError
from modiste.features import FEATURES


def test_shipped_configurations_load() -> None:
    assert shipped_names() == ["days", "demo", "hm", "small"]
    for name in shipped_names():
        assert load_config(name).training.label_days == (1 if name == "days" else 7)


def test_every_source_is_on_by_default() -> None:
    names = [name for name in CANDIDATE_SOURCES.names if name != "wardrobe"]
    assert list(load_config().recipe.sources) == names


def test_relevance_that_nothing_reads_is_a_fault() -> None:
    off = {"candidates": {"off": ["wardrobe"]}, "features": {"off": ["relevance"]}}
    assert build_config(off, "test") == load_config()
    with pytest.raises(ConfigError, match="relevance: nothing reads it"):
        build_config({**off, "relevance": {}}, "test")


@pytest.mark.parametrize(
    "values",
    [{"relevance": {}}, {"candidates": {"wardrobe": {}}}, {"features": {"relevance": {}}}],
)
def test_relevance_is_on_where_a_section_asks_for_it(values: dict[str, Any]) -> None:
    asked = build_config(values, "test")
    assert tuple(asked.recipe.sources) == CANDIDATE_SOURCES.names
    assert tuple(asked.recipe.features) == FEATURES.names
    assert build_config(asked.settings(), "again") == asked
    plain = load_config()
    assert plain.including(["relevance"]) == asked
    assert asked.without(["relevance"]) == plain
    assert plain.settings()["candidates"]["off"] == plain.settings()["features"]["off"] == []
    fitted = build_config({"relevance": {"dim": 16}}, "test")
    assert fitted.including(["relevance"]) == fitted


def test_a_source_can_be_turned_off_and_another_set() -> None:
    values = {"candidates": {"off": ["bpr"], "popular": {"window_days": 3}}}
    sources = build_config(values, "here").recipe.sources
    assert "bpr" not in sources
    assert sources["popular"].window_days == 3  # type: ignore[attr-defined]


def test_every_fault_is_told_with_its_place_and_the_nearest_name() -> None:
    values = {
        "sed": 1,
        "candidates": {"populr": {}, "als": {"dims": 3, "dim": -1}, "off": ["season"]},
        "training": {"n_windows": "many"},
        "ranker": {"objective": "rank"},
    }
    with pytest.raises(ConfigError) as caught:
        build_config(values, "shop.toml")
    faults = str(caught.value).splitlines()
    assert len(faults) == 7
    assert "shop.toml: sed: no such section or key; did you mean seed?" in faults
    assert "shop.toml: candidates.populr: no such component; did you mean popular?" in faults
    assert "shop.toml: candidates.als.dims: no such key; did you mean dim?" in faults
    assert "shop.toml: candidates.als.dim: given -1, expected greater than 0" in faults
    assert any("candidates.season: no such component" in fault for fault in faults)
    assert any("training.n_windows: given 'many', expected" in fault for fault in faults)
    assert any("ranker.objective: given 'rank', expected" in fault for fault in faults)


@pytest.mark.parametrize("name", ["days", "demo", "hm", "small"])
def test_what_show_prints_is_the_same_configuration(name: str, tmp_path: Path) -> None:
    shown = CliRunner().invoke(app, ["config", "show", name])
    assert shown.exit_code == 0
    file = tmp_path / "shown.toml"
    file.write_text(shown.stdout, encoding="utf-8")
    assert load_config(file).settings() == load_config(name).settings()
    as_json = CliRunner().invoke(app, ["config", "show", name, "--json"])
    assert json.loads(as_json.stdout) == json.loads(json.dumps(tomllib.loads(shown.stdout)))


def test_where_the_server_reads_features() -> None:
    assert load_config().online == "direct"
    assert "online" not in load_config().settings()["features"]
    config = build_config({"features": {"online": "feast", "off": ["season"]}}, "here")
    assert config.online == config.without(["pair_looks"]).online == "feast"
    assert build_config(config.settings(), "manifest").online == "feast"
    assert tomllib.loads(toml_text(config.settings())) == json.loads(json.dumps(config.settings()))
    with pytest.raises(ConfigError, match=r"features.online: given 'redis', expected direct or"):
        build_config({"features": {"online": "redis"}}, "here")


def test_settings_survive_json() -> None:
    config = load_config("demo")
    again = build_config(json.loads(json.dumps(config.settings())), "manifest")
    assert again.settings() == config.settings()
    assert again.recipe == config.recipe


def test_a_file_that_is_no_toml_or_not_there_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("seed = = 1")
    assert main(["config", "check", str(broken)]) == 2
    assert "is no TOML" in capsys.readouterr().err
    assert main(["config", "check", "hmm"]) == 2
    assert "one of days, demo, hm, small" in capsys.readouterr().err


def test_list_names_every_component() -> None:
    listed = CliRunner().invoke(app, ["config", "list"]).stdout
    for name in CANDIDATE_SOURCES.names:
        assert f"  {name} " in listed
