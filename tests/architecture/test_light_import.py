"""What `import modiste` and `modiste --help` load, seen from a fresh interpreter."""

import json
import subprocess
import sys

import pytest

HEAVY = {
    "faiss",
    "fastapi",
    "implicit",
    "lightgbm",
    "matplotlib",
    "PIL",
    "pyspark",
    "scipy",
    "sqlalchemy",
    "starlette",
    "torch",
    "uvicorn",
}
TABLES = {"numpy", "pandas", "polars", "pyarrow"}


def modules_after(statement: str) -> set[str]:
    probe = f"{statement}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    loaded: list[str] = json.loads(done.stdout.splitlines()[-1])
    return {name.partition(".")[0] for name in loaded}


@pytest.mark.parametrize("statement", ["import modiste", "import modiste.cli"])
def test_importing_loads_no_heavy_library(statement: str) -> None:
    loaded = modules_after(statement)
    assert "modiste" in loaded
    assert not loaded & (HEAVY | TABLES)


def test_the_probe_sees_what_is_loaded() -> None:
    assert "scipy" in modules_after("import scipy")
