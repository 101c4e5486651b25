"""The fitted encoder in use: words find pictures, folders move, altered files are refused."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from modiste.encoders.catalogue import Catalogue
from modiste.encoders.embedding import embed
from modiste.encoders.fitting.catalogue import FitReport
from modiste.encoders.spec import open_encoder
from modiste.errors import ArtifactError, InputError
from tests.encoders.catalogue.conftest import COLOURS, KINDS, Drawn
from tests.encoders.pictures import write_garments
from tests.encoders.test_embedding import new_shop


@pytest.fixture(scope="module")
def encoder(fitted: FitReport) -> Catalogue:
    return Catalogue(source=str(fitted.folder))


def precision(encoder: Catalogue, drawn: Drawn, queries: dict[str, tuple[str, str]]) -> float:
    """Share of the first three answers, among judged items, of the colour and kind asked for."""
    rows = drawn.of("judge")
    pictures = encoder.encode_pictures([drawn.picture(row) for row in rows])
    shares = []
    for query, asked in queries.items():
        own = [(drawn.colours[row], drawn.kinds[row]) == asked for row in rows]
        if sum(own) < 3:
            continue
        best = np.argsort(-(pictures @ encoder.encode_words([query])[0]), kind="stable")[:3]
        shares.append(np.mean(np.array(own)[best]))
    assert shares
    return float(np.mean(shares))


def test_words_find_judged_pictures(encoder: Catalogue, drawn: Drawn) -> None:
    pairs = [(colour, kind) for colour in COLOURS for kind in KINDS]
    # By chance one in sixteen.
    assert precision(encoder, drawn, {" ".join(pair): pair for pair in pairs}) > 0.6


def test_other_words_plurals_and_typing_errors_find_them_too(
    encoder: Catalogue, drawn: Drawn
) -> None:
    said = {"trousers": "pants", "dress": "dresss", "belt": "BELTS", "scarf": "scarves"}
    asked = {f"{c} {said[k]}": (c, k) for c in COLOURS for k in KINDS}
    assert precision(encoder, drawn, asked) > 0.5


def test_a_word_never_met_has_a_vector_of_length_one(encoder: Catalogue) -> None:
    vectors = encoder.encode_words(["zzyzx", "", "шарф"])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_vectors_do_not_depend_on_what_is_asked_beside(encoder: Catalogue, drawn: Drawn) -> None:
    pictures = [drawn.picture(row) for row in drawn.of("judge")[:9]]
    together = encoder.encode_pictures(pictures)
    assert np.allclose(together[8:], encoder.encode_pictures(pictures[8:]), atol=1e-5)
    words = encoder.encode_words(["red dress", "a blue scarf and a belt"])
    assert np.allclose(words[1:], encoder.encode_words(["a blue scarf and a belt"]), atol=1e-5)


def test_a_moved_folder_is_the_same_encoder(
    encoder: Catalogue, fitted: FitReport, tmp_path: Path
) -> None:
    moved = shutil.copytree(fitted.folder, tmp_path / "elsewhere")
    opened = open_encoder(f"catalogue={moved}")
    assert opened.identity == encoder.identity
    assert np.array_equal(opened.encode_words(["red"]), encoder.encode_words(["red"]))


def test_a_shop_opens_the_one_fitted_last(fitted: FitReport) -> None:
    opened = open_encoder("catalogue", fitted.folder.parents[1])
    assert isinstance(opened, Catalogue)
    assert Path(opened.source) == fitted.folder


@pytest.mark.parametrize("name", ["weights.safetensors", "encoder.json"])
def test_an_altered_file_is_refused(fitted: FitReport, tmp_path: Path, name: str) -> None:
    folder = shutil.copytree(fitted.folder, tmp_path / "altered")
    data = bytearray((folder / name).read_bytes())
    data[-2] ^= 1
    (folder / name).write_bytes(data)
    with pytest.raises(ArtifactError, match="altered"):
        _ = Catalogue(source=str(folder)).dim


def test_what_it_is_can_be_told_without_torch(fitted: FitReport) -> None:
    code = (
        "import sys\nfrom modiste.encoders.catalogue import Catalogue\n"
        "encoder = Catalogue(source=sys.argv[1])\n"
        "assert encoder.identity and encoder.dim and encoder.picture_size\n"
        "print('torch' in sys.modules)"
    )
    words = [sys.executable, "-c", code, str(fitted.folder)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_folder_of_something_else_and_none_at_all_are_one_line(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"files": {}}))
    with pytest.raises(ArtifactError, match="no fitted encoder"):
        _ = Catalogue(source=str(tmp_path)).dim
    with pytest.raises(InputError, match="catalogue=FOLDER"):
        _ = Catalogue().identity


WITHOUT_TORCH = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "torch":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
from pathlib import Path
from modiste.cli import main
from modiste.encoders.catalogue import Catalogue
from modiste.errors import MissingExtraError
from modiste.serve.schemas import SearchRequest
from modiste.serve.window import ShopWindow

shop, fitted, photo = sys.argv[1:]
for encode in (lambda e: e.encode_words(["red"]), lambda e: e.encode_batch(None)):
    try:
        encode(Catalogue(source=fitted))
    except MissingExtraError as error:
        print(error, file=sys.stderr)
codes = [main(["search", "--shop", shop, *words]) for words in (
    ["garment"], ["--photo", photo], ["garment", "--encoder", f"catalogue={fitted}"]
)]
window = ShopWindow.open(Path(shop))
found = window.search(SearchRequest(words="garment 0", k=1))
print(found.degraded, found.notes, found.items[0].name)
print(window.warm())
print(codes)
"""


def test_without_torch_words_are_found_and_a_photo_says_what_is_missing(
    fitted: FitReport, tmp_path: Path
) -> None:
    write_garments(tmp_path / "pictures", 2)
    shop = new_shop(tmp_path, tmp_path / "pictures", 3)
    embed(shop, f"catalogue={fitted.folder}")
    photo = tmp_path / "pictures" / "000.jpg"
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH, str(shop), str(fitted.folder), str(photo)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    line = "torch is not installed: run pip install 'modiste[vision]'"
    assert done.stderr.splitlines() == [line, line, f"modiste: {line}", f"modiste: {line}"]
    *found, opened, missing, codes = done.stdout.splitlines()
    assert any("are not used: torch is not installed" in text for text in found)
    assert opened.startswith('["the vectors of catalogue')
    assert opened.endswith("] [] garment 0")
    assert missing.count(line) == 1
    assert codes == "[0, 2, 2]"
