"""The lock names a version and hashes for all that the build file asks for."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PINNED = {
    name.lower(): block for name, block in re.findall(r"(?m)^([\w.-]+)==(.*(?:\n .*)*)", LOCK)
}

INSTALLED = ("report", "vision", "onnx", "search", "serve", "postgres")
"""The extras that `make install` brings."""
UNLOCKED = {"modiste", "torch"}
"""PyTorch has builds with other hashes under one version: the Makefile names it."""


def asked_for() -> list[str]:
    project = PROJECT["project"]
    wanted = [
        *project["dependencies"],
        *(line for extra in INSTALLED for line in project["optional-dependencies"][extra]),
        *PROJECT["dependency-groups"]["dev"],
    ]
    names = {re.split(r"[<>=\[ ;]", line, maxsplit=1)[0].lower() for line in wanted}
    return sorted(names - UNLOCKED)


@pytest.mark.parametrize("name", asked_for())
def test_what_is_asked_for_is_locked_with_hashes(name: str) -> None:
    assert "--hash=sha256:" in PINNED[name]


def test_every_locked_package_has_a_hash() -> None:
    assert len(PINNED) > 40
    assert not [name for name, block in PINNED.items() if "--hash=sha256:" not in block]


def test_extras_are_all_in_all() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    named = set(re.findall(r"[a-z]+", extras["all"][0].partition("[")[2]))
    # open_clip brings torchvision, beside which transformers fails with a CPU build of torch.
    assert named == set(extras) - {"all", "open-clip"}
