"""Rules that no linter knows: size and docstrings of modules, words that have no place here."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "modiste"
MODULES = sorted(SOURCE.rglob("*.py"))
LONGEST = 400
LARGEST_FILE = 4 * 1024 * 1024
CATCH_ALL_NAMES = {"utils", "helpers", "common", "misc"}
BINARY = {".png", ".jpg", ".jpeg", ".ico", ".woff2", ".gz", ".parquet", ".npy"}

# Written with character classes so that these lines do not match themselves.
BANNED = {
    "a registry's host": r"[p]ypi\.org|[p]ythonhosted|[r]egistry\.npmjs|artifa[c]tory",
    "an index setting": r"--(?:extra-)?[i]ndex-url[ =]\S|--find-links[ =]\S",
    "a path of one machine": r"(?<![\w.])/(?:[r]oot|[w]ork|[h]ome/\w+|[U]sers/\w+)/",
    "an address in a private network": r"\b(?:10|192\.168)(?:\.\d{1,3}){2,3}:\d{2,5}\b",
}


def committed_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout: no list of committed files")
    names = [name for name in listed.stdout.split("\0") if name]
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_module_has_a_docstring_and_ends_before_the_wall(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text)), "say on top what the module gives"
    assert len(text.splitlines()) <= LONGEST, "split it: a module holds one concept"
    assert path.stem not in CATCH_ALL_NAMES, "name a module for the concept it holds"


def names_called(tree: ast.AST) -> set[str]:
    """Give the dotted names of all calls and imports."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
        elif isinstance(node, ast.Call):
            found.add(ast.unparse(node.func))
    return found


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_module_runs_no_stored_code(path: Path) -> None:
    names = names_called(ast.parse(path.read_text(encoding="utf-8")))
    roots = {name.partition(".")[0] for name in names}
    assert not roots & {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
    assert not names & {"eval", "exec"}
    assert not re.search(r"allow_pickle\s*=\s*True", path.read_text(encoding="utf-8"))


def test_no_committed_file_tells_of_one_machine() -> None:
    faults = []
    for path in committed_files():
        if path.suffix in BINARY:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        for what, pattern in BANNED.items():
            for found in re.finditer(pattern, text):
                line = text.count("\n", 0, found.start()) + 1
                faults.append(f"{relative(path)}:{line}: {what}: {found.group()!r}")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    "line",
    [
        "see https://" + "pypi" + ".org/simple",
        "--" + "index-url https://mirror.example/simple",
        "the file /" + "root/.cache/x",
        "open('/" + "work/main/x')",
        "http://10.0.3.1:" + "3141/root",
    ],
)
def test_the_patterns_find_what_they_are_for(line: str) -> None:
    assert any(re.search(pattern, line) for pattern in BANNED.values())


def test_no_committed_file_is_large() -> None:
    large = [relative(path) for path in committed_files() if path.stat().st_size > LARGEST_FILE]
    assert not large, "a repository carries no data"


def test_ignored_paths_are_anchored() -> None:
    lines = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    free = [line for line in lines if line and not line.startswith(("#", "/", "*."))]
    assert set(free) <= {"__pycache__/"}, "a bare name could hide a folder of the package"
