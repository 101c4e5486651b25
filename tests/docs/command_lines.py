"""Finds the `modiste` and `make` command lines of Markdown pages and parses them."""

from __future__ import annotations

import re
import shlex
from functools import cache
from pathlib import Path
from typing import Any

import typer
import typer.main

from modiste.cli import app

FENCE = re.compile(r"(?ms)^```(?P<kind>\w*)[^\n]*\n(?P<body>.*?)^```")
SHELL = {"bash", "console", "sh", "shell"}


def shell_lines(page: Path) -> list[str]:
    """Give the command lines of a page's shell blocks, continued lines joined, output left out."""
    lines = []
    for block in FENCE.finditer(page.read_text(encoding="utf-8")):
        if block["kind"] not in SHELL:
            continue
        body = block["body"].replace("\\\n", " ")
        prompted = [line for line in body.splitlines() if line.startswith("$ ")]
        commands = [line[2:] for line in prompted] if prompted else body.splitlines()
        lines += [line.strip() for line in commands if line.strip()]
    return [line for line in lines if not line.startswith("#")]


def words_of(line: str) -> list[str]:
    """Split a command line as a shell would: comments and what follows a pipe are left out."""
    words = shlex.split(line, comments=True)
    for stop in ("|", ">", "&&", ";"):
        if stop in words:
            words = words[: words.index(stop)]
    return words


@cache
def _root() -> Any:
    """Build the whole command line once: it takes as long as parsing a hundred lines.

    Files named in a page need not exist where the test runs.
    """
    root: Any = typer.main.get_command(app)
    commands = [root]
    while commands:
        command = commands.pop()
        commands += getattr(command, "commands", {}).values()
        for parameter in command.params:
            parameter.type_descriptor.parameter_info.exists = False
    return root


def parse(words: list[str]) -> None:
    """Parse the words after `modiste` as the command line would, without running anything.

    Raises the parser's error for an unknown command or option, or a value of a wrong type.
    """
    command: Any = _root()
    context: Any = None
    rest, name = words, "modiste"
    while True:
        try:
            context = command.make_context(name, list(rest), parent=context)
        except typer.Exit:  # --help and --version end here
            return
        if not hasattr(command, "resolve_command"):
            return
        # What a group's parser leaves over is the name of the command and its words.
        left = [*context._protected_args, *context.args]
        name, command, rest = command.resolve_command(context, left)
