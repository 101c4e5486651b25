"""The command line's root, its groups and the order in which help lists the commands."""

from __future__ import annotations

from typing import Annotated

import typer
from typer.core import TyperGroup

import modiste

ORDER = (
    "demo",
    "synth",
    "import",
    "doctor",
    "encoder",
    "embed",
    "index",
    "train",
    "evaluate",
    "recommend",
    "search",
    "similar",
    "garments",
    "recognise",
    "attributes",
    "match",
    "forecast",
    "tune",
    "table",
    "features",
    "runs",
    "evaluate-search",
    "evaluate-relevance",
    "evaluate-garments",
    "evaluate-demand",
    "serve",
    "keys",
    "limits",
    "report",
    "config",
)
"""Commands in the order of the data's trip; one that is not named here comes after them."""


class TripOrder(TyperGroup):
    """A group that lists its commands in the order of the data's trip."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        """Name the commands: those of `ORDER` first, the others by alphabet."""
        place = {name: position for position, name in enumerate(ORDER)}
        return sorted(self.commands, key=lambda name: (place.get(name, len(place)), name))


def new_group(help_text: str) -> typer.Typer:
    """Make a group of commands that prints its help when it is called alone."""
    return typer.Typer(help=help_text, no_args_is_help=True, pretty_exceptions_enable=False)


app = typer.Typer(
    name="modiste",
    cls=TripOrder,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)
"""The root: a command's file says `@app.command("name")`."""

import_app = new_group("Turn a shop's files into one checked shop folder.")
"""`modiste import …`: a data source's file says `@import_app.command("name")`."""

config_app = new_group("List, show and check configurations.")
"""`modiste config …`."""

encoder_app = new_group(
    "Fit, list and export the encoders that turn pictures and words into vectors."
)
"""`modiste encoder …`."""

garments_app = new_group(
    "Fit a recogniser of garments in photos, and look after a catalogue with it."
)
"""`modiste garments …`."""

features_app = new_group("Hand the features of users and items to a feature store, and check it.")
"""`modiste features …`."""

keys_app = new_group("Make, list and take back the keys of a server that is open to others.")
"""`modiste keys …`."""

limits_app = new_group("List and set how much a shop's server takes on.")
"""`modiste limits …`."""

app.add_typer(import_app, name="import")
app.add_typer(encoder_app, name="encoder")
app.add_typer(garments_app, name="garments")
app.add_typer(features_app, name="features")
app.add_typer(keys_app, name="keys")
app.add_typer(limits_app, name="limits")
app.add_typer(config_app, name="config")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"modiste {modiste.__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Print the version and leave.",
            callback=_print_version,
            is_eager=True,
        ),
    ] = False,
    debug: Annotated[
        bool,
        typer.Option("--debug", help="Show the whole traceback of an error; accepted anywhere."),
    ] = False,
) -> None:
    """Recommendations, search and honest evaluation for a fashion shop, on its own data.

    Data goes to stdout, messages and progress to stderr. Exit codes: 0 done, 1 failed,
    2 something given cannot be used, 130 interrupted.
    """
