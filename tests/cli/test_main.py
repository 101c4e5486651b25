"""How the root of the command line ends: exit codes and the one line on stderr."""

from collections.abc import Callable, Iterator

import pytest
import typer

import modiste
from modiste.cli import app, main
from modiste.errors import ConfigError, InputError, MissingExtraError

AddCommand = Callable[[Callable[[], None]], None]


@pytest.fixture
def add_command() -> Iterator[AddCommand]:
    """Hang a command called `probe` on the root and take it away afterwards."""
    before = list(app.registered_commands)

    def add(function: Callable[[], None]) -> None:
        app.command("probe")(function)

    yield add
    app.registered_commands[:] = before


def test_version_is_printed_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"modiste {modiste.__version__}\n"


def test_unknown_command_is_misuse(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["no-such-command"]) == 2
    assert "no-such-command" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (InputError("a.csv is empty\n- give a file"), "modiste: a.csv is empty - give a file\n"),
        (ConfigError("a.toml: two faults\nk: 0"), "modiste: a.toml: two faults\nk: 0\n"),
        (
            MissingExtraError("torch", extra="vision"),
            "modiste: torch is not installed: run pip install 'modiste[vision]'\n",
        ),
    ],
)
def test_an_error_of_ours_is_one_line_and_exit_2(
    error: Exception, line: str, add_command: AddCommand, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise error

    add_command(fail)
    assert main(["probe"]) == 2
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", line)


def test_debug_lets_the_error_through_wherever_it_stands(add_command: AddCommand) -> None:
    def fail() -> None:
        raise InputError("given")

    add_command(fail)
    with pytest.raises(InputError):
        main(["probe", "--debug"])
    with pytest.raises(InputError):
        main(["--debug", "probe"])


def test_an_unforeseen_failure_names_its_type(
    add_command: AddCommand, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise ZeroDivisionError("by zero")

    add_command(fail)
    assert main(["probe"]) == 1
    told = capsys.readouterr().err
    assert told.startswith("modiste: failed with ZeroDivisionError: by zero")
    assert told.count("\n") == 1


def test_an_interrupt_is_130(add_command: AddCommand, capsys: pytest.CaptureFixture[str]) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    add_command(stop)
    assert main(["probe"]) == 130
    assert capsys.readouterr().err.endswith("modiste: interrupted\n")


def test_a_command_may_choose_its_code(add_command: AddCommand) -> None:
    def leave() -> None:
        raise typer.Exit(3)

    add_command(leave)
    assert main(["probe"]) == 3
