"""`modiste attributes` as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from modiste.cli import main
from tests.search.attributes.planted import planted
from tests.search.similar.similar_shop import publish


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> str:
    pytest.importorskip("gensim")
    folder = tmp_path_factory.mktemp("attributes-cli") / "shop"
    publish(planted(), folder)
    return str(folder)


def test_attributes_are_printed_kind_first(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["attributes", "navy", "drses,", "no", "stripes", "--shop", shop]) == 0
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    rows = [line for line in lines if line.startswith(("kind", "colour", "not pattern"))]
    assert [row.split()[0] for row in rows] == ["kind", "colour", "not"]
    assert "Dress 1.00*" in rows[0]
    assert "Navy Blue 1.00*" in rows[1]
    assert "Stripe 1.00*" in rows[2]
    assert "“drses” was read as “dress”" in lines
    assert (Path(shop) / "words" / "CURRENT").is_file()


def test_json_and_what_cannot_be_used(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["attributes", "red shirt", "--shop", shop, "--k", "2", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    first = told["attributes"]["kind"][0]
    assert first == {"value": "Shirt", "closeness": 1.0, "by": "named", "n_items": 60}
    assert main(["attributes", " ", "--shop", shop]) == 2
    assert "nothing was said" in capsys.readouterr().err
    assert main(["attributes", "red", "--shop", shop, "--model", shop]) == 2
    assert "holds no garments model" in capsys.readouterr().err
    assert main(["attributes", "red", "--shop", shop, "--encoder", "colour"]) == 2
    assert "reads no words" in capsys.readouterr().err
