"""Every `modiste` and `make` line of README and docs names what exists."""

import re
from pathlib import Path

import pytest

from tests.docs.command_lines import parse, shell_lines, words_of

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINES = [(page.relative_to(ROOT).as_posix(), line) for page in PAGES for line in shell_lines(page)]


def lines_of(program: str) -> list[tuple[str, list[str]]]:
    found = []
    for page, line in LINES:
        words = words_of(line)
        if words and Path(words[0]).name == program:
            found.append((page, words[1:]))
    return found


@pytest.mark.parametrize(("page", "words"), lines_of("modiste"))
def test_modiste_line_parses(page: str, words: list[str]) -> None:
    parse(words)


@pytest.mark.parametrize(("page", "words"), lines_of("make"))
def test_make_line_names_a_target(page: str, words: list[str]) -> None:
    targets = re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"))
    asked = [word for word in words if "=" not in word]
    assert set(asked) <= set(targets)


def test_readme_shows_its_commands() -> None:
    readme = [line for page, line in LINES if page == "README.md"]
    assert {"make demo", "make test"} <= set(readme)
    assert sum(line.startswith("modiste ") for line in readme) >= 8


@pytest.mark.parametrize("words", [["no-such-command"], ["config", "no-such"], ["--no-such"]])
def test_the_parser_refuses_what_does_not_exist(words: list[str]) -> None:
    with pytest.raises(Exception, match="No such"):
        parse(words)


def test_blocks_are_read_as_a_person_reads_them(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "```console\n$ modiste a \\\n    --b  # why\noutput\n$ make c | less\n```\n"
        "```python\nmodiste\n```\n```bash\n# a comment\nmodiste d\n```\n",
        encoding="utf-8",
    )
    words = [words_of(line) for line in shell_lines(page)]
    assert words == [["modiste", "a", "--b"], ["make", "c"], ["modiste", "d"]]
