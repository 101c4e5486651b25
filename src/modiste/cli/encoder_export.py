"""`modiste encoder export`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from modiste.cli.application import encoder_app
from modiste.cli.options import AsJson
from modiste.cli.progress import shown_progress

if TYPE_CHECKING:
    from PIL.Image import Image

_COMPARED = 200
"""Pictures and texts that are compared, spread over the shop."""


@encoder_app.command("export")
def export_command(
    out: Annotated[Path, typer.Option(help="The folder to make; used as --encoder onnx=FOLDER.")],
    shop: Annotated[
        Path | None,
        typer.Option(
            help="A shop: its fitted encoder is exported where no other is named, and its pictures "
            "and texts are compared."
        ),
    ] = None,
    encoder: Annotated[
        str | None,
        typer.Option(
            metavar="NAME=FOLDER", help="The encoder: transformers=FOLDER or catalogue=FOLDER."
        ),
    ] = None,
    int8: Annotated[
        bool, typer.Option("--int8", help="8-bit numbers: a quarter of the size.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write an encoder for onnxruntime, which runs it without torch.

    Says how far its vectors lie from the original's (cosine; 1 is the same) and how many times as
    fast they are made, both on one thread.
    """
    from dataclasses import asdict

    from modiste.encoders.exporting.export import export_encoder
    from modiste.encoders.spec import open_encoder
    from modiste.errors import InputError

    if shop is None and encoder is None:
        raise InputError(
            "nothing to export: give --shop, whose fitted encoder is taken, or "
            "--encoder NAME=FOLDER"
        )
    original = open_encoder(encoder or "catalogue", shop)
    if not out.exists():
        named, numbers = encoder or "the fitted encoder", "8-bit" if int8 else "32-bit"
        typer.echo(f"writing {named} with {numbers} numbers to {out} …", err=True)
    pictures, texts = _material(shop, original.picture_size if original.sees else (1, 1))
    with shown_progress() as progress:
        moved = export_encoder(
            original, out, int8=int8, pictures=pictures, texts=texts, progress=progress
        )
    megabytes = sum(path.stat().st_size for path in out.iterdir()) / 1e6
    if as_json:
        sides = {
            side: {**asdict(told), "times_faster": told.times_faster}
            for side, told in moved.items()
        }
        typer.echo(json.dumps({"megabytes": megabytes, "sides": sides}, indent=2))
        return
    real = "of the shop" if shop is not None else "made up: give --shop for real ones"
    typer.echo(f"{out}: {'int8' if int8 else 'float32'}, {megabytes:.1f} MB")
    for side, told in moved.items():
        typer.echo(
            f"  {side}: cosine to the original {told.mean_cosine:.5f} on average, "
            f"{told.worst_cosine:.5f} at worst; {told.times_faster:.1f} × as fast "
            f"({told.onnx_ms:.2f} ms instead of {told.torch_ms:.2f} ms of one core); "
            f"{told.n} {side if side == 'pictures' else 'texts'} {real}"
        )


def _material(shop: Path | None, near: tuple[int, int]) -> tuple[list[Image], list[str]]:
    """Read pictures and texts of a shop, spread evenly; those that cannot be read are left out."""
    if shop is None:
        return _made_up()
    from modiste.data.photos import PictureError, open_photo
    from modiste.data.shop import open_shop
    from modiste.encoders.texts import item_texts
    from modiste.engine import collect

    dataset = open_shop(shop)
    pictures: list[Image] = []
    folder = dataset.picture_folder
    if folder is not None and "picture" in collect(dataset.items).columns:
        named = collect(dataset.items.select("picture"))["picture"].drop_nulls()
        step = max(1, len(named) // _COMPARED)
        for path in named.gather_every(step).head(_COMPARED).to_list():
            try:
                pictures.append(open_photo(folder / path, near=near))
            except PictureError:
                continue
    texts = item_texts(dataset)
    texts = texts.filter(texts != "")
    step = max(1, len(texts) // _COMPARED)
    return pictures, texts.gather_every(step).head(_COMPARED).to_list()


def _made_up() -> tuple[list[Image], list[str]]:
    """Make pictures of soft shades and short texts, where there is no shop."""
    import numpy as np
    from PIL import Image

    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 256, (40, 8, 6, 3), np.uint8)
    pictures = [Image.fromarray(one).resize((192, 256), Image.Resampling.BICUBIC) for one in coarse]
    texts = [
        f"{colour} {kind}"
        for colour in ("red", "navy", "white", "striped", "long sleeved")
        for kind in ("dress", "shirt", "trousers", "hat", "wool coat", "cotton socks", "shoes")
    ]
    return pictures, texts
