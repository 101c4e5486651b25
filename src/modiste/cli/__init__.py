"""The command line: one file per command, each parses, calls the library and prints.

A command's file registers itself on `app` (or on `import_app`, `config_app`) when it is imported,
and imports what is heavy inside its function, so that `modiste --help` stays quick.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import signal
import sys
import threading
from collections.abc import Sequence
from typing import NoReturn

from modiste.cli.application import (
    app,
    config_app,
    encoder_app,
    features_app,
    garments_app,
    import_app,
    keys_app,
    limits_app,
)
from modiste.errors import ConfigError, ModisteError

__all__ = [
    "app",
    "config_app",
    "encoder_app",
    "features_app",
    "garments_app",
    "import_app",
    "keys_app",
    "limits_app",
    "main",
]

DONE, FAILED, MISUSED, INTERRUPTED = 0, 1, 2, 130

# The ranker's threads wait without spinning: beside any other process spinning triples the time.
# OpenMP reads it when the first library that uses it is loaded, which no import so far did.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code.

    Args:
        arguments: Words after the program's name; those of the process by default.

    Returns:
        0 when done, 1 after an unforeseen failure, 2 when something given cannot be used (one
        line on stderr says what), 130 when interrupted.
    """
    if threading.current_thread() is threading.main_thread():
        # What is half written is taken away on the way out, as after Ctrl-C.
        signal.signal(signal.SIGTERM, _leave)
    words = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in words
    words = [word for word in words if word != "--debug"]
    try:
        app(words, prog_name="modiste")
    except SystemExit as end:
        if end.code == INTERRUPTED:
            _complain("interrupted")
        return end.code if isinstance(end.code, int) else DONE
    except ModisteError as error:
        if debug:
            raise
        # A ConfigError lists its faults, one a line.
        _complain(str(error) if isinstance(error, ConfigError) else _one_line(error))
        return MISUSED
    except Exception as error:
        if debug:
            raise
        _complain(
            f"failed with {type(error).__name__}: {_one_line(error)} "
            "(run it again with --debug to see where)"
        )
        return FAILED
    return DONE


def _leave(number: int, _frame: object) -> NoReturn:
    raise SystemExit(128 + number)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _complain(text: str) -> None:
    sys.stderr.write(f"modiste: {text}\n")


def _register_commands() -> None:
    for module in sorted(found.name for found in pkgutil.iter_modules(__path__)):
        importlib.import_module(f"{__name__}.{module}")


_register_commands()
