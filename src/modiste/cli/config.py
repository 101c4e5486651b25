"""`modiste config list`, `show` and `check`."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from modiste.cli.application import config_app
from modiste.cli.options import AsJson

Name = Annotated[str, typer.Argument(help="A TOML file, or the name of a shipped configuration.")]


@config_app.command("list")
def list_command() -> None:
    """List the shipped configurations and every component they can name."""
    from importlib import resources

    from modiste.candidates import CANDIDATE_SOURCES
    from modiste.config import shipped_names
    from modiste.features import FEATURES

    typer.echo("configurations:")
    for name in shipped_names():
        text = (resources.files("modiste.configs") / f"{name}.toml").read_text(encoding="utf-8")
        typer.echo(f"  {name:<8} {text.splitlines()[0].lstrip('# ')}")
    for title, registry in (("candidates", CANDIDATE_SOURCES), ("features", FEATURES)):
        typer.echo(f"{title}:")
        for name in registry.names:
            summary = (registry.get(name).__doc__ or "").strip().splitlines()[0]
            typer.echo(f"  {name:<20} {summary}")


@config_app.command("show")
def show_command(
    name: Annotated[
        str | None, typer.Argument(help="A TOML file or a shipped name; by default the defaults.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print every value that is in force, in the shape of a configuration file."""
    from modiste.config import load_config

    settings = load_config(name).settings()
    typer.echo(json.dumps(settings, indent=2) if as_json else toml_text(settings).rstrip())


@config_app.command("check")
def check_command(name: Name) -> None:
    """Check a configuration: every fault is told, with the nearest right name."""
    from modiste.config import load_config

    config = load_config(name)
    sources, features = len(config.recipe.sources), len(config.recipe.features)
    typer.echo(f"{name}: sound: {sources} candidate sources, {features} families of features")


def toml_text(settings: dict[str, Any]) -> str:
    """Give the values of `Config.settings` as the text of a configuration file."""
    lines = [f"seed = {settings['seed']}"]
    for section in ("candidates", "features", "demand"):
        parts = settings.get(section)
        if parts is None:
            continue  # no columns of demand are on
        own = {name: value for name, value in parts.items() if not isinstance(value, dict)}
        lines += ["", f"[{section}]", *_fields(own)]
        for name, fields in parts.items():
            if name not in own:
                lines += ["", f"[{section}.{name}]", *_fields(fields)]
    for section in ("relevance", "training", "ranker"):
        if section not in settings:
            continue  # nothing reads the relevance model
        lines += ["", f"[{section}]", *_fields(settings[section])]
    return "\n".join(lines) + "\n"


def _fields(fields: dict[str, Any]) -> list[str]:
    return [f"{key} = {_value(value)}" for key, value in fields.items()]


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(_fields(value)) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value)  # text, numbers and booleans are written as TOML does
