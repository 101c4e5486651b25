"""The pages made from the code are as the code is now."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_pages_are_fresh(generator: ModuleType) -> None:
    assert not generator.stale_pages(), "run make docs and commit the pages"


def test_every_command_and_option_says_what_it_is(generator: ModuleType) -> None:
    import typer.main

    from modiste.cli import app

    silent = []
    for path, command in generator.commands(typer.main.get_command(app)):
        if not (command.help or "").strip():
            silent.append(" ".join(path))
        silent += [
            f"{' '.join(path)} {parameter.name}"
            for parameter in command.params
            if not (parameter.help or "").strip()
        ]
    assert not silent
