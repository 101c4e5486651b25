"""The section [demand] turns columns on; nothing is on by itself."""

import pytest

from modiste.config import build_config
from modiste.demand.columns import DEMAND
from modiste.errors import ConfigError


def test_nothing_is_on_unless_it_is_named() -> None:
    plain = build_config({}, "plain")
    assert not set(DEMAND.names) & set(plain.recipe.features)
    assert "demand" not in plain.settings()


def test_what_is_named_is_on_with_its_fields_and_comes_back() -> None:
    given = {"demand": {"on": ["propensity", "life"], "life": {"n_weeks": 9}}}
    config = build_config(given, "given")
    settings = config.settings()
    assert settings["demand"]["on"] == ["life", "propensity"]
    assert settings["demand"]["life"]["n_weeks"] == 9
    assert build_config(settings, "again").settings() == settings


def test_columns_are_added_and_left_out_by_name() -> None:
    added = build_config({}, "plain").including(["style"])
    assert "style" in added.recipe.features
    assert "style" not in added.without(["style"]).recipe.features


@pytest.mark.parametrize("given", [{"on": ["propensty"]}, {"on": "life"}, {"lief": {}}, 3])
def test_faults_are_told(given: object) -> None:
    with pytest.raises(ConfigError, match="demand"):
        build_config({"demand": given}, "given")


def test_an_unknown_name_is_met_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match="did you mean propensity"):
        build_config({}, "plain").including(["propensty"])
