"""`modiste encoder tune`, and the measure of what it is worth, as a user types them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from modiste.cli import main
from modiste.encoders.transformers import Transformers
from modiste.relevance.stored import read_relevance
from tests.encoders.tiny_models import write_model

pytestmark = pytest.mark.slow

N_ITEMS, N_USERS = 40, 60
QUICK = ["--rounds", "2", "--steps", "2", "--batch", "24"]


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"transformers={write_model('resnet', tmp_path_factory.mktemp('network'))}"


@pytest.fixture
def shop(tmp_path: Path) -> str:
    """A shop of four colours whose customers keep to one."""
    rng = np.random.default_rng(4)
    colours = np.array([[200, 40, 40], [40, 180, 60], [50, 60, 200], [30, 30, 30]])
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for item in range(N_ITEMS):
        pixels = np.clip(colours[item % 4] + rng.integers(-30, 30, (32, 32, 3)), 0, 255)
        Image.fromarray(pixels.astype(np.uint8)).save(pictures / f"{item:04d}.png")
    items = [f"{item:04d},thing {item}" for item in range(N_ITEMS)]
    sold = [
        f"u{user},{user % 4 + 4 * int(rng.integers(0, N_ITEMS // 4)):04d},2020-01-{day + 1:02d}"
        for user in range(N_USERS)
        for day in range(6)
    ]
    (tmp_path / "items.csv").write_text("\n".join(["item_id,name", *items]))
    (tmp_path / "sales.csv").write_text("\n".join(["user_id,item_id,date", *sold]))
    words = ["import", "tables", "--interactions", str(tmp_path / "sales.csv"), "--items"]
    words += [str(tmp_path / "items.csv"), "--pictures", str(pictures)]
    assert main([*words, "--shop", str(tmp_path / "shop")]) == 0
    return str(tmp_path / "shop")


def test_a_network_learns_from_purchases_and_is_an_encoder(
    shop: str, network: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "tuned"
    words = ["encoder", "tune", "--shop", shop, "--pictures", network, "--out", str(out), *QUICK]
    assert main(words) == 0
    told = capsys.readouterr().out
    assert f"{N_ITEMS} pictures seen" in told
    assert "pictures frozen: held-out AUC" in told
    assert f"next: modiste embed --shop {shop} --encoder transformers={out}" in told
    assert Transformers(source=str(out)).dim == 16
    assert read_relevance(out / "relevance").n_items == N_ITEMS
    assert not (Path(shop) / "cache" / "encoder-tune").exists()
    assert main(words) == 2
    assert "exists" in capsys.readouterr().err
    assert main(["embed", "--shop", shop, "--encoder", f"transformers={out}"]) == 0


def test_the_measure_shows_frozen_and_end_to_end(
    shop: str, network: str, capsys: pytest.CaptureFixture[str]
) -> None:
    tuned = "wardrobe,end_to_end=yes,rounds=1,steps=2,pictures=24"
    words = ["evaluate-relevance", "--shop", shop, "--encoder", network]
    assert main([*words, "--model", "wardrobe", "--model", tuned]) == 0
    found = json.loads((Path(shop) / "reports" / "relevance.json").read_text())
    assert {"wardrobe", tuned} <= set(found["models"])
    assert found["settings"][tuned]["end_to_end"]["rounds"] == 1
    assert not (Path(shop) / "cache" / "evaluate-relevance").exists()
    capsys.readouterr()
    assert main([*words, "--model", "wardrobe,end_to_end=perhaps"]) == 2
    assert "yes or no" in capsys.readouterr().err


def test_killed_hard_it_goes_on_and_comes_to_the_same(
    shop: str, network: str, tmp_path: Path
) -> None:
    many = ["--rounds", "40", "--steps", "2", "--batch", "24"]
    command = [sys.executable, "-m", "modiste", "encoder", "tune", "--shop", shop, "--json"]
    command += ["--pictures", network, *many, "--out"]
    begun = subprocess.Popen([*command, str(tmp_path / "cut")], stdout=subprocess.DEVNULL)
    checkpoint = Path(shop) / "cache" / "encoder-tune" / "checkpoint.safetensors"
    while not checkpoint.exists() and begun.poll() is None:
        time.sleep(0.02)
    begun.send_signal(signal.SIGKILL)
    assert begun.wait() == -signal.SIGKILL
    told = [
        json.loads(subprocess.run([*command, str(tmp_path / name)], stdout=-1, check=True).stdout)
        for name in ("cut", "whole")
    ]
    assert told[0]["resumed_at"] >= 1
    assert told[1]["resumed_at"] == 0
    assert told[0]["rounds"] == told[1]["rounds"]
    for file in ("model.safetensors", "relevance/relevance.safetensors"):
        ours, theirs = (tmp_path / name / file for name in ("cut", "whole"))
        assert ours.read_bytes() == theirs.read_bytes()
