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


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """The modules' texts by path: one test asks all, since hundreds of tests take seconds."""
    return {relative(path): path.read_text(encoding="utf-8") for path in MODULES}


@pytest.fixture(scope="module")
def trees(texts: dict[str, str]) -> dict[str, ast.Module]:
    return {path: ast.parse(text) for path, text in texts.items()}


def test_modules_say_on_top_what_they_give(trees: dict[str, ast.Module]) -> None:
    assert len(trees) > 100
    assert not [path for path, tree in trees.items() if not ast.get_docstring(tree)]


def test_modules_end_before_the_wall(texts: dict[str, str]) -> None:
    long = [path for path, text in texts.items() if len(text.splitlines()) > LONGEST]
    assert not long, "split it: a module holds one concept"


def test_modules_are_named_for_what_they_hold(texts: dict[str, str]) -> None:
    assert not [path for path in texts if Path(path).stem in CATCH_ALL_NAMES]


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


def test_modules_run_no_stored_code(texts: dict[str, str], trees: dict[str, ast.Module]) -> None:
    for path, tree in trees.items():
        names = names_called(tree)
        roots = {name.partition(".")[0] for name in names}
        stored = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
        assert not roots & stored, path
        assert not names & {"eval", "exec"}, path
        assert not re.search(r"allow_pickle\s*=\s*True", texts[path]), path


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
