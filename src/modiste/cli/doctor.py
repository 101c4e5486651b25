"""`modiste doctor`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from modiste.cli.application import app
from modiste.cli.options import AsJson

if TYPE_CHECKING:
    from modiste.data.findings import Finding

_MARKS = {"ok": "ok", "note": "note", "warning": "WARNING", "error": "ERROR"}
_STYLES = {"ok": "green", "note": "cyan", "warning": "yellow", "error": "bold red"}


@app.command("doctor")
def doctor_command(
    shop: Annotated[Path | None, typer.Option(help="Examine this shop too.")] = None,
    all_pictures: Annotated[
        bool, typer.Option("--all-pictures", help="Decode every picture, not a sample of 200.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Examine the installation and a shop's data: what was found, and what to do about it.

    Exit code 0 with notes and warnings, 1 with errors.
    """
    from modiste.cli.progress import shown_progress
    from modiste.data.doctor import examine_shop
    from modiste.data.environment import examine_environment

    found = {"environment": examine_environment(shop or Path())}
    if shop is not None:
        with shown_progress() as progress:
            found["shop"] = examine_shop(shop, all_pictures=all_pictures, progress=progress)
    if as_json:
        plain = {part: [asdict(one) for one in findings] for part, findings in found.items()}
        typer.echo(json.dumps(plain, indent=2))
    else:
        for part, findings in found.items():
            _print_findings(part, findings)
    if any(one.severity == "error" for findings in found.values() for one in findings):
        raise typer.Exit(1)


def _print_findings(part: str, findings: list[Finding]) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console()
    console.print(Text(part, style="bold"))
    for one in findings:
        line = Text("  ")
        line.append(f"{_MARKS[one.severity]:<8}", style=_STYLES[one.severity])
        line.append(f"{one.subject}: {one.found}")
        console.print(line, soft_wrap=True)
        if one.advice:
            console.print(Text(f"          {one.advice}", style="italic"), soft_wrap=True)
