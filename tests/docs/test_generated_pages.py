"""The pages made from the code are as the code is now."""

import typer.main

from docs.component_pages import component_section
from docs.generate import cli_page, commands, stale_pages
from modiste.candidates import CANDIDATE_SOURCES
from modiste.cli import app


def test_generated_pages_are_fresh() -> None:
    assert not stale_pages(), "run make docs and commit the pages"


def test_every_command_and_option_says_what_it_is() -> None:
    silent = []
    for path, command in commands(typer.main.get_command(app)):
        if not (command.help or "").strip():
            silent.append(" ".join(path))
        silent += [
            f"{' '.join(path)} {parameter.name}"
            for parameter in command.params
            if not (parameter.help or "").strip()
        ]
    assert not silent


def test_a_component_shows_its_fields_with_bounds_and_meaning() -> None:
    section = component_section("trending", CANDIDATE_SOURCES.get("trending"))
    assert "| `recent_days` | int > 0 | `7` | The days judged. |" in section


def test_every_field_of_a_source_says_what_it_is() -> None:
    for name in CANDIDATE_SOURCES.names:
        rows = [
            line
            for line in component_section(name, CANDIDATE_SOURCES.get(name))
            if line[:3] == "| `"
        ]
        assert not [row for row in rows if row.endswith("|  |")], name


def test_what_an_option_takes_is_written_whole() -> None:
    page = cli_page()
    assert "| `--encoder` | `NAME[=SOURCE]` | required |" in page
    assert "| `--filter` | `str` |" in page
    assert "`list[" not in page
