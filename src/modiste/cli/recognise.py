"""`modiste recognise`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from modiste.cli.application import app
from modiste.cli.progress import shown_progress

if TYPE_CHECKING:
    from modiste.garments import Garment, Recogniser

_BATCH = 16
_LIKELY = 0.5
_ENDINGS = frozenset({".jpg", ".jpeg", ".png", ".webp"})


@app.command("recognise")
def recognise_command(
    photos: Annotated[
        list[Path], typer.Argument(help="Photos, or folders of them with all that is below.")
    ],
    model: Annotated[
        Path | None,
        typer.Option(help="A recogniser that modiste garments fit made; or give --shop."),
    ] = None,
    shop: Annotated[
        Path | None, typer.Option(help="A shop with a recogniser of its own in SHOP/garments.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write the answer to this file, not to the screen.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object a photo, a line each.")
    ] = False,
) -> None:
    """Tell which garments are in photos: box, category and attributes, each with its probability.

    A photo that cannot be read has a line that says why, and the others are answered all the same.
    """
    from modiste.errors import InputError
    from modiste.garments import Recogniser

    folder = model or (shop / "garments" if shop else None)
    if folder is None:
        raise InputError("no recogniser was named: give --model FOLDER, or --shop with one in it")
    paths = _photos(photos)
    recogniser = Recogniser.open(folder)
    n_read = 0
    with ExitStack() as stack:
        write = _writer(out, stack)
        progress = stack.enter_context(shown_progress())
        for path, told in _recognised(recogniser, paths, progress):
            n_read += not isinstance(told, str)
            write(json.dumps(_object(path, told)) if as_json else _line(path, told))
    if not n_read:
        raise InputError(f"none of {len(paths):,} photos could be read: give JPEG, PNG or WebP")
    if len(recogniser.places) == 1:
        typer.echo("this recogniser names one garment a photo, whatever else is in it", err=True)


def _recognised(
    recogniser: Recogniser, paths: Sequence[Path], progress: Callable[[str, float], None]
) -> Iterator[tuple[Path, tuple[Garment, ...] | str]]:
    """Give each photo's garments, or why it cannot be read."""
    from modiste.data.photos import PictureError, open_photo

    def opened(path: Path) -> Any:
        try:
            return open_photo(path, near=recogniser.picture_size)
        except PictureError as error:
            return error.reason

    for start in range(0, len(paths), _BATCH):
        some = paths[start : start + _BATCH]
        pictures = [opened(path) for path in some]
        told = iter(recogniser.recognise([one for one in pictures if not isinstance(one, str)]))
        for path, picture in zip(some, pictures, strict=True):
            yield path, picture if isinstance(picture, str) else next(told)
        progress("recognise", min(1.0, (start + _BATCH) / len(paths)))


def _photos(given: Sequence[Path]) -> list[Path]:
    """List the photos: files as they are named, those of folders by name."""
    from modiste.errors import InputError

    found: list[Path] = []
    for path in given:
        if not path.is_dir():
            found.append(path)
            continue
        inside = [one for one in path.rglob("*") if one.suffix.lower() in _ENDINGS]
        found += sorted(one for one in inside if one.is_file())
    if not found:
        folders = ", ".join(str(path) for path in given)
        raise InputError(f"{folders} holds no JPEG, PNG or WebP: name a photo or another folder")
    return found


def _writer(out: Path | None, stack: ExitStack) -> Callable[[str], None]:
    if out is None:
        return typer.echo
    try:
        file = stack.enter_context(out.open("w", encoding="utf-8"))
    except OSError as error:
        from modiste.errors import InputError

        raise InputError(
            f"--out {out} cannot be written ({error.strerror}): name a file in a folder there is"
        ) from None

    def write(line: str) -> None:
        file.write(line + "\n")

    return write


def _object(path: Path, told: tuple[Garment, ...] | str) -> dict[str, Any]:
    if isinstance(told, str):
        return {"file": str(path), "error": told}
    return {"file": str(path), "garments": [garment.to_json() for garment in told]}


def _line(path: Path, told: tuple[Garment, ...] | str) -> str:
    if isinstance(told, str):
        return f"{path}: {told}"
    if not told:
        return f"{path}: none"
    return "\n".join([f"{path}:", *(f"  {_garment(one)}" for one in told)])


def _garment(garment: Garment) -> str:
    """Say what a garment is, the likeliest value of each group, and where it lies."""
    named = garment.category or "garment"
    if garment.category_probability is not None:
        named += f" {garment.category_probability:.0%}"
    parts = [f"{named} (there: {garment.confidence:.0%})"]
    for name, values in garment.attributes.items():
        parts.append(f"{name}: {', '.join(_shown(values))}")
    left, top, right, bottom = garment.box
    parts.append(f"box {left:.2f} {top:.2f} {right:.2f} {bottom:.2f}")
    return "; ".join(parts)


def _shown(values: Mapping[str, float]) -> list[str]:
    """Give the values that are likelier than not; where there are none the best, as a guess."""
    likely = [f"{value} {share:.0%}" for value, share in values.items() if share >= _LIKELY]
    return likely or [f"perhaps {value} {share:.0%}" for value, share in [*values.items()][:1]]
