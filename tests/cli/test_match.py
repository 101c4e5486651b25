"""`modiste match` as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from modiste.cli import main
from tests.search.match.wardrobe import RED_LOVER, shop
from tests.search.similar.similar_shop import publish


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    made = tmp_path_factory.mktemp("match-cli") / "shop"
    publish(shop(), made)
    return str(made)


def test_matches_are_printed_with_their_reasons(
    folder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["match", "--words", "top", "--for", RED_LOVER, "--k", "2", "--shop", folder]
    assert main(words) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "kind Top" in out
    assert "100% of your purchases are colour Red" in out
    assert out.endswith("matched by attributes of the words, then taste")


def test_json_filters_and_rules(
    folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text("at_most = { colour = 1 }\n")
    words = ["match", "--words", "top", "--shop", folder, "--filter", "colour!=Blue", "--json"]
    assert main(words) == 0
    told = json.loads(capsys.readouterr().out)
    assert {one["attributes"]["kind"] for one in told["matches"]} == {"Top"}
    assert "Blue" not in {one["attributes"]["colour"] for one in told["matches"]}
    assert told["by_words"] == {"kind": ["Top"]}
    assert main([*words, "--rules", str(rules), "--k", "3"]) == 0
    colours = [
        one["attributes"]["colour"] for one in json.loads(capsys.readouterr().out)["matches"]
    ]
    assert sorted(colours) == ["Black", "Green", "Red"]


def test_what_cannot_be_used_is_told_before_the_shop_is_opened(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = str(tmp_path / "none")
    for words, told in (
        (["match"], "give --words, --photo or both"),
        (["match", "--words", "top", "--k", "0"], "k=0"),
        (["match", "--words", "top", "--filter", "colour"], "expected COLUMN=VALUE"),
        (["match", "--photo", str(tmp_path / "no.jpg")], "no.jpg"),
        (["match", "--words", "top"], "modiste import"),
    ):
        assert main([*words, "--shop", nowhere]) == 2
        assert told in capsys.readouterr().err
