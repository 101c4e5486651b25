"""The Python of the pages runs as it stands, each page in an interpreter of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.command_lines import FENCE

ROOT = Path(__file__).parents[2]


def python_of(page: Path) -> str:
    blocks = FENCE.finditer(page.read_text(encoding="utf-8"))
    return "\n".join(block["body"] for block in blocks if block["kind"] == "python")


PAGES = [page for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")] if python_of(page)]


@pytest.mark.parametrize("page", sorted(PAGES), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_python_of_a_page_runs(page: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", python_of(page)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
