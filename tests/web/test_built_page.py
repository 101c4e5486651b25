"""The built page in the package is that of the sources, small, and knows no other host."""

from __future__ import annotations

import gzip
import json
import re
from hashlib import sha256
from pathlib import Path

import pytest

from modiste.serve.page import STATIC

WEB = Path(__file__).parents[2] / "web"
NOT_SOURCES = {"node_modules", "__pycache__", "README.md"}
KB = 1000
OWN_HOSTS = {"www.w3.org"}
"""Names of namespaces; nothing is fetched from them."""


def sources(folder: Path) -> list[Path]:
    found = []
    for path in folder.iterdir():
        if path.name in NOT_SOURCES or path.name.startswith("."):
            continue
        found += sources(path) if path.is_dir() else [path]
    return found


def sources_hash() -> str:
    """Give the hash that web/vite.config.ts writes: keep both alike."""
    paths = sorted(path.relative_to(WEB).as_posix() for path in sources(WEB))
    lines = [f"{path} {sha256((WEB / path).read_bytes()).hexdigest()}\n" for path in paths]
    return sha256("".join(lines).encode()).hexdigest()


def first_files(suffix: str) -> list[Path]:
    """Give the files that the page asks for before anything else."""
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    names = re.findall(rf'(?:src|href)="/(assets/[^"]+{re.escape(suffix)})"', page)
    assert names
    return [STATIC / name for name in names]


def packed(paths: list[Path]) -> int:
    return sum(len(gzip.compress(path.read_bytes())) for path in paths)


def test_the_page_was_built_from_these_sources() -> None:
    built = (STATIC / "sources.sha256").read_text(encoding="utf-8").strip()
    assert built == sources_hash(), "the page is older than web/: run make page and commit it"


@pytest.mark.parametrize(("suffix", "most"), [(".js", 60 * KB), (".css", 15 * KB)])
def test_what_comes_first_is_small(suffix: str, most: int) -> None:
    assert packed(first_files(suffix)) <= most


def test_all_of_it_is_small_and_has_no_source_maps() -> None:
    files = [path for path in STATIC.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 600 * KB
    assert not [path for path in files if path.suffix == ".map"]


def test_it_asks_no_other_host_and_holds_no_inline_script_or_style() -> None:
    texts = {
        path.name: path.read_text(encoding="utf-8")
        for path in STATIC.rglob("*")
        if path.suffix in {".html", ".js", ".css", ".svg", ".webmanifest"}
    }
    hosts = {
        host
        for text in texts.values()
        for host in re.findall(r"(?:https?:)?//([a-z0-9-]+(?:\.[a-z0-9-]+)+)", text)
    }
    # A library may name its own page in a message.
    fetched = {
        host
        for text in texts.values()
        for host in re.findall(r"""(?:src|href|url\(|import)[=\s("']+https?://([^/"']+)""", text)
    }
    assert not fetched - OWN_HOSTS
    assert not {host for host in hosts if "font" in host or "cdn" in host}
    page = texts["index.html"]
    assert not re.search(r"<style|\sstyle=|\son\w+=", page)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", page))


def test_the_service_worker_keeps_every_part_of_the_page_but_the_lab() -> None:
    worker = (STATIC / "sw.js").read_text(encoding="utf-8")
    assets = [path.name for path in (STATIC / "assets").iterdir()]
    kept = [name for name in assets if f"/assets/{name}" in worker]
    assert len(kept) >= 3
    assert all(name.startswith("lab-") for name in set(assets) - set(kept))


def test_the_manifest_names_icons_that_are_there() -> None:
    manifest = json.loads((STATIC / "manifest.webmanifest").read_text(encoding="utf-8"))
    icons = [STATIC / icon["src"].lstrip("/") for icon in manifest["icons"]]
    assert {"192x192", "512x512"} <= {icon["sizes"] for icon in manifest["icons"]}
    assert all(path.is_file() for path in icons)
    assert manifest["start_url"] == manifest["id"] == "/"


def test_the_lock_of_the_page_names_no_registry() -> None:
    lock = json.loads((WEB / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert not [name for name, entry in packages.items() if "resolved" in entry]
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
