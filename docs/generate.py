"""Write the pages of docs/reference that are made from the code: `make docs`.

`python -m docs.generate --check` writes nothing and exits 1 when a page is out of date.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import typer.main

from docs.component_pages import cell, components_page, tables_page
from modiste.cli import app

REFERENCE = Path(__file__).parent / "reference"
_TYPE = re.compile(r"<(?:list\[)?(.+?)\]?>")
"""A type's name, which is set in brackets; a word of the command's own is not."""
HEADER = "<!-- Made by `make docs` from the code: change the code, not this page. -->\n"


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Walk the tree of commands in the order of its help, groups before their members."""
    context = typer.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None or command.hidden:
            continue
        yield (*path, name), command
        if hasattr(command, "list_commands"):
            yield from commands(command, (*path, name))


def usage(path: tuple[str, ...], command: Any) -> str:
    """Give the command line with its arguments' names."""
    words = ["modiste", *path]
    if hasattr(command, "list_commands"):
        words.append("COMMAND")
    for parameter in command.params:
        if parameter.param_type_name == "argument":
            name = parameter.display_name_raw.upper()
            words.append(name if parameter.required else f"[{name}]")
    return " ".join([*words, "[OPTIONS]"])


def parameter_row(parameter: Any) -> str:
    """Give a table's row: spelling, what it takes, default, meaning."""
    is_option = parameter.param_type_name == "option"
    if not is_option:
        spelling = f"`{parameter.display_name_raw.upper()}`"
    else:
        spelling = ", ".join(f"`{name}`" for name in [*parameter.opts, *parameter.secondary_opts])
    # An argument's metavar is its own name again.
    takes = metavar(parameter) if is_option and not parameter.is_flag else ""
    return f"| {spelling} | {takes} | {default_text(parameter)} | {cell(parameter.help or '')} |"


def metavar(parameter: Any) -> str:
    """Give what a parameter takes as code: its type, or the words to choose from."""
    text = str(parameter.display_type_rich(typer.Context(root())))
    return "`" + _TYPE.sub(r"\1", text).replace("|", "` or `") + "`"


@cache
def root() -> Any:
    """Give the whole command line; building it takes a while."""
    return typer.main.get_command(app)


def default_text(parameter: Any) -> str:
    """Give an option's default as a reader sees it; nothing for switches and lists."""
    if parameter.required:
        return "required"
    shown = getattr(parameter, "show_default", None)
    if isinstance(shown, str):
        return shown
    value = parameter.default
    if callable(value) or value is None or value is False or value in ((), []):
        return ""
    if value is True:
        return "yes"
    return f"`{getattr(value, 'value', value)}`"


def command_section(path: tuple[str, ...], command: Any) -> str:
    """Give a command's section: what it does, its usage and its parameters."""
    lines = [f"## modiste {' '.join(path)}", "", inspect.cleandoc(command.help or "").strip(), ""]
    lines += ["```text", usage(path, command), "```", ""]
    shown = [p for p in command.params if not getattr(p, "hidden", False) and p.name != "help"]
    if shown:
        lines += ["| parameter | takes | default | meaning |", "| --- | --- | --- | --- |"]
        lines += [*map(parameter_row, shown), ""]
    if command.epilog:
        lines += [inspect.cleandoc(command.epilog), ""]
    return "\n".join(lines)


def cli_page() -> str:
    """Give docs/reference/cli.md."""
    opening = [
        "# The command line",
        "",
        inspect.cleandoc(root().help or "").replace("\f", ""),
        "",
        "| parameter | takes | default | meaning |",
        "| --- | --- | --- | --- |",
        *(parameter_row(parameter) for parameter in root().params if parameter.name != "help"),
        "",
    ]
    sections = [command_section(path, command) for path, command in commands(root())]
    return "\n".join([*opening, *sections]).rstrip() + "\n"


def pages() -> dict[Path, str]:
    """Give every generated page by its path."""
    made = {"cli.md": cli_page, "components.md": components_page, "tables.md": tables_page}
    written = {REFERENCE / name: f"{HEADER}\n{make()}" for name, make in made.items()}
    return written | {openapi_path(): openapi_page()}


def openapi_path() -> Path:
    """Give where the API's description is kept."""
    return REFERENCE / "openapi.json"


def openapi_page() -> str:
    """Give docs/reference/openapi.json."""
    from modiste.serve.app import describe_api

    return json.dumps(describe_api(), indent=2, ensure_ascii=False) + "\n"


def stale_pages() -> list[Path]:
    """Name the pages whose file differs from what the code says today."""
    return [
        path
        for path, text in pages().items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]


def main(arguments: list[str]) -> int:
    """Write the pages, or say which are out of date."""
    stale = stale_pages()
    if "--check" in arguments:
        for path in stale:
            print(f"{path.name} is out of date: run make docs", file=sys.stderr)
        return 1 if stale else 0
    fresh = pages()
    for path in stale:
        path.parent.mkdir(exist_ok=True)
        path.write_text(fresh[path], encoding="utf-8")
        print(f"wrote {path.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
