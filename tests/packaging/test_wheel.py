"""The wheel alone, in an empty environment without a network: the demo, then the shop window.

Where pip cannot get the packages, or no network can be taken away, the tests are skipped with that
reason.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OFFLINE = """
import fcntl, os, socket, struct, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:  # loopback is down in a new network
    fcntl.ioctl(one, 0x8914, struct.pack("16sh14x", b"lo", 0x41))
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Runs a command where there is loopback and nothing else."""
VISIT = """
import json, subprocess, sys, time, urllib.error, urllib.request
from pathlib import Path

def ask(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    kind = {"Content-Type": "application/json"}
    request = urllib.request.Request("http://127.0.0.1:8000" + path, data, kind)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.headers["content-type"], answer.read()

modiste = Path(sys.executable).with_name("modiste")
server = subprocess.Popen([modiste, "serve"], stderr=Path("serve.log").open("w"))
try:
    for _ in range(600):
        assert server.poll() is None, Path("serve.log").read_text()
        try:
            ready = json.loads(ask("/health/ready")[1])
            break
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    page = ask("/")[1].decode()
    user = json.loads(ask("/users?k=1")[1])["users"][0]["id"]
    listed = json.loads(ask("/recommendations?user_id=" + user)[1])
    picture = ask(listed["items"][0]["picture"] + "?width=320")
    found = json.loads(ask("/search", {"words": "blck dress", "k": 5})[1])
finally:
    server.terminate()
    server.wait(30)
print(json.dumps({
    "ready": ready, "page": page, "listed": listed, "found": found,
    "picture": [picture[0], len(picture[1])],
}))
"""
SECONDS = 600


def run(words: Sequence[str | Path], folder: Path) -> subprocess.CompletedProcess[str]:
    plain = {name: text for name, text in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        words,
        cwd=folder,
        env=plain | {"OMP_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def offline(words: Sequence[str | Path], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command without a network."""
    return run(["unshare", "-rn", sys.executable, "-c", OFFLINE, *words], folder)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this tree."""
    folder = tmp_path_factory.mktemp("wheel")
    done = run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], ROOT)
    assert done.returncode == 0, done.stderr
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Python of an environment that has the wheel with the extra `demo` and nothing more."""
    folder = tmp_path_factory.mktemp("installed")
    if shutil.which("unshare") is None or offline([sys.executable, "-c", ""], folder).returncode:
        pytest.skip("no network can be taken away here: unshare -rn is not allowed")
    python = new_environment(folder)
    done = run(
        [python, "-m", "pip", "install", "--quiet", f"modiste[demo] @ {wheel.as_uri()}"], folder
    )
    if done.returncode:
        pytest.skip(f"the packages cannot be installed: {done.stderr.strip().splitlines()[-1]}")
    return python


def new_environment(folder: Path) -> Path:
    assert run([sys.executable, "-m", "venv", folder / "venv"], folder).returncode == 0
    return folder / "venv" / "bin" / "python"


@pytest.mark.slow
def test_the_demo_and_its_shop_window_need_the_wheel_alone(python: Path, tmp_path: Path) -> None:
    modiste = python.with_name("modiste")
    made = offline([modiste, "demo", "--scale", "tiny", "--weeks", "1"], tmp_path)
    assert made.returncode == 0, made.stderr
    assert "\n  modiste serve\n" in made.stdout, "it names the next command"
    assert "kind Dress" in made.stdout, "words are searched without PyTorch"
    visited = offline([python, "-c", VISIT], tmp_path)
    assert visited.returncode == 0, visited.stderr
    told = json.loads(visited.stdout)
    assert told["ready"]["reasons"] == []
    assert "/assets/" in told["page"]
    assert told["listed"]["strategy"] == "stored"
    assert len(told["listed"]["items"]) == 12
    assert told["picture"][0].startswith("image/")
    assert told["picture"][1] > 500
    assert told["found"]["understood"]["colour"] == ["Black"]
    assert len(told["found"]["items"]) == 5


@pytest.mark.slow
def test_without_the_extra_one_line_says_what_to_install(python: Path, tmp_path: Path) -> None:
    modiste = python.with_name("modiste")
    away = ["-m", "pip", "uninstall", "--quiet", "--yes", "matplotlib", "fastapi", "uvicorn"]
    assert run([python, *away], tmp_path).returncode == 0
    for command in ("demo", "serve"):
        (tmp_path / "demo-shop").mkdir(exist_ok=True)
        done = offline([modiste, command], tmp_path)
        assert done.returncode == 2
        assert "pip install 'modiste[" in done.stderr
        assert "Traceback" not in done.stderr
    assert list((tmp_path / "demo-shop").iterdir()) == []
