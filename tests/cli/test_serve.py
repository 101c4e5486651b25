"""`modiste serve` and `modiste keys` as a user types them."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from modiste.cli import main
from modiste.data.synthetic import write_synthetic_shop
from modiste.serve.settings import ServeSettings
from tests.serve.process.served import served_shop


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up shop, imported and nothing more."""
    folder = tmp_path_factory.mktemp("served")
    write_synthetic_shop(folder / "files", "tiny", 1, pictures=False, n_articles=60)
    assert main(["import", "hm", str(folder / "files"), "--shop", str(folder / "shop")]) == 0
    return folder / "shop"


@pytest.fixture
def keyless(shop: Path, tmp_path: Path) -> list[str]:
    """Words that name the shop and an empty database."""
    return ["--shop", str(shop), "--database", f"sqlite:///{tmp_path / 'keys.sqlite'}"]


def test_keys_are_made_listed_and_revoked(
    keyless: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["keys", "add", *keyless, "--name", "web", "--scope", "write"]) == 0
    secret = capsys.readouterr().out.strip()
    assert re.fullmatch(r"modiste_[0-9a-f]{12}_[\w-]{43}", secret)
    assert main(["keys", "list", *keyless, "--json"]) == 0
    (listed,) = json.loads(capsys.readouterr().out)
    assert (listed["name"], listed["scope"], listed["revoked"]) == ("web", "write", False)
    assert secret.rpartition("_")[2] not in json.dumps(listed)
    assert main(["keys", "revoke", listed["id"], *keyless]) == 0
    assert main(["keys", "list", *keyless]) == 0
    assert "revoked" in capsys.readouterr().out
    assert main(["keys", "revoke", "nobody", *keyless]) == 2
    assert "no key 'nobody'" in capsys.readouterr().err


def test_limits_are_set_for_good(keyless: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["limits", "set", "in_flight", "7", *keyless]) == 0
    assert main(["limits", "list", *keyless]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "in_flight                     7  set" in lines
    assert next(line for line in lines if line.startswith("rate ")).endswith("600  default")
    assert "price_unit                    –  default" in lines
    for name, value, message in (
        ("in_flight", "0", "in_flight: given '0'"),
        ("in_fligt", "3", "did you mean in_flight"),
        ("host", "0.0.0.0", "give it to modiste serve"),
    ):
        assert main(["limits", "set", name, value, *keyless]) == 2
        assert message in capsys.readouterr().err
    assert main(["limits", "unset", "in_flight", *keyless]) == 0
    assert main(["limits", "list", "--json", *keyless]) == 0
    assert json.loads(capsys.readouterr().out)["in_flight"] == 32


def test_what_is_set_for_good_holds_at_the_next_start(
    keyless: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[tuple[int, float]] = []

    def run(_shop: Path, settings: ServeSettings, *_others: object) -> None:
        started.append((settings.in_flight, settings.rate))

    monkeypatch.setattr("modiste.serve.server._run_here", run)
    monkeypatch.setattr("modiste.serve.server.configure_logs", lambda: None)
    assert main(["limits", "set", "in_flight", "7", *keyless]) == 0
    assert main(["limits", "set", "rate", "9", *keyless]) == 0
    assert main(["serve", *keyless, "--port", "0", "--set", "rate=5"]) == 0
    assert started == [(7, 5.0)]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--host", "0.0.0.0"], "modiste keys add"),
        (["--allow-host", "shop.example"], "modiste keys add"),
        (["--set", "in_fligt=3"], "did you mean in_flight"),
        (["--set", "in_flight=none"], "in_flight: given 'none'"),
        (["--port", "70000"], "port: given 70000"),
        (["--host", "203.0.113.1", "--set", "port=0"], "203.0.113.1"),
        (["--rules", "absent.toml"], "there is no file absent.toml"),
    ],
)
def test_what_cannot_be_served_is_told(
    keyless: list[str], capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    assert main(["serve", *keyless, *words]) == 2
    told = capsys.readouterr().err
    assert message in told
    assert "is served at" not in told


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('only = ["nothing=1"]', "no such column"),
        ('only = ["stock>0"]\nstock = "stock.csv"', "stock feed"),
        ('stock = "stock.csv"', "no condition reads it"),
    ],
)
def test_rules_are_read_before_the_address_is_told(
    keyless: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    text: str,
    message: str,
) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text(text)
    assert main(["serve", *keyless, "--port", "0", "--rules", str(rules)]) == 2
    told = capsys.readouterr().err
    assert message in told
    assert "is served at" not in told


def test_a_folder_that_is_no_shop(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["serve"], ["keys", "list"]):
        assert main([*command, "--shop", str(tmp_path)]) == 2
        assert "no dataset" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [], "nothing is made in a folder that is no shop"


def test_without_a_folder_the_demos_shop_is_looked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["serve"]) == 2
    assert "modiste demo" in capsys.readouterr().err
    (tmp_path / "demo-shop").mkdir()
    assert main(["serve"]) == 2
    assert "no dataset" in capsys.readouterr().err


def test_a_port_that_is_taken(keyless: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert main(["serve", *keyless, "--port", port]) == 2
    assert "choose another port" in capsys.readouterr().err


@pytest.mark.slow
def test_two_processes_share_keys_events_and_counts(shop: Path, tmp_path: Path) -> None:
    words = ["--workers", "2", "--database", f"sqlite:///{tmp_path / 'e.sqlite'}"]
    with served_shop(shop, *words) as server, httpx.Client(base_url=server.address) as http:
        for _ in range(40):  # a connection each, so that both processes get some
            assert httpx.get(f"{server.address}/health/live").status_code == 200
        text = http.get("/metrics").text
        row = 'modiste_requests_total{method="GET",route="/health/live",status="200"} '
        assert row + "40.0" in text
    assert server.process.returncode in (0, -15, 143)


@pytest.mark.slow
def test_a_shop_that_cannot_be_opened_ends_the_command(shop: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text('only = ["nothing=1"]\n')
    database = f"sqlite:///{tmp_path / 'e.sqlite'}"
    words = ["serve", "--shop", str(shop), "--port", "0", "--rules", str(rules)]
    done = subprocess.run(
        [sys.executable, "-m", "modiste", *words, "--database", database],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 2
    assert "nothing" in done.stderr.splitlines()[-1]
