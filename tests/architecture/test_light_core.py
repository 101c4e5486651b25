"""The core installation: every module loads where neither extras nor developers' tools are."""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Names to import that differ from the names to install.
IMPORT_NAMES = {"mlflow-skinny": "mlflow", "import-linter": "importlinter"}

PROBE = """
import importlib, pkgutil, sys

blocked = set(sys.argv[1].split(","))

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in blocked:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
import modiste
from modiste.errors import MissingExtraError

def skip(name):
    pass  # the import below tells what failed

for found in pkgutil.walk_packages(modiste.__path__, "modiste.", onerror=skip):
    if found.name == "modiste.__main__" or found.name.startswith("modiste.testing"):
        continue
    try:
        importlib.import_module(found.name)
    except MissingExtraError as error:
        print(f"{found.name}: {error}")
print("whole")
"""


def outside_the_core() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    lines = [line for name in extras if name != "all" for line in extras[name]]
    lines += project["dependency-groups"]["dev"]
    names = {line.partition(">")[0].strip().lower() for line in lines}
    return {IMPORT_NAMES.get(name, name.replace("-", "_")) for name in names}


def test_every_module_loads_on_the_core_alone() -> None:
    blocked = outside_the_core()
    assert {"matplotlib", "torch", "pandas", "pyarrow", "pytest"} <= blocked
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROBE, ",".join(sorted(blocked))],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    *without, last = done.stdout.splitlines()
    assert last == "whole"
    assert without, "a part that needs an extra says so when the extra is absent"
    assert all("run pip install 'modiste[" in line for line in without)
