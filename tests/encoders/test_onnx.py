"""An exported encoder gives the original's vectors, alone in its folder, and nothing altered."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modiste.cli import main
from modiste.encoders.colour import Colour
from modiste.encoders.exporting.comparison import Moved
from modiste.encoders.exporting.export import export_encoder
from modiste.encoders.onnx import Onnx
from modiste.encoders.spec import open_encoder
from modiste.encoders.transformers import Transformers
from modiste.errors import ArtifactError, InputError
from tests.encoders.pictures import garments

Tiny = Callable[[str], Path]
Exported = Callable[..., tuple[Onnx, dict[str, Moved]]]
TEXTS = ["a red dress", "hat", "blue shirt with long sleeves of soft cotton", "no stripes at all"]
KINDS = ["clip", "siglip", "vit", "mobilenet", "bert"]


@pytest.fixture(scope="module")
def exported(tiny: Tiny, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """Export a tiny model once and open what was written."""
    root = tmp_path_factory.mktemp("exported")
    done: dict[str, tuple[Onnx, dict[str, Moved]]] = {}

    def give(name: str, *, int8: bool = False) -> tuple[Onnx, dict[str, Moved]]:
        place = root / f"{name}-{int8}"
        if place.name not in done:
            original = Transformers(source=str(tiny(name)))
            pictures = garments(9)
            moved = export_encoder(original, place, int8=int8, pictures=pictures, texts=TEXTS)
            done[place.name] = Onnx(source=str(place)), moved
        return done[place.name]

    return give


@pytest.mark.parametrize("name", KINDS)
def test_exported_vectors_are_the_originals(name: str, exported: Exported, tiny: Tiny) -> None:
    original = Transformers(source=str(tiny(name)), dtype="float32")
    encoder, moved = exported(name)
    assert (encoder.sees, encoder.speaks) == (original.sees, original.speaks)
    assert encoder.dim == original.dim
    assert set(moved) == {
        side for side, has in (("pictures", original.sees), ("words", original.speaks)) if has
    }
    assert all(told.worst_cosine > 0.9999 for told in moved.values())
    if original.sees:
        assert encoder.picture_size == original.picture_size
        ours, theirs = (one.encode_pictures(garments(5)) for one in (encoder, original))
        np.testing.assert_allclose((ours * theirs).sum(1), 1, atol=1e-4)
    if original.speaks:
        # Other texts than those it was traced with, alone and together.
        texts = ["green hat", "with", "red red red and a long long dress of soft cotton", "?"]
        ours, theirs = encoder.encode_words(texts), original.encode_words(texts)
        np.testing.assert_allclose((ours * theirs).sum(1), 1, atol=1e-4)
        np.testing.assert_allclose(encoder.encode_words(texts[1:2]), ours[1:2], atol=1e-5)
        assert encoder.encode_words([]).shape == (0, encoder.dim)


def test_batches_of_any_size_are_encoded(exported: Exported) -> None:
    encoder, _ = exported("mobilenet")
    together = encoder.encode_pictures(garments(7))
    for n in (1, 3):
        np.testing.assert_allclose(
            encoder.encode_pictures(garments(7)[:n]), together[:n], atol=1e-5
        )
    assert encoder.encode_pictures([]).shape == (0, encoder.dim)


@pytest.mark.parametrize("name", ["clip", pytest.param("mobilenet", marks=pytest.mark.slow)])
def test_int8_is_smaller_and_says_how_far_it_moved(name: str, exported: Exported) -> None:
    whole, _ = exported(name)
    small, moved = exported(name, int8=True)
    assert small.identity != whole.identity
    ours, theirs = small.encode_pictures(garments(9)), whole.encode_pictures(garments(9))
    cosines = (ours * theirs).sum(1)
    assert moved["pictures"].mean_cosine == pytest.approx(float(cosines.mean()), abs=2e-3)
    assert moved["pictures"].worst_cosine <= moved["pictures"].mean_cosine < 0.99999
    assert cosines.min() > 0.99
    facts = json.loads((Path(small.source) / "manifest.json").read_text())
    assert facts["moved"]["pictures"]["mean_cosine"] == moved["pictures"].mean_cosine


ALONE = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("torch", "transformers", "safetensors", "onnx"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
import numpy as np
from PIL import Image
from modiste.encoders.spec import open_encoder

encoder = open_encoder("onnx=" + sys.argv[1])
pictures = encoder.encode_pictures([Image.new("RGB", (50, 60), "navy")])
words = encoder.encode_words(["a red dress"])
np.savez(sys.argv[2], pictures=pictures, words=words)
"""


def run_alone(folder: Path, out: Path) -> Any:
    """Encode in a process that has neither torch nor transformers."""
    words = [sys.executable, "-c", ALONE, str(folder), str(out)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return np.load(out)


def test_the_folder_alone_is_enough(exported: Exported, tmp_path: Path) -> None:
    from PIL import Image

    encoder, _ = exported("clip")
    moved = shutil.copytree(encoder.source, tmp_path / "elsewhere")
    alone = run_alone(moved, tmp_path / "made.npz")
    here = encoder.encode_pictures([Image.new("RGB", (50, 60), "navy")])
    np.testing.assert_allclose(alone["pictures"], here, atol=1e-6)
    np.testing.assert_allclose(alone["words"], encoder.encode_words(["a red dress"]), atol=1e-6)
    assert Onnx(source=str(moved)).identity == encoder.identity


@pytest.mark.parametrize("name", ["pictures.onnx", "words.onnx", "tokenizer.json", "encoder.json"])
def test_an_altered_file_is_refused_before_it_is_opened(
    name: str, exported: Exported, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import onnxruntime
    import tokenizers

    folder = shutil.copytree(exported("clip")[0].source, tmp_path / "altered")
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(data)
    monkeypatch.setattr(onnxruntime, "InferenceSession", None)
    monkeypatch.setattr(tokenizers, "Tokenizer", None)
    asked: list[Callable[[Onnx], object]] = [
        lambda encoder: encoder.encode_words(["a red dress"]),
        lambda encoder: encoder.encode_pictures(garments(1)),
        lambda encoder: encoder.identity,
    ]
    for ask in asked:
        with pytest.raises(ArtifactError, match="altered") as caught:
            ask(Onnx(source=str(folder)))
        assert name in str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_file_more_is_refused_too(exported: Exported, tmp_path: Path) -> None:
    folder = shutil.copytree(exported("clip")[0].source, tmp_path / "more")
    (folder / "weights.bin").write_bytes(b"of an outside file")
    with pytest.raises(ArtifactError, match=r"weights.bin is not in the manifest"):
        _ = Onnx(source=str(folder)).dim


def test_a_folder_of_something_else_is_one_line(tmp_path: Path, tiny: Tiny) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"files": {}}))
    for source, kind, said in (
        (str(tmp_path), ArtifactError, "holds no exported encoder"),
        (str(tiny("clip")), ArtifactError, "manifest.json cannot be read"),
        (str(tmp_path / "absent"), ArtifactError, "manifest.json cannot be read"),
        ("", InputError, "expected onnx=FOLDER, made by modiste encoder export"),
    ):
        with pytest.raises(kind, match=said) as caught:
            _ = Onnx(source=source).dim
        assert "\n" not in str(caught.value)


def test_another_version_is_told(exported: Exported, tmp_path: Path) -> None:
    from modiste.encoders.exporting.files import seal_folder

    folder = shutil.copytree(exported("clip")[0].source, tmp_path / "later")
    plan = json.loads((folder / "encoder.json").read_text())
    (folder / "encoder.json").write_text(json.dumps({**plan, "version": 99}))
    seal_folder(folder, {})
    with pytest.raises(ArtifactError, match="exported by another version of modiste"):
        _ = Onnx(source=str(folder)).dim


def test_what_has_no_towers_is_refused_and_nothing_is_left(tmp_path: Path, tiny: Tiny) -> None:
    out = tmp_path / "out"
    with pytest.raises(InputError, match=r"encoder colour has no towers to export: name one of"):
        export_encoder(Colour(), out, int8=False, pictures=[], texts=[])
    free = Transformers(source=str(tiny("resnet")))
    with pytest.raises(InputError, match="prepared by code of its own"):
        export_encoder(free, out, int8=False, pictures=[], texts=[])
    assert not list(tmp_path.iterdir())


def test_the_command_writes_and_tells(
    tiny: Tiny, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, named = tmp_path / "new" / "clip-onnx", f"transformers={tiny('clip')}"
    command = ["encoder", "export", "--encoder", named, "--out", str(out)]
    assert main(command) == 0
    told, begun = capsys.readouterr()
    assert f"writing {named} with 32-bit numbers to {out} …" in begun
    assert f"{out}: float32" in told
    assert "pictures: cosine to the original 1.00000 on average" in told
    assert "words: cosine to the original 1.00000 on average" in told
    assert "made up: give --shop for real ones" in told
    assert "as fast" in told
    assert open_encoder(f"onnx={out}").speaks
    assert main(command) == 2
    said = capsys.readouterr().err
    assert said == f"modiste: --out {out} exists: name a folder that is to be made\n"
    assert main(["encoder", "export", "--out", str(tmp_path / "other")]) == 2
    assert "nothing to export: give --shop" in capsys.readouterr().err
    assert main([*command[:-1], str(tmp_path / "json"), "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert set(figures["sides"]) == {"pictures", "words"}
    assert figures["sides"]["words"]["mean_cosine"] > 0.9999


def test_vectors_of_a_shop_by_an_exported_encoder(exported: Exported, tmp_path: Path) -> None:
    from modiste.encoders.embedding import embed
    from modiste.encoders.stored import read_vectors
    from tests.encoders.pictures import write_garments
    from tests.encoders.test_embedding import new_shop

    write_garments(tmp_path / "pictures", 9)
    shop = new_shop(tmp_path, tmp_path / "pictures")
    encoder, _ = exported("clip")
    done = embed(shop, f"onnx={encoder.source}")
    assert (done.n_pictures, done.n_words) == (9, 11)
    assert read_vectors(shop, done.label).identity == encoder.identity
